"""The cards that the assessor learns from: whole, of our own words, and made into pairs as their labels say."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from vectorstore.assessor import VERDICTS
from vectorstore.training.assessor.pairs import Card, Pair, card_pairs, load_cards, other_pairs, told
from vectorstore.training.material import DATA_FOLDER, read_lines

SHARED = Path(__file__).parents[3] / "shared"
RUN = 12  # words in a row that two texts share only if one was copied


def runs_of(text: str) -> set[tuple[str, ...]]:
    """Return every run of RUN words in a row, markup and punctuation aside."""
    words = re.sub(r"[^a-z0-9 ]+", " ", re.sub(r"<[^>]{0,500}>", " ", text.lower())).split()
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


CARD = Card(
    "Sharing",
    ("We share data with:", "our printers;", "our bank.", "We sell nothing.", "Partners may call you."),
    (
        ("who gets it", "fact", (0, 1, 2)),
        ("do you sell it", "no", (3,)),
        ("will partners call", "conditional", (4,)),
        ("which bank is it", "none", (2,)),
    ),
)


def pairs_of(card: Card, draws: int = 60) -> list[Pair]:
    chance = random.Random(1)
    return [pair for _ in range(draws) for pair in card_pairs(card, chance)]


def test_cards_are_whole_and_no_question_of_a_card_stands_twice() -> None:
    training, held_out = load_cards()
    cards = [*training, *held_out]
    assert len(cards) >= 1_200
    assert len(held_out) >= 100
    assert len({card.sentences for card in cards}) == len(cards)
    for card in cards:
        questions = [question for question, _, _ in card.asks]
        assert len(set(questions)) == len(questions) >= 5, card.heading
        for question, label, at in card.asks:
            assert label in {*VERDICTS, "fact", "none"}, question
            assert at, question
            assert all(0 <= place < len(card.sentences) for place in at), question


@pytest.mark.skipif(not (SHARED / "policies").is_dir(), reason="the policies beside the checkout are not there")
def test_no_card_repeats_a_policy_or_a_question_of_the_sets() -> None:
    files = [
        path
        for folder in ("policies", "corpora")
        for path in (SHARED / folder).rglob("*")
        if path.suffix in {".txt", ".md", ".html"}
    ]
    known = {run for path in files for run in runs_of(path.read_text(encoding="utf-8", errors="replace"))}
    sets = [*(DATA_FOLDER.parents[2] / "evals" / "sets").glob("*.jsonl"), *(SHARED / "evals").glob("*.jsonl")]
    asked = {str(line["question"]).lower() for path in sets for line in read_lines(path)}
    assert known
    assert asked
    training, held_out = load_cards()
    for card in [*training, *held_out]:
        assert not known & runs_of(" ".join(card.sentences)), card.sentences
        assert not asked & {question.lower() for question, _, _ in card.asks}, card.heading


def test_labels_become_pairs() -> None:
    pairs = pairs_of(CARD)
    sold = [pair for pair in pairs if pair.question == "do you sell it" and "We sell nothing." in pair.words]
    assert sold
    assert all(pair.answers and pair.verdict == VERDICTS.index("no") for pair in sold)
    beside = [pair for pair in pairs if pair.question == "do you sell it" and "We sell nothing." not in pair.words]
    assert beside
    assert not any(pair.answers or pair.verdict is not None for pair in beside)
    assert not any(pair.answers for pair in pairs if pair.question == "which bank is it")
    assert all(pair.verdict is None for pair in pairs if pair.question == "who gets it")
    assert {pair.words.startswith("Sharing: ") for pair in pairs} == {True, False}


def test_an_item_stands_after_the_line_that_opens_its_list() -> None:
    assert told(CARD, [1]) == "We share data with: our printers;"
    assert told(CARD, [3]) == "We sell nothing."
    assert told(CARD, [2, 0]) == "We share data with: our bank."


def test_the_same_seed_draws_the_same_pairs() -> None:
    assert pairs_of(CARD) == pairs_of(CARD)


def test_cells_and_topics_give_pairs_too(tmp_path: Path) -> None:
    cell = {
        "cell": "a",
        "question": "do you?",
        "answer": "We do.",
        "verdict": "yes",
        "near_misses": ["They do.", "I do."],
    }
    clauses = [
        {"text": "We don't.", "answers": "no"},
        {"text": "It rains.", "answers": "neutral"},
        {"text": "Unmarked."},
    ]
    topic = {"topic": "t", "yesno": "Do you?", "questions": [], "clauses": clauses}
    (tmp_path / "answerability.jsonl").write_text(json.dumps(cell) + "\n")
    (tmp_path / "topics_a.jsonl").write_text(json.dumps(topic) + "\n")
    assert other_pairs(tmp_path) == [
        Pair("do you?", "We do.", True, 0),
        Pair("do you?", "They do.", False),
        Pair("do you?", "I do.", False),
        Pair("Do you?", "We don't.", True, 1),
        Pair("Do you?", "It rains.", False),
    ]
