"""Tables of data, row by row, told apart from tables that only lay out a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborNode

from ingest.document import Block, Link

LAYOUT = "table, h1, h2, h3, h4, h5, h6, form, input"
LONGEST_ROW = 6_000  # characters of a row of data; longer ones lay out the page
LONGEST_LOOSE_ROW = 1_500  # the same for a table without column heads
LONGEST_HEAD = 60
MOST_SPAN = 50


@dataclass(frozen=True, slots=True)
class Cell:
    """The words of one cell as one block, and whether it is a column head."""

    block: Block
    is_head: bool


SPANNED = Cell(Block(""), False)  # the columns that a wide cell of the same row covers


def rows_of(table: LexborNode, read: Callable[[LexborNode], list[Block]]) -> list[Block] | None:
    """Return a table of data as blocks of kind "header_row" and "row", cells apart by " | "; None for a layout table.

    `read` gives the blocks of a cell. A cell over several rows stands in each of them.
    """
    if table.css_first("table table") is not None or any(node.css_first(LAYOUT) for node in table.css("td")):
        return None
    lines = table.css("tr")
    headed = table.css_first("th") is not None or table.css_first("thead") is not None
    if not headed and table.css_first("td ul, td ol, td dl") is not None and len(lines) < 2:
        return None
    carried = _carried([_cells(row, read) for row in lines])
    grid = [row for row in carried if any(cell.block.text for cell in row)]
    if not grid or max(len(row) for row in grid) < 2:
        return None
    full = [row for row in grid if sum(bool(cell.block.text) for cell in row) >= 2]
    first = grid[0]
    heads = _is_head(first, grid[1:])
    longest = LONGEST_ROW if headed or heads else LONGEST_LOOSE_ROW
    blocks = [_joined(row) for row in grid]
    # A page laid out in columns has few rows, or rows of very different kinds.
    if (
        any(len(block.text) > longest for block in blocks)
        or len(full) * 2 < len(grid)
        or (not headed and not heads and len(full) < 2)
    ):
        return None
    shown = [replace(block, kind="row", level=1) for block in blocks]
    if heads:
        shown[0] = replace(shown[0], kind="header_row")
    return shown


def _cells(row: LexborNode, read: Callable[[LexborNode], list[Block]]) -> list[tuple[Cell, int, int]]:
    """Return the cells of a row with the columns and rows they span."""
    found = []
    cell = row.first_child
    while cell is not None:
        if cell.tag in {"td", "th"}:
            words = _joined_blocks(read(cell))
            bold = cell.tag == "th" or _is_bold(cell, words.text)
            found.append((Cell(words, bold), _span(cell, "colspan"), _span(cell, "rowspan")))
        cell = cell.next
    return found


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "1").strip()
    return min(MOST_SPAN, max(1, int(value))) if re.fullmatch(r"\d{1,4}", value) else 1


def _is_bold(cell: LexborNode, words: str) -> bool:
    bold = "".join(node.text() for node in cell.css("b, strong"))
    return bool(words) and len("".join(bold.split())) >= len("".join(words.split()))


def _carried(grid: list[list[tuple[Cell, int, int]]]) -> Iterator[list[Cell]]:
    """Yield rows with the cells of rows above that reach into them; a cell over columns leaves the others empty."""
    above: dict[int, tuple[Cell, int]] = {}
    for row in grid:
        line: list[Cell] = []
        cells = list(row)
        below: dict[int, tuple[Cell, int]] = {}
        while cells or len(line) in above:
            column = len(line)
            if column in above:
                cell, left = above[column]
                line.append(cell)
                if left > 1:
                    below[column] = (cell, left - 1)
                continue
            cell, columns, rows = cells.pop(0)
            line.append(cell)
            line += [SPANNED] * (columns - 1)
            if rows > 1:
                below[column] = (cell, rows - 1)
        above = below
        yield line


def _is_head(first: list[Cell], others: list[list[Cell]]) -> bool:
    """Return True if the first row names the columns: marked so, or bold, or short titles over longer cells."""
    filled = [cell for cell in first if cell.block.text]
    if len(filled) < 2 or not others or any(len(cell.block.text) > 3 * LONGEST_HEAD for cell in filled):
        return False
    if all(cell.is_head for cell in filled):
        return True
    titles = all(
        len(cell.block.text) <= LONGEST_HEAD and cell.block.text[-1] not in ".;:,!" and cell.block.text[0].isupper()
        for cell in filled
    )
    longest = [max((len(row[at].block.text) for row in others if at < len(row)), default=0) for at in range(len(first))]
    return titles and len(others) >= 2 and max(longest) > LONGEST_HEAD and len(filled) == len(first)


def _joined_blocks(blocks: list[Block]) -> Block:
    """Return the blocks of one cell as one, joined by a space."""
    return _join(blocks, " ")


def _joined(cells: list[Cell]) -> Block:
    """Return a row as one block; a cell over all columns stands alone, without separators."""
    own = [cell.block for cell in cells if cell is not SPANNED]
    return own[0] if len(own) == 1 else _join([cell.block for cell in cells], " | ")


def _join(blocks: list[Block], between: str) -> Block:
    text = ""
    links: list[Link] = []
    anchors: list[str] = []
    for number, block in enumerate(blocks):
        # Two separators side by side show an empty cell; the space between them is one.
        text += (between[1:] if text.endswith(" ") else between) if number else ""
        links += [Link(len(text) + link.start, len(text) + link.end, link.target) for link in block.links]
        anchors += block.anchors
        text += block.text
    start = len(text) - len(text.lstrip())
    moved = tuple(Link(link.start - start, link.end - start, link.target) for link in links)
    return Block(text.strip(), links=moved, anchors=tuple(anchors))
