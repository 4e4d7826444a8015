"""Runs of a Word paragraph to lines of text with links, and what a paragraph's style says. Knows no tables, no package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

from ingest.cleaning import normalise
from ingest.document import Link


@dataclass(slots=True)
class Piece:
    """Words of one run. `target` is the link over it."""

    words: str
    hidden: bool
    target: str | None


def lines_of(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield the lines of a paragraph, which a piece of "\\n" parts."""
    line: list[Piece] = []
    for piece in pieces:
        if piece.words == "\n":
            yield line
            line = []
        else:
            line.append(piece)
    yield line


def visible_apart(pieces: list[Piece]) -> Iterator[tuple[bool, list[Piece]]]:
    """Yield what a reader sees of a line, and what is hidden in it."""
    for hidden in (False, True):
        run = [piece for piece in pieces if piece.hidden is hidden]
        if run:
            yield hidden, run


def text_of(pieces: list[Piece]) -> tuple[str, tuple[Link, ...]]:
    """Return the words of a line with white space made one space, and the links in it."""
    words = ""
    links: list[Link] = []
    for piece in pieces:
        clean = normalise(piece.words)
        if words and not words.endswith(" ") and piece.words[:1].isspace():
            words += " "
        start = len(words)
        words += clean
        if clean and piece.target is not None:
            if links and links[-1].target == piece.target and not words[links[-1].end : start].strip():
                links[-1] = Link(links[-1].start, len(words), piece.target)
            else:
                links.append(Link(start, len(words), piece.target))
        if clean and piece.words[-1:].isspace():
            words += " "
    return words.strip(), tuple(links)


def field_target(instruction: str | None) -> str | None:
    """Return where a field of the kind HYPERLINK leads, None for any other."""
    match = re.match(r'\s*HYPERLINK\s+"([^"]+)"', instruction or "")
    return normalise(match.group(1)) if match else None


def value_of(properties: Any, name: str) -> str | None:
    """Return the value of a property, None where it is not set."""
    found = properties.find(qn(name)) if properties is not None else None
    return found.get(qn("w:val")) if found is not None else None


def ancestry(style: Any) -> Iterator[Any]:
    """Yield a style and those it is based on."""
    for _ in range(12):
        if style is None:
            return
        yield style
        style = style.base_style


def names_of(style: Any) -> Iterator[str]:
    """Yield the names of a style and of those it is based on."""
    return (one.name or "" for one in ancestry(style))
