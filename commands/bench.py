"""`policydesk bench`: the desk measured beside the stock pipeline, in one run."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands.opening import fail, show_json
from commands.options import Json

app = typer.Typer(help="Benchmarks: the desk and the stock pipeline, measured in one run.", invoke_without_command=True)
Documents = Annotated[int, typer.Option("--documents", min=1, max=2_000, help="How many made-up policies to ingest.")]


@app.callback()
def bench(
    context: typer.Context,
    documents: Documents = 20,
    policies: Annotated[str, typer.Option(help="Sizes of the libraries whose growth is measured.")] = "2,20,2000",
    starts: Annotated[int, typer.Option(min=1, max=50, help="Cold starts a side.")] = 5,
    questions: Annotated[int, typer.Option(min=2, max=10_000, help="Warm questions a side.")] = 200,
    seconds: Annotated[float, typer.Option(min=0.1, max=600, help="Length of a round of users at once.")] = 4.0,
    rounds: Annotated[int, typer.Option(min=1, max=50, help="Rounds of users a side.")] = 2,
    keep: Annotated[
        Path | None, typer.Option(help="Folder that keeps the libraries of the growth for the next run.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the ratios to this Markdown page.")] = None,
    as_json: Json = False,
) -> None:
    """Measure cold start, warm answers, memory, users at once, ingest and growth; or only what is named."""
    if context.invoked_subcommand is not None:
        return
    from evals.errors import BenchError
    from evals.speed.measure import SpeedSettings, run_speed
    from evals.speed.page import format_speed, speed_page
    from evals.stock import stock_model

    try:
        sizes = tuple(sorted({int(size) for size in policies.split(",")}))
    except ValueError:
        sizes = (0,)
    if not 1 <= sizes[0] <= sizes[-1] <= 2_300:
        fail(f"--policies takes numbers from 1 to 2300 with commas between them, not {policies!r}")
    settings = SpeedSettings(documents, sizes, starts, questions, seconds, rounds)
    try:
        report = run_speed(settings, stock_model(), keep, on_step=lambda step: typer.echo(f"{step} ...", err=True))
    except BenchError as error:
        fail(str(error))
    if out is not None:
        out.write_text(speed_page(report), encoding="utf-8")
    if as_json:
        show_json(report.as_json())
    else:
        typer.echo(format_speed(report))


@app.command()
def ingest(documents: Documents = 12, as_json: Json = False) -> None:
    """Passages and characters of policy text made searchable, per CPU second."""
    from evals.bench import bench_ingest, format_ingest_bench
    from evals.errors import BenchError

    try:
        found = bench_ingest(documents)
    except BenchError as error:
        fail(str(error))
    if not as_json:
        typer.echo(format_ingest_bench(found))
        return
    ratios = {"passages_ratio": found.passages_ratio, "characters_ratio": found.characters_ratio}
    sides = {
        name: side
        and {
            **asdict(side),
            "passages_per_cpu_second": side.passages_per_second,
            "characters_per_cpu_second": side.characters_per_second,
        }
        for name, side in (("ours", found.ours), ("stock", found.stock))
    }
    show_json({"ingest": {"documents": found.documents, **sides, **ratios}})
