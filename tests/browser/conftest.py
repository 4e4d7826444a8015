"""Chromium and a running desk over the two sample policies. Installs the distribution's browser where it may."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

import pages.mounting  # noqa: F401  loaded late by the server, whose warnings would then be errors of a test
from bot.build import build_bot
from ingest import ingest_sources
from tests.installing import install
from ui import create_app
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--disable-quic",
    "--disable-sync",
]


def find_chromium() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; without one the tests skip with the reason, and fail where CI=true."""
    reason = install("chromium", "fonts-dejavu", "fonts-liberation", unless=find_chromium)
    found = find_chromium()
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no Chromium on this machine: {reason}")
    return str(found)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the real application over the sample policies, on a free port of the loopback interface."""
    bot = build_bot(StoreSettings(tmp_path_factory.mktemp("desk") / "var"))
    reports = list(ingest_sources([ROOT / "policies" / "policies.yaml"], bot.library))
    assert [report.error for report in reports] == [None, None]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(bot), host="127.0.0.1", port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.05)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)
