"""A running server over the hand-made desk."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

import pages.mounting  # noqa: F401  loaded late by the server, whose warnings would then be errors of a test
from pages.words import catalogue
from tests.ui.desk import Desk
from ui import create_app


@pytest.fixture(scope="session", autouse=True)
def words() -> None:
    """Read the words first: the first page would wait for the files, and tests measure single examples."""
    catalogue("en")


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[str, Desk]]:
    """Address of a real server on a free port of the loopback interface, and the desk it serves."""
    desk = Desk()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(desk), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    # The page's framework loads beside the server: a test's own patience is not for that.
    httpx.get(f"http://127.0.0.1:{port}/", timeout=120)
    yield f"http://127.0.0.1:{port}", desk
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def server(running: tuple[str, Desk]) -> str:
    return running[0]


@pytest.fixture
def desk(running: tuple[str, Desk]) -> Desk:
    """The served desk as if nobody had asked it anything."""
    running[1].queue.clear()
    running[1].asked.clear()
    return running[1]
