"""Which wordings ask the same: measured on pairs written for it, and on every pair of the bundled questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.staff.wording import cosine, form_of, same_question
from vectorstore import open_embedder

PAIRS = [json.loads(line) for line in (Path(__file__).parent / "question_pairs.jsonl").read_text().splitlines()]
SETS = Path(__file__).parents[3] / "evals" / "sets"


@pytest.fixture(scope="module")
def embedder():
    return open_embedder()


def asks_the_same(embedder, one: str, other: str) -> bool:
    vectors = embedder.encode([one, other])
    return same_question(form_of(one), form_of(other), cosine(vectors[0], vectors[1]))


def test_no_different_question_passes(embedder):
    different = [pair for pair in PAIRS if not pair["same"]]
    assert len(different) == 106
    assert [pair for pair in different if asks_the_same(embedder, pair["one"], pair["other"])] == []


def test_most_plain_paraphrases_pass(embedder):
    same = [pair for pair in PAIRS if pair["same"]]
    passed = [pair for pair in same if asks_the_same(embedder, pair["one"], pair["other"])]
    assert (len(same), len(passed)) == (37, 20)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Do you collect data from children under 13?", "Do you collect data from children under 16?"),
        ("Do you sell my data?", "Do you not sell my data?"),
        ("Do you sell my data?", "Have you sold my data?"),
        ("Can I opt out of marketing e-mail?", "Can I opt in to marketing e-mail?"),
        ("Do you get data from partners?", "Do partners get data from you?"),
        ("Can you delete my data?", "Can I delete my data?"),
    ],
)
def test_one_word_makes_another_question(embedder, one, other):
    assert asks_the_same(embedder, one, one)
    assert not asks_the_same(embedder, one, other)


def test_no_two_questions_of_the_sets_with_other_answers_pass(embedder):
    asked = []
    for name in ("samples.jsonl", "second.jsonl"):
        for line in (SETS / name).read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            if case.get("question") and len(case["question"]) <= 300:
                asked.append((case["question"], case["policy"], case["gold_quotes"], form_of(case["question"])))
    asked = [one for one in asked if len(one[3].stems) >= 2]  # a wording that says less is not kept
    vectors = embedder.encode([question for question, *_ in asked])
    near = vectors @ vectors.T
    wrong = [
        (one[0], other[0])
        for i, one in enumerate(asked)
        for j, other in enumerate(asked[:i])
        if one[1] == other[1] and one[2] != other[2] and same_question(one[3], other[3], float(near[i, j]))
    ]
    assert len(asked) > 250
    assert wrong == []
