"""What the server remembers of conversations. Owns their limits; nothing of it is ever sent by a browser."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.reply import Answer, Turn

TURNS = 20
"""Exchanges that one conversation keeps."""

CONVERSATIONS = 1000
"""Conversations kept at a time; the one unused for longest goes first."""

LIFETIME = 3600.0
"""Seconds a conversation is kept after its last use."""

HISTORY = 10
"""Turns handed to the bot with a new question."""


@dataclass(frozen=True, slots=True)
class PolicyName:
    """How an exchange names a policy: its company, the version it was answered from, its source address, the day its text says
    it was updated (YYYY-MM-DD, None if it does not) and its language (ISO 639-1)."""

    company: str
    version: str
    url: str | None = None
    updated: str | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """A request that was asked for by its number: what anybody who knows the number may see."""

    number: str
    company: str
    state: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: `answer`, a `found` request, or `problem` in words for people where there is none.

    `can_request` is True where the desk keeps requests, so that one can be made from the answer.
    """

    id: str
    question: str
    answer: Answer | None = None
    problem: str | None = None
    names: Mapping[str, PolicyName] = field(default_factory=dict)
    can_request: bool = False
    found: FoundRequest | None = None


class Conversations:
    """Conversations by key, the least recently used first. Safe to use from several threads."""

    def __init__(
        self, limit: int = CONVERSATIONS, lifetime: float = LIFETIME, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, tuple[Exchange, ...]]] = OrderedDict()

    def read(self, key: str) -> tuple[Exchange, ...]:
        """Return the exchanges of a conversation, oldest first; none if it is unknown or has expired."""
        with self._lock:
            self._expire()
            return self._kept.get(key, (0.0, ()))[1]

    def add(self, key: str, exchange: Exchange) -> tuple[Exchange, ...]:
        """Add an exchange and return the conversation with it."""
        with self._lock:
            self._expire()
            exchanges = (*self._kept.pop(key, (0.0, ()))[1], exchange)[-TURNS:]
            self._kept[key] = (self._clock(), exchanges)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)
            return exchanges

    def forget(self, key: str) -> None:
        """Remove a conversation."""
        with self._lock:
            self._kept.pop(key, None)

    def _expire(self) -> None:
        # Kept in the order of last use, so the expired ones stand at the front.
        now = self._clock()
        while self._kept and now - next(iter(self._kept.values()))[0] > self._lifetime:
            self._kept.popitem(last=False)


def history(exchanges: tuple[Exchange, ...]) -> tuple[Turn, ...]:
    """Return what the bot is told of a conversation: its answered turns, the newest at the end."""
    answers = [exchange.answer for exchange in exchanges if exchange.answer is not None]
    return tuple(Turn(question=answer.question, policy_ids=answer.policy_ids) for answer in answers[-HISTORY:])
