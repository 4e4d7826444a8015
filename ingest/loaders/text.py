"""Plain text: one block a line, hard-wrapped lines joined, the source URL taken from the first lines."""

from __future__ import annotations

import re

from ingest.cleaning import normalise
from ingest.document import Block, LoadedDocument
from ingest.unfolding import LONG_LINE, unfold

URL_LINE = re.compile(r"^(?:url:\s*|source:\s*)?(https?://\S+)$", re.IGNORECASE)
WRAPPED_AT_LEAST = 55


def load_text(text: str) -> LoadedDocument:
    """Return the lines of a text dump as blocks, in order; a text that lost its line breaks is cut again."""
    blocks: list[list[str]] = []
    blank_before = True
    for raw in text.splitlines():
        line = normalise(raw)
        if not line:
            blank_before = True
            continue
        if not blank_before and _continues(blocks[-1][-1], line):
            blocks[-1].append(line)
        else:
            blocks.append([line])
        blank_before = False
    lines = [" ".join(parts) for parts in blocks]
    found = next((match.group(1) for line in lines[:5] if (match := URL_LINE.match(line))), None)
    parts = [unfold(line) if len(line) > LONG_LINE else [Block(line)] for line in lines]
    return LoadedDocument(tuple(block for part in parts for block in part), url=found)


def _continues(line: str, following: str) -> bool:
    """Return True if `following` is the rest of a sentence that was wrapped."""
    return len(line) >= WRAPPED_AT_LEAST and line[-1] not in ".:;!?" and following[0].islower()
