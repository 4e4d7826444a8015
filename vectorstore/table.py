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
