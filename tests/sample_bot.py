"""The real bot over the sample policies, in a folder of the test's own."""

from __future__ import annotations

from pathlib import Path

from bot.bot import PolicyBot
from bot.build import build_bot
from ingest import ingest_sources
from vectorstore.settings import StoreSettings

SAMPLES = Path(__file__).parent.parent / "policies" / "policies.yaml"


def sample_bot(folder: Path, manifest: Path = SAMPLES) -> PolicyBot:
    """Return a bot over a new library in `folder` that holds the policies of a manifest, all of which have to be readable."""
    bot = build_bot(StoreSettings(folder))
    assert [(one.source, one.error) for one in ingest_sources([manifest], bot.library) if one.error] == []
    return bot
