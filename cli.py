"""The command `policydesk`: one app out of the groups in `commands/`. Heavy imports wait for the command that needs them."""

from __future__ import annotations

import logging

import typer

from commands import ask, bench, evals, ingest, mcp, policies, requests, serve

app = typer.Typer(
    help="Privacy Q&A desk: exact, cited answers from privacy policies, and requests to the channels they name.\n\n"
    'Start with: policydesk ingest POLICY.txt, then policydesk ask "do they sell my data?" or policydesk serve.',
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(ingest.ingest)
app.add_typer(policies.app, name="policies")
app.command()(ask.ask)
app.command()(ask.chat)
app.command()(serve.serve)
app.command()(mcp.mcp)
app.add_typer(requests.app, name="requests")
app.add_typer(evals.app, name="eval")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.WARNING)  # some libraries lower the level of their own loggers
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", handlers=[handler])
    app()


if __name__ == "__main__":
    main()
