"""Search across policies for agents: by question or words, by company, section, topic, law and day; one hit a clause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.asked import Asked
from bot.bot import PolicyBot
from bot.concepts import CONCEPTS, speaks_of
from vectorstore.errors import UnknownPolicyError
from vectorstore.policy import REQUEST_TYPES, Clause, Policy

MOST = 25
"""Hits shown."""

SPREAD = 0.18  # how far below the best clause one may score

LOOKED_AT = 60
"""Policies searched sentence by sentence; of a larger library those that lie nearest to the question."""

NEAREST = 600  # passages of the whole library that name those policies
FLOOR = 0.20
"""Mixed score below which a clause has nothing to do with the question."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What limits a search; "" and None limit nothing. `topic` is one of REQUEST_TYPES or of CONCEPTS.

    `company` is a policy id, `section` words of a heading, `regime` a law as policies name it, `day` that of the versions in force.
    """

    company: str = ""
    section: str = ""
    topic: str = ""
    regime: str = ""
    day: date | None = None

    @property
    def any_set(self) -> bool:
        """True if something limits the search."""
        return bool(self.company or self.section or self.topic or self.regime or self.day)


@dataclass(frozen=True, slots=True)
class ClauseHit:
    """A clause that was found, with the span to mark: its best sentence. `score` is None where nothing was asked."""

    policy: Policy
    clause: Clause
    start: int
    end: int
    score: float | None


@dataclass(frozen=True, slots=True)
class Search:
    """What a search found. `searched` counts policies; `unheld` are companies of which no version of that day is held.

    `skipped` counts policies that were not searched because they lie far from the question, or there are too many.
    """

    hits: tuple[ClauseHit, ...]
    searched: int
    skipped: int
    unheld: tuple[str, ...]
    more: bool = False


class Lookup:
    """Searches the policies of a bot's library."""

    def __init__(self, bot: PolicyBot) -> None:
        self._bot = bot

    def search(self, words: str, filters: Filters) -> Search:
        """Return the clauses that fit `words`, best first; without words those that pass the filters, in their order.

        Raises QuestionError for words that cannot be read, UnknownPolicyError for an unknown company.
        """
        asked = self._bot.read(words, (filters.company,) if filters.company else ()) if words.strip() else None
        wanted, skipped = self._wanted(filters, asked)
        policies, unheld = self._versions(wanted, filters.day)
        policies = [policy for policy in policies if _under(policy, filters.regime)]
        hits: list[ClauseHit] = []
        for policy in policies:
            if asked is None:
                hits += [
                    ClauseHit(policy, c, c.start, c.end, None) for c in policy.clauses if _passes(policy, c, filters)
                ]
                continue
            seen: set[str] = set()
            for hit in self._bot.search.retriever.rank(policy, asked.vector, asked.words, asked.question.defines):
                if hit.score < FLOOR:
                    break
                if hit.clause.id not in seen and _passes(policy, hit.clause, filters):
                    seen.add(hit.clause.id)
                    hits.append(ClauseHit(policy, hit.clause, hit.sentence.start, hit.sentence.end, hit.score))
        if asked is not None:
            hits.sort(key=lambda hit: -(hit.score or 0.0))
            floor = (hits[0].score or 0.0) - SPREAD if hits else 0.0
            hits = [hit for hit in hits if (hit.score or 0.0) >= floor]
        return Search(tuple(hits[:MOST]), len(policies), skipped, tuple(unheld), len(hits) > MOST)

    def _wanted(self, filters: Filters, asked: Asked | None) -> tuple[list[str], int]:
        """Return the ids of the policies to search, and how many are left out."""
        if filters.company:
            return [filters.company], 0
        ids = [policy_id for policy_id, _ in self._bot.library.current_versions()]
        if asked is None or len(ids) <= LOOKED_AT:
            return ids[:LOOKED_AT], max(0, len(ids) - LOOKED_AT)
        named = [policy.id for policy in asked.scope.policies] if asked.scope.how == "named" else []
        if not named:
            near = self._bot.library.search(asked.vector, NEAREST)
            named = list(dict.fromkeys(hit[0] for hit in near))[:LOOKED_AT]
        return named, len(ids) - len(named)

    def _versions(self, ids: list[str], day: date | None) -> tuple[list[Policy], list[str]]:
        """Return the versions in force on that day, and the companies of which none is held."""
        library = self._bot.library
        found, unheld = [], []
        for policy_id in ids:
            version = library.history.version_on(policy_id, day) if day else None
            if day and version is None:
                unheld.append(library.get(policy_id).company)
                continue
            try:
                found.append(library.get(policy_id, version))
            except UnknownPolicyError:
                continue  # removed a moment ago
        return found, unheld


def topics() -> tuple[str, ...]:
    """Return what a clause can be about, for Filters.topic."""
    return (*REQUEST_TYPES, *CONCEPTS)


def _passes(policy: Policy, clause: Clause, filters: Filters) -> bool:
    if not clause.is_read or clause.kind == "heading":
        return False
    if filters.section and filters.section.casefold() not in " ".join(clause.path).casefold():
        return False
    return not filters.topic or _about(policy, clause, filters.topic)


def _about(policy: Policy, clause: Clause, topic: str) -> bool:
    """Return True if a clause grants a right, names a channel, a step or a condition of that type, or speaks of that matter."""
    if topic in CONCEPTS:
        return speaks_of(topic, " ".join((*clause.path[-1:], policy.text[clause.start : clause.end])))
    return any(start < clause.end and clause.start < end for start, end in _places(policy, topic))


def _places(policy: Policy, kind: str) -> Iterator[tuple[int, int]]:
    yield from ((right.start, right.end) for right in policy.rights if right.type == kind)
    yield from ((step.start, step.end) for step in policy.steps if kind in step.purposes)
    yield from ((one.start, one.end) for one in policy.conditions if kind in one.types)
    for channel in policy.channels:
        yield from ((m.start, m.end) for m in channel.mentions if kind in m.purposes)


def _under(policy: Policy, regime: str) -> bool:
    return not regime or any(one.name == regime for one in policy.regimes)


def regimes(bot: PolicyBot) -> list[str]:
    """Return the laws that the first LOOKED_AT policies speak of, by name."""
    ids = [policy_id for policy_id, _ in bot.library.current_versions()][:LOOKED_AT]
    return sorted({one.name for policy_id in ids for one in bot.library.get(policy_id).regimes})
