import json
import math

import numpy as np
import pytest

from evals import BenchmarkError, format_policyqa, run_policyqa
from evals.policyqa import load_benchmark, rank_scores


def paragraph(context, *questions):
    return {
        "context": context,
        "qas": [{"question": words, "id": "1", "answers": [{"text": "x", "answer_start": 0}]} for words in questions],
    }


def write(path, *documents):
    data = [{"title": title, "paragraphs": list(paragraphs)} for title, *paragraphs in documents]
    path.write_text(json.dumps({"version": "1", "data": data}))
    return path


class Compass:
    """A vector is the direction, in degrees, that the text names."""

    def __init__(self):
        self.calls = []

    def encode(self, texts):
        self.calls.append(texts)
        turns = np.radians([float(text) for text in texts])
        # Lengths differ, so that only a cosine ranks rightly.
        lengths = np.arange(1, len(texts) + 1)[:, None]
        return (np.stack([np.cos(turns), np.sin(turns)], axis=1) * lengths).astype(np.float32)


def test_gold_is_every_paragraph_of_the_title_that_answers_the_question(tmp_path):
    path = write(
        tmp_path / "d.json",
        ("birch", paragraph("10", "sell?"), paragraph("20"), paragraph("30", "sell?", "keep?", "sell?")),
        ("cedar", paragraph("40", "sell?")),
        ("birch", paragraph("50", "keep?")),
    )
    found = load_benchmark(path)
    assert found.questions == (("birch", "sell?"), ("birch", "keep?"), ("cedar", "sell?"))
    assert found.gold == ({0, 2}, {2, 4}, {3})
    assert found.titles == ("birch", "birch", "birch", "cedar", "birch")


def test_a_question_without_answer_is_left_out(tmp_path):
    empty = {"context": "5", "qas": [{"question": "why?", "answers": []}]}
    found = load_benchmark(write(tmp_path / "d.json", ("birch", empty, paragraph("10", "sell?"))))
    assert found.questions == (("birch", "sell?"),)
    assert found.gold == ({1},)


def test_rankings_are_of_the_policy_and_of_all(tmp_path):
    path = write(
        tmp_path / "d.json",
        ("birch", paragraph("10", "0"), paragraph("90"), paragraph("5")),
        ("cedar", paragraph("1"), paragraph("2"), paragraph("3", "0")),
    )
    embedder = Compass()
    scores = run_policyqa(path, embedder)
    # Birch's own order: 5, 10, 90; Cedar's: 1, 2, 3; of all: 1, 2, 3, 5, 10, 90.
    assert (scores.policies, scores.paragraphs, scores.pairs) == (2, 6, 2)
    assert scores.within_policy.recall == {1: 0.0, 3: 1.0, 5: 1.0, 10: 1.0}
    assert scores.within_policy.mrr == pytest.approx((1 / 2 + 1 / 3) / 2)
    assert scores.within_policy.ndcg == pytest.approx((1 / math.log2(3) + 1 / 2) / 2)
    assert scores.all_policies.recall == {1: 0.0, 3: 0.5, 5: 1.0, 10: 1.0}
    assert scores.all_policies.mrr == pytest.approx((1 / 5 + 1 / 3) / 2)
    assert embedder.calls == [["10", "90", "5", "1", "2", "3"], ["0"]]


def test_ranks_beyond_ten_count_nothing_and_all_gold_counts():
    gold = [frozenset({1, 2}), frozenset({99})]
    found = rank_scores([[1, 7, 2], [*range(10), 99]], gold)
    assert found.recall == {1: 0.25, 3: 0.5, 5: 0.5, 10: 0.5}
    assert found.mrr == 0.5
    assert found.ndcg == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)) / 2)


def test_the_text_has_n(tmp_path):
    path = write(tmp_path / "d.json", ("birch", paragraph("10", "0"), paragraph("90")))
    lines = format_policyqa(run_policyqa(path, Compass())).splitlines()
    assert lines[1].split() == ["within", "the", "policy", *["1.000"] * 6, "1"]
    assert lines[3].startswith("1 policies, 2 paragraphs, encoded in ")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "EOF"),
        ("{", "EOF"),
        ('{"data": [{"title": 3, "paragraphs": []}]}', "data.0.title: Input should be a valid string"),
        ('{"data": []}', "no question with an answer"),
        ("\x00\x01", "Invalid JSON"),
    ],
)
def test_a_broken_benchmark_is_a_typed_error(tmp_path, content, reason):
    path = tmp_path / "d.json"
    path.write_text(content)
    with pytest.raises(BenchmarkError, match=reason):
        run_policyqa(path, Compass())


def test_a_missing_benchmark_is_a_typed_error(tmp_path):
    with pytest.raises(BenchmarkError, match="No such file"):
        run_policyqa(tmp_path / "none.json", Compass())
