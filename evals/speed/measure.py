"""Runs the speed suite: every measurement takes turns between the sides, so that the machine's noise meets both."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench import bench_ingest_into
from evals.generated import generated_questions
from evals.speed.figures import Figure, SpeedReport, percentile
from evals.speed.growth import grow
from evals.speed.load import Round, run_users
from evals.speed.sides import ServedSide, Side, desk_side, first_answer_seconds, line_processes, stock_side
from evals.stock import HOW_TO_INSTALL

USERS = (1, 8, 32)
SPENT = "per CPU second"
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SpeedSettings:
    """`documents` long policies serve all but the growth, which goes over `policies` short ones.

    `starts` cold starts a side, `questions` warm questions, `seconds` a round of users, `rounds` rounds a side.
    """

    documents: int = 20
    policies: tuple[int, ...] = (2, 20, 2000)
    starts: int = 5
    questions: int = 200
    seconds: float = 4.0
    rounds: int = 2


def run_speed(
    settings: SpeedSettings, model: Path | None, folder: Path | None = None, on_step: Told = lambda step: None
) -> SpeedReport:
    """Measure both sides and return the report. Raises BenchError where a side breaks.

    `model` holds the weights of the stock pipeline; None measures the desk alone, and a note says so. `folder` keeps the
    libraries of the growth for a later run, None throws them away.
    """
    notes = [] if model is not None else [f"The stock pipeline was not measured: {HOW_TO_INSTALL}."]
    with tempfile.TemporaryDirectory(prefix="policydesk-bench-") as scratch:
        where = Path(scratch)
        on_step(f"ingest of {settings.documents} policies")
        figures = _ingest(settings.documents, where, with_stock=model is not None)
        questions = generated_questions(settings.documents, max(settings.questions, 40))
        sides = [desk_side(where / "ours", questions[0])]
        if model is not None:
            sides.append(stock_side(where / "stock", model))
        on_step("cold start")
        figures += _cold_start(sides, questions[0], settings.starts)
        on_step("warm answers")
        figures += _warm(sides, questions[: settings.questions], settings.documents)
        figures += _served(sides, questions, settings, on_step)
        figures += grow(settings.policies, settings.questions, settings.starts, model, folder or where, on_step)
    return SpeedReport(tuple(figures), tuple(notes), os.cpu_count() or 1)


def _ingest(documents: int, where: Path, *, with_stock: bool) -> list[Figure]:
    found = bench_ingest_into(documents, where, with_stock=with_stock)
    group, stock = "Ingest", found.stock
    rates = [found.ours] + ([stock] if stock else [])
    return [
        _beside(group, "policy text, characters", SPENT, [one.characters_per_second for one in rates], least=1.5),
        _beside(group, "documents", SPENT, [documents / one.cpu_seconds for one in rates], least=1.5),
        _beside(group, "passages made searchable", SPENT, [one.passages_per_second for one in rates]),
    ]


def _cold_start(sides: Sequence[Side], question: str, starts: int) -> list[Figure]:
    """From the start of a process to its first answer: on the command line, and from the web server."""
    on_line: list[list[float]] = [[] for _ in sides]
    served: list[list[float]] = [[] for _ in sides]
    for turn in range(starts + 1):
        for place, side in enumerate(sides):
            seconds = first_answer_seconds(side, question)
            if turn:  # the first start of each side reads its files from disk
                on_line[place].append(seconds)
    for _ in range(max(1, starts // 2)):
        for place, side in enumerate(sides):
            server = ServedSide(side)
            try:
                served[place].append(server.seconds_to_answer(question))
            finally:
                server.close()
    group = "Cold start to first answer"
    return [
        _beside(group, "question on the command line", "s", [percentile(one, 0.5) for one in on_line], most=0.3),
        _beside(group, "question to the web server", "s", [percentile(one, 0.5) for one in served], most=0.3),
    ]


def _warm(sides: Sequence[Side], questions: Sequence[str], documents: int) -> list[Figure]:
    """A whole answer of ours beside a search of the stock pipeline, question by question."""
    took: list[list[float]] = [[] for _ in sides]
    with line_processes(sides) as processes:
        for question in generated_questions(documents, documents):
            for process in processes:
                process.ask(question)
        for question in questions:
            for place, process in enumerate(processes):
                took[place].append(process.ask(question)["ms"])
    group = "Warm answer"
    half, most = [percentile(one, 0.5) for one in took], [percentile(one, 0.95) for one in took]
    return [
        _beside(group, "whole answer, p50 (stock: search alone)", "ms", half, most=1.0),
        _beside(group, "whole answer, p95 (stock: search alone)", "ms", most),
        Figure(group, "p95 against the desk's own p50", "ms", most[0], 2 * half[0] + 10, "2 × p50 + 10 ms", most=1.0),
    ]


def _served(sides: Sequence[Side], questions: Sequence[str], settings: SpeedSettings, on_step: Told) -> list[Figure]:
    """Memory with the web page up, then users at once; only one side works at a time."""
    servers: list[ServedSide] = []
    try:
        for side in sides:
            servers.append(ServedSide(side))
            servers[-1].seconds_to_answer(questions[0])
        on_step("memory")
        for server in servers:
            server.open_page()
            run_users(server, 1, 0.0, questions)
            for at in range(0, 40, 8):
                run_users(server, 4, 0.0, questions[at:])
        held = [server.resident or 0 for server in servers]
        figures = [_beside("Memory", "web page up, after questions", "MB", [size / 1e6 for size in held], most=0.5)]
        found: dict[tuple[int, int], list[Round]] = {}
        for users in USERS:
            on_step(f"{users} users at once")
            for _ in range(settings.rounds):
                for place, server in enumerate(servers):
                    found.setdefault((users, place), []).append(run_users(server, users, settings.seconds, questions))
    finally:
        for server in servers:
            server.close()
    for users in USERS:
        rounds = [found[users, place] for place in range(len(sides))]
        rate = [sum(len(r.milliseconds) for r in one) / sum(r.seconds for r in one) for one in rounds]
        waits = [percentile([ms for r in one for ms in r.milliseconds], 0.95) for one in rounds]
        who = f"{users} user{'s' if users > 1 else ''}"
        figures.append(_beside("Users at once, over HTTP", f"{who}, answers (stock: searches)", "per second", rate))
        figures.append(_beside("Users at once, over HTTP", f"{who}, wait p95", "ms", waits))
    return figures


def _beside(
    group: str,
    name: str,
    unit: str,
    values: Sequence[float],
    most: float | None = None,
    least: float | None = None,
) -> Figure:
    """Return the desk's value with the stock pipeline's beside it, where that was measured."""
    return Figure(group, name, unit, values[0], values[1] if len(values) > 1 else None, most=most, least=least)
