"""Problem details for HTTP (RFC 9457) and the limits that hold before a request is read. Never shows exception text."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.errors import QuestionError
from bot.front.errors import BusyError
from vectorstore.errors import UnknownPolicyError, UnknownVersionError

logger = logging.getLogger(__name__)

MAX_BODY = 64 * 1024
"""Largest request body in bytes."""

BODY_SECONDS = 30.0
"""Seconds within which a body has to be sent."""

TITLES = {
    400: "The request cannot be read",
    401: "A key is needed here",
    403: "This is not allowed here",
    404: "There is nothing at this address",
    405: "This address does not accept that method",
    408: "The request did not come in time",
    413: "The request is too large",
    422: "The request is not valid",
    429: "Too many requests",
    500: "Something went wrong on our side",
    503: "The desk is busy",
}


class Problem(BaseModel):
    """A problem document of RFC 9457, section 3."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str | None = None
    errors: list[str] | None = None


def problem(
    status: int, detail: str | None = None, title: str | None = None, errors: list[str] | None = None
) -> JSONResponse:
    """Return the response that tells of a problem as application/problem+json."""
    body = Problem(title=title or TITLES.get(status, "The request failed"), status=status, detail=detail, errors=errors)
    return JSONResponse(body.model_dump(exclude_none=True), status, media_type="application/problem+json")


def busy(error: BusyError) -> JSONResponse:
    """Return the response that says when there will be a turn (RFC 6585, section 4)."""
    response = problem(429, error.message)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def add_problem_handlers(app: FastAPI) -> None:
    """Let every error of the routes of `app` leave as a problem document."""

    @app.exception_handler(BusyError)
    async def no_turn(request: Request, error: BusyError) -> JSONResponse:
        return busy(error)

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> JSONResponse:
        response = problem(error.status_code)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # The input itself is left out: it may hold a person's words, and it may be large.
        places = [
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"[:200] for fault in error.errors()[:20]
        ]
        return problem(422, errors=places)

    @app.exception_handler(QuestionError)
    async def question_error(request: Request, error: QuestionError) -> JSONResponse:
        return problem(422, error.message, title="The question cannot be answered as it stands")

    @app.exception_handler(UnknownPolicyError)
    @app.exception_handler(UnknownVersionError)
    async def unknown(request: Request, error: UnknownPolicyError | UnknownVersionError) -> JSONResponse:
        version = isinstance(error, UnknownVersionError)
        title = "This version of the policy is not in the library" if version else "No such policy is in the library"
        return problem(404, title=title)


class ErrorWall:
    """ASGI middleware: an error nobody expected becomes a plain 500, and its type and an id go to the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        # The edge of the program: whatever went wrong, a visitor sees no trace of it and the log no words of theirs.
        except Exception as error:  # noqa: BLE001
            error_id = secrets.token_hex(4)
            logger.error("request failed: %s, id %s", type(error).__name__, error_id)
            if not started:
                await problem(500, f"Tell us the number {error_id} if you report this.")(scope, receive, send)


class BodyLimit:
    """ASGI middleware: reads the body first, and refuses more than `limit` bytes, declared or sent, with 413.

    A body that trickles in for more than `seconds` is a 408. `larger` are whole paths that take more, with their own limits.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int = MAX_BODY,
        seconds: float = BODY_SECONDS,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self.app = app
        self.limit = limit
        self.seconds = seconds
        self.larger = larger or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope.get("headers", []))
        if scope["type"] != "http" or not {b"content-length", b"transfer-encoding"} & headers.keys():
            await self.app(scope, receive, send)
            return
        limit = self.larger.get(scope["path"], self.limit)
        declared = headers.get(b"content-length", b"0")
        too_large = not declared.isdigit() or int(declared) > limit
        body, more = b"", not too_large
        try:
            async with asyncio.timeout(self.seconds):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return
                    body += message.get("body", b"")
                    more = message.get("more_body", False) and len(body) <= limit
        except TimeoutError:
            await problem(408)(scope, receive, send)
            return
        if too_large or len(body) > limit:
            await problem(413, f"The limit is {limit // 1024} kB.")(scope, receive, send)
            return
        await self.app(scope, replay(body, receive), send)


async def read_body(receive: Receive) -> bytes:
    """Return the whole body of a request, whose size BodyLimit has checked before."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a receive channel that gives `body` once and then what `receive` gives."""
    pending = [body]

    async def again() -> Message:
        if pending:
            return {"type": "http.request", "body": pending.pop(), "more_body": False}
        return await receive()

    return again
