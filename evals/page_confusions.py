"""What only shows over many cases, as tables of the report page whose cases are linked. Owns markup, no figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from evals.confusion import Confusion
from evals.interval import Mean
from evals.page_table import number, table
from evals.report import Groups

MANY = 12  # companies: with more, only those that were mistaken are shown


def groups(found: Groups, links: Mapping[str, str]) -> str:
    """Return what only shows over many cases; `links` are the addresses of the cases by id."""
    parts = []
    if found.verdicts.matrix.n:
        told = f"Inverted: {_linked(found.verdicts.inverted, links)}. Another accepted verdict: {_linked(found.verdicts.tolerated, links)}."
        parts.append(_matrix("Verdicts", found.verdicts.matrix, links, told))
    silence = found.abstention
    if silence.matrix.n:
        rates = (
            ("held back where an answer was due", silence.false_silence),
            ("answered where silence was due", silence.false_answer),
            ("silent in the right way where silence was due", silence.right_silence),
        )
        told = "<br>".join(f"{name}: {_mean_words(mean)}" for name, mean in rates if mean)
        fits = {("answer", "answered"), ("silence", "held back")}
        parts.append(_matrix("Answer or silence", silence.matrix, links, told, fits))
    parts.append(_matrix("Behaviour", found.behaviours, links, fits=set()))
    named = {*found.companies.matrix.rows, *found.companies.matrix.columns}
    told = f"Another company quoted than the one meant: {_linked(found.companies.wrong, links)}."
    if found.companies.matrix.n and len(named) <= MANY:
        parts.append(_matrix("Companies meant and quoted", found.companies.matrix, links, told))
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


def _mean_words(mean: Mean) -> str:
    return f"{mean.mean:.3f} ({mean.low:.3f} – {mean.high:.3f}, n {mean.n})"


def _linked(cases: Sequence[str], links: Mapping[str, str]) -> str:
    """Return how many, each linked to its case."""
    named = ", ".join(f'<a href="{escape(links[case_id], quote=True)}">{escape(case_id)}</a>' for case_id in cases)
    return f"{len(cases)} ({named})" if cases else "none"


def _matrix(
    title: str,
    matrix: Confusion,
    links: Mapping[str, str],
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
        f"<li>expected {escape(cell.expected)}, said {escape(cell.said)}: {_linked(cell.cases, links)}</li>"
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
