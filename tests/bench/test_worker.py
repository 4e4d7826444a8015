"""The worker: one run at a time, cancelled, stopped and taken up again, and room for visitors."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from bot.reply import Answer
from evals.web import Bench
from evals.web.errors import EntryError, QueueFullError
from tests.bench.conftest import wait_for

CASES = 6


class Gate:
    """A bot whose answers wait until they are let through; it keeps what it was asked and how many asked at once."""

    def __init__(self) -> None:
        self.library = self
        self.revision = 7
        self.open = threading.Semaphore(0)
        self.asked: list[str] = []
        self.inside = 0
        self.most = 0
        self.breaks_at = ""

    def get(self, policy_id: str, version: str | None = None) -> None:
        raise AssertionError("no policy is read")

    def policies(self) -> list[object]:
        return []

    def reply(self, question, policy_ids=(), history=()) -> Answer:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.open.acquire()
        self.inside -= 1
        self.asked.append(question)
        if question == self.breaks_at:
            raise RuntimeError("planted: my secret words")
        return Answer(question=question, status="silent", text="no")

    def best_score(self, question, policy_ids=(), history=()) -> float | None:
        return None

    def let(self, answers: int) -> None:
        """Let so many answers through."""
        for _ in range(answers):
            self.open.release()


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def bench(gate: Gate, tmp_path: Path):
    (tmp_path / "sets").mkdir()
    case = {"kind": "unanswerable", "answerable": False, "expected_behavior": "abstain"}
    lines = [json.dumps(case | {"id": f"c{n}", "question": f"q{n}"}) for n in range(CASES)]
    (tmp_path / "sets" / "few.jsonl").write_text("\n".join(lines))
    opened = Bench.open(gate, tmp_path, "1.0")
    opened.worker.rest = 0
    yield opened
    gate.let(1_000)
    opened.close()


def reach(bench: Bench, run_id: str, done: int) -> None:
    """Wait until so many cases are done."""
    deadline = time.monotonic() + 10
    while bench.worker.progress(run_id).done < done:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def lines(bench: Bench, run_id: str) -> list[str]:
    path = bench.runs.results(run_id)
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_each_case_is_on_disk_before_the_next_is_asked(bench, gate):
    run = bench.start("few", "m-1")
    for done in (1, 2, 3):
        gate.let(1)
        reach(bench, run.id, done)
        assert lines(bench, run.id) == [f"c{n}" for n in range(done)]
        assert bench.worker.progress(run.id).state == "running"
    gate.let(CASES)
    assert wait_for(bench, run.id) == "done"
    assert len(lines(bench, run.id)) == CASES


def test_runs_go_one_after_the_other_and_a_few_may_wait(bench, gate):
    runs = [bench.start("few", "m-1")]
    reach_running(bench, runs[0].id)
    runs += [bench.start("few", "m-1") for _ in range(5)]
    with pytest.raises(QueueFullError):
        bench.start("few", "m-1")
    assert len(bench.runs.all()) == 6  # the one too many left nothing behind
    gate.let(6 * CASES)
    assert {wait_for(bench, run.id) for run in runs} == {"done"}
    assert gate.most == 1
    assert gate.asked == [f"q{n}" for n in range(CASES)] * 6


def reach_running(bench: Bench, run_id: str) -> None:
    deadline = time.monotonic() + 10
    while bench.runs.get(run_id).state != "running":
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_cancelled_run_keeps_what_it_has_and_can_go_on(bench, gate):
    run = bench.start("few", "m-1")
    gate.let(2)
    reach(bench, run.id, 2)
    bench.worker.cancel(run.id)
    gate.let(1)
    assert wait_for(bench, run.id) == "cancelled"
    assert lines(bench, run.id) == ["c0", "c1", "c2"]
    with pytest.raises(EntryError):
        bench.accept(run.id, anyway=True)
    gate.let(CASES)
    bench.go_on(run.id)
    assert wait_for(bench, run.id) == "done"
    assert lines(bench, run.id) == [f"c{n}" for n in range(CASES)]
    assert gate.asked == [f"q{n}" for n in range(CASES)]
    with pytest.raises(EntryError):
        bench.go_on(run.id)


def test_a_waiting_run_is_cancelled_at_once(bench, gate):
    first = bench.start("few", "m-1")
    reach_running(bench, first.id)
    second = bench.start("few", "m-1")
    bench.worker.cancel(second.id)
    assert bench.runs.get(second.id).state == "cancelled"


def test_after_a_crash_a_run_goes_on_and_a_line_cut_in_half_is_asked_again(bench, gate, tmp_path):
    run = bench.start("few", "m-1")
    gate.let(3)
    reach(bench, run.id, 3)
    # The crash: another server opens the folder as the first one left it, the last line half written.
    crashed = tmp_path / "crashed"
    (crashed / "runs" / run.id).mkdir(parents=True)
    for path in bench.runs.folder.joinpath(run.id).iterdir():
        (crashed / "runs" / run.id / path.name).write_bytes(path.read_bytes())
    part = crashed / "runs" / run.id / "results.jsonl.part"
    part.write_bytes(part.read_bytes()[:-30])
    other = Gate()
    second = Bench.open(other, crashed, "1.0")
    second.worker.rest = 0
    assert (second.runs.get(run.id).state, second.runs.get(run.id).done) == ("stopped", 2)
    other.let(CASES)
    second.go_on(run.id)
    assert wait_for(second, run.id) == "done"
    assert other.asked == ["q2", "q3", "q4", "q5"]
    assert lines(second, run.id) == [f"c{n}" for n in range(CASES)]
    second.close()


def test_a_closed_server_leaves_a_run_that_can_go_on(bench, gate):
    run = bench.start("few", "m-1")
    gate.let(1)
    reach(bench, run.id, 1)
    closing = threading.Thread(target=bench.close)
    closing.start()
    time.sleep(0.05)
    gate.let(1)
    closing.join(10)
    assert bench.runs.get(run.id).state == "stopped"
    assert lines(bench, run.id) == ["c0", "c1"]


def test_a_run_that_breaks_says_so_and_the_next_one_runs(bench, gate, caplog):
    gate.breaks_at = "q1"
    first, second = bench.start("few", "m-1"), None
    reach_running(bench, first.id)
    second = bench.start("few", "m-1")
    gate.let(2)
    assert wait_for(bench, first.id) == "failed"
    gate.breaks_at = ""
    gate.let(CASES)
    assert wait_for(bench, second.id) == "done"
    assert f"run {first.id} failed: RuntimeError" in caplog.text
    assert "secret" not in caplog.text
    assert "q1" not in caplog.text


def test_a_run_waits_while_visitors_are_answered(bench, gate):
    visitors = [1]
    bench.worker.visitors = lambda: visitors[0]
    bench.worker.longest_wait = 60.0
    gate.let(CASES)
    run = bench.start("few", "m-1")
    reach(bench, run.id, 1)
    time.sleep(0.3)
    assert gate.asked == ["q0"]
    visitors[0] = 0
    assert wait_for(bench, run.id) == "done"


def test_a_run_of_the_folder_that_is_no_run_is_left_alone(bench, tmp_path):
    (tmp_path / "runs" / "20260101-000000-odd").mkdir(parents=True)
    (tmp_path / "runs" / "20260101-000000-odd" / "run.json").write_text('{"id": "x"}')
    assert bench.runs.all() == []
