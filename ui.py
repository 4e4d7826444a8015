"""The web application: JSON API, policy pages and the chat page under one guard. Owns assembly and nothing else."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.routing import Mount

from bot.api import api_router
from bot.problems import BodyLimit, ErrorWall, add_problem_handlers
from pages.chat import ChatPage
from pages.conversations import Conversations
from pages.policy_routes import page_router
from pages.shield import SafeHeaders, Shield

if TYPE_CHECKING:
    from bot.bot import PolicyBot


def create_app(bot: PolicyBot) -> FastAPI:
    """Return the application over `bot`. Routes added later must come before the chat page, which takes "/"."""
    app = FastAPI(title="PolicyDesk", version=_version(), docs_url=None, redoc_url=None)
    app.include_router(api_router(bot))
    app.include_router(page_router(bot))
    add_problem_handlers(app)
    mount_chat(app, ChatPage(bot, Conversations()).build())
    # The one added last stands outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(ErrorWall)
    app.add_middleware(SafeHeaders)
    return app


def serve(bot: PolicyBot, host: str, port: int) -> None:
    """Serve until interrupted. No access log: addresses of requests would name conversations."""
    uvicorn.run(create_app(bot), host=host, port=port, access_log=False, log_level="warning")


def mount_chat(app: FastAPI, page: gr.Blocks) -> None:
    """Mount the page at "/" of `app` behind the shield: visitors reach no more of the framework than the page needs."""
    # Fonts of the visitor's system: the framework's own themes fetch theirs from another host.
    theme = gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace"))
    gr.mount_gradio_app(
        app, page, path="/", show_error=False, footer_links=[], run_history=False, ssr_mode=False, pwa=False,
        mcp_server=False, enable_monitoring=False, allowed_paths=[], max_file_size=1, theme=theme,
    )  # fmt: skip
    # Gradio checks the paths of files only once it believes it was launched; mounted, it would read any file
    # for anyone.
    page.has_launched = True
    mounts = [route for route in app.router.routes if isinstance(route, Mount)]
    mounts[-1].app = Shield(mounts[-1].app)


def _version() -> str:
    try:
        return version("policydesk")
    except PackageNotFoundError:
        return "0"
