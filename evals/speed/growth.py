"""How the desk grows with its library: the same questions over 2, 20 or 2,000 short policies, in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from evals.bench import read_stock_folder
from evals.errors import BenchError
from evals.generated import UNSCOPED, generated_questions, short_policy
from evals.speed.figures import Figure, percentile
from evals.speed.sides import Side, desk_side, first_answer_seconds, line_processes, stock_side
from ingest import ingest_sources
from vectorstore import PolicyLibrary, StoreSettings

UP_TO = 1.3  # a scoped answer over the most policies, against one over the middle size


@dataclass(slots=True)
class _Grown:
    """What was measured over one size: lists of milliseconds, seconds and bytes."""

    size: int
    scoped: list[float] = field(default_factory=list)
    unscoped: list[float] = field(default_factory=list)
    stock: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    stock_starts: list[float] = field(default_factory=list)
    held: float = 0.0
    stock_held: float = 0.0


def grow(
    sizes: Sequence[int], questions: int, starts: int, model: Path | None, folder: Path, on_step: Callable[[str], None]
) -> list[Figure]:
    """Return figures a size. Libraries are made in `folder` where they are not there yet.

    Questions name companies of the smallest library only, so that all sizes answer the same. Raises BenchError.
    """
    found: list[_Grown] = []
    sides: list[Side] = []
    asked = generated_questions(min(sizes), questions)
    for size in sizes:
        on_step(f"library of {size:,} short policies")
        ours, stock = _libraries(size, folder, model is not None)
        found.append(_Grown(size))
        sides.append(desk_side(ours, asked[0]))
        if model is not None:
            sides.append(stock_side(stock, model))
    on_step("growth: cold starts")
    each = 2 if model is not None else 1
    for _ in range(max(1, starts // 2)):
        for place, one in enumerate(found):
            one.starts.append(first_answer_seconds(sides[place * each], asked[0]))
            if model is not None:
                one.stock_starts.append(first_answer_seconds(sides[place * each + 1], asked[0]))
    on_step("growth: answers")
    with line_processes(sides) as processes:
        for question in [*asked[: 2 * min(sizes)], *UNSCOPED]:
            for process in processes:
                process.ask(question)
        for turn, question in enumerate(asked):
            for place, one in enumerate(found):
                one.scoped.append(processes[place * each].ask(question)["ms"])
                one.unscoped.append(processes[place * each].ask(UNSCOPED[turn % len(UNSCOPED)])["ms"])
                if model is not None:
                    one.stock.append(processes[place * each + 1].ask(question)["ms"])
        for place, one in enumerate(found):
            one.held = (processes[place * each].resident or 0) / 1e6
            one.stock_held = (processes[place * each + 1].resident or 0) / 1e6 if model is not None else 0.0
    return _figures(found, model is not None)


def _figures(found: Sequence[_Grown], has_stock: bool) -> list[Figure]:
    figures = []
    for one in found:
        group = f"Growth: {one.size:,} short policies"
        stock = percentile(one.stock, 0.5) if has_stock else None
        figures += [
            Figure(group, "answer, company named, p50 (stock: search)", "ms", percentile(one.scoped, 0.5), stock),
            Figure(group, "answer, no company named, p50 (stock: search)", "ms", percentile(one.unscoped, 0.5), stock),
            Figure(
                group,
                "cold start on the command line",
                "s",
                percentile(one.starts, 0.5),
                percentile(one.stock_starts, 0.5) if has_stock else None,
            ),
            Figure(group, "memory of the answering process", "MB", one.held, one.stock_held if has_stock else None),
        ]
    if len(found) > 1:
        last, before = found[-1], found[-2]
        figures.append(
            Figure(
                "Growth",
                f"answer, company named, p50: {last.size:,} against {before.size:,} policies",
                "ms",
                percentile(last.scoped, 0.5),
                percentile(before.scoped, 0.5),
                f"{before.size:,} policies",
                most=UP_TO,
            )
        )
    return figures


def _libraries(size: int, folder: Path, has_stock: bool) -> tuple[Path, Path]:
    """Return the folders of our library and of the stock collection over that many short policies, making what is missing."""
    texts, ours, stock = (folder / f"{name}-{size}" for name in ("short", "short-ours", "short-stock"))
    if not texts.exists():
        texts.mkdir(parents=True)
        for number in range(size):
            (texts / f"company-{number:04}.md").write_text(short_policy(number), encoding="utf-8")
    if not (ours / "whole").exists():
        library = PolicyLibrary.open(StoreSettings(ours))
        failed = [one.error for one in ingest_sources([texts], library) if one.status == "failed"]
        if failed:
            raise BenchError(f"{len(failed)} of the made-up policies were not taken in: {failed[0]}")
        (ours / "whole").touch()
    if has_stock and not (stock / "whole").exists():
        read_stock_folder(texts, stock)
        (stock / "whole").touch()
    return ours, stock
