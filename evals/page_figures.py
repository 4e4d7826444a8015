"""The figures of the report page as tables. Owns markup, no figure; every word from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING

from evals import plots
from evals.compare import Comparison
from evals.interval import Mean
from evals.metrics import MUST_HOLD
from evals.page_table import number, table
from evals.report import Summary

if TYPE_CHECKING:
    from evals.judge import Opinions

LOW = 0.8  # a mean below this is shaded in the table by kind


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
