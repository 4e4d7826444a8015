"""`policydesk eval`: regression question sets checked, run, shown, compared and accepted."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands import eval_measures
from commands.eval_output import broken, open_judge, progress_bar, show, show_faults
from commands.opening import fail, open_bot, open_library, show_json
from commands.options import VAR, DataDir, Json, SecondLook

app = typer.Typer(
    help="Question sets: check, run, show, compare, accept; and the measures behind docs/quality.md.\n\n"
    "Start with: policydesk eval run evals/sets/samples.jsonl --out results.jsonl --report report/",
    no_args_is_help=True,
)
QuestionSet = Annotated[Path, typer.Argument(metavar="SET", help="A set, one JSON case a line.")]
Report = Annotated[Path | None, typer.Option("--report", help="Write an HTML page, index.html, into this folder.")]
Junit = Annotated[Path | None, typer.Option("--junit", help="Write JUnit XML for a build server here.")]
Baseline = Annotated[Path | None, typer.Option("--baseline", help="Earlier results; exit 1 on a regression.")]


@app.command("run")
def eval_run(
    question_set: QuestionSet,
    out: Annotated[Path | None, typer.Option("--out", help="Write one result a line here.")] = None,
    report: Report = None,
    junit: Junit = None,
    baseline: Baseline = None,
    no_times: Annotated[
        bool, typer.Option("--no-times", help="Leave times out of --out: equal runs then give equal files.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Do not run a set that expects what the library does not hold; exit 2.")
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            metavar="PROVIDER:MODEL",
            help="Also ask this chat model for its opinion of each answer. It is sent questions, answers and quotes.",
        ),
    ] = None,
    second_look: SecondLook = False,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Ask every question of a set and print its metrics, with 95 % intervals and n.

    Example: policydesk eval run evals/sets/samples.jsonl --out results.jsonl --report report/

    In a build: policydesk eval run SET --baseline evals/baselines/samples.jsonl --junit junit.xml

    A case is wrong in JUnit and report if a law, the reply's kind, evidence, verdict, request or channels are not as expected.

    The opinion of a --judge never changes the exit status.
    """
    import evals
    from evals.case import load_numbered

    try:
        numbered = load_numbered(question_set)
        before = evals.read_results(baseline) if baseline else None
    except evals.EvalError as error:
        fail(str(error))
    bot = open_bot(data_dir, second_look=second_look)
    if found := evals.check_cases(numbered, bot.library):
        show_faults(question_set, found)
        if strict:
            fail(f"{len(found)} expectations of {question_set.name} cannot be met")
    asked_model = open_judge(judge) if judge else None
    with progress_bar() as advance:
        judged = evals.run_set(bot, [case for _, case in numbered], advance)
    if out:
        evals.write_results(out, [one.result for one in judged], times=not no_times)
    opinions = None
    if asked_model is not None:
        from evals.judge import judge_all, write_opinions

        with progress_bar() as advance:
            opinions = judge_all(asked_model, judged, lambda done, total: advance(done, total, None))
        if out:
            write_opinions(out.with_suffix(".judge.jsonl"), opinions)
    show(judged, question_set.name, report, junit, before, opinions, as_json)


@app.command("show")
def eval_show(
    results: Annotated[Path, typer.Argument(help="Results of an earlier `eval run --out`.")],
    report: Report = None,
    junit: Junit = None,
    baseline: Baseline = None,
    as_json: Json = False,
) -> None:
    """Print the metrics of earlier results, and write their reports, without asking again.

    Example: policydesk eval show results.jsonl --report report/ --baseline evals/baselines/samples.jsonl
    """
    import evals

    try:
        judged = evals.judged_from(results)
        before = evals.read_results(baseline) if baseline else None
    except evals.EvalError as error:
        fail(str(error))
    show(judged, results.name, report, junit, before, None, as_json)


@app.command("check")
def eval_check(question_set: QuestionSet, data_dir: DataDir = VAR) -> None:
    """Look for faults of a set, all at once with their lines: form, misspelt fields, ids, quotes that no policy holds.

    Example: policydesk eval check my-set.jsonl

    Exit 0 if there is none, else 2. `eval run` checks the same before it asks anything.
    """
    import evals

    good, found = evals.check_set(question_set, open_library(data_dir))
    if found:
        show_faults(question_set, found, shown=len(found))
        fail(f"{len(found)} faults in {question_set.name}")
    typer.echo(f"{question_set.name}: {good} cases, no fault")


@app.command("compare")
def eval_compare(
    before: Annotated[Path, typer.Argument(help="The baseline, or the results of a run before.")],
    after: Annotated[Path, typer.Argument(help="The results to hold against them.")],
    as_json: Json = False,
) -> None:
    """Compare two result files, metric by metric and case by case; exit 1 on a regression.

    Example: policydesk eval compare evals/baselines/samples.jsonl results.jsonl

    A regression: a case that loses what must hold, a mean that falls by more than 0.02, a case that was not run.
    """
    import evals

    try:
        comparison = evals.compare(evals.read_results(before), evals.read_results(after))
    except evals.EvalError as error:
        fail(str(error))
    if as_json:
        show_json(asdict(comparison) | {"regressions": [asdict(one) for one in comparison.regressions]})
    else:
        typer.echo(evals.format_comparison(comparison))
    raise typer.Exit(1 if comparison.regressions else 0)


@app.command("accept")
def eval_accept(
    results: Annotated[Path, typer.Argument(help="Results of `eval run --out`.")],
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the baseline; that of the file if left out.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Where baselines lie; evals/baselines if left out.")
    ] = None,
    scores_only: Annotated[
        bool, typer.Option("--scores-only", help="Keep scores without any words, for policies that may not be copied.")
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Accept results that are a regression.")] = False,
) -> None:
    """Make a result file the baseline of its set, and say what that changes.

    Example: policydesk eval accept results.jsonl --name samples

    If the results are a regression against the former baseline, they are not accepted and the exit status is 1, unless you add --anyway.
    """
    import evals

    target = folder or evals.BASELINES
    former = target / f"{name or results.stem}.jsonl"
    try:
        current = evals.read_results(results)
        if former.is_file():
            comparison = evals.compare(evals.read_results(former), current)
            typer.echo(evals.format_comparison(comparison))
            if comparison.regressions and not anyway:
                fail("not accepted: the results are a regression; to accept them all the same, add --anyway", 1)
        accepted = evals.accept(results, target, name, answers=not scores_only)
    except (evals.EvalError, ValueError) as error:
        fail(str(error))
    if lost := broken(current):
        typer.echo(f"note: what must hold does not hold in {', '.join(lost)}; the baseline allows it", err=True)
    typer.echo(f"baseline: {accepted}")


app.command("policyqa")(eval_measures.policyqa)
app.command("reading")(eval_measures.reading)
app.command("scores")(eval_measures.scores)
app.command("curve")(eval_measures.curve)
app.command("quality")(eval_measures.quality)
