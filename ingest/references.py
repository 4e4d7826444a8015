"""Words that point to another place of the same policy ("see Contact Information below"), resolved to its clauses."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ingest import headings
from ingest.outline import Outline
from vectorstore.policy import Clause, CrossReference, Damage

TITLE = r"[A-Z][\w’'&/-]*(?:,? (?:[A-Z][\w’'&/-]*|and|or|of|to|your|our|the|a|an|for|with|in|on|from|we|you|&)){0,10}"
QUOTED = re.compile(
    r"(?<![\w.,;)])[“\"‘'](?=\S)([^“”\"‘’\n]{1,90}(?:[’'](?=\w)[^“”\"‘’\n]{1,60})?)(?<=\S)[”\"’'](?!\w)(?P<after>\s+sections?\b|,?\s+(?:below|above)\b)?"
)
POINTS = re.compile(
    r"(?:\bsee|\brefer to|\bdescribed (?:in|under)|\bset (?:out|forth) in|\bexplained in|\boutlined in|\bdiscussed in|\bdetailed in|\blisted in|"
    r"\bprovided in|\bspecified in|\bconsult|\breview|\bread|\bas (?:per|noted in)|\bsections?(?: (?:titled|entitled|called|headed|named|labell?ed|marked|on))?)"
    r"[:,]?\s*(?:the |our |also |and )*(?:sections?(?: (?:titled|entitled|called|headed|named|labell?ed))?\s*)?[:,]?\s*$",
    re.IGNORECASE,
)
SECTION_TITLE = re.compile(
    rf"\b(?:the|our)\s+(?P<before>{TITLE})\s+section\b"
    rf"|\bsections?\s+(?:titled |entitled |called |headed |named )?(?P<after>{TITLE})(?=\s+(?:below|above)\b|[).,;])"
    rf"|\b[Ss]ee\s+(?:also\s+)?(?:the\s+)?(?P<below>{TITLE})\s+(?:below|above)\b"
)
NUMBER = re.compile(
    r"\b(?:Section|Sections|section|sections|Part|Article)\s+(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}|[IVX]{1,5})(?P<sub>(?:\([a-zA-Z\d]{1,3}\))*)(?![\w-])"
)
# A section of a law, or of another document, is no place of this policy.
ELSEWHERE = re.compile(
    r"\s*(?:of|in|under|on)\s+(?:the|our|its|that|your|title|chapter|such)?\s*(?!(?:this|privacy)\b)(?:[\w.’'-]+\s+){0,8}?"
    r"(?:Act|Code|Regulations?|Directive|GDPR|CCPA|CPRA|Law|statute|Terms|website|site|app|account|page|settings|Help|agreement|profile|e-?mails?|browser|device|computer)\b",
    re.IGNORECASE,
)
LAW_BEFORE = re.compile(r"(?:\bCode|\bAct|\bLaw|§|U\.S\.C\.|C\.F\.R\.|\bCiv\.|\bStat\.)[,.]?\s*$")
SMALL = frozenset("a an and as at by for from in of on or our the to we with you your how what".split())
SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class _Place:
    """A titled place of the policy: its words without number, and its number."""

    words: str
    number: str | None
    clause: Clause


def find_references(outline: Outline) -> tuple[tuple[CrossReference, ...], tuple[Damage, ...]]:
    """Return the references in the order of the text, and a flaw for each named section that is not in the text."""
    places = list(_places(outline))
    found: dict[tuple[int, int], CrossReference] = {}
    lost: list[Damage] = []
    outward = [link for link in outline.links if not link.target.startswith("#")]
    for reference in _linked(outline, places):
        found[reference.start, reference.end] = reference
    for clause in outline.clauses:
        if not clause.is_read or clause.kind == "heading":
            continue
        text = outline.text[clause.start : clause.end]
        for start, end, title, sure in _named(text):
            span = (clause.start + start, clause.start + end)
            if any(left < span[1] and span[0] < right for left, right in found):
                continue
            target = _titled(title, places, sure)
            if target is not None:
                found[span] = CrossReference(*span, target.id)
            elif sure and not any(link.start < span[1] and span[0] < link.end for link in outward):
                reason = f"the policy points to a section {title!r}, but no section of that name is in the stored text"
                lost.append(Damage("lost_reference", *span, reason))
        for start, end, number in _numbers(text):
            target = next((place.clause for place in places if place.number == number), None)
            span = (clause.start + start, clause.start + end)
            if target is not None and span not in found:
                found[span] = CrossReference(*span, target.id)
    return tuple(found[span] for span in sorted(found)), tuple(lost)


def _places(outline: Outline) -> Iterator[_Place]:
    """Yield headings and run-in headings, in order."""
    for clause in outline.clauses:
        if not clause.is_read:
            continue
        spans = [(s.start, s.end) for s in clause.sentences if s.kind == "heading"]
        if clause.kind == "heading":
            spans.append((clause.start, clause.end))
        for start, end in spans:
            words = outline.text[start:end]
            match = headings.NUMBER_OF.match(words)
            number = (match.group("number") or match.group("letter")) if match else None
            yield _Place(_plain(words[match.end() :] if match else words), number, clause)


def _plain(words: str) -> str:
    return " ".join(re.findall(r"\w+", words.replace("’", "'").replace("'", "").replace("&", " and ").casefold()))


def _linked(outline: Outline, places: list[_Place]) -> Iterator[CrossReference]:
    """Yield the links to places of the page itself."""
    anchors = dict(reversed(outline.anchors))
    slugs = {SLUG.sub("-", place.words).strip("-"): place.clause for place in reversed(places)}
    starts = [clause.start for clause in outline.clauses]
    for link in outline.links:
        clause = outline.clauses[bisect_right(starts, link.start) - 1] if starts else None
        if not link.target.startswith("#") or clause is None or not clause.is_read or clause.kind == "heading":
            continue
        name = link.target[1:]
        target = slugs.get(SLUG.sub("-", name.casefold()).strip("-"))
        if name in anchors:
            at = bisect_right(starts, anchors[name]) - 1
            target = next((one for one in outline.clauses[at:] if one.is_read), None)
        if target is not None and target.id != clause.id:
            yield CrossReference(link.start, link.end, target.id)


def _named(text: str) -> Iterator[tuple[int, int, str, bool]]:
    """Yield the span and the title of sections named in words; the last value tells whether it must be a section of this text."""
    for match in QUOTED.finditer(text):
        title = match.group(1).rstrip(" .,:;")
        points = POINTS.search(text[max(0, match.start() - 60) : match.start()])
        if (not points and not match.group("after")) or len(title.split()) > headings.MAX_HEADING_WORDS:
            continue
        sure = "section" in (points.group() if points else "").casefold() or bool(match.group("after"))
        yield match.start(1), match.start(1) + len(title), title, sure and not ELSEWHERE.match(text, match.end())
    for match in SECTION_TITLE.finditer(text):
        name = next(name for name in ("before", "after", "below") if match.group(name))
        title = match.group(name).rstrip(" .,:;")
        if re.fullmatch(r"[IVX]+|[A-Z]|This|That|Such|Any|Each", title) or ELSEWHERE.match(text, match.end()):
            continue
        yield match.start(name), match.start(name) + len(title), title, len(title.split()) >= 2


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    for match in NUMBER.finditer(text):
        of_law = LAW_BEFORE.search(text[max(0, match.start() - 20) : match.start()]) or ELSEWHERE.match(
            text, match.end()
        )
        if not of_law:
            yield match.start(), match.end(), match.group("number")


def _titled(title: str, places: list[_Place], sure: bool) -> Clause | None:
    """Return the clause with that heading, else with the one that holds most of its words, else None.

    `sure`: the words must name a section of this text, so that one word in common may do.
    """
    wanted = _plain(title)
    if not wanted:
        return None
    exact = next((place.clause for place in places if place.words == wanted), None)
    if exact is not None:
        return exact
    words = _words(wanted)
    best: tuple[float, Clause] | None = None
    for place in places:
        own = _words(place.words)
        share = len(words & own) / len(words | own) if words | own else 0.0
        holds = (words <= own or own <= words) and len(words & own) >= 2
        if holds and share >= 0.4 and (best is None or share > best[0]):
            best = (share, place.clause)
    if best is not None:
        return best[1]
    # "Contact Us" for the one heading that speaks of contact.
    near = [place.clause for place in places if words and words <= _words(place.words)]
    if len(near) == 1 and sure:
        return near[0]
    # "Your Choices - Advertising": the part named last is the nearer one.
    parts = re.split(r"\s+[-–—>]\s+", title)
    return (
        next((one for part in reversed(parts) if (one := _titled(part, places, sure))), None)
        if len(parts) > 1
        else None
    )


def _words(title: str) -> set[str]:
    """Return the words that tell a title from others, the plural like the singular."""
    return {word.rstrip("s") for word in title.split() if word not in SMALL}
