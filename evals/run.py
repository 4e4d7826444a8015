"""Asking the cases of a set and judging the answers; writing and reading results. Owns no metric."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol

from bot.reply import Answer, Turn
from evals.case import Case
from evals.errors import Fault, ResultsError
from evals.jsonl import read_records
from evals.metrics import score
from evals.outcome import Judged, Outcome, Result, quotes_of
from vectorstore.errors import UnknownPolicyError, UnknownVersionError
from vectorstore.policy import Policy

# Cases done, cases in all, the case just judged.
Progress = Callable[[int, int, Case], None]


class Library(Protocol):
    """Where stored texts are read: PolicyLibrary, or a double."""

    def get(self, policy_id: str, version: str | None = None) -> Policy:
        """Return that version, the current one for None. Raises UnknownPolicyError or UnknownVersionError."""
        ...


class Bot(Protocol):
    """What is evaluated: PolicyBot, or a double."""

    @property
    def library(self) -> Library:
        """The library the answers quote from."""
        ...

    def reply(self, question: str, policy_ids: Sequence[str] = (), history: Sequence[Turn] = ()) -> Answer:
        """Answer one question."""
        ...


class _Named:
    """Adds the case's id to whatever error the bot raises while answering it."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            error.add_note(f"while answering case {self.case.id}")


def run_set(bot: Bot, cases: Sequence[Case], on_progress: Progress | None = None) -> list[Judged]:
    """Ask every case in its order and judge it; each case is a conversation of its own.

    An error of the bot ends the run, with the case's id as a note on it.
    """
    judged = []
    for done, case in enumerate(cases, start=1):
        judged.append(judge(bot, case))
        if on_progress:
            on_progress(done, len(cases), case)
    return judged


def judge(bot: Bot, case: Case) -> Judged:
    """Ask one case and judge what came of it. An error of the bot carries the case's id as a note."""
    with _Named(case):
        outcome = ask(bot, case)
    return Judged(case, outcome, score(case, outcome))


def ask(bot: Bot, case: Case) -> Outcome:
    """Ask the turns of a case one after the other and return what came of the last."""
    history: list[Turn] = []
    for question in case.asked[:-1]:
        earlier = bot.reply(question, policy_ids=case.given_policies, history=tuple(history))
        history.append(Turn(question=earlier.question, policy_ids=earlier.policy_ids))
    started = time.perf_counter()
    answer = bot.reply(case.asked[-1], policy_ids=case.given_policies, history=tuple(history))
    latency_ms = (time.perf_counter() - started) * 1000
    return Outcome(answer, latency_ms, stored_policies(bot.library, answer))


def stored_policies(library: Library, answer: Answer) -> dict[tuple[str, str | None], Policy]:
    """Return every stored version the answer points to; versions that the library does not have are left out."""
    keys: dict[tuple[str, str | None], None] = {(q.policy_id, q.version): None for q in quotes_of(answer)}
    keys |= {(policy_id, None): None for policy_id in answer.policy_ids}
    found: dict[tuple[str, str | None], Policy] = {}
    for policy_id, version in keys:
        try:
            found[policy_id, version] = library.get(policy_id, version)
        except (UnknownPolicyError, UnknownVersionError):
            continue
    return found


def write_results(path: Path, results: Iterable[Result], *, times: bool = True) -> None:
    """Write one JSON line a case, in the order given; a former file is replaced in one step.

    `times` False leaves the times out: two runs over one library then give the same bytes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="\n") as file:
        for result in results:
            file.write((result if times else result.timeless).model_dump_json() + "\n")
    os.replace(part, path)


def judged_from(path: Path) -> list[Judged]:
    """Return the judged cases that a results file holds, so that figures and reports need no second run.

    Raises ResultsError if the file is broken or a line lacks its answer or its case: scores alone make no report.
    """
    results = read_results(path)
    kept = [Judged.kept(result) for result in results]
    bare = [
        Fault(line, f"case {result.id} has no answer or no case: results without words can only be compared")
        for line, (result, one) in enumerate(zip(results, kept, strict=True), start=1)
        if one is None
    ]
    if bare:
        raise ResultsError(path, bare)
    return [one for one in kept if one is not None]


def read_results(path: Path) -> list[Result]:
    """Return the lines of a results file or a baseline. Raises ResultsError with every fault and its line."""
    return read_records(path, Result, lambda result: result.id, ResultsError)
