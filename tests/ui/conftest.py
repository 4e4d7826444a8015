"""A running server over the hand-made desk."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pages.words import catalogue
from tests.serving import await_page, served
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
    with served(create_app(desk)) as address:
        await_page(address)
        yield address, desk


@pytest.fixture
def server(running: tuple[str, Desk]) -> str:
    return running[0]


@pytest.fixture
def desk(running: tuple[str, Desk]) -> Desk:
    """The served desk as if nobody had asked it anything."""
    running[1].queue.clear()
    running[1].asked.clear()
    return running[1]
