"""Real servers for tests, on free ports of the loopback interface."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

import pages.mounting  # noqa: F401  loaded late by the server, whose warnings would then be errors of a test


def free_port() -> int:
    """Return the number of a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(app: ASGIApp, port: int | None = None, **options: Any) -> Iterator[str]:
    """Serve `app` and give its address; `options` are uvicorn's. The server believes no proxy by itself."""
    port = port or free_port()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", proxy_headers=False, **options)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    try:
        yield f"{'https' if config.is_ssl else 'http'}://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(20)


def await_page(address: str) -> None:
    """Wait until the page's framework, which loads beside the server, is there: a test's own patience is not for that."""
    httpx.get(address, timeout=120)
