"""HTTP routes of requests. A caller who drafted one holds its access word; for everybody else it does not exist."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, FastAPI, Header, Path, Request
from starlette.responses import JSONResponse

from bot.problems import Problem, problem
from bot.requests.desk import RequestDesk
from bot.requests.errors import (
    ChangedError,
    CodeError,
    FieldError,
    RequestError,
    StepError,
    TooManyError,
    UnknownRequestError,
)
from bot.requests.ledger.codes import CodeNotice
from bot.requests.receipts import Receipt
from bot.requests.records import RequestRecord
from bot.requests.wire import (
    ChangeBody,
    CodeBody,
    ConfirmBody,
    FollowUpRow,
    NewRequestBody,
    OpeningRow,
    RequestRow,
    person_of,
    request_row,
)
from vectorstore.policy import REQUEST_TYPES

Access = Annotated[str, Header(alias="X-Request-Access", max_length=200, description="the access word of the request")]
RequestId = Annotated[str, Path(pattern=r"^[0-9a-z]{20}$", description="the receipt number")]
TOLD: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such request for this caller, or no such policy"},
    409: {"model": Problem, "description": "The request is not in a state for this step, or has changed"},
    422: {"model": Problem, "description": "A field cannot be used"},
    429: {"model": Problem, "description": "Too many; Retry-After says when to come back"},
}


def requests_router(desk: RequestDesk) -> APIRouter:
    """Return the routes over `desk`. Their functions are plain, so they run in a thread of the server's pool."""
    router = APIRouter(tags=["requests"], responses=TOLD)

    def row(record: RequestRecord, notice: str | None = None, access: str | None = None) -> RequestRow:
        return request_row(record, desk.due(record), desk.ledger.events(record.id), notice, access)

    @router.get("/api/v1/policies/{policy_id}/requests/{request_type}", summary="See what a request takes")
    def opening(policy_id: str, request_type: str) -> OpeningRow:
        """Return the ways the policy names, best first, and the fields to fill in."""
        return OpeningRow.of(desk.opening(policy_id, _known(request_type)))

    @router.post("/api/v1/requests", summary="Draft a request", status_code=201)
    def draft(body: NewRequestBody) -> RequestRow:
        """Draft a request; nothing is sent. Keep `access`: it is told this once."""
        access = secrets.token_urlsafe(32)
        opening = desk.opening(body.policy_id, _known(body.type))
        person = person_of(body.fields, opening.fields)
        return row(desk.begin(body.policy_id, body.type, body.way, person, access), access=access)

    @router.get("/api/v1/requests/{request_id}", summary="Read a request")
    def read(request_id: RequestId, access: Access) -> RequestRow:
        """Return the request with its message, its dates and its steps."""
        return row(desk.mine(request_id, access))

    @router.patch("/api/v1/requests/{request_id}", summary="Change a request")
    def change(request_id: RequestId, access: Access, body: ChangeBody) -> RequestRow:
        """Change where it goes or what it says; it has to be confirmed again."""
        record = desk.mine(request_id, access)
        fields = desk.opening(record.policy_id, record.type).fields
        person = person_of(body.fields, fields) if body.fields is not None else None
        return row(desk.change(request_id, access, body.way, person))

    @router.post("/api/v1/requests/{request_id}/confirm", summary="Confirm the message")
    def confirm(request_id: RequestId, access: Access, body: ConfirmBody, request: Request) -> RequestRow:
        """Confirm exactly this message; a code goes to the person's mailbox unless it was proved before."""
        address = request.client.host if request.client else None
        done = desk.confirm(request_id, access, body.digest, address)
        if isinstance(done, CodeNotice):
            return row(desk.mine(request_id, access), done.message)
        return row(done)

    @router.post("/api/v1/requests/{request_id}/verify", summary="Prove the mailbox")
    def verify(request_id: RequestId, access: Access, body: CodeBody) -> RequestRow:
        """Take the code from the mail; the request goes into the outbox."""
        return row(desk.verify(request_id, access, body.code))

    @router.post("/api/v1/requests/{request_id}/hand-over", summary="Take the message to send it yourself")
    def hand_over(request_id: RequestId, access: Access) -> RequestRow:
        """Record that the message was shown; the desk sends nothing."""
        return row(desk.hand_over(request_id, access))

    @router.post("/api/v1/requests/{request_id}/reported-sent", summary="Say that you sent it")
    def reported(request_id: RequestId, access: Access) -> RequestRow:
        """Start the clock of a request that the person sent alone."""
        return row(desk.report_sent(request_id, access))

    @router.post("/api/v1/requests/{request_id}/withdraw", summary="Withdraw a request")
    def withdraw(request_id: RequestId, access: Access) -> RequestRow:
        """Stop a request; what already left cannot be called back."""
        return row(desk.withdraw(request_id, access))

    @router.get("/api/v1/requests/{request_id}/receipt", summary="Take the receipt")
    def receipt(request_id: RequestId, access: Access) -> Receipt:
        """Return what proves the request; `policydesk requests verify` checks it offline."""
        return desk.receipt(desk.mine(request_id, access))

    @router.get("/api/v1/requests/{request_id}/follow-ups/{kind}", summary="Draft a follow-up")
    def follow_up(
        request_id: RequestId, access: Access, kind: Literal["reminder", "wrong-medium", "more-proof", "complaint"]
    ) -> FollowUpRow:
        """Return a draft to the company, or to an authority; the desk does not send it."""
        return FollowUpRow.of(desk.follow_up(desk.mine(request_id, access), kind))

    return router


def _known(request_type: str) -> str:
    if request_type not in REQUEST_TYPES:
        raise FieldError("type", f"Choose one of: {', '.join(REQUEST_TYPES)}.")
    return request_type


def add_request_problems(app: FastAPI) -> None:
    """Let every error of requests leave as a problem document that says the way out."""

    @app.exception_handler(RequestError)
    async def refused(request: Request, error: RequestError) -> JSONResponse:
        return request_problem(error)


def request_problem(error: RequestError) -> JSONResponse:
    """Return the problem document of an error of requests."""
    if isinstance(error, UnknownRequestError):
        return problem(404, error.message, title="There is no such request")
    if isinstance(error, TooManyError):
        response = problem(429, error.message, title="Too many")
        if error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response
    if isinstance(error, (StepError, ChangedError)):
        return problem(409, error.message, title="This request is elsewhere by now")
    if isinstance(error, CodeError):
        return problem(422, error.message, title="The code does not fit")
    if isinstance(error, FieldError):
        return problem(422, error.message, title="A field cannot be used", errors=[f"{error.field}: {error.message}"])
    return problem(422, error.message, title="This cannot be done")
