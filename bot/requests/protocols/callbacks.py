"""Status callbacks: what is believed of them, and the two addresses they come to. Stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography import x509
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from bot.errors import BotError
from bot.requests.errors import CourierError
from bot.requests.protocols.drp import DrpStatus, as_update, read_status
from bot.requests.protocols.opendsr import OpenDsrStatus, is_signed
from bot.requests.protocols.status import OPENDSR_ACTIONS, StatusUpdate

MOST_BYTES = 64 * 1024


class CallbackError(BotError):
    """A callback is not believed; `status` is the HTTP status to answer with."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Awaited:
    """A request that a DRP callback token belongs to. `poll` asks the provider and raises CourierError."""

    request_id: str
    reference: str
    poll: Callable[[str], DrpStatus]


@dataclass(frozen=True, slots=True)
class Processor:
    """An allowed OpenDSR processor. `certificate` fetches and proves it, raising CourierError or ValueError."""

    callback_url: str
    certificate: Callable[[], x509.Certificate]


def receive_drp(token: str, body: bytes, find: Callable[[str], Awaited | None]) -> StatusUpdate | None:
    """Return the step that the provider itself confirms, None where there is none to record.

    DRP callbacks are unsigned (s.2.03), so one only makes us ask: what it claims is never the answer. Raises CallbackError.
    """
    awaited = find(token)
    if awaited is None:
        raise CallbackError(404, "unknown token")
    try:
        claimed = read_status(body)
    except ValueError as error:
        raise CallbackError(400, str(error)) from error
    if claimed.request_id != awaited.reference or claimed.agent_request_id not in (None, awaited.request_id):
        raise CallbackError(403, "another request")
    try:
        told = awaited.poll(awaited.reference)
    except CourierError as error:
        raise CallbackError(503, "not confirmed") from error
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
    domain = headers.get("x-opendsr-processor-domain", "")
    processor = find_processor(domain)
    if processor is None:
        raise CallbackError(401, "unknown processor")
    try:
        certificate = processor.certificate()
    except CourierError as error:
        raise CallbackError(503, "no certificate") from error
    except ValueError as error:
        raise CallbackError(401, "certificate not proved") from error
    if not is_signed(certificate, headers.get("x-opendsr-signature", ""), body):
        raise CallbackError(400, "not signed")
    try:
        status = OpenDsrStatus.model_validate_json(body)
    except ValidationError:
        raise CallbackError(400, "not a status") from None
    if status.status_callback_url != processor.callback_url:
        raise CallbackError(400, "not our address")
    request_id = find_request(domain, status.subject_request_id)
    if request_id is None or status.request_status not in OPENDSR_ACTIONS:
        raise CallbackError(400, "unknown request or status")
    action = OPENDSR_ACTIONS[status.request_status]
    return None if action is None else StatusUpdate(request_id, action)


def callbacks_router(
    find_awaited: Callable[[str], Awaited | None],
    find_processor: Callable[[str], Processor | None],
    find_request: Callable[[str, str], str | None],
    record: Callable[[StatusUpdate], None],
) -> APIRouter:
    """Return the routes. `record` must let by a step that was taken already: callbacks come at least once."""
    router = APIRouter(prefix="/api/v1/callbacks")

    async def answer(request: Request, receive: Callable[[bytes], StatusUpdate | None], done: int) -> Response:
        held = bytearray()
        async for part in request.stream():
            held += part
            if len(held) > MOST_BYTES:
                return Response(status_code=413)
        try:
            update = await run_in_threadpool(receive, bytes(held))
        except CallbackError as error:
            return Response(status_code=error.status)
        if update is not None:
            await run_in_threadpool(record, update)
        return Response(status_code=done)

    @router.post("/drp/{token}")
    async def drp(token: str, request: Request) -> Response:
        return await answer(request, lambda body: receive_drp(token, body, find_awaited), 200)

    @router.post("/opendsr")
    async def opendsr(request: Request) -> Response:
        headers = dict(request.headers)
        return await answer(request, lambda body: receive_opendsr(headers, body, find_processor, find_request), 202)

    return router
