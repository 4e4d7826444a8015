"""The chat page as an application of its own, behind the shield. Loads the page's framework: import it late."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from pages.chat import ChatPage, Opinions
from pages.conversations import Conversations
from pages.shield import Shield

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from bot.requests.desk import RequestDesk


def chat_app(bot: PolicyBot, desk: RequestDesk | None = None, questions: Opinions | None = None) -> FastAPI:
    """Return the chat page over `bot`, to be mounted at "/"; with a `desk`, requests are made from it, and with `questions`
    visitors are asked whether an answer helped."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    mount_chat(app, ChatPage(bot, Conversations(), desk, questions).build())
    return app


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
