"""Options that several commands share, as types for Typer."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[Path, typer.Option("--data-dir", envvar="POLICYDESK_DATA_DIR", help="Folder of the library.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Model = Annotated[
    str | None,
    typer.Option(
        "--llm", envvar="POLICYDESK_LLM", help="Optional chat model, PROVIDER:MODEL as in LangChain; none is needed."
    ),
]
SecondLook = Annotated[
    bool,
    typer.Option(
        "--second-look",
        envvar="POLICYDESK_SECOND_LOOK",
        help="Read the best sentences again beside each question: fewer wrong verdicts and false silences, slower answers.",
    ),
]
Policies = Annotated[list[str] | None, typer.Option("--policy", help="Answer from this policy only; may be repeated.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Answer from the versions in force on that day, YYYY-MM-DD.",
    ),
]
VAR = Path("var")
