"""The cases of a run: the list with filters, and one case. Pure; `evals.page_cases` makes the markup of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from evals import page_cases
from evals.outcome import Judged
from evals.page_table import table
from evals.reasons import is_right, reasons
from evals.web.parts import Place, entry, pager, select
from evals.web.runs import Run

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What an evaluator wants to see; "" leaves all."""

    result: str = ""
    kind: str = ""
    status: str = ""
    find: str = ""

    def fits(self, one: Judged) -> bool:
        """Return whether a case is wanted; `find` looks at its id, questions and answer."""
        words = " ".join((one.case.id, *one.case.asked, one.outcome.answer.text)).casefold()
        return (
            (not self.result or (self.result == "right") == is_right(one))
            and self.kind in ("", one.case.kind)
            and self.status in ("", one.outcome.answer.status)
            and self.find.strip().casefold() in words
        )

    @property
    def query(self) -> dict[str, str]:
        """The filters as an address carries them."""
        named = {"result": self.result, "kind": self.kind, "status": self.status, "find": self.find}
        return {name: value for name, value in named.items() if value}


def cases_body(place: Place, run: Run, judged: Sequence[Judged], filters: Filters, page: int) -> str:
    """Return the filters and a page of the cases that fit, those with something wrong first."""
    at = ("runs", run.id)
    found = sorted((one for one in judged if filters.fits(one)), key=is_right)
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(page, pages)
    kinds = dict.fromkeys(one.case.kind for one in judged)
    statuses = dict.fromkeys(one.outcome.answer.status for one in judged)
    form = (
        f'<form class="card line" method="get" action="{place.link(*at, "cases")}">'
        + select("result", "Result", [("", "all"), ("wrong", "wrong"), ("right", "right")], filters.result)
        + select("kind", "Kind", [("", "all"), *((kind, kind.replace("_", " ")) for kind in kinds)], filters.kind)
        + select("status", "Status of the answer", [("", "all"), *((s, s.replace("_", " ")) for s in statuses)], filters.status)
        + entry("find", "Words in it", filters.find, extra=' maxlength="200"')
        + '<button type="submit">Show</button></form>'
    )  # fmt: skip
    rows = [
        [
            f'<a href="{place.link(*at, "case", case=one.case.id)}">{escape(one.case.id)}</a>',
            '<span class="good">right</span>' if is_right(one) else f'<span class="bad">wrong: {escape(", ".join(r.metric for r in reasons(one)))}</span>',
            escape(one.case.kind.replace("_", " ")),
            escape(one.outcome.answer.status.replace("_", " ")),
            escape(" / ".join(one.case.asked)),
        ]
        for one in found[(page - 1) * PER_PAGE : page * PER_PAGE]
    ]  # fmt: skip
    shown = (
        table(("case", "result", "kind", "status", "question"), rows, label="Cases", small=True)
        if rows
        else "<p>No case fits all the choices.</p>"
    )
    back = f'<p><a href="{place.link(*at)}">Back to the figures</a></p>'
    return f'{back}{form}<p role="status">{len(found)} of {len(judged)} cases.</p>{shown}{pager(place, (*at, "cases"), filters.query, page, pages)}'


def case_body(place: Place, run: Run, judged: Sequence[Judged], one: Judged) -> str:
    """Return a case with its answer, its evidence and its reasons."""
    at = ("runs", run.id)
    order = [other.case.id for other in judged]
    spot = order.index(one.case.id)
    near = "".join(
        f'<a href="{place.link(*at, "case", case=order[there])}">{words}</a> '
        for there, words in ((spot - 1, "← Case before"), (spot + 1, "Next case →"))
        if 0 <= there < len(order)
    )
    note = '<p class="meta">Words of the expected evidence are marked in what was shown; tolerated evidence is underlined.</p>'
    return (
        f'<p><a href="{place.link(*at)}">Figures of the run</a> · <a href="{place.link(*at, "cases")}">All cases</a></p>{note}'
        f'<h2>Asked and answered</h2>{page_cases.entries(judged, [one], opened=True)}<nav class="pager" aria-label="Cases">{near}</nav>'
    )
