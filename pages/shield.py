"""What stands in front of the chat page's framework: only the routes it needs, plain text in, a strict policy out."""

from __future__ import annotations

import json
import re
import secrets
from collections import OrderedDict
from typing import Any

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.problems import problem, read_body, replay
from pages.embedding import Embedding, embedded_policy
from pages.markup import text
from pages.visitors import new_cookie, visitor_of

READABLE = re.compile(
    r"/config|/favicon\.ico|/manifest\.json|/robots\.txt|/theme\.css|/assets/[\w.-]+|/static/[\w./-]+"
    r"|/gradio_api/(queue/data|heartbeat/\w+|info|theme\.css|startup-events)"
)
JOIN, CANCEL, EVENTS = "/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/queue/data"
HEARTBEAT = "/gradio_api/heartbeat/"
WRITABLE = frozenset({JOIN, CANCEL, "/gradio_api/reset"})
OPEN_PAGES = 10_000
"""Opened pages whose visitor is remembered; the one that joined first is forgotten first."""

FILE_MARK = "gradio.FileData"
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-src 'self'; object-src 'none'; "
    "form-action 'self'; base-uri 'self'; frame-ancestors 'self'"
)
"""'unsafe-eval': the framework builds its templates, never a visitor's words, with Function."""

HEAD = (
    '<link rel="stylesheet" href="/desk/colours.css"><link rel="stylesheet" href="/desk/chat.css">'
    '<link rel="icon" href="/desk/icon.svg" type="image/svg+xml"><script src="/desk/desk.js" defer></script></head>'
)


class SafeHeaders:
    """ASGI middleware: headers that every response carries unless its route set its own, and which sites may embed it."""

    def __init__(self, app: ASGIApp, embedding: Embedding | None = None) -> None:
        self.app = app
        self.embedding = embedding or Embedding()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                headers["Content-Security-Policy"] = self.embedding.widened(
                    scope["path"], headers["Content-Security-Policy"]
                )
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class Shield:
    """ASGI wrapper of the mounted framework: a list of routes that it may serve, all else is refused.

    What is posted must be JSON whose data are plain texts, numbers and nulls: no object, so no file reference, gets in.
    The page stands at "/" and, about one policy, at "/embed/POLICY".
    What a page is told reads only the visitor who opened it: its number is made up by the page's script, and no secret.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.visitors: OrderedDict[str, str | None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path, method = scope["path"], scope["method"]
        if method == "POST" and path in WRITABLE:
            body = await read_body(receive)
            if not harmless(body):
                await problem(403, "Only plain text is accepted here.")(scope, receive, send)
                return
            page = json.loads(body).get("session_hash")
            if path in (JOIN, CANCEL) and not self._owns(scope, page, joins=path == JOIN):
                await problem(404)(scope, receive, send)
                return
            await self.app(scope, replay(body, receive), send)
        elif method in ("GET", "HEAD") and (path == "/" or embedded_policy(path)):
            # The page takes no parameters; those of the framework (deep links, views) stay out.
            plain = {"path": "/", "raw_path": b"/", "query_string": b"", "headers": _uncompressed(scope)}
            await self.app({**scope, **plain}, receive, _Page(scope, send))
        elif method in ("GET", "HEAD") and READABLE.fullmatch(path) and ".." not in path:
            if not self._may_listen(scope, path):
                await problem(404)(scope, receive, send)
            else:
                await self.app(scope, receive, send)
        else:
            await problem(405 if path in WRITABLE else 404)(scope, receive, send)

    def _may_listen(self, scope: Scope, path: str) -> bool:
        """Return False for the events of a page that is another visitor's, or nobody's."""
        if path == EVENTS:
            return self._owns(scope, QueryParams(scope["query_string"]).get("session_hash"))
        # A page sends it when it opens; when it ends, the framework forgets the page.
        return not path.startswith(HEARTBEAT) or self._owns(scope, path.removeprefix(HEARTBEAT), joins=True)

    def _owns(self, scope: Scope, page: object, *, joins: bool = False) -> bool:
        """Return whether the page of that number is the visitor's; one that nobody has is theirs once it joins."""
        if not isinstance(page, str) or not 0 < len(page) <= 100:
            return False
        visitor = visitor_of(cookie_parser(Headers(scope=scope).get("cookie", "")))
        if joins and page not in self.visitors:
            self.visitors[page] = visitor
            if len(self.visitors) > OPEN_PAGES:
                self.visitors.popitem(last=False)
        return page in self.visitors and self.visitors[page] == visitor


def harmless(body: bytes) -> bool:
    """Return True if the body is a JSON object whose `data` holds plain values only and no text names a file."""
    try:
        posted = json.loads(body)
        written = json.dumps(posted, ensure_ascii=False).encode().decode()
    except (ValueError, RecursionError):
        return False
    if not isinstance(posted, dict) or FILE_MARK.casefold() in written.casefold():
        return False
    data = posted.get("data", [])
    if not isinstance(data, list) or len(data) > 10 or isinstance(posted.get("event_data"), (dict, list)):
        return False
    return all(_plain(value) or (isinstance(value, list) and all(_plain(part) for part in value)) for value in data)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, (str, int, float))


def _uncompressed(scope: Scope) -> list[tuple[bytes, bytes]]:
    # The page is edited on its way out, so it must come as plain text.
    return [(name, value) for name, value in Headers(scope=scope).raw if name != b"accept-encoding"]


class _Page:
    """Sends the framework's page with the desk's style and script, a nonce on its inline scripts, a cookie for who has none."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.send = send
        known = visitor_of(cookie_parser(Headers(scope=scope).get("cookie", "")))
        self.policy = embedded_policy(scope["path"])
        self.cookie = None if known else new_cookie(scope.get("scheme") == "https", self.policy is not None)
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish()

    async def _finish(self) -> None:
        nonce = secrets.token_urlsafe(16)
        page = self.body.decode()
        page = re.sub(r"<meta\s+(property=\"og:|name=\"twitter:)[^>]*>", "", page)
        page = page.replace("<script", f'<script nonce="{nonce}"').replace("</head>", HEAD, 1)
        if self.policy is not None:
            # Its addresses are meant from "/"; a <base> would take the page's own fragments along.
            page = page.replace('"./', '"/').replace("<html", f'<html data-embedded="{text(self.policy)}"', 1)
        headers = MutableHeaders(scope=self.start)
        headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
        headers["Cache-Control"] = "no-store"
        if self.cookie:
            headers.append("Set-Cookie", self.cookie)
        body = page.encode()
        if self.body:
            headers["Content-Length"] = str(len(body))
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": body if self.body else b""})
