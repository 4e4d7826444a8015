"""Forms that pages post: the fields of a body, and the form that pydantic makes of them, lengths capped, strange fields refused."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import parse_qs

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import BotError

MOST_FIELDS = 400


class FormError(BotError, ValueError):
    """A form that cannot be read or used; `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Posted(BaseModel):
    """Base of the forms of staff pages; `token` is checked by their guard before a form gets to its route."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    token: str = Field(default="", max_length=200)


Read = TypeVar("Read", bound=Posted)


def parse_form(body: bytes) -> dict[str, list[str]]:
    """Return the values of each field in their order, lines ending in "\\n". Raises FormError for a body that is no form."""
    try:
        sent = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise FormError("The form cannot be read. Go back, and send it again.") from error
    return {name: [value.replace("\r\n", "\n") for value in values] for name, values in sent.items()}


async def fields_of(request: Request) -> dict[str, list[str]]:
    """Return the values of each field of a posted form. Raises FormError for a body that is no form."""
    return parse_form(await request.body())


def read_form(fields: dict[str, list[str]], kind: type[Read]) -> Read:
    """Return the form. Raises FormError for fields that it does not have, or values that are too long or none of its choices."""
    lists = {name for name, info in kind.model_fields.items() if str(info.annotation).startswith("list")}
    plain = {name: values if name in lists else values[-1] for name, values in fields.items()}
    try:
        return kind.model_validate(plain)
    except ValidationError as error:
        named = ", ".join(sorted({str(fault["loc"][0]) for fault in error.errors()}))
        raise FormError(f"The form cannot be used as it was sent: {named}. Go back, and send it again.") from error
