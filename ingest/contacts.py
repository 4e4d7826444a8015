"""Contact channels: e-mail, phone, post and web forms with what each is for and who is reached, each a span of the policy's text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.addresses import addresses_in, core_of
from ingest.desks import best_desk, desk_of, is_offered
from ingest.document import Link
from ingest.emails import emails_in
from ingest.forms import forms_in
from ingest.names import host_label
from ingest.outline import Outline
from ingest.phones import digits_of, phones_in
from ingest.purposes import ANY_REQUEST, GENERAL, OTHER_DESK, RIGHTS, purposes_of
from vectorstore.policy import REQUEST_TYPES, ChannelMention, Clause, ContactChannel, Sentence

# Whatever names a channel holds one of these; most sentences hold none and need no closer look.
MAY_HOLD = re.compile(
    r"[@\d＠]|\b(?:web\s?)?forms?\b|www\.|://|\[at\]|\(at\)|\{at\}|\bAT\b| dot |\bticket\b", re.IGNORECASE
)
PRIVACY_DESK = re.compile(r"\bprivacy|personal (?:data|information)|\brights?\b", re.IGNORECASE)
REPRESENTATIVE = re.compile(r"\brepresentative\b|\bdata protection officer\b", re.IGNORECASE)
MAILBOX_OF_REPRESENTATIVE = re.compile(r"(?<![\w.-])((?:uk|eu|eea)[._-]?rep\w*@[\w.-]+)", re.IGNORECASE)
LONGEST_SENTENCE = 5_000  # characters; a longer run without a full stop is no sentence that a person wrote
SHORT_LINE = 12  # words: a line as short as this depends on the lines above it
LINES_ABOVE = 8
READ = re.compile(r"[^\x00]+")
OTHERS_WORDS = "\x00"  # stands for menu and hidden text, which is no part of any address


@dataclass(frozen=True, slots=True)
class _Found:
    """One channel named in one place; `start` and `end` are characters into the stored text."""

    type: str
    value: str | None
    conditions: str | None
    origin: str
    start: int
    end: int
    purposes: tuple[str, ...]
    desk: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence with its clause and the words it depends on: its list's opening or the lines above a short line."""

    clause: Clause
    sentence: Sentence
    text: str
    lead: str
    before: str

    @property
    def above(self) -> str:
        """The heading right over it, "" without one."""
        return self.clause.path[-1] if self.clause.path else ""


def find_channels(outline: Outline, url: str | None) -> tuple[ContactChannel, ...]:
    """Return the channels in the order of the text; the same address named twice is one channel with two mentions."""
    own = host_label(url)
    places = _places(outline)
    links = sorted(outline.links, key=lambda link: link.start)
    starts = [link.start for link in links]
    found: list[_Found] = []
    for place in places:
        sentence = place.sentence
        if sentence.end - sentence.start > LONGEST_SENTENCE:
            continue
        inside = links[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        linked = [_shifted(link, -sentence.start) for link in inside if link.end <= sentence.end]
        found += _in_sentence(outline, place, linked, url, own)
    found += _post(outline, places, own)
    found.sort(key=lambda one: one.start)
    return tuple(_channel(outline, mentions) for mentions in _without_shadowed(_merged(found)))


def _places(outline: Outline) -> list[_Place]:
    """Return every sentence a reader sees, in order, each with what it depends on."""
    places: list[_Place] = []
    for clause in outline.clauses:
        if not clause.is_read:
            continue
        whole = Sentence(clause.start, clause.end, "heading")
        # A short line with an address in it may have been taken for a heading, which holds no sentences.
        named = (whole,) if not clause.sentences and MAY_HOLD.search(outline.text[clause.start : clause.end]) else ()
        for sentence in clause.sentences or named:
            text = outline.text[sentence.start : sentence.end]
            lead = outline.text[slice(*sentence.lead_in)] if sentence.lead_in else ""
            before = _lines_above(places, clause, text) if not lead else ""
            places.append(_Place(clause, sentence, text, lead, before))
    return places


def _lines_above(places: Sequence[_Place], clause: Clause, text: str) -> str:
    """Return the lines that a short line continues, up to one that opens it; for others the sentence of a representative before it."""
    if len(text.split()) > SHORT_LINE:
        last = places[-1] if places else None
        return last.text if last and last.clause.id == clause.id and REPRESENTATIVE.search(last.text) else ""
    lines: list[str] = []
    for place in reversed(places[-LINES_ABOVE:]):
        if place.clause.path != clause.path:
            break
        lines.append(place.text)
        if place.text.endswith(":") or len(place.text.split()) > SHORT_LINE:
            break
    return " \n".join(reversed(lines))[-600:]


def _shifted(link: Link, by: int) -> Link:
    return replace(link, start=link.start + by, end=link.end + by)


def _merged(found: Sequence[_Found]) -> list[list[_Found]]:
    """Group what names one address, in the order of the text; of a postal address the fullest spelling comes first."""
    groups: dict[object, list[_Found]] = {}
    posts: list[tuple[frozenset[str], str, list[_Found]]] = []
    for one in found:
        if one.type != "mail" or not one.value:
            key = (one.type, _key(one), one.conditions) if one.value else (one.start, one.end, "form")
            groups.setdefault(key, []).append(one)
            continue
        who, place = core_of(one.value)
        at = next(
            (at for at, (name, core, _) in enumerate(posts) if core == place and (name <= who or who <= name)), None
        )
        if at is None:
            posts.append((who, place, groups.setdefault(("mail", len(posts)), [])))
            posts[-1][2].append(one)
            continue
        fuller = posts[at][0] < who
        posts[at][2].insert(0 if fuller else len(posts[at][2]), one)
        posts[at] = (posts[at][0] | who, place, posts[at][2])
    return list(groups.values())


def _without_shadowed(groups: list[list[_Found]]) -> list[list[_Found]]:
    """Join a channel without conditions to its twin that has them, so that one number is one channel."""
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
    """Return what makes two spellings one address: digits of a phone number, a web address without its closing slash."""
    value = found.value or ""
    if found.type in {"phone", "fax", "tty"}:
        return digits_of(value)[-10:]
    if found.type == "web_form":
        return value.rstrip("/")
    return " ".join(re.findall(r"\w+", value.casefold())) if found.type == "mail" else value.casefold()


def _channel(outline: Outline, mentions: list[_Found]) -> ContactChannel:
    first = mentions[0]
    in_order = sorted(mentions, key=lambda one: one.start)
    places = tuple(dict.fromkeys(ChannelMention(m.start, m.end, m.purposes) for m in in_order))
    return ContactChannel(
        type=first.type,
        value=first.value,
        status="ok" if first.value else "unresolved",
        conditions=first.conditions,
        mentions=places,
        origin=first.origin,
        label=None if first.value else outline.text[first.start : first.end],
        desk=best_desk([mention.desk for mention in in_order]),
    )


def _in_sentence(
    outline: Outline, place: _Place, links: Sequence[Link], url: str | None, own: str | None
) -> Iterator[_Found]:
    """Yield the channels of one sentence; `links` are spans of the sentence."""
    text, sentence = place.text, place.sentence
    if not links and not MAY_HOLD.search(text):
        return
    purposes = channel_purposes(outline, place.clause, sentence)

    def made(kind: str, value: str | None, condition: str | None, origin: str, at: tuple[int, int]) -> _Found:
        desk = _desk(place, kind, value, at, own, purposes)
        serves = ("authorized_agent",) if kind == "api" else purposes
        return _Found(
            kind, value, condition, origin, sentence.start, sentence.end, serves if is_offered(desk) else (), desk
        )

    for email in emails_in(text, links):
        yield made("email", email.value, None, email.origin, (email.start, email.start + len(email.value)))
    for phone in phones_in(text, place.lead or place.before):
        yield made(phone.kind, phone.value, phone.condition, "text", (phone.start, phone.end))
    near = f"{place.lead} {text}"
    of_requests = bool(purposes) and bool(purposes_of(near) or ANY_REQUEST.search(near) or GENERAL.search(near))
    for form in forms_in(text, links, url, of_requests):
        kind = "api" if form.machine and form.target else "web_form"
        origin = "text" if form.target is None or form.target in text else "link"
        yield made(kind, form.target, form.conditions, origin, (form.start, form.end))


def _desk(
    place: _Place, kind: str, value: str | None, at: tuple[int, int], own: str | None, purposes: tuple[str, ...]
) -> str:
    """Return who is behind the channel that stands at `at` in a sentence; a channel that serves nobody is another desk's."""
    before, after = place.text[: at[0]], place.text[at[1] :]
    words = place.text[slice(*at)] if kind == "web_form" else ""
    lead = f"{place.lead} {place.before}".strip()
    desk = desk_of(value, kind, f"{before}{words}", after, lead, place.above, own)
    return "other" if not purposes and is_offered(desk) else desk


def _post(outline: Outline, places: Sequence[_Place], own: str | None) -> Iterator[_Found]:
    """Yield the postal addresses of what a reader sees; an address may go over several lines."""
    text = _read_text(outline)
    starts = [place.sentence.start for place in places]
    pieces = [(piece.start(), addresses_in(piece.group())) for piece in READ.finditer(text)]
    for start, end in ((offset + left, offset + right) for offset, spans in pieces for left, right in spans):
        if not places:
            return
        first = max(0, bisect_right(starts, start) - 1)
        # The addressee's line may stand as a heading, which holds no sentence.
        first += places[first].sentence.end <= start and first + 1 < len(places)
        last = max(first, bisect_left(starts, end) - 1)
        place, value = places[first], outline.text[start:end]
        begin, stop = min(start, place.sentence.start), max(end, places[last].sentence.end)
        span = Sentence(begin, stop, "item", place.sentence.lead_in)
        purposes = channel_purposes(outline, place.clause, span)
        at = (max(0, start - place.sentence.start), max(0, end - place.sentence.start))
        rep = MAILBOX_OF_REPRESENTATIVE.search(outline.text[end : end + 100])
        desk = (
            desk_of(rep.group(1), "email", "", "", "", "", own)
            if rep
            else _desk(place, "mail", value, at, own, purposes)
        )
        yield _Found("mail", value, None, "text", span.start, span.end, purposes if is_offered(desk) else (), desk)


def _read_text(outline: Outline) -> str:
    """Return the stored text with everything no reader sees, and every endless line, overwritten; offsets stay."""
    pieces, at = [], 0
    for clause in outline.clauses:
        spans = [(s.start, s.end) for s in clause.sentences if clause.is_read] or [(clause.start, clause.end)]
        for start, end in spans:
            if not clause.is_read or end - start > LONGEST_SENTENCE:
                pieces += [outline.text[at:start], OTHERS_WORDS * (end - start)]
                at = end
    return "".join([*pieces, outline.text[at:]])


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
