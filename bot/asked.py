"""A question with all that is known before any policy is searched: scope, stand-alone form, vector, words, wish."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bot.change_question import ChangeQuestion, read_change_question
from bot.periods import read_as_of
from bot.plain_words import plain_words
from bot.question import Question, read_question
from bot.reply import Turn
from bot.requests.intent import Intent, IntentRecogniser
from bot.requests.wording import MATTER
from bot.rewrite import StandAlone, stand_alone
from bot.scope import Scope, ScopeFinder, compares
from bot.settings import AnswerSettings
from vectorstore.approvals import offered
from vectorstore.lexical import words_of
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy

# "How do I get rid of that one?": an act whose object stands in the turn before.
ACT = re.compile(
    r"\b(?:get rid|remov|delet|eras|clear|wip|stop|turn (?:\w+ )?off|switch (?:\w+ )?off|disabl|limit|restrict|opt out|unsubscrib|cancel|fix|correct|download|export|object)(?:e|ed|ing)?\b",
    re.IGNORECASE,
)
PRONOUN = re.compile(r"\b(?:it|that|this|them|those|these|one)\b", re.IGNORECASE)
WAY_TO = r"\b(?:how (?:do|can|could|would|should) (?:i|we)|where (?:do|can) (?:i|we))\b"
WAY = re.compile(WAY_TO, re.IGNORECASE)
WANTS_TO = re.compile(rf"{WAY_TO}|\b(?:please|i want|i'd like|can you|could you|let me)\b", re.IGNORECASE)
# "What happens to the file I uploaded", "how quick is it gone": a fact is asked for, whatever act is spoken of; not "how do I".
ASKS_FACT = re.compile(
    rf"(?:^|[,.;:?!–-]\s*|\b(?:and|so|but)\s+)(?:what(?:['’]?s)? (?:happen\w*|becomes?|do they|does it|are they|is)\b|how (?:quick(?:ly)?|fast|soon|long|much|many|often)\b|(?!{WAY_TO})(?:why|which|when|who)\b)",
    re.IGNORECASE,
)
# Where the question proper begins: after a sentence, or after "I bought a piano, ...".
SENTENCE = re.compile(
    r"(?<=[.?!])\s+|,\s+(?=(?:do|does|did|can|could|will|would|is|are|has|have|what|how|who|when|where|why|which)\b)"
)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """`vector` is the unit-length vector searched with, `words` its stems. `wish` is the request type of something the
    person wants done, None for a question. `names` are the words of company names, lower case. `change` is set where the
    question asks what changed. `as_of` is the day as of which it asks, None for today; `scope` holds the versions then in
    force, and `unheld` the policies of which the library holds none from then. `most` limits the quotes, None: as many as usual.
    `leans` is True where the words refer to an earlier turn ("and how long do they keep it?"). `read_as` are the words as they
    are read beside single sentences: a follow-up after what it leans on.
    """

    raw: str
    question: Question
    scope: Scope
    vector: np.ndarray
    words: list[str]
    intent: Intent
    wish: str | None
    names: frozenset[str]
    change: ChangeQuestion | None = None
    as_of: date | None = None
    unheld: tuple[Policy, ...] = ()
    most: int | None = None
    leans: bool = False
    read_as: str = ""


class QuestionReader:
    """Reads questions against the companies of the library as it is now."""

    def __init__(self, library: PolicyLibrary, recogniser: IntentRecogniser, settings: AnswerSettings) -> None:
        self._library = library
        self._recogniser = recogniser
        self._settings = settings
        self._finder: tuple[int, ScopeFinder] | None = None
        self._looked: date | None = None

    def finder(self) -> ScopeFinder:
        """Return the company finder, made anew when the library has changed. Its policies hold only channels to be offered."""
        if self._looked != self._library.history.today:
            # Once a day: a version whose day has come takes over.
            self._looked = self._library.history.today
            self._library.history.promote_due()
        revision = self._library.revision
        if self._finder is None or self._finder[0] != revision:
            policies = [self._held(policy_id, version) for policy_id, version in self._library.current_versions()]
            self._finder = (revision, ScopeFinder(policies, self._library.embedder.vocabulary))
        return self._finder[1]

    def _held(self, policy_id: str, version: str) -> Policy:
        return offered(self._library.history.reviewed(self._library.get(policy_id, version)))

    def read(self, raw: str, policy_ids: Sequence[str], history: Sequence[Turn], as_of: date | None = None) -> Asked:
        """Return the question read; raises QuestionError, and UnknownPolicyError for an unknown id of `policy_ids`.

        `as_of` is the day whose versions are to answer; None lets the question's own words ("as of May 2023") decide.
        """
        question = read_question(raw, self._settings.max_question)
        today = self._library.history.today
        told = read_as_of(question.text, today) if as_of is None else None
        if told is not None:
            as_of = told[0]
            question = read_question(question.text.replace(told[1], " ") or question.text, self._settings.max_question)
        as_of = as_of if as_of is not None and as_of < today else None
        finder = self.finder()
        for policy_id in policy_ids:
            self._library.get(policy_id)
        scope = finder.find(question.text, policy_ids, history[-1].policy_ids if history else ())
        alone = stand_alone(question.text, finder.without_names(question.text), history, finder.name_words())
        if alone.text != question.text:
            question = read_question(alone.text, self._settings.max_question)
        bare = finder.without_names(question.text)
        change = read_change_question(question.text, bare, as_of or today)
        if change is not None:
            bare = change.topic
        background = finder.without_names(alone.background)
        spoken = plain_words(bare)
        vector = self._vector(spoken, background, alone.share)
        intent = self._recogniser.recognise(question.text)
        words = words_of(f"{spoken} {background}", finder.name_words())
        wish = self._wish(question, scope, intent, alone) if change is None else None
        if wish is not None:
            vector = _unit(vector + self._library.embedder.encode([MATTER[wish]])[0])
            words = words + words_of(MATTER[wish])
        asked = Asked(
            raw,
            question,
            scope,
            vector,
            words,
            intent,
            wish,
            finder.name_words(),
            change,
            leans=alone.refers,
            read_as=f"{alone.background} {question.text}".strip(),
        )
        return asked if as_of is None or wish is not None else self._then(asked, as_of)

    def _then(self, asked: Asked, day: date) -> Asked:
        """Return the question over the versions in force on that day. What a person wants done is always done today."""
        versions = [(policy, self._library.history.version_on(policy.id, day)) for policy in asked.scope.policies]
        held = tuple(self._held(policy.id, version) for policy, version in versions if version is not None)
        unheld = tuple(policy for policy, version in versions if version is None)
        return replace(asked, scope=replace(asked.scope, policies=held), as_of=day, unheld=unheld)

    def _vector(self, bare: str, background: str, share: float) -> np.ndarray:
        """Return the query vector: the whole, its last sentence once more where there are several, and the background's share."""
        last = next((part for part in reversed(SENTENCE.split(bare)) if len(part.split()) >= 3), bare)
        texts = [bare] + [last] * (last != bare) + [background] * bool(background)
        vectors = self._library.embedder.encode(texts)
        whole = _unit(vectors[0] + vectors[1] if last != bare else vectors[0])
        return _unit((1 - share) * whole + share * vectors[-1]) if background else whole

    def _wish(self, question: Question, scope: Scope, intent: Intent, alone: StandAlone) -> str | None:
        """Return the request type of a wish. Words that ask for a fact need a surer sign of a wish than plain speech."""
        if compares(scope, question.text):
            return None
        if alone.background and ACT.search(question.text) and PRONOUN.search(question.text):
            # "How do I get rid of it?": what is to be done depends on what "it" was. Only a sure right makes it a wish:
            # no policy has a channel for switching off the heart rate sensor, but it may tell the steps.
            meant = self._recogniser.recognise(f"{question.text.rstrip('?.! ')}: {alone.background}")
            sure = meant.about_confidence >= self._settings.wish_from_before
            if sure and (meant.is_request or WANTS_TO.search(question.text)):
                return meant.about
            if WAY.search(question.text) and intent.confidence < self._settings.wish_from_before:
                return None
        if intent.is_request:
            asks = question.needs or question.yes_no or question.wants_list or ASKS_FACT.search(question.text)
            floor = self._settings.wish_from_question if asks else self._settings.wish_from
            return intent.label if intent.confidence >= floor else None
        return "general_contact" if question.wants_contact else None


def _unit(vector: np.ndarray) -> np.ndarray:
    unit: np.ndarray = vector / (np.linalg.norm(vector) or 1.0)
    return unit
