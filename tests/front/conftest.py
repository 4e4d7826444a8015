"""The real desk over the sample policies, and real servers over it: each with the limits its test asks for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from bot.bot import PolicyBot
from bot.requests.desk import RequestDesk
from bot.requests.settings import RequestSettings
from tests.sample_bot import sample_bot
from tests.serving import served

ROOT = Path(__file__).parents[2]
SOAK = os.environ.get("POLICYDESK_SOAK") == "1"


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library that holds the sample policies."""
    return tmp_path_factory.mktemp("front") / "data"


@pytest.fixture(scope="session")
def bot(data_dir: Path) -> PolicyBot:
    return sample_bot(data_dir)


@pytest.fixture(scope="session")
def desk(bot: PolicyBot, data_dir: Path) -> RequestDesk:
    return RequestDesk.open(bot.library, RequestSettings(data_dir))


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
