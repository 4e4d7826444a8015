"""`policydesk ingest`: documents into the library."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated

import typer

from commands.opening import fail, open_library, show_json
from commands.options import VAR, DataDir, Json


class Engine(StrEnum):
    """What does the work of an ingest."""

    LOCAL = "local"
    RAY = "ray"


def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(help="Files (.html .md .txt .docx .pdf .zip), folders, web addresses or manifests (.yaml)."),
    ],
    policy_id: Annotated[str | None, typer.Option("--policy-id", help="Id for a single document.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Read again what is in and unchanged.")] = False,
    engine: Annotated[
        Engine, typer.Option("--engine", help="What reads and embeds: this process, or a Ray cluster.")
    ] = (Engine.LOCAL),
    ray_address: Annotated[
        str | None,
        typer.Option("--ray-address", envvar="RAY_ADDRESS", help="A running Ray cluster; without it, local workers."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Embedding workers of the Ray engine.")] = 2,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Read policies into the library. An unchanged document does nothing; a failed one leaves the rest in.

    A run that was ended halfway goes on where it stopped when it is started again.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from ingest import ingest_sources
    from ingest.errors import EngineError
    from ingest.report import report_lines, report_object
    from vectorstore import StoreError

    cluster = None
    if engine is Engine.RAY:
        from ingest.ray_engine import Cluster

        # Ray reports its use to its makers unless it is told not to, before it is imported; nothing here calls home.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        cluster = Cluster(ray_address, workers)
    library = open_library(data_dir, adopt_model=True)
    console = Console(stderr=True)
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left  {task.description}"),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=None)
        try:
            reports = ingest_sources(
                sources,
                library,
                policy_id,
                # A file's name may hold square brackets, which the terminal would take for styles.
                lambda done, total, name: progress.update(task, completed=done, total=total, description=escape(name)),
                force=force,
                cluster=cluster,
            )
        except (ValueError, StoreError, EngineError) as error:
            fail(str(error))
    if as_json:
        show_json(report_object(reports))
    else:
        typer.echo("\n".join(report_lines(reports)))
    raise typer.Exit(1 if any(report.status == "failed" for report in reports) else 0)
