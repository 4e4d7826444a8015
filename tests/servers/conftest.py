"""The desk's commands on real servers, as an operator sets them up: by environment variables."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
Desk = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def desk(tmp_path: Path, fresh_database: str, chroma_url: str) -> Desk:
    """Run `policydesk` with the servers in its environment; keyword arguments change the environment."""

    def run(*arguments: str, **others: str) -> subprocess.CompletedProcess[str]:
        places = {"POLICYDESK_DATABASE_URL": fresh_database, "POLICYDESK_CHROMA_URL": chroma_url}
        data = {"POLICYDESK_DATA_DIR": str(tmp_path / "var")}
        environment = {**os.environ, **places, **data, **others}
        command = [sys.executable, "-m", "cli", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    return run
