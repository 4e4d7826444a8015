"""The figures of the report page as tables. Owns markup, no figure; every word from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from evals import plots
from evals.compare import Comparison
from evals.confusion import Confusion
from evals.interval import Mean
from evals.metrics import MUST_HOLD
from evals.report import Groups, Summary

if TYPE_CHECKING:
    from evals.judge import Opinions

LOW = 0.8  # a mean below this is shaded in the table by kind
MANY = 12  # companies: with more, only those that were mistaken are shown


def metrics(summary: Summary) -> str:
    """Return a row for each metric with its interval drawn, and the size of what is shown."""
    rows = [_mean_row(name, mean, name in MUST_HOLD) for name, mean in summary.overall.items()]
    shown = table(("metric", "", "mean", "95 % interval", "n"), rows)
    note = '<p class="faint small">* must hold: a single case that loses it is a regression.</p>'
    if not summary.sizes:
        return shown + note
    sizes = [
        [escape(kind), *_size_cells(means)] for kind, means in {"all": summary.sizes, **summary.sizes_by_kind}.items()
    ]
    heads = ("kind", "quotes", "95 % interval", "characters", "95 % interval", "n")
    return f"{shown}{note}<h3>Shown by an answer that quotes anything, on average</h3>{table(heads, sizes)}"


def kinds(summary: Summary) -> str:
    """Return metric by kind, mean over n; low means are shaded."""
    rows = []
    for name in summary.overall:
        cells = [summary.by_kind[kind].get(name) for kind in summary.kinds]
        rows.append([escape(name), *(_kind_cell(mean) for mean in cells)])
    heads = ("metric", *(f"{kind.replace('_', ' ')} ({n})" for kind, n in summary.kinds.items()))
    note = f'<p class="faint small">Mean, and n in brackets. Shaded: below {LOW}.</p>'
    return note + table(heads, rows, small=True)


def groups(found: Groups, anchors: Mapping[str, str]) -> str:
    """Return what only shows over many cases; `anchors` are the places of the cases on the page by id."""
    parts = []
    if found.verdicts.matrix.n:
        told = f"Inverted: {_linked(found.verdicts.inverted, anchors)}. Another accepted verdict: {_linked(found.verdicts.tolerated, anchors)}."
        parts.append(_matrix("Verdicts", found.verdicts.matrix, anchors, told))
    silence = found.abstention
    if silence.matrix.n:
        rates = (
            ("held back where an answer was due", silence.false_silence),
            ("answered where silence was due", silence.false_answer),
            ("silent in the right way where silence was due", silence.right_silence),
        )
        told = "<br>".join(f"{name}: {_mean_words(mean)}" for name, mean in rates if mean)
        fits = {("answer", "answered"), ("silence", "held back")}
        parts.append(_matrix("Answer or silence", silence.matrix, anchors, told, fits))
    parts.append(_matrix("Behaviour", found.behaviours, anchors, fits=set()))
    named = {*found.companies.matrix.rows, *found.companies.matrix.columns}
    told = f"Another company quoted than the one meant: {_linked(found.companies.wrong, anchors)}."
    if found.companies.matrix.n and len(named) <= MANY:
        parts.append(_matrix("Companies meant and quoted", found.companies.matrix, anchors, told))
    elif found.companies.matrix.n:
        parts.append(f'<div class="matrix"><h3>Companies meant and quoted</h3><p>{told}</p></div>')
    if (macro := found.intents.macro_f1) is not None:
        rows = [
            [escape(t.name), *(number(value, 2) for value in (t.precision, t.recall, t.f1)), number(t.n, 0)]
            for t in found.intents.types
        ]
        shown = table(("request type", "precision", "recall", "F1", "n"), rows)
        parts.append(f'<div class="matrix"><h3>Request types</h3>{shown}<p>macro F1: {_mean_words(macro)}</p></div>')
    if found.paraphrases.groups:
        parts.append(_paraphrases(found))
    return f'<div class="matrices">{"".join(parts)}</div>'


def comparison(found: Comparison) -> str:
    """Return regressions, the paired change of each metric, and every score that changed."""
    stops = found.regressions
    told = f'<p class="bad">Regressions: {len(stops)}</p>' if stops else '<p class="good">No regression.</p>'
    listed = "".join(
        f"<li>{escape(r.case_id or 'whole set')}: {escape(r.metric or 'case')}: {escape(r.reason)}</li>" for r in stops
    )
    rows = [
        [
            escape(m.metric),
            number(m.before, 3),
            number(m.after, 3),
            *_change_cells(m.paired),
            number(m.n, 0),
        ]
        for m in found.metrics
        if m.before is not None and m.after is not None and m.paired is not None
    ]
    changes = "".join(
        f'<li class="{tone}">{escape(c.case_id)}: {escape(c.metric)} '
        f"{'–' if c.before is None else f'{c.before:.2f}'} → {c.after:.2f}</li>"
        for tone, group in (("bad", found.worse), ("good", found.better))
        for c in group
    )
    heads = ("metric", "before", "after", "change", "95 % interval of the change", "n")
    more = (
        f"<details><summary>Scores that changed</summary><ul>{changes}</ul></details>"
        if changes
        else "<p>No score changed.</p>"
    )
    return f"{told}<ul>{listed}</ul>{table(heads, rows)}{more}"


def opinions(found: Opinions) -> str:
    """Return the means of the judge's opinions, marked as such."""
    rows = [
        _mean_row(name, mean)
        for name, mean in (("supported by its quotes", found.supported), ("answers the question", found.answers))
        if mean
    ]
    note = f"<p>Asked of {escape(found.model)}: an opinion, and no part of any regression. No usable opinion on {len(found.faults)} cases.</p>"
    return note + table(("opinion", "", "mean", "95 % interval", "n"), rows)


def times(summary: Summary) -> str:
    """Return p50 and p95 by kind."""
    rows = [
        [escape(kind), number(t.p50, 1), number(t.p95, 1), number(t.n, 0)]
        for kind, t in summary.latency_by_kind.items()
    ]
    return table(("kind", "p50 ms", "p95 ms", "n"), rows)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, label: str = "", small: bool = False) -> str:
    """Return a table whose first column names the rows. A cell is markup; one that is no `<td` yet becomes one.

    `label` is what a screen reader calls the table.
    """
    head = "".join(
        f'<th scope="col"{"" if place == 0 else NUMERIC}>{escape(name)}</th>' for place, name in enumerate(heads)
    )
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>'
        + "".join(cell if cell.startswith("<td") else f"<td>{cell}</td>" for cell in row[1:])
        + "</tr>"
        for row in rows
    )
    size = ' class="small"' if small else ""
    size += f' aria-label="{escape(label, quote=True)}"' if label else ""
    return f'<div class="scroll"><table{size}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


NUMERIC = ' class="n"'


def number(value: float | None, places: int) -> str:
    """Return a cell with a right-aligned figure, a dash for None."""
    return f'<td class="n">{"–" if value is None else f"{value:.{places}f}"}</td>'


def _mean_row(name: str, mean: Mean, must_hold: bool = False) -> list[str]:
    return [
        escape(name) + (" *" if must_hold else ""),
        f"<td>{plots.interval(mean)}</td>",
        number(mean.mean, 3),
        f'<td class="n">{mean.low:.3f} – {mean.high:.3f}</td>',
        number(mean.n, 0),
    ]


def _kind_cell(mean: Mean | None) -> str:
    if mean is None:
        return '<td class="n faint">–</td>'
    low = " low" if mean.mean < LOW else ""
    return f'<td class="n{low}">{mean.mean:.2f} <span class="faint">({mean.n})</span></td>'


def _size_cells(sizes: Mapping[str, Mean]) -> list[str]:
    if not sizes:
        return [number(None, 0)] * 4 + [number(0, 0)]
    cells = []
    for name, places in (("quotes", 1), ("characters", 0)):
        mean = sizes[name]
        cells += [number(mean.mean, places), f'<td class="n">{mean.low:.{places}f} – {mean.high:.{places}f}</td>']
    return [*cells, number(sizes["quotes"].n, 0)]


def _change_cells(change: Mean) -> tuple[str, str]:
    if change.low == change.high == 0:
        return '<td class="n faint">0</td>', '<td class="n faint">no case changed</td>'
    tone = "bad" if change.mean < 0 else "good" if change.mean > 0 else ""
    return (
        f'<td class="n {tone}">{change.mean:+.3f}</td>',
        f'<td class="n">{change.low:+.3f} to {change.high:+.3f}</td>',
    )


def _mean_words(mean: Mean) -> str:
    return f"{mean.mean:.3f} ({mean.low:.3f} – {mean.high:.3f}, n {mean.n})"


def _linked(cases: Sequence[str], anchors: Mapping[str, str]) -> str:
    """Return how many, each linked to its case."""
    links = ", ".join(f'<a href="#{anchors[case_id]}">{escape(case_id)}</a>' for case_id in cases)
    return f"{len(cases)} ({links})" if cases else "none"


def _matrix(
    title: str,
    matrix: Confusion,
    anchors: Mapping[str, str],
    told: str = "",
    fits: set[tuple[str, str]] | None = None,
) -> str:
    """Return a confusion as a table; `fits` are the places that are right, None for those where both names are one."""
    rows = []
    for row in matrix.rows:
        cells = []
        for column in matrix.columns:
            count = len(matrix.cases(row, column))
            right = row == column if fits is None else (row, column) in fits
            shade = "" if not count or fits == set() else " hit" if right else " miss"
            cells.append(f'<td class="n{shade}">{count or "·"}</td>')
        rows.append([escape(row.replace("_", " ")), *cells])
    heads = ("expected ↓ said →", *(column.replace("_", " ") for column in matrix.columns))
    apart = "".join(
        f"<li>expected {escape(cell.expected)}, said {escape(cell.said)}: {_linked(cell.cases, anchors)}</li>"
        for cell in matrix.cells
        if fits != set() and not (cell.expected == cell.said if fits is None else (cell.expected, cell.said) in fits)
    )
    listed = f"<details><summary>Which cases</summary><ul>{apart}</ul></details>" if apart else ""
    return f'<div class="matrix"><h3>{escape(title)}</h3>{table(heads, rows, label=title)}<p class="small">{told}</p>{listed}</div>'


def _paraphrases(found: Groups) -> str:
    same = found.paraphrases
    means = (("same status", same.same_status), ("same verdict", same.same_verdict), ("evidence shared", same.overlap))
    rows = [
        [
            escape(g.name),
            number(g.same_status, 0),
            number(g.same_verdict, 0),
            number(g.overlap, 2),
            number(len(g.cases), 0),
        ]
        for g in same.groups
    ]
    told = "<br>".join(f"{name}: {_mean_words(mean)}" for name, mean in means if mean)
    shown = table(("group", "same status", "same verdict", "evidence shared", "wordings"), rows)
    return f'<div class="matrix"><h3>The same in other words</h3><p>{told}</p><details><summary>Groups</summary>{shown}</details></div>'
