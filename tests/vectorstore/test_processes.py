"""Several processes and killed ones: what was acknowledged is there, the next ingest repairs, searches go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.vectorstore.shelf import HASH, document, nearest, open_library, put
from vectorstore import database as db
from vectorstore.library import PolicyLibrary

ROOT = Path(__file__).parents[2]


def start(folder: Path, name: str, puts: int, publish: bool = False) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-m",
        "tests.vectorstore.writer",
        str(folder),
        name,
        str(puts),
        "publish" if publish else "no",
    ]
    # What a killed process leaves in the temporary folder goes with the test.
    (folder / "scratch").mkdir(exist_ok=True)
    environment = os.environ | {"TMPDIR": str(folder / "scratch")}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def kill_after(process: subprocess.Popen[str], line: str, seconds: float) -> list[str]:
    """Kill the process some time after it printed `line`; return the ids it acknowledged."""
    assert process.stdout is not None
    printed: list[str] = []
    for row in process.stdout:
        printed.append(row.strip())
        if row.startswith(line):
            break
    time.sleep(seconds)
    process.kill()
    printed += [row.strip() for row in process.communicate()[0].splitlines()]
    assert process.returncode == -signal.SIGKILL
    return [row.split()[1] for row in printed if row.startswith("put ")]


def check_whole(library: PolicyLibrary, acknowledged: list[str]) -> None:
    """Assert that the library is sound and that every stored policy has all its vectors."""
    with db.reading(library._engine) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    stored = {summary.id: summary for summary in library.policies()}
    assert set(acknowledged) <= set(stored)
    for summary in stored.values():
        found = library.vectors(summary.id, summary.version)
        assert len(found.passages) == summary.passages == 40
        assert np.allclose(np.linalg.norm(found.matrix, axis=1), 1.0)


@pytest.mark.parametrize("seconds", [0.0, 0.013, 0.05, 0.21])
def test_a_writer_killed_while_it_puts_loses_nothing_it_acknowledged(tmp_path: Path, seconds: float) -> None:
    acknowledged = kill_after(start(tmp_path, "birch", 10_000), "put birch-1", seconds)
    assert acknowledged[:2] == ["birch-0", "birch-1"]
    library = open_library(tmp_path)
    check_whole(library, acknowledged)
    assert nearest(library, "thing 1 in room 7") == ["Birch keeps thing 1 in room 7."]
    put(library, document("cedar", "Cedar keeps going."))
    assert nearest(library, "cedar keeps going") == ["Cedar keeps going."]


@pytest.mark.parametrize("seconds", [0.0, 0.7, 2.0])
def test_a_writer_killed_while_it_builds_an_index_leaves_a_library_that_answers_and_repairs(
    tmp_path: Path, seconds: float
) -> None:
    acknowledged = kill_after(start(tmp_path, "birch", 10_000, publish=True), "put birch-1", seconds)
    library = open_library(tmp_path)
    check_whole(library, acknowledged)
    # Between the commit of a policy and its index, the exact scan answers.
    assert nearest(library, "thing 1 in room 7") == ["Birch keeps thing 1 in room 7."]
    library.publish_index()
    question = HASH.encode(["thing 1 in room 7"])[0]
    assert library._generations.search(question, 1) is not None
    assert nearest(library, "thing 1 in room 7") == ["Birch keeps thing 1 in room 7."]


def test_two_writers_at_once_both_get_everything_in(tmp_path: Path) -> None:
    writers = [start(tmp_path, name, 3, publish=True) for name in ("birch", "cedar")]
    outputs = [writer.communicate(timeout=300) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], outputs
    library = open_library(tmp_path)
    ids = [f"{name}-{number}" for name in ("birch", "cedar") for number in range(3)]
    check_whole(library, ids)
    assert [summary.id for summary in library.policies()] == ids
    assert library.revision == 6
    library.publish_index()
    hits = library._generations.search(HASH.encode(["thing 2 in room 9"])[0], 2)
    assert hits is not None
    assert {hit.policy_id for hit in hits} == {"birch-2", "cedar-2"}
    assert len(list(library.settings.index_dir.iterdir())) <= 2
