"""Status callbacks: what is believed of them, and the two addresses they come to. Stores nothing."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from cryptography import x509
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from bot.errors import BotError
from bot.requests.errors import CourierError, RequestError
from bot.requests.protocols.brake import Brake
from bot.requests.protocols.drp import DrpStatus, as_update, read_status
from bot.requests.protocols.opendsr import OpenDsrStatus, is_signed
from bot.requests.protocols.opendsr import as_update as as_opendsr_update
from bot.requests.protocols.status import StatusUpdate
from vectorstore.errors import StoreError

logger = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
POLL_PAUSE = 60
"""Seconds between two polls of one request that callbacks cause."""
_TOKEN = re.compile(r"[A-Za-z0-9_.-]{1,200}")
_DOMAIN = re.compile(r"[a-z0-9.-]{1,253}")
# OpenDSR 2.0 s.10.1: the former name's headers must be honoured.
_PREFIXES = ("x-opendsr-", "x-opencompliance-", "x-opengdpr-")


class CallbackError(BotError):
    """A callback is not believed; `status` is the HTTP status to answer with, `retry_after` in seconds, None: no matter."""

    def __init__(self, status: int, message: str, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Awaited:
    """A request that a DRP callback token belongs to. `poll` asks the provider and raises CourierError."""

    request_id: str
    reference: str
    poll: Callable[[str], DrpStatus] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Processor:
    """An allowed OpenDSR processor. `certificate` gives its proved one, with True a newly fetched one; it raises
    CourierError or ValueError, and must not be led by strangers to fetch often (CertificateMemory)."""

    callback_url: str
    certificate: Callable[[bool], x509.Certificate] = field(repr=False)


def receive_drp(token: str, body: bytes, find: Callable[[str], Awaited | None], brake: Brake) -> StatusUpdate | None:
    """Return the step that the provider itself confirms, None where there is none to record.

    DRP callbacks are unsigned (s.2.03), so one only makes us ask: what it claims is never the answer. Raises CallbackError.
    """
    awaited = find(token) if _TOKEN.fullmatch(token) else None
    if awaited is None:
        raise CallbackError(404, "unknown token")
    try:
        claimed = read_status(body)
    except ValueError as error:
        raise CallbackError(400, str(error)) from error
    if claimed.request_id != awaited.reference or claimed.agent_request_id not in (None, awaited.request_id):
        raise CallbackError(403, "another request")
    wait = brake.wait(awaited.request_id)
    if wait:
        raise CallbackError(429, "asked a moment ago", wait)
    try:
        told = awaited.poll(awaited.reference)
    except CourierError as error:
        raise CallbackError(503, "not confirmed", POLL_PAUSE) from error
    if told.request_id != awaited.reference or told.status != claimed.status:
        raise CallbackError(403, "not confirmed")
    return as_update(awaited.request_id, told)


def receive_opendsr(
    headers: Mapping[str, str],
    body: bytes,
    find_processor: Callable[[str], Processor | None],
    find_request: Callable[[str, str], str | None],
) -> StatusUpdate | None:
    """Return the step that a processor signed, None where there is none to record. `headers` have lower-case names.

    `find_request` takes the processor's domain and a subject_request_id and gives our request's number, None where that
    processor has no such request. The body is parsed only once its signature holds. Raises CallbackError.
    """
    domain = _header(headers, "processor-domain")
    processor = find_processor(domain) if _DOMAIN.fullmatch(domain) else None
    if processor is None:
        raise CallbackError(401, "unknown processor")
    if not _signed_by(processor, _header(headers, "signature"), body):
        raise CallbackError(400, "not signed")
    try:
        status = OpenDsrStatus.model_validate_json(body)
    except ValidationError:
        raise CallbackError(400, "not a status") from None
    if status.status_callback_url != processor.callback_url:
        raise CallbackError(400, "not our address")
    request_id = find_request(domain, status.subject_request_id)
    if request_id is None:
        raise CallbackError(400, "unknown request")
    try:
        return as_opendsr_update(request_id, status)
    except ValueError as error:
        raise CallbackError(400, str(error)) from error


def callbacks_router(
    find_awaited: Callable[[str], Awaited | None],
    find_processor: Callable[[str], Processor | None],
    find_request: Callable[[str, str], str | None],
    record: Callable[[StatusUpdate], None],
    brake: Brake | None = None,
) -> APIRouter:
    """Return the routes. Callbacks come at least once and are replayed: `record` must take no step that is no news
    (`status.is_news`); where it raises RequestError, there is nothing to record. Replies have no body.

    `brake` None means one poll a request in POLL_PAUSE seconds.
    """
    router = APIRouter(prefix="/api/v1/callbacks")
    polls = brake or Brake(POLL_PAUSE)

    async def answer(request: Request, receive: Callable[[bytes], StatusUpdate | None], done: int) -> Response:
        held = bytearray()
        try:
            async for part in request.stream():
                held += part
                if len(held) > MOST_BYTES:
                    return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        return await run_in_threadpool(_settle, bytes(held), receive, record, done)

    @router.post("/drp/{token}")
    async def drp(token: str, request: Request) -> Response:
        return await answer(request, lambda body: receive_drp(token, body, find_awaited, polls), 200)

    @router.post("/opendsr")
    async def opendsr(request: Request) -> Response:
        headers = dict(request.headers)
        return await answer(request, lambda body: receive_opendsr(headers, body, find_processor, find_request), 202)

    return router


def _settle(
    body: bytes, receive: Callable[[bytes], StatusUpdate | None], record: Callable[[StatusUpdate], None], done: int
) -> Response:
    try:
        update = receive(body)
        if update is not None:
            record(update)
    except CallbackError as error:
        again = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        return Response(status_code=error.status, headers=again)
    except RequestError as error:
        # The step was taken before, or can no longer be: sending it again would change nothing.
        logger.info("a status callback has nothing to change: %s", type(error).__name__)
    except StoreError as error:
        logger.warning("a status callback could not be recorded: %s", type(error).__name__)
        return Response(status_code=503, headers={"Retry-After": str(POLL_PAUSE)})
    return Response(status_code=done)


def _header(headers: Mapping[str, str], name: str) -> str:
    return next((headers[prefix + name] for prefix in _PREFIXES if prefix + name in headers), "")


def _signed_by(processor: Processor, signature: str, body: bytes) -> bool:
    """Return whether the processor signed. Raises CallbackError where no certificate can be had."""
    try:
        if is_signed(processor.certificate(False), signature, body):
            return True
    except CourierError as error:
        raise CallbackError(503, "no certificate", POLL_PAUSE) from error
    except ValueError as error:
        raise CallbackError(401, "certificate not proved") from error
    try:
        # It may have changed its key since.
        return is_signed(processor.certificate(True), signature, body)
    except (CourierError, ValueError):
        return False
