"""HTTP routes of the desk: questions and policies as JSON. Owns the wire form of a policy; answers are bot.reply's."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.front.asking import Asking
from bot.front.clients import client_of
from bot.problems import Problem
from bot.reply import Answer, Turn
from vectorstore.difference import differences
from vectorstore.policy import Policy

if TYPE_CHECKING:
    from bot.bot import PolicyBot

UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "No such policy is in the library"}}
REFUSED: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "One of the policies is not in the library"},
    422: {"model": Problem, "description": "The question or the request is not valid"},
    429: {"model": Problem, "description": "Too many questions at once; Retry-After says when to come back"},
}


PolicyId = Annotated[str, Field(max_length=200)]


class Row(BaseModel):
    """Base of the objects read off frozen dataclasses."""

    model_config = ConfigDict(from_attributes=True)


class Sent(BaseModel):
    """Base of the objects that callers send: nothing beside the known fields, and only text that can be stored."""

    model_config = ConfigDict(extra="forbid")

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


class AskRequest(Sent):
    """A question, the policies it is about (all if empty) and what was asked before, oldest first."""

    question: str = Field(description="up to 2,000 characters")
    policy_ids: list[PolicyId] = Field(default=[], max_length=50)
    history: list[Turn] = Field(default=[], max_length=10)
    as_of: dt.date | None = Field(
        default=None, description="YYYY-MM-DD: answer from the versions in force on that day; today if left out"
    )


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
    language: str


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


class VersionDetail(Row):
    """A stored version; `start` is its first day in force, `standing` is "current", "earlier" or "scheduled"."""

    version: str
    start: str
    ingested: str
    standing: str
    clauses: int
    characters: int


class EditRow(Row):
    """A sentence, list item or table row that changed; spans as in ChangeRow."""

    kind: str
    old_start: int | None
    old_end: int | None
    new_start: int | None
    new_end: int | None


class ChangeRow(Row):
    """A clause that was added, removed, reworded or moved, or a section that was renamed.

    Spans are characters into the stored text of the older and of the newer version, end excluded.
    """

    kind: str
    section: Sequence[str]
    old: str | None
    new: str | None
    old_start: int | None
    old_end: int | None
    new_start: int | None
    new_end: int | None
    edits: Sequence[EditRow]


class Difference(BaseModel):
    """What changed from version `older` to version `newer` of a policy."""

    policy_id: str
    older: str
    newer: str
    changes: list[ChangeRow]


class Health(BaseModel):
    """The state of the desk: `policies` counts policies, `model` names the embedding model."""

    status: str
    policies: int
    model: str


def api_router(bot: PolicyBot, asking: Asking | None = None) -> APIRouter:
    """Return the JSON routes over `bot`; what takes work goes through `asking` (one without limits if left out).

    The other functions are plain, so they run in a thread of the server's pool.
    """
    router = APIRouter()
    through = asking or Asking(bot)

    @router.post("/api/v1/ask", tags=["questions"], summary="Ask a question", responses=REFUSED)
    async def ask(asked: AskRequest, request: Request) -> Answer:
        """Answer in the policies' own words; an answer without a quote says so in its status."""
        return await through.ask_later(
            caller(request), asked.question, tuple(asked.policy_ids), tuple(asked.history), asked.as_of
        )

    @router.get("/api/v1/policies", tags=["policies"], summary="List the policies")
    def policies() -> list[PolicyRow]:
        """Return the current version of every policy in the library."""
        return [PolicyRow.model_validate(summary) for summary in bot.library.policies()]

    @router.get("/api/v1/policies/{policy_id}", tags=["policies"], summary="Read one policy", responses=UNKNOWN)
    def policy(
        policy_id: str, version: Annotated[str | None, Query(description="the current version if left out")] = None
    ) -> PolicyDetail:
        """Return the stored text of a policy with its clauses, contact channels and damaged places."""
        found: Policy = bot.library.history.reviewed(bot.library.get(policy_id, version))
        return PolicyDetail.model_validate(found)

    @router.get("/api/v1/policies/{policy_id}/versions", tags=["policies"], summary="List versions", responses=UNKNOWN)
    def versions(policy_id: str) -> list[VersionDetail]:
        """Return the versions of a policy, since when each was in force, oldest first."""
        return [VersionDetail.model_validate(row) for row in bot.library.history.rows(policy_id)]

    @router.get(
        "/api/v1/policies/{policy_id}/changes", tags=["policies"], summary="Compare versions",
        responses={**UNKNOWN, 429: REFUSED[429]},
    )  # fmt: skip
    async def changes(
        request: Request,
        policy_id: str,
        older: Annotated[str | None, Query(alias="from", description="the version in force before if left out")] = None,
        newer: Annotated[str | None, Query(alias="to", description="the current version if left out")] = None,
    ) -> Difference:
        """Return what changed between two versions, clause by clause; no change where there is no older one."""

        def compare() -> Difference:
            new: Policy = bot.library.get(policy_id, newer)
            old = bot.library.get(policy_id, older or bot.library.history.before(policy_id, new.version) or new.version)
            found = [ChangeRow.model_validate(change) for change in differences(old, new)]
            return Difference(policy_id=policy_id, older=old.version, newer=new.version, changes=found)

        return await through.work(caller(request), compare)

    @router.get("/healthz", tags=["service"], summary="Ask whether the desk is up")
    def health() -> Health:
        """Return "ok" where the library can be read."""
        return Health(status="ok", policies=len(bot.library.policies()), model=bot.library.embedder.name)

    return router


def caller(request: Request) -> str:
    """Return the client who sent the request, as limits know it."""
    return client_of(request.client.host if request.client else None)
