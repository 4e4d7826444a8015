"""Whether two wordings ask the same: near in meaning and of one form. Knows no policy.

The vector alone cannot tell "under 13" from "under 16", or "do you sell" from "do you not sell": the questions must also share
their content words, their order, question word, negation, tense and who acts. A paraphrase that is refused costs nothing (the
policy is searched as usual); a different question that is let through would get a person's answer to something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from bot.question import read_question
from vectorstore.lexical import words_of

SAME_FROM = 0.80
"""Cosine from which two questions of one form ask the same; measured on tests/bot/staff/question_pairs.jsonl."""

LONGEST = 300
"""Characters of a wording."""

OPENINGS = (
    ("how long", r"\b(?:for )?how (?:long|much time)\b|\bhow many (?:days|weeks|months|years)\b"),
    ("how often", r"\bhow (?:often|frequently)\b"),
    ("how soon", r"\bhow (?:soon|fast|quickly)\b"),
    ("how many", r"\bhow (?:many|much)\b"),
    ("how", r"\bhow\b"),
    ("what", r"\b(?:what|which)\b"),
    ("who", r"\b(?:who|whom|whose)\b"),
    ("where", r"\bwhere\b"),
    ("why", r"\bwhy\b"),
)
# "When" opens a question only at its head: elsewhere it is "if".
WHEN = re.compile(r"^\W*(?:since |until |from )?when\b", re.IGNORECASE)
NEGATION = re.compile(r"\b(?:not|never|no|none|nobody|nothing|without)\b|n['’]t\b", re.IGNORECASE)
PAST = re.compile(r"\b(?:did|didn['’]t|have|has|had|haven['’]t|hasn['’]t|was|were|been)\b", re.IGNORECASE)
HAVE_TO = re.compile(r"\b(?:have|has|need) to\b", re.IGNORECASE)
MAY = re.compile(r"\b(?:can|could|may|might|possible)\b", re.IGNORECASE)
MUST = re.compile(r"\b(?:must|should|ought|(?:have|has|need|needs) to)\b", re.IGNORECASE)
PERSON_ACTS = re.compile(
    r"\b(?:can|could|may|must|should|do|did|will|would|shall|am|was|have|if|when|how|where|what) i\b", re.IGNORECASE
)
PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|get|gets)\b", re.IGNORECASE)
PREPOSITION = re.compile(
    r"\b(?:with|from|to|into|in|out|outside|before|after|during|without|about|against|between|beyond|since|until|on|off|over)\b",
    re.IGNORECASE,
)
# Words that change nothing of what is asked, in the form of `words_of`.
FILLERS = frozenset("u e knowing know actual realli exact curious wonder hey hi hello thank possibl must ever".split())


@dataclass(frozen=True, slots=True)
class Form:
    """What a question asks beside its meaning: `stems` are its content words in their order."""

    opening: str
    stems: tuple[str, ...]
    negated: bool
    past: bool
    may: bool
    must: bool
    person_acts: bool
    passive: bool
    prepositions: frozenset[str]
    needs: tuple[str, ...]
    concepts: tuple[str, ...]

    def asks_like(self, other: Form) -> bool:
        """Return True if nothing in the form tells the two questions apart."""
        if (self.opening, self.negated, self.past, self.may, self.must, self.person_acts) != (
            other.opening, other.negated, other.past, other.may, other.must, other.person_acts,
        ):  # fmt: skip
            return False
        if (self.needs, self.concepts, self.prepositions) != (other.needs, other.concepts, other.prepositions):
            return False
        if sorted(self.stems) != sorted(other.stems):
            return False
        # "Is my data sold" turns "do you sell my data" round; otherwise another order may be another subject.
        return self.stems == other.stems or self.passive != other.passive


def form_of(question: str) -> Form:
    """Return the form of a question without company names. Raises QuestionError for one that cannot be read."""
    read = read_question(question, LONGEST)
    words = HAVE_TO.sub("must", read.text)
    opening = "when" if WHEN.search(words) else next((n for n, p in OPENINGS if re.search(p, words, re.I)), "yes or no")
    return Form(
        opening,
        tuple(stem for stem in words_of(words) if stem not in FILLERS),
        bool(NEGATION.search(words)),
        bool(PAST.search(words)),
        bool(MAY.search(words)),
        bool(MUST.search(read.text)),
        bool(PERSON_ACTS.search(words)),
        bool(PASSIVE.search(words)),
        frozenset(word.lower() for word in PREPOSITION.findall(words)),
        read.needs,
        read.concepts,
    )


def same_question(one: Form, other: Form, cosine: float) -> bool:
    """Return True if two questions ask the same. `cosine` is that of their unit-length vectors."""
    return cosine >= SAME_FROM and one.asks_like(other)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    """Return the cosine similarity of two unit-length vectors."""
    return float(one @ other)
