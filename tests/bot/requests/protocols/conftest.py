"""Counterpart servers are shared by the tests of this folder and stopped at their end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.requests.protocols.counterparts import stop_servers


@pytest.fixture(scope="session", autouse=True)
def _servers() -> Iterator[None]:
    yield
    stop_servers()
