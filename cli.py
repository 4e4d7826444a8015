"""The command `policydesk`: parses, calls one function, prints, sets the exit status. Heavy imports wait for the command."""

from __future__ import annotations

import json
import logging
import socket
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from vectorstore.library import PolicyLibrary

app = typer.Typer(
    help="Privacy Q&A desk: exact, cited answers from privacy policies, and requests to the channels they name.\n\n"
    'Start with: policydesk ingest POLICY.txt, then policydesk ask "do they sell my data?" or policydesk serve.',
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
policies_app = typer.Typer(help="The library: list, show, diff, remove.", invoke_without_command=True)
eval_app = typer.Typer(help="Regression question sets: run, compare, accept.", no_args_is_help=True)
app.add_typer(policies_app, name="policies")
app.add_typer(eval_app, name="eval")

DataDir = Annotated[Path, typer.Option("--data-dir", envvar="POLICYDESK_DATA_DIR", help="Folder of the library.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Model = Annotated[
    str | None,
    typer.Option(
        "--llm", envvar="POLICYDESK_LLM", help="Optional chat model, PROVIDER:MODEL as in LangChain; none is needed."
    ),
]
Policies = Annotated[list[str] | None, typer.Option("--policy", help="Answer from this policy only; may be repeated.")]
VAR = Path("var")


def main() -> None:
    """Run the command."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)  # some libraries lower the level of their own loggers
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", handlers=[handler])
    app()


def fail(message: str, status: int = 2) -> NoReturn:
    """Print what is wrong to standard error and exit."""
    typer.echo(f"policydesk: {message}", err=True)
    raise typer.Exit(status)


def open_library(data_dir: Path, *, adopt_model: bool = False) -> PolicyLibrary:
    """Open the library, or say why it cannot be opened; `adopt_model` embeds it again where the model has changed."""
    from vectorstore import PolicyLibrary, StoreError, StoreSettings

    try:
        return PolicyLibrary.open(StoreSettings(data_dir), adopt_model=adopt_model)
    except (StoreError, OSError) as error:
        fail(str(error))


def open_bot(data_dir: Path, language_model: str | None = None) -> PolicyBot:
    """Open the bot over the library in `data_dir`."""
    from bot.build import build_bot
    from vectorstore import StoreError

    try:
        return build_bot(data_dir, language_model=language_model)
    except (StoreError, OSError, ImportError, ValueError) as error:
        fail(str(error))


def show_json(data: Any) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


@app.command()
def ingest(
    sources: Annotated[list[str], typer.Argument(help="Files (.txt .md .html), folders or manifests (.yaml).")],
    policy_id: Annotated[str | None, typer.Option("--policy-id", help="Id for a single document.")] = None,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Read policies into the library. An unchanged document does nothing; a failed one leaves the rest in."""
    from rich.console import Console
    from rich.progress import Progress

    from ingest import ingest_sources
    from ingest.report import report_lines, report_object
    from vectorstore import StoreError

    library = open_library(data_dir, adopt_model=True)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=None)
        try:
            reports = ingest_sources(
                sources,
                library,
                policy_id,
                lambda done, total, name: progress.update(task, completed=done, total=total, description=name),
            )
        except (ValueError, StoreError) as error:
            fail(str(error))
    if as_json:
        show_json(report_object(reports))
    else:
        typer.echo("\n".join(report_lines(reports)))
    raise typer.Exit(1 if any(report.status == "failed" for report in reports) else 0)


@policies_app.callback()
def policies(context: typer.Context, as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """List the policies of the library."""
    if context.invoked_subcommand is not None:
        return
    from vectorstore import StoreError

    try:
        summaries = open_library(data_dir).policies()
    except StoreError as error:
        fail(str(error))
    if as_json:
        show_json([asdict(summary) for summary in summaries])
        return
    for one in summaries:
        typer.echo(
            f"{one.id:<16} {one.company:<24} version {one.version:<14} {one.clauses} clauses, {one.channels} channels, {one.damage} damage flags"
        )
    if not summaries:
        typer.echo("The library is empty. Add a policy with: policydesk ingest FILE")


@policies_app.command("show")
def show_policy(
    policy_id: str,
    version: Annotated[
        str | None, typer.Option("--version", help="A stored version; the current one if left out.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Print the stored text and nothing else.")] = False,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Show a policy: clauses, channels, damage flags, or its stored text."""
    from ingest.report import channel_object, damage_object, policy_notes
    from vectorstore import StoreError

    library = open_library(data_dir)
    try:
        policy = library.get(policy_id, version)
    except StoreError as error:
        fail(str(error))
    if text:
        typer.echo(policy.text, nl=False)
    elif as_json:
        show_json(
            {
                "id": policy.id,
                "version": policy.version,
                "versions": library.versions(policy_id),
                "title": policy.title,
                "company": policy.company,
                "aliases": policy.aliases,
                "url": policy.url,
                "dates": [asdict(date) for date in policy.dates],
                "clauses": [
                    {"id": c.id, "kind": c.kind, "section": c.path, "start": c.start, "end": c.end}
                    for c in policy.clauses
                ],
                "channels": [channel_object(policy, channel) for channel in policy.channels],
                "damage": [damage_object(damage) for damage in policy.damage],
            }
        )
    else:
        typer.echo(
            f"{policy.company}: {policy.title}, version {policy.version}\nversions: {', '.join(library.versions(policy_id))}"
        )
        typer.echo("\n".join(policy_notes(policy)))
        for clause in policy.clauses:
            if clause.kind != "menu":
                words = policy.text[clause.start : clause.end].replace("\n", " / ")
                flag = " [damaged]" if policy.is_damaged(clause.start, clause.end) else ""
                typer.echo(
                    f"{clause.start:>6}  {'# ' if clause.kind == 'heading' else '  '}{words[:100]}{'...' if len(words) > 100 else ''}{flag}"
                )


@policies_app.command("diff")
def diff_policy(
    policy_id: str,
    old: Annotated[
        str | None, typer.Option("--from", help="Older version; the one before the newest if left out.")
    ] = None,
    new: Annotated[str | None, typer.Option("--to", help="Newer version; the current one if left out.")] = None,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Show what changed between two versions, clause by clause."""
    from vectorstore import StoreError
    from vectorstore.difference import differences

    library = open_library(data_dir)
    try:
        versions = library.versions(policy_id)
        newer = library.get(policy_id, new)
        before = [name for name in versions if name != newer.version]
        if old is None and not before:
            fail(f"the policy {policy_id!r} has one version only, {newer.version}", 0)
        older = library.get(policy_id, old or before[-1])
    except StoreError as error:
        fail(str(error))
    changes = differences(older, newer)
    if as_json:
        show_json(
            {
                "policy_id": policy_id,
                "from": older.version,
                "to": newer.version,
                "changes": [asdict(change) for change in changes],
            }
        )
        return
    typer.echo(f"{policy_id}: {older.version} -> {newer.version}, {len(changes)} changes")
    for change in changes:
        typer.echo(f"\n{change.kind}: {' > '.join(change.section)}")
        typer.echo(
            "\n".join(
                [
                    *(f"- {line}" for line in (change.old or "").splitlines()),
                    *(f"+ {line}" for line in (change.new or "").splitlines()),
                ]
            )
        )


@policies_app.command("remove")
def remove_policy(policy_id: str, data_dir: DataDir = VAR) -> None:
    """Remove a policy with all its versions."""
    from vectorstore import StoreError

    library = open_library(data_dir)
    try:
        library.remove(policy_id)
        library.publish_index()
    except StoreError as error:
        fail(str(error))
    typer.echo(f"removed {policy_id}")


@app.command()
def ask(
    question: str, policy: Policies = None, as_json: Json = False, llm: Model = None, data_dir: DataDir = VAR
) -> None:
    """Answer one question."""
    from bot.errors import BotError, QuestionError
    from bot.terminal import answer_lines
    from vectorstore import StoreError

    bot = open_bot(data_dir, llm)
    try:
        answer = bot.reply(question, policy or ())
    except QuestionError as error:
        fail(error.message)
    except (BotError, StoreError) as error:
        fail(str(error))
    if as_json:
        show_json(answer.model_dump(mode="json"))
    else:
        typer.echo("\n".join(answer_lines(answer)))


@app.command()
def chat(policy: Policies = None, llm: Model = None, data_dir: DataDir = VAR) -> None:
    """Talk to the desk in the terminal. An empty line or Ctrl-D ends it."""
    from bot.errors import BotError, QuestionError
    from bot.reply import Turn
    from bot.terminal import answer_lines
    from vectorstore import StoreError

    bot = open_bot(data_dir, llm)
    typer.echo("Ask about a privacy policy, or say what you want done. An empty line ends the chat.")
    history: list[Turn] = []
    while True:
        try:
            question = input("\n> ").strip()
        except (EOFError, KeyboardInterrupt):
            typer.echo("")
            return
        if not question:
            return
        try:
            answer = bot.reply(question, policy or (), history)
        except QuestionError as error:
            typer.echo(error.message)
            continue
        except (BotError, StoreError) as error:
            fail(str(error))
        typer.echo("\n".join(answer_lines(answer)))
        history = [*history[-9:], Turn(question=question, policy_ids=answer.policy_ids)]


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 7860,
    open_browser: Annotated[bool, typer.Option("--open", help="Open the chat in a browser.")] = False,
    llm: Model = None,
    data_dir: DataDir = VAR,
) -> None:
    """Serve the web chat and the HTTP API."""
    import threading
    import webbrowser

    refuse_taken_port(host, port)
    bot = open_bot(data_dir, llm)
    if not bot.library.policies():
        typer.echo(
            "The library is empty: visitors will be told so. Add a policy with: policydesk ingest FILE", err=True
        )
    from ui import serve as serve_pages

    address = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    typer.echo(f"PolicyDesk is at {address}  (API: {address}/docs)  Stop with Ctrl-C.")
    if open_browser:
        threading.Timer(1.5, webbrowser.open, [address]).start()
    serve_pages(bot, host, port)


def refuse_taken_port(host: str, port: int) -> None:
    """Say so before anything is loaded if another program listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            fail(
                f"cannot listen on {host}:{port} ({getattr(error, 'strerror', None) or error}); choose another port with --port"
            )


@eval_app.command("run")
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


@eval_app.command("compare")
def eval_compare(before: Path, after: Path) -> None:
    """Compare two result files metric by metric; exit 1 on a regression."""
    import evals

    try:
        comparison = evals.compare(evals.read_results(before), evals.read_results(after))
    except evals.EvalError as error:
        fail(str(error))
    typer.echo(evals.format_comparison(comparison))
    raise typer.Exit(1 if comparison.regressions else 0)


@eval_app.command("accept")
def eval_accept(results: Path) -> None:
    """Make a result file the baseline of its set."""
    import evals

    try:
        typer.echo(f"baseline: {evals.accept(results)}")
    except evals.EvalError as error:
        fail(str(error))


@eval_app.command("policyqa")
def eval_policyqa(file: Path) -> None:
    """Measure retrieval on a Squad-format set such as PolicyQA."""
    import evals
    from vectorstore import open_embedder

    try:
        typer.echo(evals.format_policyqa(evals.run_policyqa(file, open_embedder())))
    except evals.EvalError as error:
        fail(str(error))


if __name__ == "__main__":
    main()
