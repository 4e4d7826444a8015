"""The command `policydesk`: one app out of the groups in `commands/`. Heavy imports wait for the command that needs them."""

from __future__ import annotations

import logging
import os

import typer

from commands import ask, backup, bench, evals, ingest, mcp, policies, requests, serve, staff
from commands.logs import start_log

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
app.add_typer(staff.app, name="staff")
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(evals.app, name="eval")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command. POLICYDESK_LOG=json writes the log as JSON lines; POLICYDESK_LOG_LEVEL=info tells more."""
    level = logging.INFO if os.environ.get("POLICYDESK_LOG_LEVEL", "").lower() == "info" else logging.WARNING
    start_log("json" if os.environ.get("POLICYDESK_LOG", "").lower() == "json" else "text", level)
    app()


if __name__ == "__main__":
    main()
