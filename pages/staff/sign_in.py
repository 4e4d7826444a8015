"""Signing in and out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from bot.front.posted import fields_of
from bot.staff.errors import AccountError, WaitError
from pages.markup import text
from pages.staff.forms import back, first
from pages.staff.frame import bare_document, fault, field
from pages.staff.guard import session_cookie

if TYPE_CHECKING:
    from bot.staff.staff import Staff

_INSIDE = re.compile(r"/staff/[\w./?=&%+:-]{0,500}")
NOBODY = (
    "<p>Nobody can sign in yet. Whoever runs this desk adds the first member on its machine:</p>"
    "<pre>policydesk staff add NAME --role admin</pre>"
)


def sign_in_router(staff: Staff, outside: Sequence[tuple[str, str]] = ()) -> APIRouter:
    """Return the routes; `outside` are addresses and names of other places where members may sign in."""
    router = APIRouter()

    @router.get("/sign-in")
    def form(request: Request, to: str = "/staff/") -> Response:
        if not staff.accounts.all() and not outside:
            return _page(bare_document("Sign in", NOBODY))
        return _page(bare_document("Sign in", _form(to, "", None, outside)))

    @router.post("/sign-in")
    async def enter(request: Request) -> Response:
        sent = await fields_of(request)
        name, to = first(sent, "name", 80), first(sent, "to", 600)
        address = request.client.host if request.client else None
        try:
            member = await run_in_threadpool(
                staff.accounts.sign_in, name, first(sent, "password", 400), first(sent, "code", 40), address
            )
        except AccountError as error:
            status = 429 if isinstance(error, WaitError) else 401
            response = _page(bare_document("Sign in", _form(to, name, error.message, outside)), status)
            if isinstance(error, WaitError):
                response.headers["Retry-After"] = str(error.seconds)
            return response
        return await run_in_threadpool(let_in, staff, request, member.id, to)

    @router.post("/sign-out")
    def leave(request: Request) -> Response:
        staff.sessions.end(request.state.session_word)
        response = back("/staff/sign-in")
        response.headers.append("Set-Cookie", session_cookie("", request.url.scheme == "https"))
        return response

    return router


def let_in(staff: Staff, request: Request, member_id: str, to: str) -> Response:
    """Begin a session under a new word, whatever word came with the request, and go where the member wanted to."""
    word = staff.sessions.begin(member_id)
    staff.trail.note(member_id, "sign in", member_id)
    response = RedirectResponse(to if _INSIDE.fullmatch(to) else "/staff/", 303)
    response.headers.append("Set-Cookie", session_cookie(word, request.url.scheme == "https"))
    return response


def _form(to: str, name: str, problem: str | None, outside: Sequence[tuple[str, str]]) -> str:
    ways = "".join(
        f'<p><a class="button" href="{text(path)}">Sign in with {text(label)}</a></p>' for path, label in outside
    )
    return (
        f'{fault(problem)}{ways}<form method="post" action="/staff/sign-in"><input type="hidden" name="to" value="{text(to)}">'
        + field("name", "Name", value=name, extra='autocomplete="username" autocapitalize="none" required autofocus')
        + field("password", "Password", "password", extra='autocomplete="current-password" required')
        + field(
            "code", "Code of your app", hint="Only if you set one up. A recovery code does, too.",
            extra='autocomplete="one-time-code" autocapitalize="none"',
        )
        + '<p><button class="button" type="submit">Sign in</button></p></form>'
    )  # fmt: skip


def _page(html: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(html, status)
