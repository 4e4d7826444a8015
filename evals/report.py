"""The figures of a run: means, intervals, times, as records and as plain text. Owns no page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evals.metrics import METRICS
from evals.outcome import Judged

Z95 = 1.959964  # standard normal quantile of a two-sided 95 % interval
RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of `n` scores with its 95 % interval, all 0-1."""

    n: int
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run. `by_kind` is in the order in which kinds first occur; times are milliseconds.

    A metric that applies to no case is absent.
    """

    cases: int
    overall: dict[str, Mean]
    by_kind: dict[str, dict[str, Mean]]
    kinds: dict[str, int]
    latency_p50: float
    latency_p95: float
    latency_by_kind: dict[str, tuple[float, float]]


def mean_of(scores: Sequence[float], seed: int = 0) -> Mean:
    """Return the mean with its interval: Wilson's for scores of 0 and 1, the percentile bootstrap for shares.

    Wilson, J. Am. Stat. Assoc. 22 (1927) 209. Raises ValueError if there is no score.
    """
    if not scores:
        raise ValueError("the mean of no score")
    n, mean = len(scores), sum(scores) / len(scores)
    if set(scores) <= {0.0, 1.0}:
        centre = (mean + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * math.sqrt(mean * (1 - mean) / n + Z95**2 / (4 * n**2))
        return Mean(n, mean, max(0.0, centre - half), min(1.0, centre + half))
    picks = np.random.default_rng(seed).integers(0, n, size=(RESAMPLES, n))
    low, high = np.percentile(np.asarray(scores)[picks].mean(axis=1), [2.5, 97.5])
    return Mean(n, mean, float(low), float(high))


def summarize(judged: Sequence[Judged]) -> Summary:
    """Return the figures of a run. Raises ValueError if nothing was run."""
    if not judged:
        raise ValueError("a summary of no case")
    kinds: dict[str, list[Judged]] = {}
    for one in judged:
        kinds.setdefault(one.case.kind, []).append(one)
    p50, p95 = _times(judged)
    return Summary(
        cases=len(judged),
        overall=_means(judged),
        by_kind={kind: _means(group) for kind, group in kinds.items()},
        kinds={kind: len(group) for kind, group in kinds.items()},
        latency_p50=p50,
        latency_p95=p95,
        latency_by_kind={kind: _times(group) for kind, group in kinds.items()},
    )


def format_summary(summary: Summary) -> str:
    """Return the summary as plain text: a row a metric, a table metric by kind, times."""
    lines = [f"{'metric':<22}{'mean':>7}  {'95 % interval':<15}{'n':>5}"]
    for name, mean in summary.overall.items():
        bar = "█" * round(mean.mean * 20)
        lines.append(f"{name:<22}{mean.mean:>7.3f}  {mean.low:.3f} - {mean.high:.3f}  {mean.n:>5}  {bar}")
    lines += ["", "mean/n by kind"]
    names = {kind: kind.split("_")[0][:8] if kind != "out_of_scope" else "outside" for kind in summary.kinds}
    lines.append(f"{'':<22}" + "".join(f"{names[kind]:>9}" for kind in summary.kinds))
    for name in summary.overall:
        cells = [summary.by_kind[kind].get(name) for kind in summary.kinds]
        lines.append(f"{name:<22}" + "".join(f"{f'{m.mean:.2f}/{m.n}' if m else '-':>9}" for m in cells))
    lines += [
        "",
        f"time to answer, p50 / p95: {summary.latency_p50:.1f} / {summary.latency_p95:.1f} ms, {summary.cases} cases",
    ]
    return "\n".join(lines)


def _means(judged: Sequence[Judged]) -> dict[str, Mean]:
    means = {}
    for name in METRICS:
        scores = [score for one in judged if (score := one.scores[name]) is not None]
        if scores:
            means[name] = mean_of(scores)
    return means


def _times(judged: Sequence[Judged]) -> tuple[float, float]:
    p50, p95 = np.percentile([one.outcome.latency_ms for one in judged], [50, 95])
    return float(p50), float(p95)
