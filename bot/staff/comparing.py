"""Two companies side by side for one question: their clauses paired by meaning, and who is silent where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.asked import Asked
from bot.bot import PolicyBot
from bot.compose import MISSING
from bot.concepts import CONCEPTS
from bot.retrieve import Hit
from vectorstore.policy import Clause, Policy

MOST = 6
"""Clauses of one side."""

SPREAD = 0.12  # how far below the side's best score a clause may lie
ALIKE = 0.45
"""Cosine of two sentences from which their clauses stand in one row."""

TOPICS = {
    "Collection": "What personal information do they collect?",
    "Sale": "Do they sell personal information?",
    "Sharing": "Who do they share personal information with?",
    "Retention": "How long do they keep personal information?",
    "Cookies": "How do they use cookies?",
    "Marketing": "How do I opt out of marketing e-mail?",
    "Security": "How do they protect personal information?",
    "Children": "What do they say about children?",
    "Deletion": "Can I ask them to delete my data?",
    "Transfers": "Do they transfer data to other countries?",
    "Changes": "How do they tell me about changes of the policy?",
}
"""Topics with the question that stands for each."""


@dataclass(frozen=True, slots=True)
class Said:
    """A clause of one side: the span of its best sentence, and the verdict of the whole side is elsewhere."""

    policy: Policy
    clause: Clause
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Side:
    """One company: `silent` says in plain words why nothing is quoted, None where something is."""

    policy: Policy
    verdict: str | None
    said: tuple[Said, ...]
    silent: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides, and rows of (left, right): clauses about the same, None where one side has nothing beside it."""

    left: Side
    right: Side
    rows: tuple[tuple[Said | None, Said | None], ...]


def compare(bot: PolicyBot, question: str, left_id: str, right_id: str) -> Comparison:
    """Return what two policies say to one question. Raises QuestionError, UnknownPolicyError."""
    asked = bot.read(question, (left_id, right_id))
    sides = [_side(bot, asked, bot.library.get(policy_id)) for policy_id in (left_id, right_id)]
    return Comparison(sides[0], sides[1], tuple(_rows(bot, *sides)))


def _side(bot: PolicyBot, asked: Asked, policy: Policy) -> Side:
    if policy.language != "en":
        return Side(policy, None, (), f"The policy is not in English ({policy.language}); the desk does not read it.")
    found = bot.search.find(asked, policy)
    if found.damaged:
        return Side(policy, None, (), "The passage that should say this is damaged in the stored copy.")
    if not found.answers:
        missing = found.judgement.missing or ""
        what = MISSING.get(missing) or (f"that of {missing}" if missing in CONCEPTS else "that")
        return Side(policy, None, (), f"The policy does not say {what}.")
    best = found.judgement.hits[0].score
    floor = max(bot.settings.answer_from, best - SPREAD)
    clauses: dict[str, Hit] = {}
    for hit in found.judgement.hits:
        if hit.score >= floor and hit.sentence.kind != "heading":
            clauses.setdefault(hit.clause.id, hit)
    said = [Said(policy, hit.clause, hit.sentence.start, hit.sentence.end, hit.score) for hit in clauses.values()]
    return Side(policy, bot.search.verdict(asked, found.quotes), tuple(said[:MOST]), None)


def _rows(bot: PolicyBot, left: Side, right: Side) -> list[tuple[Said | None, Said | None]]:
    """Return the clauses of both sides, the most alike in one row, in the order of the left side; then what is left over."""
    if not left.said or not right.said:
        return [*((one, None) for one in left.said), *((None, one) for one in right.said)]
    near = _vectors(bot, left) @ _vectors(bot, right).T
    partner: dict[int, int] = {}
    for place in np.argsort(-near, axis=None):
        i, j = divmod(int(place), near.shape[1])
        if near[i, j] >= ALIKE and i not in partner and j not in partner.values():
            partner[i] = j
    rows: list[tuple[Said | None, Said | None]] = [
        (one, right.said[partner[i]] if i in partner else None) for i, one in enumerate(left.said)
    ]
    return rows + [(None, one) for j, one in enumerate(right.said) if j not in partner.values()]


def _vectors(bot: PolicyBot, side: Side) -> np.ndarray:
    words = [side.policy.text[one.start : one.end] for one in side.said]
    return bot.library.embedder.encode(words)
