"""Figures of an embedding model: retrieval on held-out material and on SQuAD-format sets. Pure functions over `encode`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.training.material import Material

Encode = Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Figures:
    """Ratios 0-1. `policyqa` is nDCG@10 within one policy over `policyqa_n` questions, None if the set is not at hand.

    `topics` is nDCG@10 of held-out questions over all held-out clauses; `answers` is the share of held-out questions
    whose answer ranks first among all held-out answers and near misses.
    """

    policyqa: float | None
    policyqa_n: int
    topics: float
    topics_n: int
    answers: float
    answers_n: int


def rank_gain(order: Iterable[int], gold: set[int], depth: int = 10) -> float:
    """Return nDCG at `depth` with binary relevance (Järvelin and Kekäläinen 2002)."""
    gained = sum(1 / math.log2(rank + 2) for rank, row in enumerate(list(order)[:depth]) if row in gold)
    return gained / sum(1 / math.log2(rank + 2) for rank in range(min(depth, len(gold))))


def measure_policyqa(path: Path, encode: Encode) -> list[float]:
    """Return one nDCG@10 a (policy, question): paragraphs of one title are one policy, gold are those with an answer."""
    policies = json.loads(path.read_text(encoding="utf-8"))["data"]
    gains: list[float] = []
    asked = sorted({qa["question"].strip() for p in policies for para in p["paragraphs"] for qa in para["qas"]})
    questions = dict(zip(asked, encode(asked), strict=True))
    for policy in policies:
        gold: dict[str, set[int]] = {}
        for row, paragraph in enumerate(policy["paragraphs"]):
            for qa in paragraph["qas"]:
                gold.setdefault(qa["question"].strip(), set()).add(row)
        paragraphs = encode([paragraph["context"] for paragraph in policy["paragraphs"]])
        for question, rows in gold.items():
            gains.append(rank_gain(np.argsort(-(paragraphs @ questions[question]), kind="stable"), rows))
    return gains


def measure_topics(material: Material, encode: Encode) -> list[float]:
    """Return one nDCG@10 a question: all clauses of all topics are ranked, gold are those of the question's topic."""
    clauses = [(topic.id, clause) for topic in material.topics for clause in topic.clauses]
    vectors = encode([clause for _, clause in clauses])
    gains: list[float] = []
    for topic in material.topics:
        gold = {row for row, (owner, _) in enumerate(clauses) if owner == topic.id}
        for question in encode(list(topic.questions)):
            gains.append(rank_gain(np.argsort(-(vectors @ question), kind="stable"), gold))
    return gains


def measure_answers(material: Material, encode: Encode) -> list[float]:
    """Return 1.0 or 0.0 a question: is the first of all answers and near misses an answer of the question's cell?"""
    sentences: list[tuple[str | None, str]] = []
    for cell in material.cells:
        sentences += [(pair.cell, pair.answer) for pair in cell]
        sentences += [(None, near) for pair in cell for near in pair.near_misses]
    vectors = encode([sentence for _, sentence in sentences])
    hits: list[float] = []
    for cell in material.cells:
        for question in encode([pair.question for pair in cell]):
            hits.append(float(sentences[int(np.argmax(vectors @ question))][0] == cell[0].cell))
    return hits


def measure(encode: Encode, held_out: Material, policyqa: Path | None) -> Figures:
    """Return all figures of one model."""
    topics, answers = measure_topics(held_out, encode), measure_answers(held_out, encode)
    gains = measure_policyqa(policyqa, encode) if policyqa else []
    return Figures(
        policyqa=float(np.mean(gains)) if gains else None,
        policyqa_n=len(gains),
        topics=float(np.mean(topics)),
        topics_n=len(topics),
        answers=float(np.mean(answers)),
        answers_n=len(answers),
    )
