"""The web application: JSON API, policy pages and the chat page under one guard. Owns assembly and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.responses import RedirectResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from bot.api import api_router
from bot.front.asking import Asking, Questions
from bot.front.description import describe
from bot.front.gauges import desk_gauges
from bot.front.key_routes import Keys, RunRow, key_router, metrics_router
from bot.front.readiness import ReadyCheck
from bot.front.routes import STREAMED, front_router
from bot.front.settings import FrontSettings
from bot.problems import BodyLimit, ErrorWall, add_problem_handlers
from bot.requests.api import add_request_problems, requests_router
from pages.conversations import Conversations
from pages.doors import Counted, Doors, SameOrigin
from pages.embedding import Embedding
from pages.late import LatePage, absent
from pages.live_routes import live_router
from pages.policy_routes import page_router
from pages.request_routes import request_page_router
from pages.shield import SafeHeaders
from pages.staff.assembly import staff_pages

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from bot.requests.desk import RequestDesk
    from bot.staff.agent_desk import AgentDesk
    from bot.staff.oidc import Provider
    from bot.staff.staff import Staff

MOST_CONNECTIONS = 1_000
"""Connections that the server holds at a time; further ones get a 503."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the operator adds to the public side: its limits, and the parts that members and visitors reach over HTTP.

    `keys` open the routes for members, `questions` take opinions, `runs` list the bench's runs; None where there are none.
    `larger` are paths whose bodies may be larger than others, in bytes.
    """

    settings: FrontSettings = FrontSettings()
    keys: Keys | None = None
    questions: Questions | None = None
    runs: Callable[[], Sequence[RunRow]] | None = None
    larger: Mapping[str, int] = field(default_factory=dict)


def create_app(
    bot: PolicyBot,
    desk: RequestDesk | None = None,
    service: Service | None = None,
    agents: AgentDesk | None = None,
    staff: Staff | None = None,
    bench: APIRouter | None = None,
    providers: Mapping[str, Provider] | None = None,
    embedding: Embedding | None = None,
    conversations: Conversations | None = None,
) -> FastAPI:
    """Return the application over `bot`. Routes added later must come before the chat page, which takes "/".

    Without a `desk` people get drafts and addresses in the chat, and no request is kept. Without a `service` nobody is
    counted and there is no /metrics: for tests, and for a desk inside another program. With `agents` they can join the
    `conversations`, and what no policy answers is kept for them. Without `staff` nobody signs in; `bench` are the evaluators'
    pages, for members with that role; `providers` are the issuers that members sign in at, by name.
    `embedding` lists the sites whose pages may hold the chat, none but its own if left out.
    """
    offered = service or Service()
    settings = offered.settings
    talks = conversations or Conversations()
    asking = Asking(bot, settings, offered.questions)
    asking.measures.watch(desk_gauges(bot, desk))

    def load_chat() -> FastAPI:
        # Gradio takes seconds to import: the API and the policies are there before it is. The pandas that it brings would
        # load pyarrow, 28 MB that the page has no use for.
        with absent("pyarrow"):
            from pages.mounting import chat_app

        return chat_app(bot, desk, talks, agents.questions if agents else None, asking)

    chat = LatePage(load_chat)
    app = FastAPI(title="PolicyDesk", version=program_version(), docs_url=None, redoc_url=None, lifespan=chat.running)
    app.state.asking = asking
    app.include_router(api_router(bot, asking))
    app.include_router(front_router(asking, ReadyCheck(asking, desk)))
    if offered.keys is not None:
        app.include_router(key_router(offered.keys, asking.gate, desk, offered.runs))
    app.include_router(metrics_router(asking.measures, settings.metrics_key, settings.metrics_open))
    app.include_router(page_router(bot))
    if agents is not None:
        app.include_router(live_router(talks))
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
        app.mount("/staff", staff_pages(staff, desk, agents, talks, bench, providers or {}))
    add_problem_handlers(app)
    describe(app, STREAMED)
    app.mount("/", chat)
    # The one added last stands outermost.
    app.add_middleware(BodyLimit, larger=offered.larger)
    app.add_middleware(SameOrigin)
    app.add_middleware(Doors, asking=asking)
    app.add_middleware(ErrorWall)
    app.add_middleware(SafeHeaders, embedding=embedding)
    app.add_middleware(Counted, measures=asking.measures)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    return app


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until interrupted.

    No access log: addresses of requests would name conversations. Who a client is behind a proxy, the application settles
    itself: the server would believe any program on this machine.
    """
    uvicorn.run(
        app, host=host, port=port, access_log=False, log_level="warning",
        proxy_headers=False, limit_concurrency=MOST_CONNECTIONS, timeout_keep_alive=15, server_header=False,
    )  # fmt: skip


def serve_mcp(bot: PolicyBot, settings: FrontSettings) -> None:
    """Serve the tools for assistants over standard input and output until the other side closes it.

    The caller started this process, so nobody is counted.
    """
    from pages.mcp_server import build_mcp

    build_mcp(Asking(bot, replace(settings, limits=None)), program_version()).run("stdio")


def serve_mcp_http(bot: PolicyBot, settings: FrontSettings, host: str, port: int, names: Sequence[str]) -> None:
    """Serve the tools for assistants over HTTP until interrupted; `names` are host names that callers use beside `host`."""
    from pages.mcp_server import build_mcp, mcp_app

    asking = Asking(bot, settings)
    hosts = [hosted for name in (host, "127.0.0.1", "localhost", *names) for hosted in (name, f"{name}:*")]
    app = mcp_app(build_mcp(asking, program_version()), asking, hosts)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning", proxy_headers=False)


def program_version() -> str:
    """Return the version of this program, "0" where it is not installed."""
    try:
        return version("policydesk")
    except PackageNotFoundError:
        return "0"
