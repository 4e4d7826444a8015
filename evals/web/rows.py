"""The bench's runs as the HTTP API lists them."""

from __future__ import annotations

from statistics import fmean

from bot.front.key_routes import RunRow
from evals.errors import FileError
from evals.run import read_results
from evals.web.bench import Bench
from evals.web.errors import UnknownNameError

MOST_LISTED = 50


def run_rows(bench: Bench) -> list[RunRow]:
    """Return the newest runs, newest first; those that are done with the mean of each metric over the cases that have it."""
    return [
        RunRow(
            id=run.id,
            set=run.set,
            state=run.state,
            cases=run.cases,
            done=run.done,
            started=run.created,
            scores=_means(bench, run.id) if run.state == "done" else {},
        )
        for run in bench.runs.all()[:MOST_LISTED]
    ]


def _means(bench: Bench, run_id: str) -> dict[str, float]:
    try:
        results = read_results(bench.runs.results(run_id))
    except (UnknownNameError, FileError):
        return {}
    values: dict[str, list[float]] = {}
    for result in results:
        for name, score in result.scores.items():
            if score is not None:
                values.setdefault(name, []).append(float(score))
    return {name: fmean(found) for name, found in values.items()}
