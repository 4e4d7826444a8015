"""Chosen places of a policy: whole sentences, list items or clauses, and where they stand in a later version.

A place is never found by searching the text: it is one of the edges that ingest has drawn, and its words are compared there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.evidence import Quote
from vectorstore.policy import Clause, Policy


@dataclass(frozen=True, slots=True)
class ChosenSpan:
    """`quote == text[start:end]` of the version it was chosen in, characters, end excluded. `path` are its headings."""

    start: int
    end: int
    quote: str
    path: tuple[str, ...] = ()


def clause_of(policy: Policy, start: int, end: int) -> Clause | None:
    """Return the readable clause of which the span is one or more whole sentences; None where it is no such span."""
    for clause in policy.clauses:
        if clause.start <= start < end <= clause.end and clause.is_read and clause.kind != "heading":
            starts, ends = _edges(clause)
            return clause if start in starts and end in ends else None
    return None


def standing_place(policy: Policy, chosen: ChosenSpan) -> tuple[int, int] | None:
    """Return where the quote stands in a version; None where its words are gone, damaged, or stand at several places.

    Of several equal places the one under the same heading counts, if there is but one.
    """
    found = [
        (clause, start)
        for clause in policy.clauses
        if clause.is_read and clause.kind != "heading"
        for start in _starts(policy, clause, chosen.quote)
    ]
    if len(found) > 1:
        found = [(clause, start) for clause, start in found if clause.path[-1:] == chosen.path[-1:]]
    if len(found) != 1:
        return None
    start = found[0][1]
    end = start + len(chosen.quote)
    return None if policy.is_damaged(start, end) else (start, end)


def quote_at(policy: Policy, start: int, end: int) -> Quote | None:
    """Return the span as a quote, with the line it depends on and the items in it; None where it is no chosen place."""
    clause = clause_of(policy, start, end)
    if clause is None:
        return None
    inside = [s for s in clause.sentences if start <= s.start and s.end <= end]
    first = inside[0] if inside else None
    opens = first is not None and first.kind == "lead_in"
    items = tuple(s for s in inside if s.kind in {"item", "row"}) if opens else ()
    return Quote(policy, clause, start, end, 1.0, first.lead_in if first else None, items)


def _starts(policy: Policy, clause: Clause, quote: str) -> Iterator[int]:
    starts, ends = _edges(clause)
    for start in sorted(starts):
        end = start + len(quote)
        if end in ends and policy.text[start:end] == quote:
            yield start


def _edges(clause: Clause) -> tuple[set[int], set[int]]:
    starts = {clause.start, *(sentence.start for sentence in clause.sentences)}
    return starts, {clause.end, *(sentence.end for sentence in clause.sentences)}
