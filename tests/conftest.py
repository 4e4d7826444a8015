"""The servers that tests of several rooms run on: a PostgreSQL cluster and a Chroma server, started once a run."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.running import CannotRunError, ChromaServer, Postgres, running

NUMBERS = itertools.count(1)


def without(error: CannotRunError) -> None:
    """Skip with the reason, or fail where CI=true."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(error))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    # Not in pytest's own folder: the server runs as another user, who may not look in there.
    folder = Path(tempfile.mkdtemp(prefix="policydesk-postgres-"))
    try:
        server = Postgres(folder)
        with running(server):
            yield server
    except CannotRunError as error:
        without(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_database(postgres: Postgres) -> str:
    """URL of an empty database that only this test uses."""
    return postgres.create(f"desk_{next(NUMBERS)}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database of either kind, for a test that has to hold on both."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("fresh_database"))
    return f"sqlite:///{tmp_path}/desk.sqlite"


@pytest.fixture(scope="session")
def chroma_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Chroma server that the tests share, each library under its own name."""
    server = ChromaServer(tmp_path_factory.mktemp("chroma"))
    try:
        with running(server):
            yield server.url
    except CannotRunError as error:
        without(error)
