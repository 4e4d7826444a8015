"""The figures of a run as plain text for the terminal. Owns no figure."""

from __future__ import annotations

from collections.abc import Sequence

from evals.confusion import Confusion
from evals.interval import Mean
from evals.report import Groups, Summary

BAR = 20  # characters of a full bar
SHOWN_IDS = 8


def format_summary(summary: Summary) -> str:
    """Return the summary as plain text: metrics with interval and n, metrics by kind, confusions, times."""
    lines = [f"{'metric':<22}{'mean':>7}  {'95 % interval':<15}{'n':>5}"]
    lines += [_row(name, mean) + "  " + "█" * round(mean.mean * BAR) for name, mean in summary.overall.items()]
    lines += ["", *_by_kind(summary)]
    if summary.sizes:
        lines += ["", "shown by an answer that quotes anything"]
        lines += [_row(f"{name} on average", mean, places=1) for name, mean in summary.sizes.items()]
    for part in format_groups(summary.groups):
        lines += ["", *part]
    if latency := summary.latency:
        lines += [
            "",
            f"time to answer, p50 / p95: {latency.p50:.1f} / {latency.p95:.1f} ms, {latency.n} cases",
        ]
    return "\n".join(lines)


def format_groups(groups: Groups) -> list[list[str]]:
    """Return what shows over many cases, a list of lines for each matter that the set asks about."""
    parts: list[list[str]] = []
    verdicts, silence, companies = groups.verdicts, groups.abstention, groups.companies
    if verdicts.matrix.n:
        part = matrix_lines("verdict: expected below, said on the right", verdicts.matrix)
        part.append(f"inverted: {_ids(verdicts.inverted)}; another accepted verdict: {_ids(verdicts.tolerated)}")
        parts.append(part)
    if silence.matrix.n:
        part = matrix_lines("silence: expected below, given on the right", silence.matrix)
        named = (
            ("false silence", silence.false_silence),
            ("false answer", silence.false_answer),
            ("right silence", silence.right_silence),
        )
        parts.append([*part, *(_row(name, mean) for name, mean in named if mean)])
    if companies.matrix.n:
        parts.append(
            [f"another company quoted than the one meant: {_ids(companies.wrong)} of {companies.matrix.n} cases"]
        )
        for cell in companies.matrix.cells:
            if wrong := [case_id for case_id in cell.cases if case_id in companies.wrong]:
                parts[-1].append(f"  meant {cell.expected}, quoted {cell.said}: {_ids(wrong)}")
    if (macro := groups.intents.macro_f1) is not None:
        part = [f"{'request type':<26}{'precision':>10}{'recall':>8}{'F1':>7}{'n':>5}"]
        part += [f"{t.name:<26}{t.precision:>10.2f}{t.recall:>8.2f}{t.f1:>7.2f}{t.n:>5}" for t in groups.intents.types]
        parts.append([*part, _row("macro F1", macro)])
    same = groups.paraphrases
    if same.groups:
        named = (
            ("same status", same.same_status),
            ("same verdict", same.same_verdict),
            ("evidence shared", same.overlap),
        )
        part = [f"the same asked in other words: {len(same.groups)} groups (n counts groups)"]
        parts.append([*part, *(_row(name, mean) for name, mean in named if mean)])
    return parts


def matrix_lines(title: str, matrix: Confusion) -> list[str]:
    """Return a confusion as lines, a row an expected class."""
    wide = max(12, *(len(name) + 2 for name in matrix.rows))
    widths = [max(7, len(name) + 2) for name in matrix.columns]
    lines = [
        title,
        " " * wide + "".join(f"{name:>{width}}" for name, width in zip(matrix.columns, widths, strict=True)),
    ]
    for row in matrix.rows:
        counts = (len(matrix.cases(row, column)) for column in matrix.columns)
        cells = "".join(f"{count or '.':>{width}}" for count, width in zip(counts, widths, strict=True))
        lines.append(f"{row:<{wide}}{cells}")
    return lines


def _by_kind(summary: Summary) -> list[str]:
    names = {kind: kind.split("_")[0][:8] if kind != "out_of_scope" else "outside" for kind in summary.kinds}
    lines = ["mean/n by kind", f"{'':<22}" + "".join(f"{names[kind]:>9}" for kind in summary.kinds)]
    for name in summary.overall:
        cells = [summary.by_kind[kind].get(name) for kind in summary.kinds]
        lines.append(f"{name:<22}" + "".join(f"{f'{m.mean:.2f}/{m.n}' if m else '-':>9}" for m in cells))
    return lines


def _row(name: str, mean: Mean, places: int = 3) -> str:
    interval = f"{mean.low:.{places}f} - {mean.high:.{places}f}"
    return f"{name:<22}{mean.mean:>7.{places}f}  {interval:<15}{mean.n:>5}"


def _ids(cases: Sequence[str]) -> str:
    """Return how many, and the first ids."""
    if not cases:
        return "0"
    more = f" and {len(cases) - SHOWN_IDS} more" if len(cases) > SHOWN_IDS else ""
    return f"{len(cases)} ({', '.join(cases[:SHOWN_IDS])}{more})"
