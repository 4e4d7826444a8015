"""What agents send: forms read by pydantic, lengths capped, unknown fields refused."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints

from bot.front.posted import Posted
from bot.staff.entry_errors import StaffEntryError

Short = Annotated[str, StringConstraints(max_length=200)]
Place = Annotated[str, StringConstraints(pattern=r"^\d{1,9}-\d{1,9}$")]


class ApprovedForm(Posted):
    """An approved answer: one wording a line, "start-end" of each chosen passage, the verdict or "".

    With `look` nothing is kept: passages near the words of `find` are shown beside the chosen ones.
    """

    policy: Short
    wordings: str = Field(default="", max_length=7_000)
    verdict: Short = ""
    place: list[Place] = Field(default=[], max_length=60)
    find: str = Field(default="", max_length=300)
    look: Short = ""

    @property
    def lines(self) -> list[str]:
        """The wordings."""
        return [line for line in self.wordings.split("\n") if line.strip()]

    @property
    def places(self) -> list[tuple[int, int]]:
        """The chosen spans, characters, end excluded."""
        return [(int(start), int(end)) for start, _, end in (one.partition("-") for one in self.place)]


class ChannelForm(Posted):
    """The word on one address of a policy."""

    policy: Short
    value: str = Field(max_length=2_000)
    state: Annotated[str, StringConstraints(pattern="^(approved|refused)$")]
    page: int = Field(default=1, ge=1, le=100_000)


class LineForm(Posted):
    """What an agent writes to a visitor."""

    words: str = Field(default="", max_length=4_000)


def day_of(value: str) -> dt.date | None:
    """Return a day written YYYY-MM-DD, None for "". Raises StaffEntryError."""
    if not value.strip():
        return None
    try:
        return dt.date.fromisoformat(value.strip())
    except ValueError as error:
        raise StaffEntryError("Write the day as year, month and day: 2026-05-31.") from error


def number_of(value: str, least: int = 1, most: int = 100_000) -> int:
    """Return a whole number between `least` and `most`, `least` for anything else."""
    return min(max(int(value), least), most) if value.isascii() and value.isdigit() and len(value) <= 9 else least
