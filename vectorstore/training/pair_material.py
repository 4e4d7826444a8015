"""Pairs of a question and a sentence with what the sentence says to it, from data/*.jsonl. No torch."""

from __future__ import annotations

import hashlib
import random
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from vectorstore.training.material import DATA_FOLDER, read_lines

LONGEST = 420  # characters: longer clauses are left out, the desk reads sentences
HELD_OUT = 7  # one topic or cell in so many is kept out of training
OPEN_QUESTION = re.compile(r"^\W*(?:what|which|who|where|when|why|how)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """`label` is one of vectorstore.pairs.LABELS; `weight` says how much a single line is trusted, 0-1."""

    question: str
    sentence: str
    label: str
    weight: float = 1.0


def load_pairs(folder: Path = DATA_FOLDER, seed: int = 1) -> tuple[list[LabelledPair], list[LabelledPair]]:
    """Return the training pairs and the held-out ones; a topic or cell is wholly on one side."""
    dice = random.Random(seed)
    training: list[LabelledPair] = []
    held_out: list[LabelledPair] = []

    def add(key: str, pair: LabelledPair) -> None:
        kept_out = int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16) % HELD_OUT == 0
        (held_out if kept_out else training).append(pair)

    for line in read_lines(folder / "answerability.jsonl"):
        key, question, verdict = f"c_{line['cell']}", str(line["question"]), str(line["verdict"])
        add(key, LabelledPair(question, str(line["answer"]), "states" if verdict == "none" else verdict))
        for miss in cast(list[str], line["near_misses"]):
            add(key, LabelledPair(question, miss, "none"))
    canonical: dict[str, str] = {}
    questions: dict[str, list[str]] = defaultdict(list)
    clauses: dict[str, list[str]] = defaultdict(list)
    for path in sorted(folder.glob("topics_*.jsonl")):
        for line in read_lines(path):
            topic = str(line["topic"])
            canonical.setdefault(topic, str(line.get("yesno") or ""))
            questions[topic] += cast(list[str], line["questions"])
            for clause in cast(list[dict[str, str]], line["clauses"]):
                if len(clause["text"]) <= LONGEST and canonical[topic]:
                    label = "none" if clause["answers"] == "neutral" else clause["answers"]
                    add(topic, LabelledPair(canonical[topic], clause["text"], label))
                    clauses[topic].append(clause["text"])
    topics = sorted(clauses)
    for topic in topics:
        open_ones = [question for question in questions[topic] if OPEN_QUESTION.match(question)]
        for question in dice.sample(open_ones, min(4, len(open_ones))):
            add(topic, LabelledPair(question, dice.choice(clauses[topic]), "states", 0.5))
        for question in [*dice.sample(questions[topic], 2), canonical[topic]]:
            other = dice.choice(topics)
            if other[0] != topic[0]:
                add(topic, LabelledPair(question, dice.choice(clauses[other]), "none", 0.7))
    return training, held_out
