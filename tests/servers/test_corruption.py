"""Corruptions of the index folder, one after the other: the process lives, finds what is there, and builds the index again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.servers.corrupter import HARMS
from tests.vectorstore.shelf import document, open_library, put

ROOT = Path(__file__).parents[2]
COUNT = 300 if os.environ.get("POLICYDESK_SOAK") == "1" else 33
THINGS = ("orders", "photos", "letters", "coins", "keys")


def test_no_corruption_of_the_index_ends_the_process_or_spoils_a_search(tmp_path: Path) -> None:
    data = tmp_path / "data"
    library = open_library(data)
    for number, thing in enumerate(THINGS):
        sentences = [f"Firm {number} keeps {thing} and thing {number * 30 + n} for {n} years." for n in range(30)]
        put(library, document(f"firm-{number}", *sentences))
    assert library.publish_index()
    (tmp_path / "scratch").mkdir()
    command = [sys.executable, "-m", "tests.servers.corrupter", str(data), str(COUNT), "1"]
    environment = os.environ | {"TMPDIR": str(tmp_path / "scratch")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    last = lines[-1]["harm"] if lines else "nothing"
    assert done.returncode == 0, f"ended with {done.returncode} after {last}: {done.stderr[-1500:]}"
    assert len(lines) == COUNT
    assert [line for line in lines if not (line["right"] and line["refused"] and line["repaired"])] == []
    assert not any(line["pickled"] for line in lines)
    assert {line["harm"].split()[0] for line in lines} == {harm.__name__ for harm in HARMS}
