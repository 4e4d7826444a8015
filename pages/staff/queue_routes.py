"""Routes of the request queue. Every step a member takes stands in the audit trail before it is taken."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import StringConstraints
from starlette.concurrency import run_in_threadpool

from bot.front.posted import FormError, Posted, fields_of, read_form
from bot.requests.desk import RequestDesk
from bot.requests.errors import RequestError, UnknownRequestError
from bot.requests.ledger.incoming import incoming_of, open_incoming
from bot.requests.receipts import receipt_json
from bot.requests.records import RequestRecord
from bot.requests.wire import request_row
from bot.staff.incoming_text import words_of
from bot.staff.records import Member
from bot.staff.request_queue import VIEWS, count_waiting, queued, read_queue
from bot.staff.trail import Trail
from pages.staff.forms import back, form_token, member_of, page
from pages.staff.queue_pages import (
    LONGEST_REASON,
    LONGEST_REFERENCE,
    NOTICES,
    Opened,
    render_mail,
    render_opened,
    render_queue,
    title_of,
)
from vectorstore.errors import UnknownPolicyError, UnknownVersionError

HERE = "/staff/requests"
LINE = r"^[^\x00-\x1f\x7f]*$"


class ResolveForm(Posted):
    """What was found out about a request in doubt."""

    found: Literal["arrived", "lost"]


class AnswerForm(Posted):
    """What a company said. `reference` is its own number for the request, "" where it gave none."""

    answer: Literal["acknowledge", "extend", "fulfil", "deny"]
    reference: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_REFERENCE, pattern=LINE)] = ""


class SendingForm(Posted):
    """Stop or go on; `reason` is for whoever looks next."""

    act: Literal["stop", "resume"]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_REASON, pattern=LINE)] = ""


WAITING = {
    "uncertain": ("request in doubt, for you to decide", "requests in doubt, for you to decide"),
    "failed": ("request came back or failed", "requests came back or failed"),
    "overdue": ("request is overdue", "requests are overdue"),
    "soon": ("request is due within a week", "requests are due within a week"),
}
"""View -> what the first page says of one, and of several."""


def waiting_requests(desk: RequestDesk) -> Callable[[Member], list[tuple[str, str, int]]]:
    """Return what tells the first page how many requests wait for a member; nothing for who is no agent."""

    def told(member: Member) -> list[tuple[str, str, int]]:
        if not member.may("agent"):
            return []
        counts = count_waiting(desk.ledger)
        return [(f"{HERE}?view={view}", WAITING[view][counts[view] != 1], counts[view]) for view in WAITING]

    return told


def queue_router(desk: RequestDesk, trail: Trail) -> APIRouter:
    """Return the routes of the queue over `desk`, to be mounted at "/requests" of the staff application for agents."""
    router = APIRouter()
    ledger = desk.ledger

    def page_of(
        request: Request,
        record: RequestRecord,
        notice: str | None = None,
        problem: str | None = None,
        status: int = 200,
    ) -> Response:
        shown = Opened(
            queued=queued(record, ledger.now().date()),
            due=desk.due(record),
            events=ledger.events(record.id),
            incoming=incoming_of(ledger, record.id),
            fault=ledger.verify_chain(record.id),
            notice=notice,
            problem=problem,
        )
        return page(request, title_of(record), render_opened(shown, form_token(request)), HERE, status)

    def step(request: Request, request_id: str, action: str, act: Callable[[], RequestRecord], told: str) -> Response:
        """Note the step, take it, and show the request; what goes wrong is told on its page."""
        who = member_of(request)
        try:
            ledger.get(request_id)
            trail.note(who.id, f"request {action}", request_id)
            act()
        except UnknownRequestError:
            return _unknown(request)
        except RequestError as error:
            trail.note(who.id, f"request {action}: refused", request_id)
            return page_of(request, ledger.get(request_id), problem=error.message, status=409)
        return back(f"/staff/requests/{request_id}?told={told}")

    @router.get("")
    def index(request: Request, view: str = "waiting", policy: str = "", told: str = "") -> Response:
        chosen = view if view in VIEWS else "waiting"
        companies = sorted(((one.id, one.company) for one in desk.library.policies()), key=lambda pair: pair[1])
        wanted = policy if policy in {known for known, _ in companies} else None
        member = member_of(request)
        shown = render_queue(
            read_queue(ledger, chosen, wanted), chosen, wanted, companies, count_waiting(ledger),
            ledger.outbox.stopped(), member.may("admin"), form_token(request), NOTICES.get(told),
        )  # fmt: skip
        return page(request, "Requests", shown, HERE)

    @router.post("/sending")
    async def sending(request: Request) -> Response:
        form = read_form(await fields_of(request), SendingForm)
        return await run_in_threadpool(switch, request, form)

    def switch(request: Request, form: SendingForm) -> Response:
        member = member_of(request)
        if not member.may("admin"):
            return page(request, "This is not open to you", "<p>Only an admin stops all sending.</p>", HERE, 403)
        if form.act == "stop" and not form.reason:
            return page(
                request, "Say why", "<p>Stopping needs a reason in one line, for whoever looks next.</p>", HERE, 422
            )
        trail.note(member.id, f"sending {form.act}", "outbox")
        if form.act == "stop":
            ledger.outbox.stop(form.reason)
        else:
            ledger.outbox.resume()
        return back(f"/staff/requests?told={'stopped' if form.act == 'stop' else 'resumed'}")

    @router.get("/{request_id}")
    def show(request: Request, request_id: str, told: str = "") -> Response:
        try:
            record = ledger.get(request_id)
        except UnknownRequestError:
            return _unknown(request)
        # It shows what a person wrote: who looked is part of the trail.
        trail.note(member_of(request).id, "request read", request_id)
        return page_of(request, record, NOTICES.get(told))

    @router.post("/{request_id}/resolve")
    async def resolve(request: Request, request_id: str) -> Response:
        form = read_form(await fields_of(request), ResolveForm)
        arrived = form.found == "arrived"
        act = partial(ledger.resolve, request_id, arrived=arrived)
        return await run_in_threadpool(step, request, request_id, f"resolve {form.found}", act, form.found)

    @router.post("/{request_id}/retry")
    async def retry(request: Request, request_id: str) -> Response:
        read_form(await fields_of(request), Posted)
        act = partial(ledger.retry, request_id)
        return await run_in_threadpool(step, request, request_id, "retry", act, "retry")

    @router.post("/{request_id}/answer")
    async def answer(request: Request, request_id: str) -> Response:
        try:
            form = read_form(await fields_of(request), AnswerForm)
        except FormError:
            return await run_in_threadpool(unfit, request, request_id)
        act = partial(ledger.apply, request_id, form.answer, "desk", reference=form.reference or None)
        return await run_in_threadpool(step, request, request_id, f"record {form.answer}", act, "answer")

    def unfit(request: Request, request_id: str) -> Response:
        words = f"Choose what the company said; its number for the request is one line of up to {LONGEST_REFERENCE} characters."
        try:
            return page_of(request, ledger.get(request_id), problem=words, status=422)
        except UnknownRequestError:
            return _unknown(request)

    @router.get("/{request_id}/mail/{digest}")
    def mail(request: Request, request_id: str, digest: str) -> Response:
        try:
            record = ledger.get(request_id)
        except UnknownRequestError:
            return _unknown(request)
        one = next((known for known in incoming_of(ledger, request_id) if known.digest == digest), None)
        content = open_incoming(ledger, one) if one is not None else None
        if one is None or content is None:
            return _unknown(request)
        trail.note(member_of(request).id, "request mail read", request_id)
        title = "Returned mail" if one.kind == "bounce" else "Answer"
        return page(request, title, render_mail(record, one, *words_of(content)), HERE)

    @router.get("/{request_id}/{paper}")
    def papers(request: Request, request_id: str, paper: str) -> Response:
        """A paper of the request; the address of a step that was posted leads back to the request."""
        try:
            record = ledger.get(request_id)
            if paper in {"resolve", "retry", "answer"}:
                return back(f"/staff/requests/{record.id}")
            made = _paper(desk, record, paper)
        except UnknownRequestError:
            return _unknown(request)
        except (UnknownPolicyError, UnknownVersionError):
            words = "<p>The policy is no longer in the library.</p>"
            return page(request, "This paper cannot be made", words, HERE, 409)
        except RequestError as error:
            return page_of(request, record, problem=error.message, status=422)
        if made is None:
            return _unknown(request)
        trail.note(member_of(request).id, f"request export {paper}"[:40], request_id)
        return made

    return router


def _paper(desk: RequestDesk, record: RequestRecord, paper: str) -> Response | None:
    if paper == "export.json":
        row = request_row(record, desk.due(record), desk.ledger.events(record.id))
        fault = desk.ledger.verify_chain(record.id)
        shown = {**row.model_dump(mode="json", exclude={"access", "notice"}), "fault": fault.reason if fault else None}
        return _file(JSONResponse(shown), f"request-{record.id}.json")
    if paper not in {"receipt.json", "receipt.pdf"} or record.message is None:
        return None
    receipt = desk.receipt(record)
    if paper == "receipt.json":
        return _file(Response(receipt_json(receipt), media_type="application/json"), f"receipt-{record.id}.json")
    # What draws a page is loaded for the first paper, not at the start.
    from bot.requests.receipt_pdf import receipt_pdf

    return _file(Response(receipt_pdf(receipt), media_type="application/pdf"), f"receipt-{record.id}.pdf")


def _unknown(request: Request) -> Response:
    words = f'<p>No request has this number. <a href="{HERE}">All requests</a></p>'
    return page(request, "This request is not here", words, HERE, 404)


def _file(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
