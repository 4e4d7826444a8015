"""What the `eval` commands print and write of a run. Owns no command and no figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from commands.opening import fail, show_json

if TYPE_CHECKING:
    from evals import Case, Judged, Result
    from evals.errors import Fault
    from evals.judge import Judge, Opinions

SHOWN_FAULTS = 20


def show(
    judged: list[Judged],
    title: str,
    report: Path | None,
    junit: Path | None,
    before: list[Result] | None,
    opinions: Opinions | None,
    as_json: bool,
) -> None:
    """Print the figures, write what was asked for, and exit 1 on a regression against `before`."""
    import evals

    comparison = evals.compare(before, [one.result for one in judged]) if before is not None else None
    if report:
        typer.echo(f"report: {evals.write_report(report, judged, title, comparison, opinions)}", err=True)
    if junit:
        evals.write_junit(junit, judged, title.removesuffix(".jsonl"))
    summary = evals.summarize(judged)
    if as_json:
        shown = evals.summary_object(summary)
        show_json(shown | ({"judge": opinions.figures} if opinions else {}))
    else:
        typer.echo(evals.format_summary(summary))
    if opinions is not None:
        from evals.judge import format_opinions

        typer.echo("\n" + format_opinions(opinions), err=as_json)
    if comparison is not None:
        typer.echo("\n" + evals.format_comparison(comparison), err=as_json)
        raise typer.Exit(1 if comparison.regressions else 0)


def show_faults(path: Path, found: list[Fault], shown: int = SHOWN_FAULTS) -> None:
    """Print the faults of a set, the first `shown` of them, to standard error."""
    for fault in found[:shown]:
        typer.echo(f"{path}:{fault.line}: {fault.reason}", err=True)
    if len(found) > shown:
        typer.echo(f"... and {len(found) - shown} more; `policydesk eval check` shows all", err=True)


def broken(results: list[Result]) -> list[str]:
    """Return the ids of the cases in which what must hold does not."""
    from evals.metrics import MUST_HOLD

    return [
        one.id
        for one in results
        if any((one.scores.get(name) or 0) < 1 for name in MUST_HOLD if one.scores.get(name) is not None)
    ]


def open_judge(name: str) -> Judge:
    """Open the chat model that gives its opinion, or say why it cannot be opened."""
    from evals import judge

    try:
        return judge.open_judge(name)
    except (ImportError, ValueError) as error:
        fail(f"the judge cannot be opened: {error}")


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int, Case | None], None]]:
    """Show on a terminal how many cases are done."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("cases", total=None)
        yield lambda done, total, _: progress.update(task, completed=done, total=total)
