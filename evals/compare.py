"""Two runs of one set side by side, regressions, and baselines. Owns no metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.interval import Mean, difference_of
from evals.metrics import METRICS, MUST_HOLD
from evals.outcome import Result
from evals.run import read_results, write_results

BASELINES = Path(__file__).parent / "baselines"
# How far a mean may fall, on the scale 0-1. In a set of fewer than 50 cases a single lost case is more than this.
TOLERANCE = 0.02
ROUNDING = 1e-6  # results carry six places


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric's mean before and after over the `n` cases that have it in both runs.

    `paired` is after less before, case by case, with its interval. Means and differences are None where n is 0.
    """

    metric: str
    n: int
    before: float | None
    after: float | None
    paired: Mean | None

    @property
    def difference(self) -> float:
        """After less before; 0 where nothing is compared."""
        return self.paired.mean if self.paired else 0.0


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One score of one case that is not what it was; `before` None means that the metric did not apply then."""

    case_id: str
    metric: str
    before: float | None
    after: float


@dataclass(frozen=True, slots=True)
class Regression:
    """A reason to stop; `case_id` None means that it is about the whole set."""

    metric: str | None
    case_id: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one run to the next. `missing` and `added` are ids of cases that only one run has."""

    metrics: tuple[MetricChange, ...]
    better: tuple[CaseChange, ...]
    worse: tuple[CaseChange, ...]
    missing: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def regressions(self) -> tuple[Regression, ...]:
        """Reasons to stop, see `regressions`."""
        found = [Regression(None, case_id, "the case was not run") for case_id in self.missing]
        for change in self.worse:
            if change.metric in MUST_HOLD:
                before = "not applicable" if change.before is None else f"{change.before:g}"
                reason = f"must hold, went from {before} to {change.after:g}"
                found.append(Regression(change.metric, change.case_id, reason))
        for mean in self.metrics:
            if mean.before is not None and mean.after is not None and mean.difference < -TOLERANCE - ROUNDING:
                reason = f"mean fell from {mean.before:.3f} to {mean.after:.3f} over {mean.n} cases"
                found.append(Regression(mean.metric, None, reason))
        return tuple(found)


def compare(baseline: Sequence[Result], current: Sequence[Result]) -> Comparison:
    """Compare two runs case by case, over the cases and metrics that both have."""
    before, after = ({result.id: result.scores for result in run} for run in (baseline, current))
    both = [case_id for case_id in before if case_id in after]
    named = dict.fromkeys([*METRICS, *(name for run in (before, after) for scores in run.values() for name in scores)])
    metrics, better, worse = [], [], []
    for metric in named:
        pairs = []
        for case_id in both:
            old, new = before[case_id].get(metric), after[case_id].get(metric)
            if new is None:
                continue
            change = CaseChange(case_id, metric, old, new)
            if old is not None:
                pairs.append((old, new))
                better += [change] if new > old + ROUNDING else []
                worse += [change] if new < old - ROUNDING else []
            elif metric in MUST_HOLD and metric in before[case_id] and new < 1:
                # What must hold was not at stake before and is broken now.
                worse.append(change)
        n = len(pairs)
        if not n:
            metrics.append(MetricChange(metric, 0, None, None, None))
            continue
        olds, news = [old for old, _ in pairs], [new for _, new in pairs]
        metrics.append(MetricChange(metric, n, sum(olds) / n, sum(news) / n, difference_of(olds, news)))
    missing = tuple(case_id for case_id in before if case_id not in after)
    added = tuple(case_id for case_id in after if case_id not in before)
    return Comparison(tuple(metrics), tuple(better), tuple(worse), missing, added)


def regressions(baseline: Sequence[Result], current: Sequence[Result]) -> tuple[Regression, ...]:
    """Return the reasons to stop: empty means that the current run is no worse.

    A regression is a case whose MUST_HOLD metric fell, or is broken where it was not at stake; a metric whose mean fell
    by more than TOLERANCE; or a case of the baseline that was not run.
    """
    return compare(baseline, current).regressions


def accept(results: Path, baselines: Path = BASELINES, name: str | None = None, *, answers: bool = True) -> Path:
    """Copy results to `baselines`/NAME.jsonl without their times, so that equal runs give equal files; return the path.

    NAME is the results file's own where `name` is None. `answers` False keeps scores only: for policies whose words may
    not be copied. Raises ResultsError for a broken file, ValueError for a name that is not a plain file name.
    """
    name = results.stem if name is None else name
    if not name or name.startswith(".") or Path(name).name != name:
        raise ValueError(f"{name!r} is not a plain file name")
    wordless = {} if answers else {"answer": None, "case": None}
    kept = [result.timeless.model_copy(update=wordless) for result in read_results(results)]
    target = baselines / f"{name}.jsonl"
    write_results(target, kept)
    return target


def format_comparison(comparison: Comparison) -> str:
    """Return the comparison as plain text: metrics, then the cases that changed, then the regressions."""
    lines = [f"{'metric':<22}{'n':>5}{'before':>9}{'after':>9}{'change':>9}  95 % interval of the change"]
    for mean in comparison.metrics:
        if mean.before is not None and mean.after is not None and (paired := mean.paired):
            figures = f"{mean.before:>9.3f}{mean.after:>9.3f}{paired.mean:>+9.3f}"
            lines.append(f"{mean.metric:<22}{mean.n:>5}{figures}  {paired.low:+.3f} to {paired.high:+.3f}")
    for title, changes in (("better", comparison.better), ("worse", comparison.worse)):
        lines += ["", f"{title}: {len({change.case_id for change in changes})} cases"] if changes else []
        for change in changes:
            before = "-" if change.before is None else f"{change.before:.2f}"
            lines.append(f"  {change.case_id:<16} {change.metric:<22} {before} -> {change.after:.2f}")
    lines += ["", f"not in the baseline: {', '.join(comparison.added)}"] if comparison.added else []
    found = comparison.regressions
    lines += ["", f"regressions: {len(found)}" if found else "no regression"]
    for regression in found:
        lines.append(f"  {regression.case_id or 'whole set'}: {regression.metric or 'case'}: {regression.reason}")
    return "\n".join(lines)
