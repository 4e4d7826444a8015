"""A bot of one's own over the sample policies, with approved answers beside it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.requests.intent import IntentRecogniser
from bot.staff.approved import ApprovedAnswers
from ingest import ingest_sources
from vectorstore import PolicyLibrary, StoreSettings

ROOT = Path(__file__).parents[3]
ORDERS = "We keep order records for seven years, because tax law asks for them."
CARTS = "Carts that were never checked out are emptied after 30 days."


@dataclass(frozen=True, slots=True)
class Office:
    """A bot that knows the approved answers kept in `folder`."""

    bot: PolicyBot
    approved: ApprovedAnswers
    folder: Path

    def place(self, quote: str, policy_id: str = "larkspur") -> tuple[int, int]:
        """Return where words of the current version stand."""
        start = self.bot.library.get(policy_id).text.index(quote)
        return start, start + len(quote)

    def revise(self, old: str, new: str, updated: str) -> None:
        """Ingest a later version of the Larkspur sample in which some words are others."""
        words = self.bot.library.get("larkspur").text.replace(old, new)
        words = words.replace("Last Updated: February 12, 2026", f"Last Updated: {updated}")
        file = self.folder / "larkspur.txt"
        file.write_text(words, encoding="utf-8")
        reports = list(ingest_sources([file], self.bot.library, policy_id="larkspur"))
        assert [report.error for report in reports] == [None]


@pytest.fixture(scope="session")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PolicyBot]:
    """The folder of a library that holds the samples, and a bot over it whose models the tests share."""
    folder = tmp_path_factory.mktemp("read") / "var"
    bot = build_bot(StoreSettings(folder))
    assert [r.error for r in ingest_sources([ROOT / "policies" / "policies.yaml"], bot.library)] == [None, None]
    return folder, bot


@pytest.fixture
def office(tmp_path: Path, read_once: tuple[Path, PolicyBot]) -> Office:
    folder, ready = read_once
    shutil.copytree(folder, tmp_path / "var")
    library = PolicyLibrary.open(StoreSettings(tmp_path / "var"), ready.library.embedder)
    approved = ApprovedAnswers.open(f"sqlite:///{tmp_path / 'requests.sqlite'}", library)
    recogniser = IntentRecogniser.open(library.embedder)
    return Office(PolicyBot(library, recogniser, approved=approved), approved, tmp_path)
