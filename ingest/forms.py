"""Web forms and endpoints: links to pages where one writes to somebody, and forms whose link the document has lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from ingest.document import Link

LEAD = r"(?:via|using|use|through|complet(?:e|ing)|fill(?:ing)?(?: (?:in|out))?|submit(?:ting)?|with|on|visit(?:ing)?)"
KINDS = r"(?:online|web|request|contact|privacy|data|secure|linked|following|opt-out|feedback|inquiry|enquiry|rights|consumer|webpage)"
# "this form" points at one form; "a web form" may be anybody's, so it counts only where requests are spoken of.
POINTED = re.compile(rf"\b{LEAD}\s+(?:this|our|the following)\s+(?:{KINDS}\s+)*(?:web\s?)?form\b", re.IGNORECASE)
ANY_FORM = re.compile(rf"\b{LEAD}\s+(?:the|an?)\s+(?:{KINDS}\s+)+(?:web\s?)?form\b", re.IGNORECASE)
TICKET = re.compile(
    r"\b(?:by )?(?:submit(?:ting)?|open(?:ing)?|fil(?:e|ing)|creat(?:e|ing)|rais(?:e|ing)) an? (?:support )?(?:ticket|help request)\b",
    re.IGNORECASE,
)
SAYS_FORM = re.compile(
    r"\b(?:web\s?)?forms?\b|\brequest (?:portal|page)\b|\bprivacy (?:request )?portal\b", re.IGNORECASE
)
# What a link says that leads to a page for writing to somebody.
SAYS_CONTACT = re.compile(
    r"^\W*(?:(?:please|you can|you may|to|by|and|or)\s+)*(?:(?:contact(?:ing)?|e-?mail(?:ing)?|writ(?:e|ing) to|ask(?:ing)?|reach(?:ing)?(?: out to)?|messag(?:e|ing)|notify(?:ing)?|tell(?:ing)?)(?: us| our [\w ]{2,30}| the [\w ]{2,30})?(?: here| online| now| directly)?"
    r"|contact (?:form|page|details|information|support|customer (?:service|care|support))(?: page)?|(?:via|by) e-?mail|just ask|ask a question|get in touch(?: with us)?"
    r"|send(?:ing)? (?:us |an? )*(?:[\w-]+ ){0,2}(?:e-?mail|message|request|note|feedback)|submit(?:ting)? an? (?:[\w-]+ ){0,2}(?:request|ticket|inquiry|question|complaint)|(?:forward|send|report) (?:it|them|this) to us"
    r"|feedback(?: (?:form|page))?|support (?:form|page|ticket|request|team|cent(?:er|re))|(?:consumer|privacy|data|rights|deletion|access) requests?)\W*$",
    re.IGNORECASE,
)
HELP_PAGE = re.compile(
    r"\b(?:help|support|contact|customer (?:service|care)) (?:cent(?:er|re)|page|desk|site|portal)\b", re.IGNORECASE
)
ASKING = re.compile(
    r"\bquestions?\b|\bconcerns?\b|\bcomments?\b|\bcomplaints?\b|\bsupport channel\b|\binquir|\benquir|\bcontact\b|\bcontacting\b|\breach us\b|\bget in touch\b",
    re.IGNORECASE,
)
# A link such as "here" or a bare address behind these words leads to such a page.
CONTACT_BEFORE = re.compile(
    r"\b(?:contact(?:ing)?|e-?mail|reach|write to|complaints? (?:to|with|at|on)|(?:submit(?:ting)?|send(?:ing)?|mak(?:e|ing)|fil(?:e|ing)) (?:an?|your|such|the|these|any)(?: [\w-]+){0,3} (?:requests?|tickets?|complaints?|inquir\w+|questions?|forms?))(?: us| them| our [\w ]{2,30}| TRUSTe)?(?:[, ]+(?:at|here|via|through|on|by|using|visiting|clicking|with|online|our|the|web ?page|website|please|to|visit|go to)){0,5}[: “\"]*$",
    re.IGNORECASE,
)
LEADS_TO_FORM = re.compile(
    r"(?:^|[^a-z])(?:web)?form(?:[^a-z]|$)|dsar|do[-_ ]?not[-_ ]?sell[-_ ]?(?:form|request)|privacy[-_ ]?portal|requests?/new|pg=request|privacyportal|submit[-_ ]?a?[-_ ]?request"
    r"|(?:privacy|data|subject|access|deletion|rights|consumer|ccpa|gdpr)[-_]?requests?(?:[^a-z_]|$)|privacy/requests?(?:[^a-z_]|$)",
    re.IGNORECASE,
)
LEADS_TO_CONTACT = re.compile(
    r"/(?:contact(?:[-_]?(?:us|me|form|support|page|info|privacy|\w{0,12}representative))?|contacto|kontakt|contato|feedback|[\w-]*feedback|support|[\w-]*dispute-resolution|[\w-]*complaints?|ask[-_]?us|get[-_]in[-_]touch)(?:\.\w{2,5})?/?(?:\?|$)"
    r"|/contact(?:[-_]?us)?/[\w-]*(?:feedback|form|representative|email|us)[\w-]*/?$|contact-data-protection-representative|/s/contactsupport",
    re.IGNORECASE,
)
NO_FORM = re.compile(
    r"platform|\.(?:pdf|docx?)$|wiki|\bfile[-_ ]format|newsletter|sign[-_]?up|subscri(?:be|ption)|/articles?/|privacy[-_ ]requests[-_ ]metrics|\bmetrics|transparency|/blog/|law[-_]enforcement",
    re.IGNORECASE,
)
NO_CONTACT = re.compile(
    r"/(?:privacy|cookie)[\w-]*polic|/(?:terms|tos|legal)(?:/|$)|/(?:settings|preferences|account|opt[-_]?out)\b|//(?:www\.)?(?:twitter|x|facebook|instagram|linkedin|youtube)\.com/|//[^/]*@",
    re.IGNORECASE,
)
MACHINE = re.compile(r"\b(?:API|endpoint|programmatic\w*)\b", re.IGNORECASE)
PLAIN_URL = re.compile(r"https?://[^\s)>\]\"”]{4,500}|\bwww\.[\w.-]{3,100}/[^\s)>\]\"”]{1,500}")
CONDITION = re.compile(r"\bhave it notari[sz]ed\b", re.IGNORECASE)
BESIDE = 12  # characters: the link stands right behind the word, as in "the online form here"


@dataclass(frozen=True, slots=True)
class Form:
    """A form named in a sentence: `target` is None where its link is lost; `machine` is an endpoint for programs.

    `start` and `end` are the words of its link, or the words that name it, in the sentence.
    """

    target: str | None
    conditions: str | None
    machine: bool = False
    start: int = 0
    end: int = 0


def forms_in(text: str, links: Sequence[Link], url: str | None, of_requests: bool) -> Iterator[Form]:
    """Yield the forms of the sentence `text`; `links` are spans of it.

    `of_requests` tells that the sentence speaks of a person's requests or questions.
    """
    condition = CONDITION.search(text)
    conditions = condition.group() if condition else None
    named = POINTED.search(text) or (ANY_FORM.search(text) or TICKET.search(text) if of_requests else None)
    machine = bool(MACHINE.search(text))
    found: dict[str, Form] = {}
    for link in links:
        target = _form_target(link, text, named, url, of_requests)
        if target:
            found.setdefault(target, Form(target, conditions, machine, link.start, link.end))
    for match in PLAIN_URL.finditer(text):
        target = match.group().rstrip(".,;'’")
        linked = any(link.start < match.end() and match.start() < link.end for link in links)
        if (
            not linked
            and (of_requests or machine or ASKING.search(text))
            and _is_page_to_write_on(target, text[: match.start()])
        ):
            found.setdefault(target, Form(target, conditions, machine, match.start(), match.start() + len(target)))
    if found:
        yield from found.values()
    elif named:
        yield Form(None, conditions, False, named.start(), named.end())


def _is_page_to_write_on(target: str, before: str) -> bool:
    if NO_FORM.search(target):
        return False
    return _leads_to_form(target) or (
        not NO_CONTACT.search(target)
        and (LEADS_TO_CONTACT.search(_place(target)) is not None or _is_behind_contact(before))
    )


def _is_behind_contact(before: str) -> bool:
    return CONTACT_BEFORE.search(before[-120:]) is not None


def _form_target(link: Link, text: str, named: re.Match[str] | None, url: str | None, of_requests: bool) -> str | None:
    """Return the full address of a link that leads to a form or a contact page, None for any other link."""
    target = urljoin(url or "", link.target)
    if urlsplit(target).scheme not in {"http", "https"} or _is_on_page(target, url) or NO_FORM.search(target):
        return None
    words = text[link.start : link.end]
    beside = named is not None and link.start <= named.end() + BESIDE and link.end >= named.start()
    says_form = of_requests and len(words.split()) <= 8 and SAYS_FORM.search(words)
    if beside or says_form or _leads_to_form(target):
        return target
    if NO_CONTACT.search(target):
        return None
    if SAYS_CONTACT.search(words) or LEADS_TO_CONTACT.search(_place(target)):
        return target
    help_page = HELP_PAGE.search(words) and ASKING.search(text)
    behind = len(words.split()) <= 3 and _is_behind_contact(text[: link.start])
    return target if help_page or (behind and _is_pointer(words)) else None


def _is_pointer(words: str) -> bool:
    """Return True for link words that say nothing themselves: "here", "this page", a bare address."""
    return (
        re.fullmatch(
            r"\W*(?:click )?(?:here|this (?:page|link|website|form)|link|form|page|online|our website|(?:https?://|www\.)\S+|[\w.-]+\.\w{2,4}/\S*)\W*",
            words,
            re.IGNORECASE,
        )
        is not None
    )


def _is_on_page(target: str, url: str | None) -> bool:
    page, place = urldefrag(target)
    return bool(place) and (page == urldefrag(url or "")[0] or bool(re.search(r"privacy|policy|policies", page)))


def _place(target: str) -> str:
    parts = urlsplit(target)
    return unquote(parts.path) + (f"?{parts.query}" if parts.query else "")


def _leads_to_form(target: str) -> bool:
    parts = urlsplit(target)
    place = f"{parts.hostname or ''}/{parts.path}?{parts.query}"
    return bool(LEADS_TO_FORM.search(place)) and not NO_FORM.search(place)
