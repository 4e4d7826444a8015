"""Postal addresses: in a sentence ("by mail to ...") or written line by line; each is a span of the policy's own text."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyap

from ingest import headings
from vectorstore.policy import Clause, Sentence

POST = re.compile(
    r"(?:\bby (?:regular |postal |us )?(?:mail|post)|\bin writing|\bwrite to us|\bletter|\bmailing address|\bpostal address|\bmail us|^mail|^post|^address|\bwrite"
    r"|\brepresentative(?: in the [\w ]{2,40})?(?: is)?)(?:\s+(?:to|at)(?: us at)?|\s*:)\s+|\bat\s+(?=\d{1,5}\s+[A-Z])",
    re.IGNORECASE,
)
POST_END = re.compile(
    r"(?:,|;)?\s+(?:or|and)\s+(?:by|via|call|phone|e-?mail|through|using|at)\b|\.\s*$|;\s*$|\s+\(", re.IGNORECASE
)
TOWN_END = re.compile(
    rf"(?:\b[A-Z]{{2}}\.?,?\s+\d{{5}}(?:-\d{{4}})?\b|\b[A-Z]{{1,2}}\d[A-Z\d]? \d[A-Z]{{2}}\b)(?:,? (?i:{headings.COUNTRIES})\b)?"
)
STREET = re.compile(r"\d+\s?\w?[ ,]+(?:\w+\.? ){0,4}\w+|\bP\.?\s?O\.?\s?Box\s+\d+", re.IGNORECASE)
# Where a sentence names a town: without one of these there is nothing for a letter to reach.
CODE = re.compile(r"\b\d{5}(?:-\d{4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\b\d{4} [A-Z]{2}\b|\b[A-Z]-?\d{4}\b")
LONGEST = 250


def address_in(text: str) -> str | None:
    """Return the postal address with its addressee as it stands in the sentence `text`, None if there is none."""
    marker = POST.search(text)
    if marker:
        rest = text[marker.end() :]
        ends = [m.start() for m in POST_END.finditer(rest)] + [m.end() for m in TOWN_END.finditer(rest)]
        end = next((end for end in sorted(ends) if STREET.search(rest[:end]) and _is_whole(rest, end)), len(rest))
        value = rest[:end].strip(" ,.;")
        if STREET.search(value) and "," in value and len(value) <= LONGEST and "@" not in value:
            return value
    if not CODE.search(text):
        return None
    found = [address for address in pyap.parse(text, country="US") if CODE.search(str(address))]
    if not found:
        return None
    before = text[: found[0].match_start]
    left = max(before.rfind(": "), before.rfind(" to "), before.rfind(" at "))
    near = left >= 0 and len(before) - left < 120
    start = left + before[left:].index(" ", 1) + 1 if near else len(before)
    return text[start : found[0].match_end].strip(" ,.;") or None


def _is_whole(rest: str, end: int) -> bool:
    """Return False where an address goes on behind `end`: a town must come before it ends at a comma or a bracket."""
    return TOWN_END.search(rest[:end]) is not None or TOWN_END.search(rest[end : end + 80]) is None


def address_lines(text: str, clause: Clause) -> Sequence[Sentence]:
    """Return the lines of a list that together are one postal address, addressee first; empty if they are none."""
    items = [s for s in clause.sentences if s.kind in {"item", "sentence"}]
    run: list[Sentence] = []
    for number, item in enumerate(items):
        line = text[item.start : item.end]
        apart = bool(run) and item.start != run[-1].end + 1
        if "@" in line or len(line.split()) > 9 or line.endswith(":") or POST.search(line) or apart:
            run = []
            continue
        run.append(item)
        if not headings.ends_address(line):
            continue
        following = items[number + 1] if number + 1 < len(items) else None
        if following and headings.COUNTRY.match(text[following.start : following.end]):
            run.append(following)
        if len(run) >= 2 and STREET.search(text[run[0].start : run[-1].end]):
            return run[-headings.ADDRESS_LINES :]
        run = []
    return ()
