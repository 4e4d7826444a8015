"""A bot over the bundled sample policies, with the shipped model, made once."""

from pathlib import Path

import pytest

from bot.bot import PolicyBot
from bot.build import build_bot
from ingest import ingest_sources
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def bot(tmp_path_factory: pytest.TempPathFactory) -> PolicyBot:
    made = build_bot(StoreSettings(tmp_path_factory.mktemp("library")))
    reports = ingest_sources([ROOT / "policies" / "policies.yaml"], made.library)
    assert [report.status for report in reports] == ["new", "new"]
    return made
