"""Batches for the training loop: questions, clauses, and which clause is wanted or counts neither way for which question."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vectorstore.training.encoder import Encoder, encode_all
from vectorstore.training.material import KNOWN_OVERLAPS, Material, Topic, find_overlaps, split_sentences
from vectorstore.training.recipe import Recipe

CENTRE = 5  # questions and clauses of a topic that place it


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Row i of `wanted` and `ignored` (bool) is question i, column j clause j.

    With `single` each wanted clause is judged alone; else one wanted clause that matches well is enough.
    """

    questions: list[str]
    clauses: list[str]
    wanted: torch.Tensor
    ignored: torch.Tensor
    single: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A clause of an invented policy with the rows of its topics and the ids of the practices it tells of."""

    text: str
    topics: frozenset[int]
    practices: frozenset[str]


class Batches:
    """Draws batches: topics of one group or of all in turn, cells with their near misses, invented policies."""

    def __init__(self, material: Material, recipe: Recipe, encoder: Encoder, tokenizer: Tokenizer) -> None:
        self._material = material
        self._recipe = recipe
        self._random = random.Random(recipe.seed)
        self._groups: dict[str, list[int]] = {}
        for row, topic in enumerate(material.topics):
            self._groups.setdefault(topic.id[0], []).append(row)
        self._topic_overlap = _overlaps(
            [(t.questions, t.clauses) for t in material.topics], encoder, tokenizer, recipe.overlap
        )
        rows = {topic.id: row for row, topic in enumerate(material.topics)}
        for first, second in KNOWN_OVERLAPS:
            if first in rows and second in rows:
                self._topic_overlap[rows[first], rows[second]] = self._topic_overlap[rows[second], rows[first]] = True
        self._cell_overlap = _overlaps(
            [([p.question for p in c], [p.answer for p in c]) for c in material.cells],
            encoder,
            tokenizer,
            recipe.overlap,
        )
        # What a practice says of topics, told by the topic.
        self._answering = {
            t.id: frozenset(p.id for p in material.practices if t.id in p.topics) for t in material.topics
        }
        self._unsure = {t.id: frozenset(p.id for p in material.practices if t.id in p.unsure) for t in material.topics}
        self._turn = 0

    def draw(self) -> Batch:
        """Return the next batch."""
        chance = self._random.random()
        if chance < self._recipe.answer_share:
            return self._draw_cells()
        if chance < self._recipe.answer_share + self._recipe.policy_share:
            return self._draw_policy()
        self._turn += 1
        return self._draw_topics(one_group=self._turn % 2 == 0)

    def _draw_topics(self, one_group: bool) -> Batch:
        dice, topics = self._random, self._material.topics
        pool = self._groups[dice.choice(sorted(self._groups))] if one_group else range(len(topics))
        chosen = dice.sample(list(pool), min(self._recipe.topics_in_batch, len(pool)))
        questions: list[tuple[int, str]] = []
        clauses: list[tuple[int, str]] = []
        for row in chosen:
            questions += [(row, q) for q in dice.sample(topics[row].questions, 2)]
            clauses.append((row, self._clause(topics[row])))
        owners = torch.tensor([row for row, _ in questions])
        holders = torch.tensor([row for row, _ in clauses])
        wanted = owners[:, None] == holders[None, :]
        ignored = torch.from_numpy(self._topic_overlap)[owners][:, holders]
        return Batch([q for _, q in questions], [c for _, c in clauses], wanted, ignored, self._recipe.single)

    def _clause(self, topic: Topic) -> str:
        """Return a clause of the topic, or now and then one of its first two sentences alone."""
        clause = self._random.choice(topic.clauses)
        sentences = split_sentences(clause)
        if len(sentences) > 1 and self._random.random() < self._recipe.sentence_share:
            return self._random.choice(sentences[:2])
        return clause

    def _draw_cells(self) -> Batch:
        dice, cells = self._random, self._material.cells
        chosen = dice.sample(range(len(cells)), min(self._recipe.cells_in_batch, len(cells)))
        pairs = [dice.choice(cells[row]) for row in chosen]
        near = [(row, text) for row, pair in zip(chosen, pairs, strict=True) for text in pair.near_misses]
        owners = torch.tensor(chosen)
        holders = torch.tensor([*chosen, *(row for row, _ in near)])
        wanted = torch.cat([torch.eye(len(chosen), dtype=torch.bool), torch.zeros(len(chosen), len(near)).bool()], 1)
        # What stands in an overlapping cell may answer this question too: it counts neither way.
        ignored = torch.from_numpy(self._cell_overlap)[owners][:, holders] & (owners[:, None] != holders[None, :])
        questions, clauses = [p.question for p in pairs], [p.answer for p in pairs] + [text for _, text in near]
        return Batch(questions, clauses, wanted, ignored, self._recipe.single)

    def _draw_policy(self) -> Batch:
        """Return the clauses of one invented policy, with general questions on practices and special ones on topics."""
        dice, material, recipe = self._random, self._material, self._recipe
        rows = dice.sample(range(len(material.topics)), recipe.topics_in_policy)
        parts = [
            _Part(self._clause(topic := material.topics[row]), frozenset({row}), self._answering[topic.id])
            for row in rows
        ]
        paragraphs = dice.sample(material.paragraphs, recipe.paragraphs_in_policy)
        parts += [_Part(paragraph.text, frozenset(), paragraph.practices) for paragraph in paragraphs]
        dice.shuffle(parts)
        parts = self._join(parts)
        told = frozenset().union(*(part.practices for part in parts))
        asked = [practice for practice in material.practices if practice.id in told]
        general = dice.sample(asked, min(recipe.practices_in_policy, len(asked)))
        wanted = [[practice.id in part.practices for part in parts] for practice in general]
        ignored = [[self._is_open(practice.id, practice.unsure, part) for part in parts] for practice in general]
        for row in rows:
            mine = self._answering[material.topics[row].id]
            wanted.append([row in part.topics for part in parts])
            # A paragraph on a practice of the topic may answer a question on the topic, and so may overlapping topics.
            ignored.append(
                [
                    bool(mine & part.practices and not part.topics)
                    or any(bool(self._topic_overlap[row, other]) for other in part.topics)
                    for part in parts
                ]
            )
        questions = [dice.choice(practice.questions) for practice in general]
        questions += [dice.choice(material.topics[row].questions) for row in rows]
        return Batch(questions, [part.text for part in parts], torch.tensor(wanted), torch.tensor(ignored), True)

    def _is_open(self, practice: str, unsure: frozenset[str], part: _Part) -> bool:
        """Return True if the part may answer questions on the practice, though it is not said to."""
        if unsure & part.practices:
            return True
        return any(practice in self._unsure[self._material.topics[row].id] for row in part.topics)

    def _join(self, parts: Sequence[_Part]) -> list[_Part]:
        """Put some neighbours together: paragraphs of real policies are long and tell of more than one thing."""
        joined: list[_Part] = []
        for part in parts:
            if joined and self._random.random() < self._recipe.joined_share:
                last = joined.pop()
                part = _Part(f"{last.text} {part.text}", last.topics | part.topics, last.practices | part.practices)
            joined.append(part)
        return joined


def _overlaps(
    sides: Sequence[tuple[Sequence[str], Sequence[str]]], encoder: Encoder, tokenizer: Tokenizer, threshold: float
) -> NDArray[np.bool_]:
    """Return which topics (or cells) are too close, by the centres the untuned encoder gives some texts of each."""
    centres = []
    for questions, clauses in sides:
        middle = [encode_all(encoder, tokenizer, list(s[:CENTRE])).mean(0) for s in (questions, clauses)]
        centres.append(sum(m / np.linalg.norm(m) for m in middle))
    return find_overlaps(np.stack(centres).astype(np.float32), threshold)
