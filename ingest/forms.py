"""Web forms and endpoints: links that lead to a form, and forms whose link the document has lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urljoin, urlsplit

from ingest.document import Link

LEAD = r"(?:via|using|use|through|complet(?:e|ing)|fill(?:ing)?(?: (?:in|out))?|submit(?:ting)?|with|on|visit(?:ing)?)"
KINDS = r"(?:online|web|request|contact|privacy|data|secure|linked|following|opt-out)"
# "this form" points at one form; "a web form" may be anybody's, so it counts only where requests are spoken of.
POINTED = re.compile(rf"\b{LEAD}\s+(?:this|our|the following)\s+(?:{KINDS}\s+)*(?:web\s?)?form\b", re.IGNORECASE)
ANY_FORM = re.compile(rf"\b{LEAD}\s+(?:the|an?)\s+(?:{KINDS}\s+)+(?:web\s?)?form\b", re.IGNORECASE)
SAYS_FORM = re.compile(r"\b(?:web\s?)?forms?\b|\brequest (?:portal|page)\b|\bprivacy portal\b", re.IGNORECASE)
LEADS_TO_FORM = re.compile(
    r"(?:^|[^a-z])(?:web)?form(?:[^a-z]|$)|dsar|do[-_ ]?not[-_ ]?sell|privacy[-_ ]?portal|requests?/new|pg=request"
    r"|(?:privacy|data|subject|access|deletion)[-_]?requests?(?:[^a-z_]|$)|privacy/requests?(?:[^a-z_]|$)",
    re.IGNORECASE,
)
NO_FORM = re.compile(
    r"platform|\.(?:pdf|docx?)$|wiki|\bfile[-_ ]format|newsletter|sign[-_]?up|subscribe", re.IGNORECASE
)
MACHINE = re.compile(r"\b(?:API|endpoint|programmatic\w*)\b", re.IGNORECASE)
PLAIN_URL = re.compile(r"https?://[^\s)>\]\"”]{4,500}|\bwww\.[\w.-]{3,100}/[^\s)>\]\"”]{1,500}")
CONDITION = re.compile(r"\bhave it notari[sz]ed\b", re.IGNORECASE)
BESIDE = 12  # characters: the link stands right behind the word, as in "the online form here"


@dataclass(frozen=True, slots=True)
class Form:
    """A form named in a sentence: `target` is None where its link is lost; `machine` is an endpoint for programs."""

    target: str | None
    conditions: str | None
    machine: bool = False


def forms_in(text: str, links: Sequence[Link], url: str | None, of_requests: bool) -> Iterator[Form]:
    """Yield the forms of the sentence `text`; `links` are spans of it.

    `of_requests` tells that the sentence speaks of a person's requests or questions.
    """
    condition = CONDITION.search(text)
    conditions = condition.group() if condition else None
    named = POINTED.search(text) or (ANY_FORM.search(text) if of_requests else None)
    targets = [target for link in links if (target := _form_target(link, text, named, url, of_requests))]
    machine = bool(MACHINE.search(text))
    if not targets:
        plain = [match.group().rstrip(".,;'’") for match in PLAIN_URL.finditer(text)]
        targets = [target for target in plain if (of_requests or machine) and _leads_to_form(target)]
    if targets:
        yield from (Form(target, conditions, machine) for target in dict.fromkeys(targets))
    elif named:
        yield Form(None, conditions)


def _form_target(link: Link, text: str, named: re.Match[str] | None, url: str | None, of_requests: bool) -> str | None:
    """Return the full address of a link that leads to a form, None for any other link."""
    target = urljoin(url or "", link.target)
    if urlsplit(target).scheme not in {"http", "https"} or _is_on_page(target, url):
        return None
    words = text[link.start : link.end]
    beside = named is not None and link.start <= named.end() + BESIDE and link.end >= named.start()
    says = of_requests and len(words.split()) <= 8 and SAYS_FORM.search(words) and not NO_FORM.search(target)
    return target if beside or says or _leads_to_form(target) else None


def _is_on_page(target: str, url: str | None) -> bool:
    page, place = urldefrag(target)
    return bool(place) and (page == urldefrag(url or "")[0] or bool(re.search(r"privacy|policy|policies", page)))


def _leads_to_form(target: str) -> bool:
    parts = urlsplit(target)
    place = f"{parts.hostname or ''}/{parts.path}?{parts.query}"
    return bool(LEADS_TO_FORM.search(place)) and not NO_FORM.search(place)
