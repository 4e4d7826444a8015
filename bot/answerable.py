"""Does the evidence answer? From the retrieval score and from what the question needs the answer to hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.concepts import speaks_of
from bot.needs import NEEDS
from bot.question import Question
from bot.retrieve import Hit
from bot.settings import AnswerSettings

CONCEPT_AMONG, CONCEPT_WITHIN = (
    15,
    0.10,
)  # sentences, and how far below the best score, among which a named matter may stand
# A name inside a sentence; words that policies capitalise are none.
PROPER = re.compile(r"(?<=[a-z,;:(] )[A-Z][\w&.-]{2,}")
CAPITALISED = frozenset(
    "ads advertising select you your our service services site sites website websites app apps application policy privacy personal information data platform content account accounts user users member members "
    "customer customers notice statement terms use california internet web united states section third party parties act online cookie cookies products product company group agreement north american "
    "ccpa cpra gdpr eea usa january february march april may june july august september october november december monday friday standard clauses contractual commission european union rights".split()
)
NEED_AMONG, NEED_WITHIN = (
    12,
    0.065,
)  # sentences, and how far below the best score a sentence may lie that holds the kind of fact asked for
LOOK_BACK = re.compile(
    r"\b(?:preceding|past|last|prior|previous|for the)\s+(?:\d+|twelve|six)[ -](?:calendar )?(?:months?|years?|days?)\b|\b12[- ]month period\b|\b(?:\d+|twelve) (?:months|years) (?:preceding|up to|before|prior)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """`hits` are those that may answer, best first; `missing` is the kind of fact (NEEDS, "either", "names") or the matter (CONCEPTS)
    that none of them holds, None if all is there."""

    answers: bool
    hits: tuple[Hit, ...]
    missing: str | None = None


def judge(
    question: Question, hits: Sequence[Hit], settings: AnswerSettings, companies: frozenset[str] = frozenset()
) -> Judgement:
    """Return whether the ranked sentences of one policy answer the question, with those that fit its need first.

    `companies` are the words of company names, lower case: "A or B" between two companies is no choice to be found in a policy.
    """
    if not hits or hits[0].score < settings.answer_from:
        return Judgement(False, tuple(hits[:1] if hits and hits[0].score >= settings.nearest_from else ()))
    for concept in question.concepts:
        close = [hit for hit in hits[:CONCEPT_AMONG] if hit.score >= hits[0].score - CONCEPT_WITHIN]
        fit = [hit for hit in close if speaks_of(concept, " ".join((*hit.clause.path[-1:], hit.lead_in, hit.text)))]
        if not fit:
            return Judgement(False, tuple(close[:1]), concept)
        hits = _leading(fit, hits)
    if question.wants_names:
        fit = [hit for hit in hits[:NEED_AMONG] if hit.score >= hits[0].score - NEED_WITHIN and _names(hit, companies)]
        if not fit:
            return Judgement(False, tuple(hits[:1]), "names")
        hits = _leading(fit, hits)
    near = [hit for hit in hits[:NEED_AMONG] if hit.score >= max(settings.answer_from, hits[0].score - NEED_WITHIN)]
    for need in question.needs:
        holds = NEEDS[need][1]
        fit = [hit for hit in near if holds.search(_whole(hit))]
        if not fit:
            return Judgement(False, tuple(near[:1]), need)
        near = fit
        hits = _leading(fit, hits)
    if (
        question.either
        and len(companies & {word.casefold() for word in question.either}) == 0
        and not any(
            re.search(rf"\b{re.escape(word)}\b", _whole(hit), re.IGNORECASE) for hit in near for word in question.either
        )
    ):
        return Judgement(False, tuple(near[:1]), "either")
    return Judgement(True, tuple(hits))


def _leading(fit: Sequence[Hit], hits: Sequence[Hit]) -> list[Hit]:
    """Return those that fit, then the others below the last of them: what was better and does not fit is no answer."""
    return [*fit, *(hit for hit in hits if hit not in fit and hit.score < fit[-1].score)]


def _names(hit: Hit, companies: frozenset[str]) -> bool:
    """Return True if the sentence names somebody other than the companies whose policies these are."""
    found = {word.rstrip(".").casefold().removesuffix("'s") for word in PROPER.findall(hit.text)}
    return bool(found - CAPITALISED - companies)


def _whole(hit: Hit) -> str:
    """Return what a sentence says with the line it depends on, without look-back periods, which answer no "how long"."""
    return LOOK_BACK.sub(" ", f"{hit.lead_in} {hit.text}")
