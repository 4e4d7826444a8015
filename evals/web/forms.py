"""What evaluators send: forms read by pydantic, lengths capped, unknown fields refused."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qs

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from evals.case import Behavior, Kind
from evals.web.errors import EntryError
from evals.web.sets import MAX_SET

FIELDS = 400
LARGEST_FORM = 3 * MAX_SET + 64 * 1024
"""Bytes of a form that holds a set: each byte of the set may be sent as three."""

Short = Annotated[str, StringConstraints(max_length=200)]
Question = Annotated[str, StringConstraints(max_length=2_000)]
Span = Annotated[str, StringConstraints(pattern=r"^\d{1,9}-\d{1,9}$")]


class Posted(BaseModel):
    """Base of the forms; `token` is checked by the guard before a form gets here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str = Field(default="", max_length=200)


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


Read = TypeVar("Read", bound=Posted)


async def fields_of(request: Request) -> dict[str, list[str]]:
    """Return the values of each field of a posted form. Raises EntryError for a body that is no form."""
    try:
        return parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=FIELDS, errors="strict")
    except ValueError as error:
        raise EntryError("The form cannot be read. Go back, and send it again.") from error


def read_form(fields: dict[str, list[str]], kind: type[Read]) -> Read:
    """Return the form. Raises EntryError for fields that it does not have, or values that are too long or none of its choices."""
    lists = {name for name, info in kind.model_fields.items() if str(info.annotation).startswith("list")}
    plain = {name: values if name in lists else values[-1].replace("\r\n", "\n") for name, values in fields.items()}
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        named = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors()}))
        raise EntryError(f"The form cannot be used as it was sent: {named}. Go back, and send it again.") from error


def page_number(value: str) -> int:
    """Return the number of a page from 1, 1 for anything else."""
    return max(1, int(value)) if value.isascii() and value.isdigit() and len(value) <= 6 else 1
