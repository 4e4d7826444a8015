"""Pairs to learn from: a question beside words of a policy, whether they answer it, and with yes, no or "it depends". No torch."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from vectorstore.assessor import VERDICTS, evidence_text
from vectorstore.training.material import DATA_FOLDER, read_lines

HELD_OUT_EVERY = 10
HEADED = 0.6  # share of pairs whose words stand under their heading
AFTER = 0.08  # share of questions that stand after another one, as follow-ups do
JOINED = 0.35  # share of verdict pairs in which the evidence stands beside another sentence, as quotes do


@dataclass(frozen=True, slots=True)
class Pair:
    """`answers` is True where the words answer the question; `verdict` is a place in VERDICTS, None where none is taught."""

    question: str
    words: str
    answers: bool
    verdict: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Consecutive sentences of an invented policy, and questions about them: (question, label, places of the evidence).

    A label is one of VERDICTS, "fact" for an open question that is answered, or "none" where the places only look close.
    """

    heading: str
    sentences: tuple[str, ...]
    asks: tuple[tuple[str, str, tuple[int, ...]], ...]


def load_cards(folder: Path = DATA_FOLDER) -> tuple[list[Card], list[Card]]:
    """Return (training part, held-out part) of the cards; a card stays whole."""
    cards = [
        Card(
            line["heading"],
            tuple(line["sentences"]),
            tuple((ask["q"], ask["label"], tuple(ask["at"])) for ask in line["asks"]),
        )
        for path in sorted(folder.glob("cards_*.jsonl"))
        for line in cast(list[dict[str, Any]], read_lines(path))
    ]
    return (
        [card for place, card in enumerate(cards) if place % HELD_OUT_EVERY != 4],
        [card for place, card in enumerate(cards) if place % HELD_OUT_EVERY == 4],
    )


def told(card: Card, places: Sequence[int]) -> str:
    """Return sentences of a card as they would be quoted: an item after the line that opens its list."""
    kept = sorted(set(places))
    opening = next((at for at in range(kept[0], -1, -1) if card.sentences[at].rstrip().endswith(":")), None)
    items = opening is not None and all(len(card.sentences[at]) < 160 for at in range(opening + 1, kept[0] + 1))
    if opening is not None and items and opening not in kept and card.sentences[kept[0]][:1].islower():
        kept.insert(0, opening)
    return " ".join(card.sentences[at] for at in kept)


def card_pairs(card: Card, chance: random.Random) -> Iterator[Pair]:
    """Yield the pairs of a card, drawn anew with each call: which other sentences stand against and beside the evidence."""

    def words(places: Sequence[int]) -> str:
        return evidence_text(card.heading if chance.random() < HEADED else "", told(card, places))

    for question, label, at in card.asks:
        if chance.random() < AFTER:
            question = f"{chance.choice(card.asks)[0]} {question}"
        others = [place for place in range(len(card.sentences)) if place not in at]
        if label == "none":
            yield Pair(question, words(at), False)
            near = others[:]
        else:
            verdict = VERDICTS.index(label) if label in VERDICTS else None
            beside = [chance.choice(others)] if others and chance.random() < JOINED else []
            if verdict is not None and len(at) > 1:
                yield Pair(question, words([*at, *beside]), True, verdict)
            else:
                yield Pair(
                    question, words([*at, *beside] if verdict is not None else [chance.choice(at)]), True, verdict
                )
            if len(at) > 1:
                yield Pair(question, words([chance.choice(at)]), True)
            near = [place for place in others if not card.sentences[place].rstrip().endswith(":")]
        for place in chance.sample(near, min(1, len(near))):
            yield Pair(question, words([place]), False)


def cell_pairs(line: dict[str, Any]) -> Iterator[Pair]:
    """Yield the pairs of a line of answerability.jsonl: its answer and its near misses."""
    verdict = VERDICTS.index(line["verdict"]) if line["verdict"] in VERDICTS else None
    yield Pair(line["question"], line["answer"], True, verdict)
    for miss in line["near_misses"]:
        yield Pair(line["question"], miss, False)


def topic_pairs(line: dict[str, Any]) -> Iterator[Pair]:
    """Yield the pairs of a topic: its canonical question beside each clause, which answers it or is neutral."""
    for clause in line["clauses"]:
        label = clause.get("answers")
        if label in VERDICTS:
            yield Pair(line["yesno"], clause["text"], True, VERDICTS.index(label))
        elif label == "neutral":
            yield Pair(line["yesno"], clause["text"], False)


def other_pairs(folder: Path = DATA_FOLDER) -> list[Pair]:
    """Return the pairs of cells and topics."""
    found = [pair for line in read_lines(folder / "answerability.jsonl") for pair in cell_pairs(line)]
    for path in sorted(folder.glob("topics_*.jsonl")):
        found += [pair for line in read_lines(path) for pair in topic_pairs(line)]
    return found
