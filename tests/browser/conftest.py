"""Chromium and a running desk over the two sample policies. Installs the distribution's browser where it may."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.installing import install
from tests.sample_bot import sample_bot
from tests.serving import served
from ui import create_app

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
    with served(create_app(sample_bot(tmp_path_factory.mktemp("desk") / "var"))) as address:
        yield address
