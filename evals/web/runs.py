"""Runs on disk: a folder each with the set as it was, the results line by line, and the scores. Owns files, runs nothing.

runs/ID/run.json        what the run is and how far it came
        set.jsonl       the set as it was when the run was asked for
        results.jsonl   as `eval run --out` writes it; with `.part` at its end while cases are missing
        scores.jsonl    as `eval scores` writes it
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.case import Case
from evals.outcome import Judged, Result
from evals.web.errors import EntryError, UnknownNameError

State = Literal["waiting", "running", "done", "cancelled", "stopped", "failed"]
OPEN: frozenset[State] = frozenset({"waiting", "running"})
UNFINISHED: frozenset[State] = frozenset({"cancelled", "stopped", "failed"})
RUN_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9][a-z0-9_-]{0,70}")
MOST_RUNS = 1_000


class Run(BaseModel):
    """A run. `version` is the program's, `revision` the library's; `done` counts judged cases as of the last change of state.

    "stopped" is a run that the server was ended under; it and a cancelled or failed one can go on where they are.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    set: str
    member: str
    version: str
    revision: int
    created: dt.datetime
    finished: dt.datetime | None = None
    cases: int
    done: int = 0
    state: State = "waiting"


class RunStore:
    """The runs in a folder. The clock is for tests."""

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self.folder = folder
        self.clock = clock
        self._creating = threading.Lock()

    def create(self, name: str, cases: Sequence[Case], source: Path, member: str, version: str, revision: int) -> Run:
        """Keep a new run of a set, not begun yet. Raises EntryError if there are too many runs."""
        with self._creating:
            self.folder.mkdir(parents=True, exist_ok=True)
            if sum(1 for _ in self.folder.iterdir()) >= MOST_RUNS:
                raise EntryError(f"There are {MOST_RUNS:,} runs already. Remove some first.")
            now = self.clock()
            wanted = f"{now:%Y%m%d-%H%M%S}-{name}"
            run_id, number = wanted, 1
            while (self.folder / run_id).exists():
                number += 1
                run_id = f"{wanted}-{number}"
            (self.folder / run_id).mkdir()
        run = Run(
            id=run_id, set=name, member=member, version=version, revision=revision, created=now, cases=len(cases)
        )  # fmt: skip
        shutil.copyfile(source, self.path(run_id, "set.jsonl"))
        self.save(run)
        return run

    def save(self, run: Run) -> None:
        """Write what the run is, in one step."""
        path = self.path(run.id, "run.json")
        part = path.with_name("run.json.part")
        part.write_text(run.model_dump_json(indent=1) + "\n", encoding="utf-8")
        os.replace(part, path)

    def get(self, run_id: str) -> Run:
        """Return a run. Raises UnknownNameError."""
        run = self._read(run_id)
        if run is None:
            raise UnknownNameError("There is no run of that name.")
        return run

    def all(self) -> list[Run]:
        """Return the runs, the newest first; folders that hold none are left out."""
        names = sorted((path.name for path in self.folder.iterdir()), reverse=True) if self.folder.is_dir() else []
        return [run for name in names if (run := self._read(name)) is not None]

    def remove(self, run_id: str) -> None:
        """Delete a run with its files. Raises UnknownNameError."""
        shutil.rmtree(self.folder / self.get(run_id).id)

    def stop_abandoned(self) -> None:
        """Mark the runs that an earlier server was ended under."""
        for run in self.all():
            if run.state in OPEN:
                self.save(run.model_copy(update={"state": "stopped", "done": len(self.kept(run.id))}))

    def path(self, run_id: str, name: str) -> Path:
        """Return the path of a file of a run."""
        return self.folder / run_id / name

    def results(self, run_id: str) -> Path:
        """Return the results of a run, those so far where it has not ended. Raises UnknownNameError if there are none."""
        self.get(run_id)
        whole, part = self.path(run_id, "results.jsonl"), self.path(run_id, "results.jsonl.part")
        for path in (whole, part):
            if path.is_file() and path.stat().st_size:
                return path
        raise UnknownNameError("This run has no results yet.")

    def kept(self, run_id: str) -> list[str]:
        """Return the lines of the results so far; a last line that was cut off by a crash is no line."""
        path = self.path(run_id, "results.jsonl.part")
        if not path.is_file():
            return []
        lines = path.read_bytes().split(b"\n")[:-1]  # what follows the last line end was never written to its end
        good = []
        for line in lines:
            try:
                Result.model_validate_json(line)
            except ValidationError:
                break
            good.append(line.decode())
        return good

    def judged_ids(self, run_id: str) -> set[str]:
        """Return the ids of the cases that the results so far hold, and cut off what was not written to its end."""
        lines = self.kept(run_id)
        path = self.path(run_id, "results.jsonl.part")
        if path.is_file():
            path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
        return {json.loads(line)["id"] for line in lines}

    def keep(self, run_id: str, judged: Judged) -> None:
        """Add the line of a case to the results so far."""
        with self.path(run_id, "results.jsonl.part").open("a", encoding="utf-8", newline="\n") as file:
            file.write(judged.result.model_dump_json() + "\n")

    def close_results(self, run_id: str) -> None:
        """Make the results so far the results."""
        os.replace(self.path(run_id, "results.jsonl.part"), self.path(run_id, "results.jsonl"))

    def _read(self, run_id: str) -> Run | None:
        if not RUN_ID.fullmatch(run_id):
            return None
        try:
            return Run.model_validate_json(self.path(run_id, "run.json").read_bytes())
        except (OSError, ValidationError):
            return None
