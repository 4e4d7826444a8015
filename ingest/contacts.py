"""Contact channels: e-mail, phone, post and web forms with what each is for, each a span of the policy's own text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from ingest.addresses import address_in, address_lines
from ingest.document import Link
from ingest.forms import forms_in
from ingest.outline import Outline
from ingest.purposes import ANY_REQUEST, GENERAL, OTHER_DESK, RIGHTS, purposes_of
from vectorstore.policy import REQUEST_TYPES, ChannelMention, Clause, ContactChannel, Sentence

EMAIL = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
MENU_STEP = re.compile(
    r"\b(?:select|press|choose|dial)\s+(?:option\s+|menu\s+)?(?:number\s+)?\d\b|\boption\s+\d\b|\bext(?:ension|\.)?\s*\d+\b",
    re.IGNORECASE,
)
# Whatever names a channel holds one of these; most sentences hold none and need no closer look.
MAY_HOLD = re.compile(r"[@\d]|\b(?:web\s?)?forms?\b|www\.|://", re.IGNORECASE)
FAX = re.compile(r"\b(?:fax|tty|tdd)\b[^.;]{0,20}$", re.IGNORECASE)
SPOKEN = re.compile(r"\b(?:call|phone|tel|telephone|toll|number|dial|ring|contact)\b", re.IGNORECASE)
PRIVACY_DESK = re.compile(r"\bprivacy|personal (?:data|information)|\brights?\b", re.IGNORECASE)
OTHER_MAILBOX = re.compile(
    r"(?:^|[._+-])(?:press|media|security|abuse|careers?|jobs|sales|legalprocess|subpoena|investor|copyright|dmca)",
    re.IGNORECASE,
)
LONGEST_SENTENCE = 5_000  # characters; a longer run without a full stop is no sentence that a person wrote


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
    links = sorted(outline.links, key=lambda link: link.start)
    starts = [link.start for link in links]
    for clause in outline.clauses:
        if not clause.is_read:
            continue
        for sentence in clause.sentences:
            if sentence.end - sentence.start > LONGEST_SENTENCE:
                continue
            inside = links[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
            own = [_shifted(link, -sentence.start) for link in inside if link.end <= sentence.end]
            for found in _in_sentence(outline, clause, sentence, own, url):
                key = (found.type, _key(found), found.conditions) if found.value else (sentence.start, "form")
                merged.setdefault(key, []).append(found)
        for found in _post_in_lines(outline, clause):
            merged.setdefault((found.type, _key(found), None), []).append(found)
    return tuple(_channel(outline, mentions) for mentions in _without_shadowed(merged))


def _shifted(link: Link, by: int) -> Link:
    return replace(link, start=link.start + by, end=link.end + by)


def _without_shadowed(merged: dict[object, list[_Found]]) -> list[list[_Found]]:
    """Join a channel without conditions to its twin that has them, so that one number is one channel."""
    groups = list(merged.values())
    conditional = {(g[0].type, _key(g[0])): g for g in reversed(groups) if g[0].value and g[0].conditions}
    kept: list[list[_Found]] = []
    for group in groups:
        first = group[0]
        twin = conditional.get((first.type, _key(first))) if first.value and first.conditions is None else None
        if twin is not None:
            twin.extend(group)
        else:
            kept.append(group)
    return kept


def _key(found: _Found) -> str:
    """Return what makes two spellings one address: digits of a phone number, words of a postal address."""
    value = found.value or ""
    if found.type == "phone":
        return re.sub(r"\D", "", value)[-10:]
    return " ".join(re.findall(r"\w+", value.casefold())) if found.type == "mail" else value.casefold()


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


def _in_sentence(
    outline: Outline, clause: Clause, sentence: Sentence, links: Sequence[Link], url: str | None
) -> Iterator[_Found]:
    """Yield the channels of one sentence; `links` are spans of the sentence."""
    text = outline.text[sentence.start : sentence.end]
    if not links and not MAY_HOLD.search(text):
        return
    purposes = channel_purposes(outline, clause, sentence)
    yield from _emails(text, links, sentence, purposes)
    for number in phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE):
        if _is_phone(text, number):
            step = MENU_STEP.search(text, number.end)
            spelled = number.raw_string if ")" in number.raw_string else number.raw_string.lstrip("(")
            yield _Found("phone", spelled, step.group() if step else None, "text", sentence, purposes)
    value = address_in(text)
    if value:
        yield _Found("mail", value, None, "text", sentence, purposes)
    lead = outline.text[slice(*sentence.lead_in)] if sentence.lead_in else ""
    near = f"{lead} {text}"
    of_requests = bool(purposes) and bool(purposes_of(near) or ANY_REQUEST.search(near) or GENERAL.search(near))
    for form in forms_in(text, links, url, of_requests):
        kind = "api" if form.machine and form.target else "web_form"
        origin = "text" if form.target is None or form.target in text else "link"
        for_whom = ("authorized_agent",) if kind == "api" else purposes
        yield _Found(kind, form.target, form.conditions, origin, sentence, for_whom)


def _emails(text: str, links: Sequence[Link], sentence: Sentence, purposes: tuple[str, ...]) -> Iterator[_Found]:
    """Yield the e-mail addresses of a sentence and of its links, each once."""
    seen: set[str] = set()
    spelled = [match.group().strip(".'-") for match in EMAIL.finditer(text)]
    for address in [*spelled, *(address for link in links if (address := _mailto(link)))]:
        if address.casefold() not in seen and _is_address(address):
            seen.add(address.casefold())
            of_other_desk = OTHER_MAILBOX.search(address.split("@")[0]) is not None
            origin = "text" if address in text else "link"
            yield _Found("email", address, None, origin, sentence, () if of_other_desk else purposes)


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
    return phonenumbers.is_valid_number(match.number) or bool(SPOKEN.search(text))


def _post_in_lines(outline: Outline, clause: Clause) -> Iterator[_Found]:
    """Yield an address that is written as lines, under a lead-in or alone."""
    lines = address_lines(outline.text, clause)
    if lines:
        span = Sentence(lines[0].start, lines[-1].end, "item", lines[0].lead_in)
        value = outline.text[span.start : span.end]
        yield _Found("mail", value, None, "text", span, channel_purposes(outline, clause, span))


def channel_purposes(outline: Outline, clause: Clause, sentence: Sentence) -> tuple[str, ...]:
    """Return what a channel named in `sentence` is for, from its own words, its lead-in and its headings; () = none of our types."""
    text = outline.text[sentence.start : sentence.end]
    lead = outline.text[sentence.lead_in[0] : sentence.lead_in[1]] if sentence.lead_in else ""
    near = f"{lead} {text}"
    if OTHER_DESK.search(near) and not PRIVACY_DESK.search(near):
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
