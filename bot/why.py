"""Why a question got the answer it got, as a plain record: scope, scores against their thresholds, what is missing.

Reads what the bot reads, in the same order, and decides nothing: no answer depends on this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answerable import judge
from bot.asked import Asked
from bot.compose import MISSING
from bot.retrieve import Hit
from bot.search import PolicySearch
from bot.settings import AnswerSettings
from vectorstore.policy import Policy

SHOWN = 12  # candidates of a policy


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the evidence must have. `met` is None where it was not reached: an earlier one failed."""

    name: str
    met: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class PolicyReasons:
    """What one policy has to say to a question. `score` is that of the best sentence, None where the policy has none.

    `candidates` are the best sentences, best first, whether or not they answer.
    """

    policy: Policy
    answers: bool
    damaged: bool
    score: float | None
    checks: tuple[Check, ...]
    candidates: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why one question got its answer. `scope` is how the policies were found (see Scope.how), `intent` what the words
    look like, with how sure that is (0-1); `wish` is the request type of something a person wants done, None for a question.
    """

    question: str
    scope: str
    intent: str
    confidence: float
    wish: str | None
    policies: tuple[PolicyReasons, ...]
    notes: tuple[str, ...] = ()


def reasons_for(asked: Asked, search: PolicySearch, settings: AnswerSettings) -> Reasons:
    """Return the reasons for a question that has been read; at most settings.compare_up_to policies are looked at."""
    policies = asked.scope.policies
    looked_at = policies[: max(settings.compare_up_to, 1)]
    return Reasons(
        asked.question.text,
        asked.scope.how,
        asked.intent.label,
        asked.intent.confidence,
        asked.wish,
        tuple(_of_policy(asked, policy, search, settings) for policy in looked_at if policy.language == "en"),
        tuple(_notes(asked, looked_at)),
    )


def _of_policy(asked: Asked, policy: Policy, search: PolicySearch, settings: AnswerSettings) -> PolicyReasons:
    found = search.find(asked, policy)
    hits = search.rank(asked, policy)
    score = hits[0].score if hits else None
    return PolicyReasons(
        policy, found.answers, found.damaged, score, tuple(_checks(asked, hits, settings)), tuple(hits[:SHOWN])
    )


def _checks(asked: Asked, hits: Sequence[Hit], settings: AnswerSettings) -> list[Check]:
    """Return the checks of `answerable.judge` in its order, with the first that failed."""
    judgement = judge(asked.question, hits, settings, asked.names)
    score = hits[0].score if hits else 0.0
    near = score >= settings.answer_from
    checks = [
        Check("score", near, f"The best sentence scores {score:.2f}; an answer needs {settings.answer_from:.2f}.")
    ]
    question = asked.question
    wanted = [(name, f"A sentence near the best has to name the matter: {name}.") for name in question.concepts]
    wanted += [
        ("names", "A sentence has to name somebody other than the companies asked about.")
    ] * question.wants_names
    wanted += [(need, f"A sentence near the best has to tell {MISSING.get(need, need)}.") for need in question.needs]
    if question.either:
        wanted.append(("either", f"A sentence has to hold one of: {', '.join(question.either)}."))
    failed = not near
    for name, words in wanted:
        met = None if failed else name != judgement.missing
        failed = failed or met is False
        checks.append(Check(name, met, words))
    return checks


def _notes(asked: Asked, looked_at: Sequence[Policy]) -> list[str]:
    """Return what else decided: nothing here is judged again."""
    notes = []
    if asked.scope.how == "elsewhere":
        notes.append(f"The question names {asked.scope.outside or 'a company'}, whose policy may not be quoted here.")
    if asked.intent.label == "out_of_scope":
        notes.append(
            "The words look like a question about something else: it is answered only where a policy comes near."
        )
    if asked.scope.how == "none" and len(asked.scope.policies) > len(looked_at):
        notes.append(
            f"No company is named, and there are {len(asked.scope.policies)} policies: the desk asks which is meant."
        )
    notes += [
        f"The policy of {policy.company} is not in English ({policy.language}): nothing is answered from it."
        for policy in looked_at
        if policy.language != "en"
    ]
    if asked.wish is not None:
        notes.append(f"The words ask for something to be done ({asked.wish}): the desk shows where to turn to.")
    if asked.change is not None:
        notes.append("The question asks what changed: two versions are compared, and no score decides.")
    return notes
