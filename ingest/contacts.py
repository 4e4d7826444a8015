"""Contact channels: e-mail, phone, post and web forms with what each is for, each a span of the policy's own text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

import phonenumbers
import pyap
from email_validator import EmailNotValidError, validate_email

from ingest.document import Link
from ingest.outline import Outline
from ingest.purposes import ANY_REQUEST, GENERAL, OTHER_DESK, RIGHTS, purposes_of
from vectorstore.policy import REQUEST_TYPES, ChannelMention, Clause, ContactChannel, Sentence

EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
MENU_STEP = re.compile(r"\b(?:select|press|choose|dial)\s+(?:option\s+|menu\s+)?(?:number\s+)?\d\b|\boption\s+\d\b|\bext(?:ension|\.)?\s*\d+\b", re.IGNORECASE)
FAX = re.compile(r"\b(?:fax|tty|tdd)\b[^.;]{0,20}$", re.IGNORECASE)
FORM = re.compile(
    r"\b(?:via|using|use|through|complet(?:e|ing)|fill(?:ing)?(?: (?:in|out))?|submit(?:ting)?|with|on)\s+"
    r"(?:(?:this|our|the following)\s+(?:(?:online|web|request|contact|privacy|data|secure|linked)\s+)*|(?:the|an?)\s+(?:(?:online|web|request|contact|privacy|data)\s+)+)"
    r"(?:web\s?)?form\b",
    re.IGNORECASE,
)
FORM_LINK = re.compile(r"form|request|dsar|do[-_ ]?not[-_ ]?sell|privacy[-_ ]?portal", re.IGNORECASE)
MACHINE = re.compile(r"\b(?:API|endpoint|programmatic\w*)\b", re.IGNORECASE)
FORM_CONDITION = re.compile(r"\bhave it notari[sz]ed\b", re.IGNORECASE)
POST = re.compile(
    r"(?:\bby (?:regular |postal )?(?:mail|post)|\bin writing|\bwrite to us|\bletter|\bmailing address|\bpostal address|\bmail us|^mail|^post|^address|\bwrite|\brepresentative(?: in the [\w ]{2,40})?(?: is)?)"
    r"(?:\s+(?:to|at)(?: us at)?|\s*:)\s+",
    re.IGNORECASE,
)
POST_END = re.compile(r"(?:,|;)?\s+(?:or|and)\s+(?:by|via|call|phone|e-?mail|through|using|at)\b|\.\s*$|;\s*$|\s+\(", re.IGNORECASE)
STREET = re.compile(r"\d+\s?\w?[ ,]+(?:\w+\.? ){0,4}\w+|\bP\.?\s?O\.?\s?Box\s+\d+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    """One channel named in one sentence."""

    type: str
    value: str | None
    conditions: str | None
    origin: str
    sentence: Sentence
    purposes: tuple[str, ...]


def find_channels(outline: Outline, url: str | None) -> tuple[ContactChannel, ...]:
    """Return the channels in the order of the text; the same address named twice is one channel with two mentions."""
    merged: dict[object, list[_Found]] = {}
    for clause in outline.clauses:
        if clause.kind == "menu":
            continue
        for sentence in clause.sentences:
            for found in _in_sentence(outline, clause, sentence, url):
                key = (found.type, _digits(found), found.conditions) if found.value else (sentence.start, "form")
                merged.setdefault(key, []).append(found)
        for found in _post_in_list(outline, clause):
            merged.setdefault((found.type, found.value, None), []).append(found)
    return tuple(_channel(outline, mentions) for mentions in _without_shadowed(merged))


def _without_shadowed(merged: dict[object, list[_Found]]) -> list[list[_Found]]:
    """Join a channel without conditions to its twin that has them, so that one number is one channel."""
    groups = list(merged.values())
    kept: list[list[_Found]] = []
    for group in groups:
        first = group[0]
        twin = next((g for g in groups if g is not group and _digits(g[0]) == _digits(first) and g[0].type == first.type and g[0].conditions), None)
        if first.value and first.conditions is None and twin is not None:
            twin.extend(group)
        else:
            kept.append(group)
    return kept


def _digits(found: _Found) -> str:
    value = found.value or ""
    return re.sub(r"\D", "", value)[-10:] if found.type == "phone" else value.casefold()


def _channel(outline: Outline, mentions: list[_Found]) -> ContactChannel:
    first = mentions[0]
    places = tuple(dict.fromkeys(ChannelMention(m.sentence.start, m.sentence.end, m.purposes) for m in mentions))
    return ContactChannel(
        type=first.type,
        value=first.value,
        status="ok" if first.value else "unresolved",
        conditions=first.conditions,
        mentions=places,
        origin=first.origin,
        label=None if first.value else outline.text[first.sentence.start : first.sentence.end],
    )


def _in_sentence(outline: Outline, clause: Clause, sentence: Sentence, url: str | None) -> Iterator[_Found]:
    text = outline.text[sentence.start : sentence.end]
    purposes = channel_purposes(outline, clause, sentence)
    links = [link for link in outline.links if sentence.start <= link.start and link.end <= sentence.end]
    seen: set[str] = set()
    for address in [match.group().rstrip(".'-") for match in EMAIL.finditer(text)] + [t for link in links if (t := _mailto(link))]:
        if address.casefold() not in seen and _is_address(address):
            seen.add(address.casefold())
            yield _Found("email", address, None, "text" if address in text else "link", sentence, _local_purposes(text, address, purposes))
    for number in phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE):
        if not _is_phone(text, number):
            continue
        step = MENU_STEP.search(text, number.end)
        yield _Found("phone", number.raw_string, step.group() if step else None, "text", sentence, purposes)
    value = _post_address(text)
    if value:
        yield _Found("mail", value, None, "text", sentence, purposes)
    yield from _forms(text, links, sentence, purposes, url)


def _forms(text: str, links: list[Link], sentence: Sentence, purposes: tuple[str, ...], url: str | None) -> Iterator[_Found]:
    condition = FORM_CONDITION.search(text)
    conditions = condition.group() if condition else None
    targets = [target for link in links if (target := _form_target(link, text[link.start - sentence.start : link.end - sentence.start], url))]
    if targets:
        machine = bool(MACHINE.search(text))
        for target in dict.fromkeys(targets):
            origin = "text" if target in text else "link"
            if machine:
                yield _Found("api", target, conditions, origin, sentence, ("authorized_agent",))
            else:
                yield _Found("web_form", target, conditions, origin, sentence, purposes)
    elif FORM.search(text):
        yield _Found("web_form", None, conditions, "text", sentence, purposes)
    else:
        for match in re.finditer(r"https?://[^\s)>\]\"”]+|\bwww\.[^\s)>\]\"”]+/[^\s)>\]\"”]+", text):
            if FORM_LINK.search(match.group()) and purposes:
                yield _Found("web_form", match.group().rstrip(".,;"), conditions, "text", sentence, purposes)


def _form_target(link: Link, words: str, url: str | None) -> str | None:
    target = urljoin(url or "", link.target)
    if urlsplit(target).scheme not in {"http", "https"}:
        return None
    path = urlsplit(target)
    return target if FORM_LINK.search(f"{words} {path.path} {path.query}") else None


def _mailto(link: Link) -> str | None:
    return unquote(link.target[7:].split("?", 1)[0]) if link.target.lower().startswith("mailto:") else None


def _is_address(value: str) -> bool:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return _is_reserved(value)
    return True


def _is_reserved(value: str) -> bool:
    """Accept names under .example, which the validator refuses as undeliverable."""
    return value.endswith(".example") and value.count("@") == 1


def _is_phone(text: str, match: phonenumbers.PhoneNumberMatch) -> bool:
    digits = re.sub(r"\D", "", match.raw_string)
    before = text[: match.start]
    if len(digits) < 8 or FAX.search(before) or re.search(r"(?:§|\bsection|\bCode|\bNo\.|#|/)\s*$", before):
        return False
    if re.fullmatch(r"\d{4}\s?[-–]\s?\d{4}|\d{5}-\d{4}|(?:19|20)\d{6}", match.raw_string):
        return False
    spoken = re.search(r"\b(?:call|phone|tel|telephone|toll|number|dial|ring|contact)\b", text, re.IGNORECASE)
    return phonenumbers.is_valid_number(match.number) or bool(spoken)


def _post_address(text: str) -> str | None:
    """Return the postal address with its addressee as it stands in the sentence, None if there is none."""
    marker = POST.search(text)
    if marker:
        rest = text[marker.end() :]
        end = next((m.start() for m in POST_END.finditer(rest) if STREET.search(rest[: m.start()])), len(rest))
        value = rest[:end].strip(" ,.;")
        if STREET.search(value) and "," in value and len(value) <= 250 and "@" not in value:
            return value
    found = pyap.parse(text, country="US")
    if not found:
        return None
    address = found[0]
    before = text[: address.match_start]
    left = max(before.rfind(": "), before.rfind(" to "), before.rfind(" at "))
    start = left + before[left:].index(" ", 1) + 1 if left >= 0 and address.match_start - left < 120 else address.match_start
    return text[start : address.match_end].strip(" ,.;") or None


def _post_in_list(outline: Outline, clause: Clause) -> Iterator[_Found]:
    """Yield an address that is written as lines under a lead-in."""
    items = [s for s in clause.sentences if s.kind in {"item", "sentence"}]
    lead = next((s for s in clause.sentences if s.kind == "lead_in"), None)
    if lead is None or len(items) < 2 or not re.search(r"\b(?:mail|post|write|address|contact)\b", outline.text[lead.start : lead.end], re.IGNORECASE):
        return
    plain = [s for s in items if "@" not in outline.text[s.start : s.end] and len(outline.text[s.start : s.end].split()) <= 9]
    run = [s for s in plain if not POST.search(outline.text[s.start : s.end])]
    if len(run) < 2 or not STREET.search(block := outline.text[run[0].start : run[-1].end]):
        return
    if run[-1].end - run[0].start == sum(s.end - s.start + 1 for s in run) - 1 and re.search(r"\b\d{5}\b|\b[A-Z]{1,2}\d\w? ?\d[A-Z]{2}\b", block):
        span = Sentence(run[0].start, run[-1].end, "item", (lead.start, lead.end))
        yield _Found("mail", block, None, "text", span, channel_purposes(outline, clause, span))


def channel_purposes(outline: Outline, clause: Clause, sentence: Sentence) -> tuple[str, ...]:
    """Return what a channel named in `sentence` is for, from its own words, its lead-in and its headings; () = none of our types."""
    text = outline.text[sentence.start : sentence.end]
    lead = outline.text[sentence.lead_in[0] : sentence.lead_in[1]] if sentence.lead_in else ""
    near = f"{lead} {text}"
    if OTHER_DESK.search(near) and not re.search(r"\bprivacy|personal (?:data|information)|\brights?\b", near, re.IGNORECASE):
        return ()
    if ANY_REQUEST.search(near) and re.search(r"\bany request\b|\brights?\b|\bprivacy request", near, re.IGNORECASE):
        return (*RIGHTS, "general_contact")
    named = purposes_of(text) or purposes_of(lead) or (RIGHTS if ANY_REQUEST.search(near) else ())
    if named:
        return (*named, "general_contact") if GENERAL.search(near) and not lead else named
    above = " ".join(clause.path)
    if GENERAL.search(near):
        return ("general_contact",)
    if OTHER_DESK.search(above):
        return ()
    fallback = [kind for kind in REQUEST_TYPES if kind in purposes_of(above)]
    return tuple(fallback) if fallback and "general_contact" not in fallback else ("general_contact",)


def _local_purposes(text: str, address: str, purposes: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the purposes of an address that plainly belongs to another desk (press@, security@)."""
    local = address.split("@")[0]
    if re.search(r"press|media|security|abuse|careers|jobs|sales|legalprocess|subpoena|investor", local, re.IGNORECASE):
        return ()
    return purposes
