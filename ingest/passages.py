"""Clauses to passages: what is embedded. Whole clauses in windows, and every sentence with its lead-in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vectorstore.policy import Clause, Passage, Policy

WINDOW = 900  # characters, about 200 word pieces: the model reads 256
LEAD_IN = 220
# "3.2 ", "Section 4(a): ", "IV. ": a number before a heading's words says nothing of its matter and changes with every insertion.
NUMBER = re.compile(
    r"^(?:(?:section|article|part)\s+)?(?:\d+(?:\.\d+)*|[IVXLC]+(?=[.):])|[A-Za-z](?=[.)]))(?:\(\w\))?[.):]*\s+",
    re.IGNORECASE,
)


def passages_of(policy: Policy, company: str | None = None) -> tuple[Passage, ...]:
    """Return the passages of a policy in the order of its text, clause passages before their sentences.

    `company` is the name to embed them under, None for the policy's own.
    """
    company = company or policy.company
    found: list[Passage] = []
    for clause in policy.clauses:
        if not clause.is_read or clause.kind == "heading" or not clause.sentences:
            continue
        context = _context(company, clause)
        found += [Passage(clause.id, "clause", start, end, context) for start, end in _windows(clause)]
        for sentence in clause.sentences:
            if sentence.kind == "heading" or sentence.end - sentence.start < 3:
                continue
            lead = policy.text[slice(*sentence.lead_in)] if sentence.lead_in else ""
            context = f"{lead[-LEAD_IN:]} " if lead else ""
            found.append(Passage(clause.id, "sentence", sentence.start, sentence.end, context))
    return tuple(found)


def _context(company: str, clause: Clause) -> str:
    """Company and headings stand before a clause: named companies are found twice as often across policies."""
    headings = [NUMBER.sub("", part).rstrip(".:") or part for part in clause.path[-2:]]
    return f"{'. '.join([company, *headings])}. "


def _windows(clause: Clause) -> Iterator[tuple[int, int]]:
    """Yield spans of whole sentences of at most WINDOW characters; a longer sentence is a window of its own."""
    start, end = clause.sentences[0].start, clause.sentences[0].end
    for sentence in clause.sentences[1:]:
        if sentence.end - start > WINDOW:
            yield start, end
            start = sentence.start
        end = sentence.end
    yield start, end
