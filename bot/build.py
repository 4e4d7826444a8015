"""The one wiring of the answering side, shared by web, terminal and evals."""

from __future__ import annotations

from pathlib import Path

from bot.bot import PolicyBot
from bot.requests.intent import IntentRecogniser
from bot.settings import AnswerSettings
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings


def build_bot(data_dir: Path, store: StoreSettings | None = None, settings: AnswerSettings | None = None) -> PolicyBot:
    """Open the library in `data_dir` (or as `store` says) and return a bot over it."""
    library = PolicyLibrary.open(store or StoreSettings(data_dir))
    return PolicyBot(library, IntentRecogniser.open(library.embedder), settings)
