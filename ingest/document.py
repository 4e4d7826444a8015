"""What a loader hands on: blocks of text as the format gives them, before any outline is made of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside a block: `start` and `end` are characters into Block.text, end excluded."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True)
class Block:
    """One line, heading, list item or table row of the source, white space normalised.

    `kind` is "line" (a line or paragraph whose role the outline has to find), "heading", "item", "header_row" (the column
    heads of a table), "row" (cells apart by " | "), "menu" (known to be navigation) or "hidden" (kept from a reader's
    eyes by the page). `level` is the depth of a heading (1 = outermost) or of an item (1 = top list), 0 for the others.
    `page` counts the pages of a PDF from 1, None for other formats. `anchors` are names under which links of the document
    itself point here.
    """

    text: str
    kind: str = "line"
    level: int = 0
    links: tuple[Link, ...] = ()
    page: int | None = None
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """A document as its loader read it. `title` and `url` are None where the format does not carry them.

    `has_links` tells whether the format keeps link targets: in a text dump a missing link was lost, not absent.
    `signs` are what the page calls itself or its site outside its text, the surest first. `language` is what the
    document says of its language (ISO 639-1), None if it says nothing.
    """

    blocks: tuple[Block, ...]
    title: str | None = None
    url: str | None = None
    has_links: bool = False
    signs: tuple[str, ...] = ()
    language: str | None = None
