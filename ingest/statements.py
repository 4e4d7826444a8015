"""What a policy says of itself by name: the first sentence that speaks of each of several things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ingest.outline import Outline
from vectorstore.policy import Statement

LONGEST_SENTENCE = 5_000  # characters, as for channels


class Named:
    """A name and the words that stand for it in a policy."""

    def __init__(self, name: str, words: str) -> None:
        self.name = name
        # Capitals tell names from words ("US" from "us"); the first letter of a sentence tells nothing.
        self.words = re.compile(words)


def first_statements(outline: Outline, things: Sequence[Named], may_hold: re.Pattern[str]) -> tuple[Statement, ...]:
    """Return a Statement for each of `things` that the policy speaks of, in their order, with its first sentence or heading.

    Only sentences that `may_hold` finds need a closer look.
    """
    found: dict[str, Statement] = {}
    for start, end in _spans(outline):
        text = outline.text[start:end]
        if not may_hold.search(text):
            continue
        small = text[:1].lower() + text[1:]
        for thing in things:
            if thing.name not in found and (thing.words.search(text) or thing.words.search(small)):
                found[thing.name] = Statement(thing.name, start, end)
        if len(found) == len(things):
            break
    return tuple(found[thing.name] for thing in things if thing.name in found)


def _spans(outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield the sentences and headings that a reader sees, in the order of the text."""
    for clause in outline.clauses:
        if clause.is_read:
            spans = [(s.start, s.end) for s in clause.sentences] or [(clause.start, clause.end)]
            yield from (span for span in spans if span[1] - span[0] <= LONGEST_SENTENCE)
