"""HTTP routes for members with an API key: the queue of requests, the runs of the bench, and /metrics for machines."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, Field, StringConstraints

from bot.api import Row, caller
from bot.front.gate import Gate
from bot.front.measures import CONTENT_TYPE, Measures
from bot.problems import Problem
from bot.requests.states import STATES
from bot.staff.records import Member, Role

if TYPE_CHECKING:
    from bot.requests.desk import RequestDesk

CHALLENGE = {"WWW-Authenticate": 'Bearer realm="PolicyDesk"'}
KEYED: dict[int | str, dict[str, Any]] = {
    401: {"model": Problem, "description": "No key, or one that is not valid"},
    403: {"model": Problem, "description": "The key's member does not have the role for this"},
    422: {"model": Problem, "description": "A parameter is not valid"},
    429: {"model": Problem, "description": "Too many wrong keys; Retry-After says when to come back"},
}
StateName = Annotated[str, StringConstraints(pattern=rf"^({'|'.join(STATES)})$")]
bearer = HTTPBearer(auto_error=False, description="an API key of a member: `Authorization: Bearer pd_...`")


class Keys(Protocol):
    """Knows API keys."""

    def member_of(self, key: str) -> Member | None:
        """Return the member whose key it is, None for a key that is not valid."""


class RunRow(Row):
    """A run of the evaluator's bench. `state` is "waiting", "running", "done", "cancelled", "stopped" or "failed"; `scores` are means over its cases."""

    id: str
    set: str
    state: str
    cases: int
    done: int
    started: dt.datetime
    scores: dict[str, float] = {}


class QueueRow(BaseModel):
    """A request in the queue, without the person's words: those show on the agent's pages."""

    id: str
    policy_id: str
    version: str
    company: str
    type: str
    state: str
    channel: str
    created: dt.datetime
    changed: dt.datetime
    due: dt.date | None = Field(description="the nearest date that the law sets, null where no clock runs")


def key_check(keys: Keys, gate: Gate) -> Callable[[Role], Callable[[Request], Member]]:
    """Return the maker of a dependency: who holds that role by the request's key. A wrong key counts against its client."""

    def needing(role: Role) -> Callable[..., Member]:
        def check(request: Request, _: Annotated[object, Depends(bearer)]) -> Member:
            scheme, _, key = request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not key.strip() or len(key) > 300 or not key.isascii():
                raise HTTPException(401, headers=CHALLENGE)
            member = keys.member_of(key.strip())
            if member is None:
                gate.admit(caller(request), "key")
                raise HTTPException(401, headers=CHALLENGE)
            if role not in member.roles and "admin" not in member.roles:
                raise HTTPException(403)
            return member

        return check

    return needing


def key_router(
    keys: Keys, gate: Gate, desk: RequestDesk | None, runs: Callable[[], Sequence[RunRow]] | None
) -> APIRouter:
    """Return the routes; the queue is there with a `desk`, the runs with `runs`."""
    router = APIRouter(tags=["members"], responses=KEYED)
    needing = key_check(keys, gate)

    if desk is not None:
        queue_desk = desk

        @router.get("/api/v1/agent/requests", summary="List requests", dependencies=[Depends(needing("agent"))])
        def queue(
            state: Annotated[list[StateName] | None, Query(max_length=20, description="all if left out")] = None,
            limit: Annotated[int, Query(ge=1, le=500)] = 100,
        ) -> list[QueueRow]:
            """Return requests, the newest first, without names, addresses or messages."""
            return queue_rows(queue_desk, state, limit)

    if runs is not None:
        listed = runs

        @router.get(
            "/api/v1/evals/runs", summary="List runs of the bench", dependencies=[Depends(needing("evaluator"))]
        )
        def eval_runs() -> list[RunRow]:
            """Return the runs, the newest first."""
            return list(listed())

    return router


def queue_rows(desk: RequestDesk, states: Sequence[str] | None, limit: int) -> list[QueueRow]:
    """Return the queue, the newest first; of a request's dates the nearest one."""
    return [
        QueueRow(
            id=record.id,
            policy_id=record.policy_id,
            version=record.version,
            company=record.company,
            type=record.type,
            state=record.state,
            channel=record.channel.type,
            created=record.created,
            changed=record.changed,
            due=min((due.day for due in desk.due(record)), default=None),
        )
        for record in desk.ledger.find(states=states, limit=limit)
    ]


def metrics_router(measures: Measures, key: str | None, is_open: bool) -> APIRouter:
    """Return /metrics, open or behind `key`; an empty router where it is neither."""
    router = APIRouter(include_in_schema=False)
    if key is None and not is_open:
        return router

    @router.get("/metrics")
    def metrics(request: Request) -> Response:
        given = request.headers.get("authorization", "").encode()
        if not is_open and not hmac.compare_digest(given, f"Bearer {key}".encode()):
            raise HTTPException(401, headers=CHALLENGE)
        return Response(measures.text(), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    return router
