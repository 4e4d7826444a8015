"""The web application: JSON API, policy pages and the chat page under one guard. Owns assembly and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.responses import RedirectResponse

from bot.api import api_router
from bot.problems import BodyLimit, ErrorWall, add_problem_handlers
from bot.requests.api import add_request_problems, requests_router
from pages.late import LatePage
from pages.policy_routes import page_router
from pages.request_routes import request_page_router
from pages.shield import SafeHeaders
from pages.staff.app import Waiting, staff_app
from pages.staff.oidc_routes import oidc_router
from pages.staff.queue_routes import queue_router, waiting_requests

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from bot.requests.desk import RequestDesk
    from bot.staff.oidc import Provider
    from bot.staff.records import Role
    from bot.staff.staff import Staff


def create_app(
    bot: PolicyBot,
    desk: RequestDesk | None = None,
    staff: Staff | None = None,
    bench: APIRouter | None = None,
    providers: Mapping[str, Provider] | None = None,
) -> FastAPI:
    """Return the application over `bot`. Routes added later must come before the chat page, which takes "/".

    Without a `desk` people get drafts and addresses in the chat, and no request is kept. Without `staff` nobody signs in;
    `bench` are the evaluators' pages, for members with that role; `providers` are the issuers that members sign in at, by name.
    """

    def load_chat() -> FastAPI:
        # Gradio takes seconds to import: the API and the policies are there before it is.
        from pages.mounting import chat_app

        return chat_app(bot, desk)

    chat = LatePage(load_chat)
    app = FastAPI(title="PolicyDesk", version=_version(), docs_url=None, redoc_url=None, lifespan=chat.running)
    app.include_router(api_router(bot))
    app.include_router(page_router(bot))
    if desk is not None:
        app.include_router(requests_router(desk))
        app.include_router(request_page_router(desk))
        if desk.endpoints is not None:
            from bot.requests.protocols.callbacks import callbacks_router

            processor = desk.endpoints.processor
            app.include_router(callbacks_router(desk.awaited, processor, desk.reported_by, desk.record_status))
        add_request_problems(app)
    if staff is not None:
        app.add_route("/staff", lambda request: RedirectResponse("/staff/", 308), include_in_schema=False)
        app.mount("/staff", _staff_app(staff, desk, bench, providers or {}))
    add_problem_handlers(app)
    app.mount("/", chat)
    # The one added last stands outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(ErrorWall)
    app.add_middleware(SafeHeaders)
    return app


def _staff_app(
    staff: Staff, desk: RequestDesk | None, bench: APIRouter | None, providers: Mapping[str, Provider]
) -> FastAPI:
    pages: list[tuple[str, Role, APIRouter]] = []
    waiting: list[Waiting] = []
    if desk is not None:
        pages.append(("/requests", "agent", queue_router(desk, staff.trail)))
        waiting.append(waiting_requests(desk))
    if bench is not None:
        pages.append(("/bench", "evaluator", bench))
    outside = [(f"/staff/oidc/{name}", one.settings.label) for name, one in providers.items()]
    return staff_app(staff, pages, waiting, outside, [oidc_router(staff, providers)] if providers else [])


def serve(
    bot: PolicyBot,
    desk: RequestDesk | None,
    staff: Staff | None,
    host: str,
    port: int,
    providers: Mapping[str, Provider] | None = None,
) -> None:
    """Serve until interrupted. No access log: addresses of requests would name conversations."""
    app = create_app(bot, desk, staff, providers=providers)
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning")


def _version() -> str:
    try:
        return version("policydesk")
    except PackageNotFoundError:
        return "0"
