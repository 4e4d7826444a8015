"""The bench as one object: sets, runs, baselines and the worker over one bot. Owns how they meet, no markup."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from bot.reply import Answer, Turn
from evals.compare import BASELINES, Comparison, accept, compare
from evals.outcome import Judged, Result
from evals.run import judged_from, read_results
from evals.web.errors import EntryError, UnknownNameError
from evals.web.runs import OPEN, Run, RunStore
from evals.web.sets import SetShelf, cases_to_run
from evals.web.worker import RunWorker
from vectorstore.library import PolicySummary
from vectorstore.policy import Policy


class BenchLibrary(Protocol):
    """Where policies are read: PolicyLibrary, or a double."""

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        ...

    def policies(self) -> list[PolicySummary]:
        """Return what the library holds."""
        ...

    def get(self, policy_id: str, version: str | None = None) -> Policy:
        """Return a version, the current one for None. Raises UnknownPolicyError or UnknownVersionError."""
        ...


class BenchBot(Protocol):
    """What the bench asks: PolicyBot, the same object that answers visitors."""

    @property
    def library(self) -> BenchLibrary:
        """The library the answers quote from."""
        ...

    def reply(self, question: str, policy_ids: Sequence[str] = (), history: Sequence[Turn] = ()) -> Answer:
        """Answer one question. Raises QuestionError."""
        ...

    def best_score(self, question: str, policy_ids: Sequence[str] = (), history: Sequence[Turn] = ()) -> float | None:
        """Return the best score, None without a policy to look in."""
        ...


class Bench:
    """Sets, runs and baselines of one data folder."""

    def __init__(
        self,
        bot: BenchBot,
        sets: SetShelf,
        runs: RunStore,
        baselines: Path,
        version: str,
        worker: RunWorker,
        bundled_baselines: Path = BASELINES,
    ) -> None:
        self.bot = bot
        self.sets = sets
        self.runs = runs
        self.baselines = baselines
        self.version = version
        self.worker = worker
        self.bundled_baselines = bundled_baselines

    @classmethod
    def open(cls, bot: BenchBot, data_dir: Path, version: str = "", visitors: Callable[[], int] = lambda: 0) -> Bench:
        """Open the bench of a data folder; runs that an earlier server was ended under are marked as stopped.

        `visitors` returns how many people are being answered at this moment: runs make room for them.
        """
        runs = RunStore(data_dir / "runs")
        runs.stop_abandoned()
        sets = SetShelf(data_dir / "sets", bot.library)
        return cls(bot, sets, runs, data_dir / "baselines", version, RunWorker(bot, runs, visitors))

    def close(self) -> None:
        """End the worker after the case it is at."""
        self.worker.close()

    def start(self, name: str, member: str) -> Run:
        """Ask for a run of a set. Raises UnknownNameError, QueueFullError, EntryError, or SetError for a set with faults."""
        self.worker.refuse_if_full()
        entry = self.sets.entry(name)
        cases = cases_to_run(entry.path)
        run = self.runs.create(name, cases, entry.path, member, self.version, self.bot.library.revision)
        self.worker.start(run)
        return run

    def go_on(self, run_id: str) -> None:
        """Let a run that did not reach its end go on where it is. Raises UnknownNameError, QueueFullError, EntryError."""
        run = self.runs.get(run_id)
        if run.state == "done" or run.state in OPEN:
            raise EntryError("This run goes on already, or is at its end.")
        self.worker.start(run)

    def remove(self, run_id: str) -> None:
        """Delete a run that has ended. Raises UnknownNameError or EntryError."""
        if self.runs.get(run_id).state in OPEN:
            raise EntryError("Cancel the run before you remove it.")
        self.runs.remove(run_id)

    def judged(self, run_id: str) -> list[Judged]:
        """Return the judged cases of a run, those so far where it has not ended. Raises UnknownNameError or ResultsError."""
        return judged_from(self.runs.results(run_id))

    def baseline(self, name: str) -> Path | None:
        """Return the accepted baseline of a set: one's own, else the bundled one of that name; None without one."""
        for folder in (self.baselines, self.bundled_baselines):
            path = folder / f"{name}.jsonl"
            if path.is_file():
                return path
        return None

    def against(self, run: Run, other: str) -> tuple[str, list[Result]]:
        """Return the name and the results of what a run is held against: "baseline", or the id of another run.

        Raises UnknownNameError or ResultsError.
        """
        if other != "baseline":
            return f"run {self.runs.get(other).id}", read_results(self.runs.results(other))
        path = self.baseline(run.set)
        if path is None:
            raise UnknownNameError("No baseline of this set is accepted yet.")
        return "the accepted baseline", read_results(path)

    def accept(self, run_id: str, *, anyway: bool) -> tuple[Path | None, Comparison | None]:
        """Make a run the baseline of its set, as `eval accept` does; no path where it is a regression and `anyway` is False.

        Raises UnknownNameError, ResultsError, or EntryError for a run that is not at its end.
        """
        run = self.runs.get(run_id)
        if run.state != "done":
            raise EntryError("Only a run that is at its end can be the baseline.")
        former, results = self.baseline(run.set), self.runs.results(run_id)
        comparison = compare(read_results(former), read_results(results)) if former else None
        if comparison is not None and comparison.regressions and not anyway:
            return None, comparison
        return accept(results, self.baselines, run.set), comparison
