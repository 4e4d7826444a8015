"""`policydesk bench`: the desk measured beside the stock pipeline, in one run."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from commands.opening import fail, show_json
from commands.options import Json

app = typer.Typer(help="Benchmarks: the desk and the stock pipeline, measured in one run.", invoke_without_command=True)
Documents = Annotated[int, typer.Option("--documents", min=1, max=10_000, help="How many made-up policies to ingest.")]


@app.callback()
def bench(context: typer.Context, as_json: Json = False) -> None:
    """Run every benchmark, or the one that is named."""
    if context.invoked_subcommand is None:
        ingest(as_json=as_json)


@app.command()
def ingest(documents: Documents = 12, as_json: Json = False) -> None:
    """Passages and characters of policy text made searchable, per CPU second."""
    from evals.bench import BenchError, bench_ingest, format_ingest_bench

    try:
        found = bench_ingest(documents)
    except BenchError as error:
        fail(str(error))
    if as_json:
        ratios = {"passages_ratio": found.passages_ratio, "characters_ratio": found.characters_ratio}
        sides = {
            name: {
                **asdict(side),
                "passages_per_cpu_second": side.passages_per_second,
                "characters_per_cpu_second": side.characters_per_second,
            }
            for name, side in (("ours", found.ours), ("stock", found.stock))
        }
        show_json({"ingest": {"documents": found.documents, **sides, **ratios}})
    else:
        typer.echo(format_ingest_bench(found))
