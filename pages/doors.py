"""What every request passes before a route sees it: limits of a client, the origin of what browsers send, the counting."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.front.clients import client_of
from bot.front.errors import BusyError
from bot.problems import busy, problem
from pages.origins import site_of
from pages.policy_page import render_problem

if TYPE_CHECKING:
    from bot.front.asking import Asking
    from bot.front.measures import Measures

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
KINDS = {
    ("POST", "/api/v1/requests"): "draft",
    ("POST", "/request/new"): "draft",
    ("POST", "/gradio_api/queue/join"): "chat",
}
"""What a request counts as beside "page": a name of Limits."""

OPEN_STREAMS = "Many pages of the desk are open from your connection. Please close some, or try again later."
PAGE = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
FOREIGN = "This has to be sent from the desk’s own page. Please open the page again and repeat it there."


class Doors:
    """ASGI middleware: counts a client's requests, its drafts and its open connections against the limits."""

    def __init__(self, app: ASGIApp, asking: Asking) -> None:
        self.app = app
        self.gate = asking.gate
        self.measures = asking.measures
        # Touched in the event loop only.
        self.open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limits = self.gate.settings.limits
        if scope["type"] != "http" or limits is None:
            await self.app(scope, receive, send)
            return
        client = client_of(scope["client"][0] if scope.get("client") else None)
        try:
            if self.open[client] >= limits.streams:
                raise BusyError(OPEN_STREAMS, 5, "streams")
            self.gate.admit(client, "page")
            if kind := KINDS.get((scope["method"], scope["path"])):
                self.gate.admit(client, kind)
        except BusyError as error:
            self.measures.refused(error.reason)
            await refusal(scope, error)(scope, receive, send)
            return
        self.open[client] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.open[client] -= 1
            if not self.open[client]:
                del self.open[client]


class SameOrigin:
    """ASGI middleware: what changes something and carries a cookie must come from the desk's own pages.

    A program that does not say where it comes from has no other site's cookie to abuse.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE:
            headers = Headers(scope=scope)
            if "cookie" in headers and site_of(headers) == "foreign":
                await _worded(scope, 403, FOREIGN)(scope, receive, send)
                return
        await self.app(scope, receive, send)


class Counted:
    """ASGI middleware: counts every request by its route's template, and how long its response took to begin."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self.app = app
        self.measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = time.perf_counter() - began
                self.measures.request(scope["method"], template_of(scope), message["status"], took)
            await send(message)

        await self.app(scope, receive, watch)


def template_of(scope: Scope) -> str:
    """Return the template of the route that answered; "chat" for the mounted framework, "none" where there was no route."""
    route = scope.get("route")
    if isinstance(route, Route):
        return f"{scope.get('root_path', '')}{route.path}"
    return "none" if route is None and scope.get("endpoint") is None else "chat"


def refusal(scope: Scope, error: BusyError) -> ASGIApp:
    """Return the response that says when to come back: a page for people, a problem document for programs."""
    if _wants_page(scope):
        page = HTMLResponse(render_problem("One moment, please", error.message), 429)
        page.headers["Retry-After"] = str(error.retry_after)
        page.headers["Content-Security-Policy"] = PAGE
        return page
    return busy(error)


def _worded(scope: Scope, status: int, words: str) -> ASGIApp:
    if _wants_page(scope):
        page = HTMLResponse(render_problem("This was not accepted", words), status)
        page.headers["Content-Security-Policy"] = PAGE
        return page
    return problem(status, words)


def _wants_page(scope: Scope) -> bool:
    return "text/html" in Headers(scope=scope).get("accept", "")
