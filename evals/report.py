"""The figures of a run as records, made from judged cases alone. Owns no text and no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from evals.confusion import Abstention, Companies, Confusion, Verdicts, abstention, behaviours, companies, verdicts
from evals.intents import Intents, intents
from evals.interval import Mean, mean_of
from evals.metrics import METRICS
from evals.outcome import Judged, distinct, quotes_of
from evals.paraphrases import Consistency, consistency


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds over the `n` answers whose time was kept."""

    n: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Groups:
    """What only shows over many cases."""

    verdicts: Verdicts
    abstention: Abstention
    behaviours: Confusion
    companies: Companies
    intents: Intents
    paraphrases: Consistency


@dataclass(frozen=True, slots=True)
class Summary:
    """The figures of a run. `by_kind` and the like are in the order in which kinds first occur.

    A metric that applies to no case is absent. `sizes` are the distinct quotes, and their characters, of an answer that quotes
    anything; `latency` is None where no time was kept.
    """

    cases: int
    overall: dict[str, Mean]
    by_kind: dict[str, dict[str, Mean]]
    kinds: dict[str, int]
    sizes: dict[str, Mean]
    sizes_by_kind: dict[str, dict[str, Mean]]
    groups: Groups
    latency: Times | None
    latency_by_kind: dict[str, Times]


def summarize(judged: Sequence[Judged]) -> Summary:
    """Return the figures of a run. Raises ValueError if nothing was run."""
    if not judged:
        raise ValueError("a summary of no case")
    kinds: dict[str, list[Judged]] = {}
    for one in judged:
        kinds.setdefault(one.case.kind, []).append(one)
    return Summary(
        cases=len(judged),
        overall=_means(judged),
        by_kind={kind: _means(group) for kind, group in kinds.items()},
        kinds={kind: len(group) for kind, group in kinds.items()},
        sizes=_sizes(judged),
        sizes_by_kind={kind: _sizes(group) for kind, group in kinds.items()},
        groups=Groups(
            verdicts(judged),
            abstention(judged),
            behaviours(judged),
            companies(judged),
            intents(judged),
            consistency(judged),
        ),
        latency=_times(judged),
        latency_by_kind={kind: times for kind, group in kinds.items() if (times := _times(group))},
    )


def summary_object(summary: Summary) -> dict[str, object]:
    """Return the summary as one JSON object."""
    times = {kind: (one.p50, one.p95) for kind, one in summary.latency_by_kind.items()}
    latency = summary.latency
    return asdict(summary) | {
        "latency_p50": latency.p50 if latency else None,
        "latency_p95": latency.p95 if latency else None,
        "latency_by_kind": times,
    }


def _means(judged: Sequence[Judged]) -> dict[str, Mean]:
    means = {}
    for name in METRICS:
        # A results file of an earlier desk may lack a metric that was added since.
        scores = [score for one in judged if (score := one.scores.get(name)) is not None]
        if scores:
            means[name] = mean_of(scores)
    return means


def _sizes(judged: Sequence[Judged]) -> dict[str, Mean]:
    shown = [quotes for one in judged if (quotes := distinct(quotes_of(one.outcome.answer)))]
    if not shown:
        return {}
    return {
        "quotes": mean_of([float(len(quotes)) for quotes in shown], shares=False),
        "characters": mean_of([float(sum(len(quote.quote) for quote in quotes)) for quotes in shown], shares=False),
    }


def _times(judged: Sequence[Judged]) -> Times | None:
    known = [one.outcome.latency_ms for one in judged if one.outcome.latency_ms is not None]
    if not known:
        return None
    p50, p95 = np.percentile(known, [50, 95])
    return Times(len(known), float(p50), float(p95))
