"""kill -9 of the ingesting process, again and again, while another process asks: no wrong answer, no lost document."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest import ingest_sources
from tests.servers.firms import FIRMS, Edition
from tests.servers.stores import read_settings, write_settings
from vectorstore.library import PolicyLibrary

ROOT = Path(__file__).parents[2]
SOAK = os.environ.get("POLICYDESK_SOAK") == "1"
KILLS = {"embedded": 100 if SOAK else 4, "servers": 20 if SOAK else 3}


def start(module: str, settings: Path, *arguments: str) -> subprocess.Popen[str]:
    # What a killed process leaves in the temporary folder goes with the test.
    scratch = settings.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    command = [sys.executable, "-m", f"tests.servers.{module}", str(settings), *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=os.environ | {"TMPDIR": str(scratch)}, text=True, **pipes)  # type: ignore[call-overload,no-any-return]


def run_and_kill(settings: Path, first: int, seconds: float, wait_for: Sequence[str] = ("try",)) -> list[str]:
    """Start a writer, kill it some time after it has said `wait_for`, and return the lines it printed."""
    writer = start("ingester", settings, str(first))
    assert writer.stdout is not None
    printed: list[str] = []
    for wanted in wait_for:
        for line in writer.stdout:
            printed.append(line.strip())
            if line.startswith(wanted):
                break
    time.sleep(seconds)
    writer.kill()
    output, errors = writer.communicate(timeout=60)
    assert writer.returncode == -signal.SIGKILL, errors
    # The last line may be cut by the kill.
    return [line for line in [*printed, *output.splitlines()] if len(line.split()) == 3]


@pytest.mark.parametrize("place", ["embedded", "servers"])
def test_killed_ingests_never_spoil_an_answer_nor_lose_a_document(
    place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    others = {}
    if place == "servers":
        others = {name: request.getfixturevalue(name) for name in ("chroma_url",)}
        others["database_url"] = request.getfixturevalue("fresh_database")
    settings = write_settings(tmp_path / "settings.json", tmp_path / "var", **others)
    library = PolicyLibrary.open(read_settings(settings, scan_up_to=0))
    for firm in FIRMS:
        file = tmp_path / f"{firm.lower()}.md"
        file.write_text(Edition(firm, 1).text, encoding="utf-8")
        assert [report.version for report in ingest_sources([file], library)] == [Edition(firm, 1).version]
    asker = start("asker", settings)
    assert asker.stdout is not None
    assert asker.stdout.readline() == "ready\n"
    dice = random.Random(20261127)
    began = time.monotonic()
    first = run_and_kill(settings, 2, 0.0, ["index", "index"])
    longest = time.monotonic() - began  # seconds in which two documents get in, on this machine as it is now
    words = [line.split() for line in first]
    acknowledged = {(firm, int(edition)) for word, firm, edition in words if word == "in"}
    puts = swaps = 0
    number = 2
    for _ in range(KILLS[place]):
        words = [line.split() for line in run_and_kill(settings, number + 1, dice.uniform(0.0, longest))]
        acknowledged |= {(firm, int(edition)) for word, firm, edition in words if word == "in"}
        puts += words[-1][0] == "try"
        swaps += words[-1][0] == "in"
        number = max(int(edition) for _, _, edition in words)
    output, errors = asker.communicate(timeout=120)
    assert asker.returncode == 0, errors[-2000:]
    told = json.loads(output.splitlines()[-1])
    assert told["faults"] == [], (len(told["faults"]), told["faults"][:5])
    assert told["answers"] > 20
    assert told["indexed"] > 0
    assert puts + swaps > 0
    lost = {
        (firm, edition)
        for firm, edition in acknowledged
        if Edition(firm, edition).version not in library.versions(firm.lower())
    }
    assert (lost, len(acknowledged) > 0) == (set(), True)
    for firm in FIRMS:
        for version in library.versions(firm.lower()):
            text = library.get(firm.lower(), version).text
            assert len(library.vectors(firm.lower(), version).passages) > 10
            assert "order records for" in text
    library.ensure_index()
    question = library.embedder.encode(["how long are order records kept?"])[0]
    assert library._generations.search(question, 5) is not None
    report = f"{place}: {KILLS[place]} kills, {puts} of them before and {swaps} after a put was acknowledged, {len(acknowledged)} documents acknowledged, {told}"
    (tmp_path / "report.txt").write_text(report, encoding="utf-8")
    if SOAK:
        sys.__stdout__.write(report + "\n")  # type: ignore[union-attr]
