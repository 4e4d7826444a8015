"""The guard of the staff pages: who is signed in, whether their role is enough, and whether a form comes from our own page."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.front.posted import FormError, parse_form
from bot.problems import problem, read_body, replay
from bot.staff.records import Role, Session
from pages.origins import site_of
from pages.staff.frame import bare_document

if TYPE_CHECKING:
    from bot.staff.staff import Staff

COOKIE = "staff"
OPEN = re.compile(r"/sign-in|/style/[\w.-]+|/oidc/[\w-]+(?:/callback)?")
"""What strangers may ask for: how to sign in, and the style of that page."""

FORM = "application/x-www-form-urlencoded"
SAFE = frozenset({"GET", "HEAD"})
PAGES = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


class Guard:
    """ASGI middleware of the staff application. `roles` maps the first part of a path to the role that it needs;

    a path that is not named there needs a signed-in member of any role. The member and the form token are handed on as
    `request.state.member` and `request.state.form_token`.
    """

    def __init__(self, app: ASGIApp, staff: Staff, roles: Mapping[str, Role]) -> None:
        self.app = app
        self.staff = staff
        self.roles = roles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        send = _guarded(send)
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if scope["method"] not in {*SAFE, "POST"}:
            await problem(405)(scope, receive, send)
            return
        if scope["method"] == "POST" and site_of(headers) != "own":
            await _told(headers, 403, "This was not accepted", "This form has to be sent from the desk’s own page.")(
                scope, receive, send
            )
            return
        if OPEN.fullmatch(path):
            await self.app(scope, receive, send)
            return
        word = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        session = await run_in_threadpool(self.staff.sessions.read, word) if word else None
        if session is None:
            await _stranger(headers, scope)(scope, receive, send)
            return
        role = self.roles.get("/" + path.split("/")[1])
        if role is not None and not session.member.may(role):
            words = f"This page needs the role “{role}”. Ask an admin of this desk for it."
            await _told(headers, 403, "This is not open to you", words)(scope, receive, send)
            return
        # Signing out is on every page, and only our own pages get this far: it needs no token.
        if scope["method"] == "POST" and path != "/sign-out":
            body = await read_body(receive)
            if not _has_token(headers, body, session):
                words = "The form was made before you signed in again. Go back, load the page again and repeat what you did."
                await _told(headers, 403, "This was not accepted", words)(scope, receive, send)
                return
            receive = replay(body, receive)
        scope.setdefault("state", {}).update(member=session.member, form_token=session.form_token, session_word=word)
        await self.app(scope, receive, send)


def session_cookie(word: str, secure: bool) -> str:
    """Return the Set-Cookie header of a session; "" as `word` takes it away. Scripts and other sites never see it."""
    ends = "; Max-Age=0" if not word else ""
    return f"{COOKIE}={word}; Path=/staff; HttpOnly; SameSite=Strict{ends}{'; Secure' if secure else ''}"


def _has_token(headers: Headers, body: bytes, session: Session) -> bool:
    sent = headers.get("x-form-token")
    if sent is None and headers.get("content-type", "").partition(";")[0].strip() == FORM:
        try:
            sent = parse_form(body).get("token", [None])[0]
        except FormError:
            return False
    return sent is not None and hmac.compare_digest(sent.encode(), session.form_token.encode())


def _guarded(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", PAGES)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sent


def _stranger(headers: Headers, scope: Scope) -> Response:
    if "text/html" not in headers.get("accept", ""):
        return problem(401, "Sign in at /staff/sign-in.", title="Sign in first")
    if scope["method"] in SAFE:
        query = scope.get("query_string", b"").decode("latin-1")
        target = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"/staff/sign-in?to={quote(target, safe='')}", 303)
    words = "You were signed out, so this was not done. Sign in, go back and send it again."
    return _told(headers, 401, "Sign in first", words)


def _told(headers: Headers, status: int, title: str, words: str) -> Response:
    if "text/html" not in headers.get("accept", ""):
        return problem(status, words, title=title)
    return HTMLResponse(bare_document(title, f"<p>{words}</p>"), status)
