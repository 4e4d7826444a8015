"""The web application: JSON API, policy pages and the chat page under one guard. Owns assembly and nothing else."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI

from bot.api import api_router
from bot.problems import BodyLimit, ErrorWall, add_problem_handlers
from bot.requests.api import add_request_problems, requests_router
from pages.embedding import Embedding
from pages.late import LatePage
from pages.policy_routes import page_router
from pages.request_routes import request_page_router
from pages.shield import SafeHeaders

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from bot.requests.desk import RequestDesk
    from pages.chat import Opinions


def create_app(
    bot: PolicyBot,
    desk: RequestDesk | None = None,
    embedding: Embedding | None = None,
    questions: Opinions | None = None,
) -> FastAPI:
    """Return the application over `bot`. Routes added later must come before the chat page, which takes "/".

    Without a `desk` people get drafts and addresses in the chat, and no request is kept. `embedding` lists the sites whose
    pages may hold the chat, none but its own if left out; `questions` keeps what visitors thought of answers.
    """

    def load_chat() -> FastAPI:
        # Gradio takes seconds to import: the API and the policies are there before it is.
        from pages.mounting import chat_app

        return chat_app(bot, desk, questions)

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
    add_problem_handlers(app)
    app.mount("/", chat)
    # The one added last stands outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(ErrorWall)
    app.add_middleware(SafeHeaders, embedding=embedding)
    return app


def serve(bot: PolicyBot, desk: RequestDesk | None, host: str, port: int, embedding: Embedding | None = None) -> None:
    """Serve until interrupted. No access log: addresses of requests would name conversations."""
    uvicorn.run(create_app(bot, desk, embedding), host=host, port=port, access_log=False, log_level="warning")


def _version() -> str:
    try:
        return version("policydesk")
    except PackageNotFoundError:
        return "0"
