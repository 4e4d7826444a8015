"""What evaluators send: forms read by pydantic, lengths capped, unknown fields refused."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.front.posted import Posted
from evals.case import Behavior, Kind
from evals.web.sets import MAX_SET

LARGEST_FORM = 3 * MAX_SET + 64 * 1024
"""Bytes of a form that holds a set: each byte of the set may be sent as three."""

Short = Annotated[str, StringConstraints(max_length=200)]
Question = Annotated[str, StringConstraints(max_length=2_000)]
Span = Annotated[str, StringConstraints(pattern=r"^\d{1,9}-\d{1,9}$")]


class SetForm(Posted):
    """A new set: its lines as text."""

    name: Short = ""
    text: str = Field(default="", max_length=3 * MAX_SET)


class RunForm(Posted):
    """A set to run."""

    set: Short


class AcceptForm(Posted):
    """A run to accept as the baseline; `anyway` also if it is a regression."""

    anyway: Literal["", "yes"] = ""


class CaseForm(Posted):
    """A case in the making. `gold` are chosen sentences of the policy as "start-end", characters, end excluded.

    `step` "look" only shows the page again; "add" adds the case to `into`, or to a new set `fresh`.
    """

    step: Literal["look", "add"] = "look"
    turns: str = Field(default="", max_length=20_000)
    policy: Short = ""
    version: Short = ""
    find: Short = ""
    kind: Kind | Literal[""] = ""
    behavior: Behavior = "answer"
    verdict: Literal["", "yes", "no", "conditional"] = ""
    request_type: Short = ""
    gold: list[Span] = Field(default=[], max_length=60)
    together: Literal["all", "one"] = "all"
    must_mention: str = Field(default="", max_length=2_000)
    case_id: Short = ""
    into: Short = ""
    fresh: Short = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions, one a line."""
        return tuple(line.strip() for line in self.turns.splitlines() if line.strip())

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The chosen spans in the order of the text."""
        return sorted({(int(start), int(end)) for start, _, end in (one.partition("-") for one in self.gold)})


def page_number(value: str) -> int:
    """Return the number of a page from 1, 1 for anything else."""
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) <= 6 else 1
