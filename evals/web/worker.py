"""One run at a time beside the visitors, in a thread of its own that makes room for them. Owns no file and no metric."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from evals import run as running
from evals.case import Case, load_cases
from evals.curve import Scorer, score_line
from evals.web.errors import QueueFullError
from evals.web.runs import Run, RunStore, State

logger = logging.getLogger(__name__)

MOST_WAITING = 5
LONGEST_WAIT = 5.0
"""Seconds that a case waits for visitors at most: a busy desk slows a run, but does not hold it up for ever."""
LOOK = 0.02  # seconds between two looks at the visitors
REST = 1.0
"""How long a run rests after a case, as a multiple of the time the case took: it uses at most half of one core."""


class RunBot(running.Bot, Scorer, Protocol):
    """What answers a run: the same bot that answers visitors."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: `done` of `cases`."""

    state: State
    done: int
    cases: int


class RunWorker:
    """Runs what was asked for, one after the other. `visitors` says how many people are being answered at this moment."""

    def __init__(self, bot: RunBot, store: RunStore, visitors: Callable[[], int], rest: float = REST) -> None:
        self.bot = bot
        self.store = store
        self.visitors = visitors
        self.rest = rest
        self.longest_wait = LONGEST_WAIT
        self._changing = threading.Lock()
        self._waiting: deque[str] = deque()
        self._done: dict[str, int] = {}
        self._cancelled: set[str] = set()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def refuse_if_full(self) -> None:
        """Raise QueueFullError if no further run may wait."""
        if len(self._waiting) >= MOST_WAITING:
            raise QueueFullError(f"{MOST_WAITING} runs wait already. Try again when one of them has ended.")

    def start(self, run: Run) -> None:
        """Let a run wait its turn. Raises QueueFullError."""
        with self._changing:
            self.refuse_if_full()
            self.store.save(run.model_copy(update={"state": "waiting", "finished": None}))
            self._cancelled.discard(run.id)
            if run.id not in self._waiting:
                self._waiting.append(run.id)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="bench", daemon=True)
                self._thread.start()

    def cancel(self, run_id: str) -> None:
        """End a run after the case it is at; what it has is kept."""
        with self._changing:
            if run_id in self._waiting:
                self._waiting.remove(run_id)
                self._end(self.store.get(run_id), "cancelled")
            else:
                self._cancelled.add(run_id)

    def progress(self, run_id: str) -> Progress:
        """Return how far a run is. Raises UnknownNameError."""
        run = self.store.get(run_id)
        return Progress(run.state, self._done.get(run_id, run.done), run.cases)

    def close(self, seconds: float = 30.0) -> None:
        """End after the case that is being asked: the run is marked as stopped and can go on later."""
        self._closing.set()
        thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _work(self) -> None:
        while True:
            with self._changing:
                if self._closing.is_set() or not self._waiting:
                    self._thread = None
                    return
                run = self.store.get(self._waiting.popleft())
                self.store.save(run.model_copy(update={"state": "running"}))
            state: State = "failed"
            try:
                state = self._run(run)
            # The edge of the thread: a run that fails must say so and must not end those after it.
            except Exception as error:  # noqa: BLE001
                logger.error("run %s failed: %s", run.id, type(error).__name__)
            with self._changing:
                self._end(run, state)

    def _run(self, run: Run) -> State:
        cases = load_cases(self.store.path(run.id, "set.jsonl"))
        known = self.store.judged_ids(run.id)
        self._done[run.id] = len(known)
        for case in cases:
            if case.id in known:
                continue
            if (ended := self._ended(run.id)) is not None:
                return ended
            started = time.perf_counter()
            self.store.keep(run.id, running.judge(self.bot, case))
            self._done[run.id] += 1
            self._make_room(time.perf_counter() - started)
        self._keep_scores(self.store.path(run.id, "scores.jsonl"), cases)
        self.store.close_results(run.id)
        return "done"

    def _keep_scores(self, path: Path, cases: list[Case]) -> None:
        """Write what the plot of scores is drawn from, as `eval scores` does."""
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for case in cases:
                started = time.perf_counter()
                if (line := score_line(self.bot, case)) is not None:
                    file.write(line + "\n")
                    self._make_room(time.perf_counter() - started)
                if self._closing.is_set():
                    return

    def _make_room(self, took: float) -> None:
        """Rest as long as the case took, then until nobody is being answered."""
        self._closing.wait(took * self.rest)
        waited = time.monotonic()
        while self.visitors() and time.monotonic() - waited < self.longest_wait:
            if self._closing.wait(LOOK):
                return

    def _ended(self, run_id: str) -> State | None:
        if self._closing.is_set():
            return "stopped"
        return "cancelled" if run_id in self._cancelled else None

    def _end(self, run: Run, state: State) -> None:
        done = self._done.pop(run.id, run.done)
        changes = {"state": state, "done": done, "finished": self.store.clock()}
        self.store.save(run.model_copy(update=changes))
        self._cancelled.discard(run.id)
        logger.info("run %s: %s, %s cases", run.id, state, done)
