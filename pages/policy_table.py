"""A stored table as an HTML table that screen readers can walk. Pure, no script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pages.markup import worded
from vectorstore.policy import Clause
from vectorstore.table import cell_spans

if TYPE_CHECKING:
    from pages.policy_page import Marker


def table(clause: Clause, marker: Marker) -> str:
    """Return a table with its heads; the bars between the cells stay in the page, hidden by its style.

    A row that does not have as many cells as the others stands over all columns.
    """
    rows = [(sentence, cell_spans(marker.policy.text, sentence.start, sentence.end)) for sentence in clause.sentences]
    columns = max((len(cells) for _, cells in rows), default=1)
    head, body, at = "", "", clause.start
    for sentence, cells in rows:
        heads = sentence.kind == "lead_in"
        wide = f' colspan="{columns}"' if len(cells) == 1 and columns > 1 else ""
        line = ""
        for number, (start, end, until) in enumerate(cells):
            before = marker.piece(at, start)
            bars = f'<span class="bar">{before}</span>' if before.strip() else before
            # The first cell names its row.
            tag, scope = (
                ("th", ' scope="col"') if heads else ("th", ' scope="row"') if number == 0 and not wide else ("td", "")
            )
            after = marker.piece(end, until)
            bars_after = f'<span class="bar">{after}</span>' if after.strip() else after
            line += f"<{tag}{scope}{wide}>{bars}{marker.piece(start, end)}{bars_after}</{tag}>"
            at = until
        if heads and not body:
            head += f"<tr>{line}</tr>"
        else:
            body += f"<tr>{line}</tr>"
    return f'<div class="table" tabindex="0" role="group" aria-label="{worded("policy.table")}"><table>{f"<thead>{head}</thead>" * bool(head)}<tbody>{body}</tbody></table></div>'
