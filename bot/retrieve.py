"""Hybrid retrieval inside one policy: every sentence scored by meaning, by its clause's meaning and by its words."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import numpy as np

from bot.settings import AnswerSettings
from vectorstore.lexical import LexicalIndex
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Clause, Passage, Policy, Sentence
from vectorstore.table import label_of

DEFINITION = re.compile(
    r"^for (?:the )?purposes of\b|^(?:a|an|the term) [“\"]?\w+[”\"]? (?:is|means)\b|^[“\"][^”\"]{2,40}[”\"] (?:is|are|means?|refers?)\b|\bas used in this\b",
    re.IGNORECASE,
)
KEPT = 256  # policies whose sentences stay in memory


@dataclass(frozen=True, slots=True)
class Hit:
    """A sentence that may answer. `score` is the mixed score in about [0, 1]; `similarity` the cosine of the sentence alone.

    `opinion` is how likely (0-1) it answers by a second look, None where none was taken.
    """

    policy: Policy
    clause: Clause
    sentence: Sentence
    score: float
    similarity: float
    lexical: float
    opinion: float | None = None

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.policy.text[self.sentence.start : self.sentence.end]

    @property
    def lead_in(self) -> str:
        """The words of the line the sentence depends on, "" if it stands alone."""
        return self.policy.text[slice(*self.sentence.lead_in)] if self.sentence.lead_in else ""


@dataclass(frozen=True, slots=True, eq=False)
class _Sentences:
    """The searchable sentences of one version: row i of `own` and `clause` are the vectors of `rows[i]` and of its clause window."""

    policy: Policy
    rows: tuple[tuple[Clause, Sentence], ...]
    own: np.ndarray
    clause: np.ndarray
    lexical: LexicalIndex
    definitions: np.ndarray


class Retriever:
    """Scores the sentences of a policy against a question. Keeps the matrices of the policies last used."""

    def __init__(self, library: PolicyLibrary, settings: AnswerSettings) -> None:
        self._library = library
        self._settings = settings
        self._kept: OrderedDict[tuple[str, str], _Sentences] = OrderedDict()
        self._lock = Lock()

    def rank(self, policy: Policy, vector: np.ndarray, words: list[str], defines: bool = False) -> list[Hit]:
        """Return all sentences of `policy`, best first. `vector` is the question's unit-length vector, `words` its stems.

        Sentences that only define a word stand back unless the question asks for a definition (`defines`).
        """
        held = self._sentences(policy)
        if not held.rows:
            return []
        own, clause = held.own @ vector, held.clause @ vector
        lexical = held.lexical.scores(words)
        weights = self._settings
        mixed = weights.sentence_weight * own + weights.clause_weight * clause + weights.lexical_weight * lexical
        if not defines:
            mixed = mixed - weights.definition_penalty * held.definitions
        return [
            Hit(policy, held.rows[row][0], held.rows[row][1], float(mixed[row]), float(own[row]), float(lexical[row]))
            for row in np.argsort(-mixed, kind="stable")
        ]

    def _sentences(self, policy: Policy) -> _Sentences:
        key = (policy.id, policy.version)
        with self._lock:
            # A policy read anew under the same version name has other sentences.
            if key in self._kept and (self._kept[key].policy is policy or self._kept[key].policy == policy):
                self._kept.move_to_end(key)
                return self._kept[key]
        held = _load(self._library, policy)
        with self._lock:
            self._kept[key] = held
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return held


def _load(library: PolicyLibrary, policy: Policy) -> _Sentences:
    stored = library.vectors(policy.id, policy.version)
    places = {(s.start, s.end): (clause, s) for clause in policy.clauses for s in clause.sentences}
    windows = [(p.start, p.end, row) for row, p in enumerate(stored.passages) if p.unit == "clause"]
    rows, own, above, texts = [], [], [], []
    for row, passage in enumerate(stored.passages):
        if passage.unit != "sentence":
            continue
        place = places.get((passage.start, passage.end)) or _in_row(policy, passage)
        if place is None:
            continue
        window = next((at for start, end, at in windows if start <= passage.start and passage.end <= end), row)
        rows.append(place)
        own.append(row)
        above.append(window)
        texts.append(
            f"{place[0].path[-1] if place[0].path else ''} {passage.context}{policy.text[passage.start : passage.end]}"
        )
    defining = [bool(DEFINITION.search(policy.text[s.start : s.end])) for _, s in rows]
    return _Sentences(
        policy,
        tuple(rows),
        stored.matrix[own],
        stored.matrix[above],
        LexicalIndex(texts),
        np.array(defining, dtype=np.float32),
    )


def _in_row(policy: Policy, passage: Passage) -> tuple[Clause, Sentence] | None:
    """Return a sentence inside a long row of a table, which depends on the row's first cell; None if it is none."""
    for clause in policy.clauses:
        if clause.id != passage.clause_id:
            continue
        for row in clause.sentences:
            if row.kind == "row" and row.start <= passage.start and passage.end <= row.end:
                label = label_of(policy.text, row.start, row.end)
                lead = label if label and label[1] <= passage.start else None
                return clause, Sentence(passage.start, passage.end, "sentence", lead)
    return None
