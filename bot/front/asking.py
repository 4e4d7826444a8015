"""Asking as strangers may: through the gate, counted, and noted where the operator keeps questions. Every face asks here."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from anyio import CapacityLimiter, to_thread

from bot.front.errors import BusyError
from bot.front.gate import Gate
from bot.front.measures import Measures
from bot.front.settings import FrontSettings
from bot.reply import Answer, Turn
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.bot import PolicyBot

logger = logging.getLogger(__name__)

CHARACTERS = 500
"""Characters of a question that count as one: the time of an answer grows with them."""

Done = TypeVar("Done")


class Questions(Protocol):
    """Keeps questions without an answer, and opinions on answers."""

    def note(self, answer: Answer) -> None:
        """Keep the question of an answer that was none."""

    def feedback(self, answer: Answer, helpful: bool, words: str | None = None) -> str:
        """Keep what a visitor thought of an answer; return the entry's id."""


class Asking:
    """Asks `bot` on behalf of clients (see clients.client_of). Safe to use from several threads and event loops.

    `questions` is None where no question is kept.
    """

    def __init__(
        self,
        bot: PolicyBot,
        settings: FrontSettings | None = None,
        questions: Questions | None = None,
        measures: Measures | None = None,
    ) -> None:
        self.bot = bot
        self.gate = Gate(settings or FrontSettings())
        self.questions = questions
        self.measures = measures or Measures()
        self.measures.watch_turns(self.gate.turns)
        self._threads: CapacityLimiter | None = None

    def ask(
        self,
        client: str,
        question: str,
        policy_ids: Sequence[str] = (),
        history: Sequence[Turn] = (),
        as_of: date | None = None,
    ) -> Answer:
        """Wait in this thread for a turn and return bot.reply's answer. Raises BusyError, and what bot.reply raises.

        It keeps nothing: the chat, which asks so, keeps its conversations itself.
        """
        with self._counted(client):
            self.gate.admit(client, "ask", weight(question))
            with self.gate.turn(client):
                answer = self.bot.reply(question, policy_ids, history, as_of)
        self.measures.answered(answer.status)
        return answer

    async def ask_later(
        self,
        client: str,
        question: str,
        policy_ids: Sequence[str] = (),
        history: Sequence[Turn] = (),
        as_of: date | None = None,
    ) -> Answer:
        """Wait in the event loop for a turn and return bot.reply's answer. Raises BusyError, and what bot.reply raises."""
        reply = partial(self._reply_and_note, question, policy_ids, history, as_of)
        answer = await self.work(client, reply, weight(question))
        self.measures.answered(answer.status)
        return answer

    async def work(self, client: str, act: Callable[[], Done], turns: int = 1) -> Done:
        """Do any work that costs as much as so many questions, under their limits. Raises BusyError, and what `act` raises."""
        with self._counted(client):
            self.gate.admit(client, "ask", turns)
            async with self.gate.later_turn(client):
                # Threads of their own: the server's pool may be full of requests that wait for something else.
                if self._threads is None:
                    self._threads = CapacityLimiter(self.gate.settings.answering)
                return await to_thread.run_sync(act, limiter=self._threads)

    @contextmanager
    def _counted(self, client: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        except BusyError as error:
            self.measures.refused(error.reason)
            raise
        self.measures.took(time.perf_counter() - began)

    def _reply_and_note(
        self, question: str, policy_ids: Sequence[str], history: Sequence[Turn], as_of: date | None
    ) -> Answer:
        answer = self.bot.reply(question, policy_ids, history, as_of)
        if self.questions is not None and answer.status in {"silent", "damaged"}:
            try:
                self.questions.note(answer)
            except StoreError as error:
                # The visitor has an answer all the same.
                logger.warning("a question could not be kept: %s", type(error).__name__)
        return answer


def weight(question: str) -> int:
    """Return how many questions one of that length counts as."""
    return 1 + len(question) // CHARACTERS
