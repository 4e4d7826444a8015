"""What the server remembers of conversations. Owns their limits; nothing of it is ever sent by a browser."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

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
class Line:
    """What a person of the desk, or the desk about that person, says in a conversation. Never the words of a policy.

    `speaker` is the agent's name; None for the desk's own notice that somebody joined or left.
    """

    words: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it: `answer`, a `found` request, or `problem` in words for people where there is none.

    `can_request` is True where the desk keeps requests, so that one can be made from the answer. `line` is set, and there
    is no question, where an agent speaks. A question with nothing of these waits for the agent who has the conversation.
    """

    id: str
    question: str
    answer: Answer | None = None
    problem: str | None = None
    names: Mapping[str, PolicyName] = field(default_factory=dict)
    can_request: bool = False
    found: FoundRequest | None = None
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class LiveConversation:
    """A conversation as agents see it: by a name that is not the visitor's key.

    `taken_by` is (id, name) of the member who has it, None while the bot answers. `idle` are seconds since its last use.
    `revision` grows with every change.
    """

    id: str
    exchanges: tuple[Exchange, ...]
    taken_by: tuple[str, str] | None
    idle: float
    revision: int

    @property
    def waits(self) -> bool:
        """True if the visitor has said something that the agent has not answered."""
        last = self.exchanges[-1] if self.exchanges else None
        return self.taken_by is not None and last is not None and last.line is None


@dataclass(frozen=True, slots=True)
class _Kept:
    """A conversation in the store; `used` is the clock's time of its last use."""

    id: str
    used: float
    exchanges: tuple[Exchange, ...] = ()
    taken_by: tuple[str, str] | None = None
    revision: int = 0


class Conversations:
    """Conversations by key, the least recently used first. Safe to use from several threads.

    From the moment a member takes a conversation no answer of the bot gets into it, whoever began to write one before.
    """

    def __init__(
        self, limit: int = CONVERSATIONS, lifetime: float = LIFETIME, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = limit
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def read(self, key: str) -> tuple[Exchange, ...]:
        """Return the exchanges of a conversation, oldest first; none if it is unknown or has expired."""
        with self._lock:
            self._expire()
            known = self._kept.get(key)
            return known.exchanges if known else ()

    def now(self, key: str) -> tuple[tuple[Exchange, ...], int]:
        """Return the exchanges and the revision they belong to."""
        with self._lock:
            self._expire()
            known = self._kept.get(key)
            return (known.exchanges, known.revision) if known else ((), 0)

    def add(self, key: str, exchange: Exchange) -> tuple[Exchange, ...]:
        """Add an exchange and return the conversation with it.

        While a member has the conversation only the question is added: the answer and the problem of the bot are dropped.
        """
        with self._lock:
            self._expire()
            known = self._kept.get(key) or _Kept(secrets.token_hex(8), 0.0)
            if known.taken_by is not None:
                exchange = Exchange(exchange.id, exchange.question)
            return self._put(key, known, exchange).exchanges

    def forget(self, key: str) -> None:
        """Remove a conversation."""
        with self._lock:
            self._kept.pop(key, None)

    def is_taken(self, key: str) -> bool:
        """Return True while a member has the conversation."""
        with self._lock:
            known = self._kept.get(key)
            return known is not None and known.taken_by is not None

    def revision(self, key: str) -> int:
        """Return a number that grows with every change of the conversation, 0 for an unknown one. No use of it."""
        with self._lock:
            self._expire()
            known = self._kept.get(key)
            return known.revision if known else 0

    def live(self) -> list[LiveConversation]:
        """Return all conversations for agents: those that wait first, then the last used first."""
        with self._lock:
            self._expire()
            found = [self._seen(kept) for kept in reversed(self._kept.values())]
        return sorted(found, key=lambda one: not one.waits)

    def find(self, conversation_id: str) -> LiveConversation | None:
        """Return one conversation for agents, None where the visitor has ended it or it has expired."""
        with self._lock:
            self._expire()
            key = self._key(conversation_id)
            return self._seen(self._kept[key]) if key else None

    def take(self, conversation_id: str, member_id: str, name: str) -> bool:
        """Give the conversation to a member and tell the visitor; False if it is gone or another member has it."""
        notice = Line(
            f"{name} of the support team has joined. From now on you write with a person; the desk answers no more."
        )
        return self._hand(conversation_id, (None, member_id), (member_id, name), notice)

    def say(self, conversation_id: str, member_id: str, words: str) -> bool:
        """Add a line of the member who has the conversation; False if that is not so."""
        with self._lock:
            self._expire()
            key = self._key(conversation_id)
            if key is None or (taken := self._kept[key].taken_by) is None or taken[0] != member_id:
                return False
            self._put(key, self._kept[key], Exchange(secrets.token_hex(4), "", line=Line(words, taken[1])))
            return True

    def hand_back(self, conversation_id: str, member_id: str) -> bool:
        """Let the bot answer again and tell the visitor; False if the member does not have the conversation."""
        notice = Line("The person has left the conversation. The desk answers again, in the policies’ own words.")
        return self._hand(conversation_id, (member_id,), None, notice)

    def _hand(
        self, conversation_id: str, holders: tuple[str | None, ...], taken_by: tuple[str, str] | None, notice: Line
    ) -> bool:
        """Pass a conversation on, where one of `holders` (None: nobody) has it, with a notice to the visitor."""
        with self._lock:
            self._expire()
            key = self._key(conversation_id)
            if key is None:
                return False
            known = self._kept[key]
            holder = known.taken_by[0] if known.taken_by else None
            if holder not in holders:
                return False
            if (holder is None) != (taken_by is None):
                self._put(key, replace(known, taken_by=taken_by), Exchange(secrets.token_hex(4), "", line=notice))
            return True

    def _put(self, key: str, known: _Kept, exchange: Exchange) -> _Kept:
        """Add an exchange to a conversation, which becomes the one last used."""
        exchanges = (*known.exchanges, exchange)[-TURNS:]
        made = replace(known, used=self._clock(), exchanges=exchanges, revision=known.revision + 1)
        self._kept.pop(key, None)
        self._kept[key] = made
        while len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return made

    def _key(self, conversation_id: str) -> str | None:
        return next((key for key, kept in self._kept.items() if kept.id == conversation_id), None)

    def _seen(self, kept: _Kept) -> LiveConversation:
        idle = self._clock() - kept.used
        return LiveConversation(kept.id, kept.exchanges, kept.taken_by, idle, kept.revision)

    def _expire(self) -> None:
        # Kept in the order of last use, so the expired ones stand at the front.
        now = self._clock()
        while self._kept and now - next(iter(self._kept.values())).used > self._lifetime:
            self._kept.popitem(last=False)


def history(exchanges: tuple[Exchange, ...]) -> tuple[Turn, ...]:
    """Return what the bot is told of a conversation: its answered turns, the newest at the end."""
    answers = [exchange.answer for exchange in exchanges if exchange.answer is not None]
    return tuple(Turn(question=answer.question, policy_ids=answer.policy_ids) for answer in answers[-HISTORY:])
