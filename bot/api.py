"""HTTP routes of the desk: questions and policies as JSON. Owns the wire form of a policy; answers are bot.reply's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.problems import Problem
from bot.reply import Answer, Turn
from vectorstore.policy import Policy

if TYPE_CHECKING:
    from bot.bot import PolicyBot

UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such policy is in the library"}}
REFUSED: dict[int | str, dict[str, Any]] = {
    413: {"model": Problem, "description": "The body is over 64 kB"},
    422: {"model": Problem, "description": "The question or the request is not valid"},
}


class Row(BaseModel):
    """Base of the objects read off frozen dataclasses."""

    model_config = ConfigDict(from_attributes=True)


class AskRequest(BaseModel):
    """A question, the policies it is about (all if empty) and what was asked before, oldest first."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(description="up to 2,000 characters")
    policy_ids: list[Annotated[str, Field(max_length=200)]] = Field(default=[], max_length=50)
    history: list[Turn] = Field(default=[], max_length=10)
    as_of: dt.date | None = Field(
        default=None, description="YYYY-MM-DD: answer from the versions in force on that day; today if left out"
    )

    @model_validator(mode="before")
    @classmethod
    def be_writable(cls, sent: object) -> object:
        """Refuse halves of characters ("\\ud800"), which JSON lets through and nothing can store."""
        try:
            json.dumps(sent, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ValueError("the text holds half a character") from None
        except TypeError:
            raise ValueError("the body is not JSON; send it with Content-Type: application/json") from None
        return sent


class PolicyRow(Row):
    """A policy's current version; `updated` is YYYY-MM-DD, null if the policy does not say."""

    id: str
    version: str
    title: str
    company: str
    url: str | None
    updated: str | None
    clauses: int
    passages: int
    channels: int
    damage: int


class DateRow(Row):
    """A date the policy states."""

    kind: str
    iso: str
    start: int
    end: int


class ClauseRow(Row):
    """A paragraph, list, heading or menu: `text[start:end]` of the policy, characters, end excluded."""

    id: str
    path: Sequence[str]
    kind: str
    start: int
    end: int


class StatementRow(Row):
    """A law or a group of people that the policy speaks of: `text[start:end]` first does."""

    name: str
    start: int
    end: int


class StepRow(Row):
    """Something a person can do alone; `path` is a path of settings, `link` a web link in those words, null without."""

    kind: str
    purposes: Sequence[str]
    start: int
    end: int
    link: str | None
    path: str | None


class ChannelRow(Row):
    """A way to reach somebody; `value` is null where the stored text does not hold it, `desk` says who is reached."""

    type: str
    desk: str
    value: str | None
    status: str
    conditions: str | None
    purposes: Sequence[str]
    origin: str
    label: str | None


class DamageRow(Row):
    """A flaw of the stored source."""

    kind: str
    start: int
    end: int
    reason: str
    unreliable: bool


class PolicyDetail(Row):
    """One version of a policy with its stored text: quotes of answers are slices of `text`."""

    id: str
    version: str
    company: str
    title: str
    url: str | None
    entity: str | None
    language: str
    dates: Sequence[DateRow]
    regimes: Sequence[StatementRow]
    audiences: Sequence[StatementRow]
    clauses: Sequence[ClauseRow]
    channels: Sequence[ChannelRow]
    steps: Sequence[StepRow]
    damage: Sequence[DamageRow]
    text: str


class Health(BaseModel):
    """The state of the desk: `policies` counts policies, `model` names the embedding model."""

    status: str
    policies: int
    model: str


def api_router(bot: PolicyBot) -> APIRouter:
    """Return the JSON routes over `bot`. Their functions are plain, so they run in a thread of the server's pool."""
    router = APIRouter()

    @router.post("/api/v1/ask", tags=["questions"], summary="Ask a question", responses={**UNKNOWN, **REFUSED})
    def ask(asked: AskRequest) -> Answer:
        """Answer in the policies' own words; an answer without a quote says so in its status."""
        return bot.reply(asked.question, tuple(asked.policy_ids), tuple(asked.history), asked.as_of)

    @router.get("/api/v1/policies", tags=["policies"], summary="List the policies")
    def policies() -> list[PolicyRow]:
        """Return the current version of every policy in the library."""
        return [PolicyRow.model_validate(summary) for summary in bot.library.policies()]

    @router.get("/api/v1/policies/{policy_id}", tags=["policies"], summary="Read one policy", responses=UNKNOWN)
    def policy(
        policy_id: str, version: Annotated[str | None, Query(description="the current version if left out")] = None
    ) -> PolicyDetail:
        """Return the stored text of a policy with its clauses, contact channels and damaged places."""
        found: Policy = bot.library.get(policy_id, version)
        return PolicyDetail.model_validate(found)

    @router.get("/healthz", tags=["service"], summary="Ask whether the desk is up")
    def health() -> Health:
        """Return "ok" where the library can be read."""
        return Health(status="ok", policies=len(bot.library.policies()), model=bot.library.embedder.name)

    return router
