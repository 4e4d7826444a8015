"""Routes of the request pages: plain forms, no script. A request is its visitor's; with its number alone, only its state shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.front.posted import FormError, fields_of
from bot.requests.desk import FOLLOW_UPS, Opening, RequestDesk
from bot.requests.errors import CodeError, FieldError, RequestError, TooManyError, UnknownRequestError
from bot.requests.ledger.codes import SAME_REPLY, CodeNotice
from bot.requests.receipts import receipt_json
from bot.requests.records import RequestRecord
from bot.requests.wire import person_of
from pages.origins import site_of
from pages.policy_page import render_problem
from pages.request_form import render_change, render_new
from pages.request_pages import render_follow_up, render_mine, render_not_me, render_request_page, render_status
from pages.visitors import new_cookie, visitor_of
from pages.words import say
from vectorstore.errors import UnknownPolicyError
from vectorstore.policy import REQUEST_TYPES

FORM_PAGE = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
POSTED = frozenset({"confirm", "verify", "hand-over", "reported-sent", "withdraw"})
"""Most fields of a form that are read."""


def request_page_router(desk: RequestDesk) -> APIRouter:
    """Return the routes of the request pages over `desk`."""
    router = APIRouter(include_in_schema=False)

    def page_of(
        record: RequestRecord, notice: str | None = None, problem: str | None = None, status: int = 200
    ) -> Response:
        shown = render_request_page(record, desk.due(record), desk.ledger.events(record.id), notice, problem)
        return _page(shown, status)

    def step(request: Request, request_id: str, act: Callable[[str], RequestRecord | CodeNotice]) -> Response:
        """Take a step and show the request; what goes wrong is told on its page."""
        visitor = visitor_of(request.cookies)
        if visitor is None or site_of(request.headers) == "foreign":
            return _refused()
        try:
            done = act(visitor)
            if isinstance(done, CodeNotice):
                return RedirectResponse(f"/request/{request_id}?told=code", 303)
            return RedirectResponse(f"/request/{request_id}", 303)
        except UnknownRequestError:
            return _unknown()
        except (RequestError, UnknownPolicyError) as error:
            status = 429 if isinstance(error, TooManyError) else 422 if isinstance(error, CodeError) else 409
            words = error.message if isinstance(error, RequestError) else say("request.policy_gone")
            return page_of(desk.mine(request_id, visitor), problem=words, status=status)

    @router.get("/request")
    def mine(request: Request, number: str | None = None) -> Response:
        if number is not None:
            plain = "".join(number.split()).lower()[:40]
            return RedirectResponse(f"/request/{plain}" if plain.isalnum() and plain.isascii() else "/request", 303)
        visitor = visitor_of(request.cookies)
        return _page(render_mine(desk.of_session(visitor) if visitor else []))

    @router.get("/request/new")
    def new(request: Request, policy: str = "", type: str = "", way: int = 1) -> Response:
        opening = _opening(desk, policy, type)
        if isinstance(opening, Response):
            return opening
        return _known(request, _page(render_new(opening, way, {})))

    @router.post("/request/new")
    async def create(request: Request) -> Response:
        written = await _fields(request)
        if site_of(request.headers) == "foreign":
            return _refused()
        return await _run(lambda: draft(request, written))

    def draft(request: Request, written: Mapping[str, str]) -> Response:
        opening = _opening(desk, written.get("policy", ""), written.get("type", ""))
        if isinstance(opening, Response):
            return opening
        cookie = None if (visitor := visitor_of(request.cookies)) else new_cookie(request.url.scheme == "https")
        session = visitor or str(cookie).partition("=")[2].partition(";")[0]
        way = _number(written.get("way"))
        try:
            record = desk.begin(opening.policy_id, opening.type, way, person_of(written, opening.fields), session)
        except FieldError as error:
            return _page(render_new(opening, way, written, (error.field, error.message)), 422)
        response = RedirectResponse(f"/request/{record.id}", 303)
        if cookie:
            response.headers.append("Set-Cookie", cookie)
        return response

    @router.get("/request/{request_id}")
    def show(request: Request, request_id: str, told: str | None = None) -> Response:
        try:
            record = desk.ledger.get(request_id)
        except UnknownRequestError:
            return _unknown()
        try:
            mine = desk.mine(request_id, visitor_of(request.cookies) or "")
            return page_of(mine, SAME_REPLY if told == "code" and mine.state == "confirmed" else None)
        except UnknownRequestError:
            return _page(render_status(record, desk.due(record), desk.ledger.events(request_id)))

    @router.get("/request/{request_id}/change")
    def change_form(request: Request, request_id: str) -> Response:
        try:
            record = desk.mine(request_id, visitor_of(request.cookies) or "")
            opening = desk.opening(record.policy_id, record.type)
        except (UnknownRequestError, UnknownPolicyError):
            return _unknown()
        except RequestError as error:
            return _page(render_problem(say("request.no_change"), error.message), 409)
        return _page(render_change(record, opening, _way_of(record, opening), _written(record, opening)))

    @router.post("/request/{request_id}/change")
    async def change(request: Request, request_id: str) -> Response:
        written = await _fields(request)
        return await _run(lambda: rewrite(request, request_id, written))

    def rewrite(request: Request, request_id: str, written: Mapping[str, str]) -> Response:
        visitor = visitor_of(request.cookies)
        if visitor is None or site_of(request.headers) == "foreign":
            return _refused()
        way = _number(written.get("way"))
        try:
            record = desk.mine(request_id, visitor)
            opening = desk.opening(record.policy_id, record.type)
            try:
                desk.change(request_id, visitor, way, person_of(written, opening.fields))
            except FieldError as error:
                return _page(render_change(record, opening, way, written, (error.field, error.message)), 422)
        except (UnknownRequestError, UnknownPolicyError):
            return _unknown()
        except RequestError as error:
            return page_of(desk.mine(request_id, visitor), problem=error.message, status=409)
        return RedirectResponse(f"/request/{request_id}", 303)

    @router.post("/request/{request_id}/confirm")
    async def confirm(request: Request, request_id: str) -> Response:
        digest = (await _fields(request)).get("digest", "")
        address = request.client.host if request.client else None
        return await _run(lambda: step(request, request_id, lambda who: desk.confirm(request_id, who, digest, address)))

    @router.post("/request/{request_id}/verify")
    async def verify(request: Request, request_id: str) -> Response:
        code = (await _fields(request)).get("code", "")
        return await _run(lambda: step(request, request_id, lambda who: desk.verify(request_id, who, code)))

    @router.post("/request/{request_id}/hand-over")
    def hand_over(request: Request, request_id: str) -> Response:
        return step(request, request_id, lambda who: desk.hand_over(request_id, who))

    @router.post("/request/{request_id}/reported-sent")
    def reported(request: Request, request_id: str) -> Response:
        return step(request, request_id, lambda who: desk.report_sent(request_id, who))

    @router.post("/request/{request_id}/withdraw")
    def withdraw(request: Request, request_id: str) -> Response:
        return step(request, request_id, lambda who: desk.withdraw(request_id, who))

    @router.get("/request/{request_id}/write/{kind}")
    def follow_up(request: Request, request_id: str, kind: str) -> Response:
        try:
            record = desk.mine(request_id, visitor_of(request.cookies) or "")
            if kind not in FOLLOW_UPS:
                return _unknown()
            return _page(render_follow_up(record, desk.follow_up(record, kind)))
        except UnknownRequestError:
            return _unknown()
        except RequestError as error:
            return _page(render_problem(say("request.no_writing"), error.message), 409)

    @router.get("/request/{request_id}/{paper}")
    def papers(request: Request, request_id: str, paper: str) -> Response:
        """A paper of the request; the address of a step that was posted leads back to the request."""
        if paper in POSTED:
            return RedirectResponse(f"/request/{quote(request_id, safe='')}", 303)
        try:
            record = desk.mine(request_id, visitor_of(request.cookies) or "")
            if (
                paper == "letter.pdf"
                and record.message is not None
                and record.message.form == "letter"
                and record.person
            ):
                from bot.requests.rendering.letter_pdf import letter_pdf

                return _file(letter_pdf(record.message, (record.person.name,)), "application/pdf", paper)
            if paper in {"receipt.json", "receipt.pdf"} and record.message is not None:
                receipt = desk.receipt(record)
                if paper == "receipt.json":
                    return _file(receipt_json(receipt), "application/json", f"receipt-{record.id}.json")
                # What draws a page is loaded for the first paper, not at the start.
                from bot.requests.receipt_pdf import receipt_pdf

                return _file(receipt_pdf(receipt), "application/pdf", f"receipt-{record.id}.pdf")
        except UnknownRequestError:
            return _unknown()
        except RequestError as error:
            return _page(render_problem(say("request.no_paper"), error.message), 422)
        return _unknown()

    @router.get("/requests/not-me/{token}")
    def not_me(token: str) -> Response:
        return _page(render_not_me(token[:200], done=False))

    @router.post("/requests/not-me/{token}")
    def block(token: str) -> Response:
        try:
            desk.ledger.codes.block(token[:200])
        except RequestError as error:
            return _page(render_problem(say("request.no_link"), error.message), 404)
        return _page(render_not_me("", done=True))

    return router


def _opening(desk: RequestDesk, policy_id: str, request_type: str) -> Opening | Response:
    if request_type not in REQUEST_TYPES:
        return _unknown()
    try:
        return desk.opening(policy_id, request_type)
    except UnknownPolicyError:
        return _unknown()
    except RequestError as error:
        return _page(render_problem(say("request.no_draft"), error.message), 409)


def _way_of(record: RequestRecord, opening: Opening) -> int:
    """Return the number of the way the request goes now; for one that failed, the first that was not tried."""
    places = enumerate(opening.ways, start=1)
    if record.state == "failed":
        return next((n for n, one in places if one.channel.value not in record.tried), 1)
    return next((n for n, one in places if one.channel.value == record.channel.value and one.route == record.route), 1)


def _written(record: RequestRecord, opening: Opening) -> dict[str, str]:
    if record.person is None:
        return {}
    known = dict(record.person.blanks)
    told = {one.name: known.get(one.label, "") for one in opening.fields}
    return {
        **told,
        "name": record.person.name,
        "email": record.person.email,
        "residence": record.person.residence or "",
    }


def _number(written: str | None) -> int:
    return int(written) if written and written.isascii() and written.isdigit() and len(written) <= 3 else 0


async def _fields(request: Request) -> dict[str, str]:
    """Return the first value of each field of a posted form; what is no form has no fields."""
    try:
        return {name: values[0] for name, values in (await fields_of(request)).items()}
    except FormError:
        return {}


async def _run(act: Callable[[], Response]) -> Response:
    return await run_in_threadpool(act)


def _known(request: Request, response: Response) -> Response:
    if visitor_of(request.cookies) is None:
        response.headers.append("Set-Cookie", new_cookie(request.url.scheme == "https"))
    return response


def _refused() -> Response:
    return _page(render_problem(say("request.refused"), say("request.refused_words")), 403)


def _unknown() -> Response:
    return _page(
        render_problem(say("request.not_here"), say("request.not_here_words")),
        404,
    )


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers={"Content-Security-Policy": FORM_PAGE, "Cache-Control": "no-store"})


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
