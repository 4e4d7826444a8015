"""A bench over the real bot and the two sample policies, in a staff application whose guard knows one evaluator."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from fastapi.testclient import TestClient

from bot.bot import PolicyBot
from bot.problems import BodyLimit
from bot.staff.records import Member
from evals.web import Bench, bench_router
from evals.web.forms import LARGEST_FORM
from evals.web.runs import OPEN
from tests.sample_bot import sample_bot
from tests.serving import served

ROOT = Path(__file__).parents[2]
TOKEN = "form-token"
POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
STYLE = (
    "*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--text);font:16px/1.5 system-ui,sans-serif}"
    "main{max-width:76rem;margin:0 auto;padding:1rem 1.25rem}h1{font-size:1.5rem}"
)


def document(title: str, body: str, request: Request) -> str:
    """A frame as the staff pages have it: one h1, a main landmark, colours."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/desk/colours.css">'
        '<link rel="stylesheet" href="/staff/style/staff.css"><link rel="icon" href="data:,"></head>'
        f'<body><main id="main"><h1>{escape(title)}</h1>{body}</main></body></html>'
    )


def staff_application(bench: Bench) -> FastAPI:
    """The bench at /staff/bench behind a guard that asks for the form token; who asks is an evaluator."""
    app, staff = FastAPI(openapi_url=None), FastAPI(openapi_url=None)

    @staff.middleware("http")
    async def guard(request: Request, call_next) -> Response:
        request.state.member = Member("m-eve", "Eve", frozenset({"evaluator"}))
        request.state.form_token = TOKEN
        if request.method == "POST" and f"token={TOKEN}".encode() not in await request.body():
            return PlainTextResponse("no token", 403)
        response = await call_next(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    @staff.get("/style/staff.css")
    def style() -> Response:
        return Response(STYLE, media_type="text/css")

    @app.get("/desk/colours.css")
    def colours() -> Response:
        return Response((ROOT / "pages" / "colours.css").read_text(encoding="utf-8"), media_type="text/css")

    staff.include_router(bench_router(bench, document), prefix="/bench")
    app.mount("/staff", staff)
    app.add_middleware(BodyLimit, larger={"/staff/bench/sets": LARGEST_FORM})
    return app


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> PolicyBot:
    return sample_bot(tmp_path_factory.mktemp("desk") / "var")


@pytest.fixture
def bench(bot: PolicyBot, tmp_path: Path) -> Iterator[Bench]:
    opened = Bench.open(bot, tmp_path, "1.0")
    opened.worker.rest = 0
    yield opened
    opened.close()


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    with TestClient(staff_application(bench), follow_redirects=False) as client:
        yield client


@pytest.fixture
def post(client: TestClient) -> Callable:
    """Send a form of a bench page."""

    def send(path: str, **fields: object):
        return client.post(f"/staff/bench{path}", data={"token": TOKEN} | fields)

    return send


@pytest.fixture
def get(client: TestClient) -> Callable:
    """Ask for a bench page."""
    return lambda path="", **query: client.get(f"/staff/bench{path}", params=query)


def wait_for(bench: Bench, run_id: str, seconds: float = 60) -> str:
    """Wait until a run has ended; return its state."""
    deadline = time.monotonic() + seconds
    while (state := bench.runs.get(run_id).state) in OPEN:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return state


@pytest.fixture
def site(bench: Bench) -> Iterator[str]:
    """Address of the bench on a free port of the loopback interface."""
    with served(staff_application(bench)) as address:
        yield address
