"""The one wiring of the answering side, shared by web, terminal and evals."""

from __future__ import annotations

from bot.bot import PolicyBot
from bot.requests.intent import IntentRecogniser
from bot.settings import AnswerSettings
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings


def build_bot(
    store: StoreSettings,
    settings: AnswerSettings | None = None,
    language_model: str | None = None,
    second_look: bool = False,
) -> PolicyBot:
    """Open the library of `store` and return a bot over it.

    `language_model` is "provider:model" for LangChain's init_chat_model (its integration package must be installed); None,
    the default, answers without one. With `second_look` the assessor reads the best sentences again beside each question, which
    makes better answers and takes several times as long. Raises StoreError, ImportError or ValueError where a part cannot be opened.
    """
    library = PolicyLibrary.open(store)
    selector = None
    if language_model:
        from langchain.chat_models import init_chat_model

        from bot.generate import EvidenceSelector

        selector = EvidenceSelector(init_chat_model(language_model, temperature=0, timeout=20))
    assessor = None
    if second_look:
        from vectorstore.assessor import Assessor

        assessor = Assessor.open()
    return PolicyBot(library, IntentRecogniser.open(library.embedder), settings, selector, assessor=assessor)
