"""Tables of the report page as markup. Owns no figure; whoever fills a cell escapes its words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

NUMERIC = ' class="n"'


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, label: str = "", small: bool = False) -> str:
    """Return a table whose first column names the rows. A cell is markup; one that is no `<td` yet becomes one.

    `label` is what a screen reader calls the table.
    """
    figures = {place for row in rows for place, cell in enumerate(row) if cell.startswith('<td class="n')}
    head = "".join(
        f'<th scope="col"{NUMERIC if place in figures else ""}>{escape(name)}</th>' for place, name in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    size = ' class="small"' if small else ""
    size += f' aria-label="{escape(label, quote=True)}"' if label else ""
    return f'<div class="scroll" tabindex="0"><table{size}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def number(value: float | None, places: int) -> str:
    """Return a cell with a right-aligned figure, a dash for None."""
    return f'<td class="n">{"–" if value is None else f"{value:.{places}f}"}</td>'
