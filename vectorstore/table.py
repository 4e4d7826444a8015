"""Rows of a stored table: cells, and the heads of their columns. The standard library only."""

from __future__ import annotations

SEPARATOR = "|"


def cells_of(row: str) -> list[str]:
    """Return the cells of a row as stored ("a | b | c"); an empty cell is ""."""
    return [cell.strip() for cell in row.split(SEPARATOR)]


def aligned(header: str, row: str, longest: int | None = None) -> str:
    """Return a row as words: "Category: Identifiers; Collected: YES"; the row itself where it has other columns.

    `longest` cuts each cell to that many characters.
    """
    heads, cells = cells_of(header), cells_of(row)
    if len(heads) != len(cells) or len(cells) < 2:
        return row
    pairs = [
        (head, cell if longest is None else cell[:longest]) for head, cell in zip(heads, cells, strict=True) if cell
    ]
    return "; ".join(f"{head.rstrip(':')}: {cell}" if head else cell for head, cell in pairs)


def cell_spans(text: str, start: int, end: int) -> list[tuple[int, int, int]]:
    """Return start and end of the words of each cell of the row text[start:end], and where the bar behind it ends.

    Empty cells are among them, with start and end at one place.
    """
    found, at = [], start
    while at <= end:
        bar = text.find(SEPARATOR, at, end)
        until = end if bar < 0 else bar + len(SEPARATOR)
        stop = end if bar < 0 else bar
        cell = text[at:stop]
        first = at + len(cell) - len(cell.lstrip())
        found.append((min(first, stop), max(min(first, stop), at + len(cell.rstrip())), until))
        if bar < 0:
            break
        at = until
    return found


def label_of(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span of a row's first cell with words, which names the row; None if it has no other cell with words."""
    filled = [(first, last) for first, last, _ in cell_spans(text, start, end) if last > first]
    return filled[0] if len(filled) > 1 else None
