"""Routes of the plain pages: policies, the API's description, style sheets and the chat page's script."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from bot.problems import problem
from pages.docs_page import render_docs
from pages.markup import policy_path
from pages.policy_page import SpanError, render_library, render_policy, render_problem
from pages.words import say
from vectorstore.errors import UnknownPolicyError, UnknownVersionError

if TYPE_CHECKING:
    from bot.bot import PolicyBot

FILES = {
    "colours.css": "text/css",
    "chat.css": "text/css",
    "policy.css": "text/css",
    "request.css": "text/css",
    "desk.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
PLAIN_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


def page_router(bot: PolicyBot) -> APIRouter:
    """Return the routes of the pages beside the chat."""
    router = APIRouter(include_in_schema=False)
    folder = Path(__file__).parent

    @router.get("/policy")
    def library() -> Response:
        return _page(render_library(bot.library.policies()))

    @router.get("/policy/{policy_id}")
    def current(policy_id: str) -> Response:
        try:
            found = bot.library.get(policy_id)
        except UnknownPolicyError:
            return _unknown()
        return RedirectResponse(policy_path(found.id, found.version))

    @router.get("/policy/{policy_id}/{version}")
    def policy(policy_id: str, version: str, start: str | None = None, end: str | None = None) -> Response:
        try:
            found = bot.library.get(policy_id, version)
            newest = bot.library.get(policy_id).version
        except (UnknownPolicyError, UnknownVersionError):
            return _unknown()
        try:
            span = _offset(start), _offset(end)
            return _page(render_policy(found, *span, current=None if newest == version else newest))
        except SpanError as error:
            return _page(render_problem(say("policy.no_place"), error.message), 422)

    @router.get("/docs")
    def docs(request: Request) -> Response:
        return _page(render_docs(request.app.openapi()))

    @router.get("/widget.js")
    def widget() -> Response:
        # Other sites load it, those too that load nothing without such headers (COEP, Subresource Integrity).
        headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
        headers["Cache-Control"] = "public, max-age=3600"
        return FileResponse(folder / "widget.js", media_type="text/javascript", headers=headers)

    @router.get("/desk/{name}")
    def file(name: str) -> Response:
        if name not in FILES:
            return problem(404)
        return FileResponse(folder / name, media_type=FILES[name], headers={"Cache-Control": "no-cache"})

    return router


def _offset(value: str | None) -> int | None:
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise SpanError(say("policy.numbers"))
    return int(value)


def _unknown() -> Response:
    return _page(render_problem(say("policy.not_here"), say("policy.not_here_words")), 404)


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers={"Content-Security-Policy": PLAIN_PAGE})
