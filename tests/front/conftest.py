"""The real desk over the sample policies, and real servers over it: each with the limits its test asks for."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from starlette.types import ASGIApp

import pages.mounting  # noqa: F401  loaded late by the server, whose warnings would then be errors of a test
from bot.bot import PolicyBot
from bot.build import build_bot
from bot.requests.desk import RequestDesk
from bot.requests.settings import RequestSettings
from ingest import ingest_sources
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]
SOAK = os.environ.get("POLICYDESK_SOAK") == "1"


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library that holds the sample policies."""
    return tmp_path_factory.mktemp("front") / "data"


@pytest.fixture(scope="session")
def bot(data_dir: Path) -> PolicyBot:
    made = build_bot(StoreSettings(data_dir))
    assert [report.status for report in ingest_sources([ROOT / "policies" / "policies.yaml"], made.library)] == [
        "new",
        "new",
    ]
    return made


@pytest.fixture(scope="session")
def desk(bot: PolicyBot, data_dir: Path) -> RequestDesk:
    return RequestDesk.open(bot.library, RequestSettings(data_dir))


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve `app` on a free port of the loopback interface; give its address. The server believes no proxy by itself."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def serve() -> Iterator[Callable[[ASGIApp], str]]:
    """Serve applications until the test ends."""
    opened = []

    def start(app: ASGIApp) -> str:
        running = served(app)
        opened.append(running)
        return running.__enter__()

    yield start
    for running in opened:
        running.__exit__(None, None, None)
