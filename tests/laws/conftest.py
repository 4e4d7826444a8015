"""The real desk over the sample policies, and what it replies to the questions of questions.txt."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import yaml

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.reply import Answer
from ingest import ingest_sources
from vectorstore import PolicyLibrary, StoreSettings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "policies"
LINES = (Path(__file__).parent / "questions.txt").read_text(encoding="utf-8").splitlines()
QUESTIONS = [line for line in LINES if line and not line.startswith("#")]
LONG = "Does Larkspur sell my data? " + "I really would like to know about that. " * 45
STRANGE = [
    "does\x00 tidewell\x1b[31m sell\u202e data?",
    "Does Larkspur\r\n\r\nsell\tdata?",
    LONG,
    "🏊" * 400 + " tidewell cookies",
]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library that holds the sample policies; nobody changes it."""
    folder = tmp_path_factory.mktemp("laws") / "data"
    reports = ingest_sources([FOLDER / "policies.yaml"], PolicyLibrary.open(StoreSettings(folder)))
    assert [report.status for report in reports] == ["new", "new"]
    return folder


@pytest.fixture(scope="session")
def bot(data_dir: Path) -> PolicyBot:
    return build_bot(StoreSettings(data_dir))


@pytest.fixture(scope="session")
def answers(bot: PolicyBot) -> list[Answer]:
    """The replies to every question, asked of all policies and of one."""
    asked = [*QUESTIONS, *STRANGE]
    return [bot.reply(question, scope) for question in asked for scope in ((), ("larkspur",))]


@pytest.fixture(scope="session")
def stored_text(data_dir: Path) -> Callable[[str, str], str]:
    """Read a stored text as other programs do: with the command."""

    @cache
    def read(policy_id: str, version: str) -> str:
        command = [sys.executable, "-m", "cli", "policies", "show", policy_id, "--version", version, "--text"]
        done = subprocess.run([*command, "--data-dir", str(data_dir)], cwd=ROOT, capture_output=True, check=True)
        return done.stdout.decode("utf-8")

    return read


@pytest.fixture(scope="session")
def sources() -> dict[str, str]:
    """The documents as they were given, link targets included."""
    manifest = yaml.safe_load((FOLDER / "policies.yaml").read_text(encoding="utf-8"))
    return {one["id"]: (FOLDER / one["source"]).read_text(encoding="utf-8") for one in manifest["policies"]}


@pytest.fixture(scope="session")
def urls(bot: PolicyBot) -> dict[str, str | None]:
    return {row.id: row.url for row in bot.library.policies()}
