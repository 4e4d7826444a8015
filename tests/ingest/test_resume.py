"""A run that is killed at any moment loses nothing it had finished, and the next one does no work twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]
POLICIES = 30
RUNS = 12 if os.environ.get("POLICYDESK_SOAK") == "1" else 2
LONGEST = 240
NAMES = [
    f"{first}{last}"
    for first in ("Ash", "Bay", "Cove", "Dell", "Elm", "Fern")
    for last in ("wood", "field", "mere", "stone", "gate")
]


def text(name: str) -> str:
    """Return a policy of a company of that name; no two have a sentence in common."""
    topics = ("orders", "visits", "letters", "payments", "returns", "reviews", "calls", "devices")
    body = "\n".join(
        f"{name} and {topic}\n{name} collects personal information about your {topic} and keeps that data for {number + 2} years. "
        f"You may ask {name} to delete what it knows of your {topic}."
        for number, topic in enumerate(topics)
    )
    return (
        f"{name} Privacy Notice\nLast Updated: May 1, 2026\n{name}, Inc. (“{name}” or “we”) respects your privacy. This notice of {name} "
        f"says which personal information we collect.\n{body}\nContact {name}\nWrite to privacy@{name.lower()}.example at any time.\n"
    )


def command(folder: Path, data_dir: Path) -> list[str]:
    return [sys.executable, "-m", "cli", "ingest", str(folder), "--json", "--data-dir", str(data_dir)]


def documents(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout)["documents"])


def stored(data_dir: Path) -> dict[str, str]:
    """Return the text of every stored policy; none where there is no library yet."""
    if not (data_dir / "policydesk.sqlite").exists():
        return {}
    library = PolicyLibrary.open(StoreSettings(data_dir))
    return {summary.id: library.get(summary.id).text for summary in library.policies()}


def stored_count(data_dir: Path) -> int:
    """Return how many policies are stored, without loading a model for it."""
    try:
        with closing(
            sqlite3.connect(f"file:{data_dir / 'policydesk.sqlite'}?mode=ro", uri=True, timeout=5)
        ) as connection:
            return int(connection.execute("SELECT count(*) FROM policies").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


@pytest.mark.parametrize("seed", range(RUNS))
def test_a_killed_run_goes_on_where_it_stopped(tmp_path: Path, seed: int) -> None:
    folder, data_dir = tmp_path / "in", tmp_path / "var"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name.lower()}.txt").write_text(text(name), encoding="utf-8")
    assert len(NAMES) == POLICIES
    chance = random.Random(seed)
    finished: dict[str, str] = {}
    wanted = sorted(chance.sample(range(1, POLICIES - 2), 2))
    for count in wanted:
        process = subprocess.Popen(
            command(folder, data_dir), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + LONGEST
        while stored_count(data_dir) < count and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(chance.random() * 0.5)
        process.send_signal(signal.SIGKILL)
        process.wait()
        now = stored(data_dir)
        assert len(now) >= count
        # Nothing that was in is lost or changed.
        assert {policy_id: now.get(policy_id) for policy_id in finished} == finished
        finished = now
    rows = documents(
        subprocess.run(
            command(folder, data_dir), cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    )
    assert len(rows) == POLICIES
    for row in rows:
        done = row["policy_id"] in finished
        assert (row["status"], row["embedded"]) == ("unchanged", 0) if done else row["status"] == "new", row
    again = documents(
        subprocess.run(
            command(folder, data_dir), cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=False
        )
    )
    assert {(row["status"], row["embedded"]) for row in again} == {("unchanged", 0)}
    assert len(stored(data_dir)) == POLICIES
