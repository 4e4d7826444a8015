"""The page of figures: made from results alone, words around the marks kept, the command stated."""

import json

import pytest

from evals import run_set, summarize
from evals.curve import Scored
from evals.errors import BenchmarkError
from evals.metrics import METRICS
from evals.quality import BEGIN, END, WORDS, Silence, format_quality, write_quality
from evals.retrieval import Ranking, Retrieval, read_retrieval

KEPT = "Birch keeps your name and your street for two years."
NEVER = "We never sell what we know about you."


def summary(desk):
    judged = run_set(
        desk.bot(
            desk.answer("answered", desk.cite(KEPT), verdict="yes"),
            desk.answer("answered", desk.cite(NEVER), verdict="no"),
            desk.answer("silent"),
        ),
        [
            desk.case(id="a", kind="yesno", yesno="no", gold_quotes=[[NEVER]]),
            desk.case(id="b", kind="yesno", yesno="no", gold_quotes=[[NEVER]]),
            desk.case(id="c", kind="unanswerable", answerable=False, expected_behavior="abstain"),
        ],
    )
    return summarize(judged)


def test_every_metric_has_words():
    assert set(WORDS) == set(METRICS)


def test_figures_stand_with_interval_and_n(desk):
    page = format_quality("policydesk eval quality one.jsonl --out q.md", {"one": summary(desk), "two": summary(desk)})
    assert "```\npolicydesk eval quality one.jsonl --out q.md\n```" in page
    assert "|  | one | two |" in page
    assert "| verdict as expected | 0.50 (0.00–1.00), n 2 | 0.50 (0.00–1.00), n 2 |" in page
    assert "| inverted verdicts | 1 of 2 | 1 of 2 |" in page
    assert "| silent where an answer was due (false silence) | 0.00 (0.00–0.66), n 2 |" in page
    assert "| quotes shown by an answer that quotes, on average | 1.0 (1.0–1.0), n 2 |" in page
    assert "## one: 3 cases" in page
    assert "|  | yes | no |\n| --- | --- | --- |\n| no | 1 | 1 |" in page
    assert "| yesno | 2 | 1.00 (2) | 0.50 (2) | 0.50 (2) |" in page
    assert "## Retrieval" not in page
    assert "## When the desk falls silent" not in page


def test_no_word_of_a_policy_or_a_question_reaches_the_page(desk):
    page = format_quality("c", {"one": summary(desk)})
    assert "Birch keeps" not in page
    assert "never sell" not in page


def test_the_curve_and_retrieval_are_told_with_n(desk):
    within = Ranking(recall={1: 0.2, 10: 0.75}, mrr=0.4, ndcg=0.45)
    everywhere = Ranking(recall={1: 0.0, 10: 0.125}, mrr=0.0, ndcg=0.0)
    tuned = Retrieval("tuned", 2420, {"within policy": within, "all policies": everywhere})
    scored = [Scored(score=0.6, answerable=True), Scored(score=0.2, answerable=False)]
    page = format_quality("c", {"one": summary(desk)}, [tuned], Silence(scored, 0.35, "images/s.svg"))
    assert "|  | recall@1 | recall@10 | MRR@10 | nDCG@10 | n |" in page
    assert "| tuned, within policy | 0.200 | 0.750 | 0.400 | 0.450 | 2,420 |" in page
    assert "| tuned, all policies | 0.000 | 0.125 | 0.000 | 0.000 | 2,420 |" in page
    assert "](images/s.svg)" in page
    assert "| **0.35** | 0.00 (0.00–0.79), n 1 | 0.00 (0.00–0.79), n 1 |" in page


def test_words_by_hand_around_the_marks_stay(tmp_path):
    page = tmp_path / "q.md"
    page.write_text(f"# Mine\n\nbefore\n\n{BEGIN}\nold figures\n{END}\n\nafter\n", encoding="utf-8")
    write_quality(page, "new figures")
    assert page.read_text(encoding="utf-8") == f"# Mine\n\nbefore\n\n{BEGIN}\n\nnew figures\n\n{END}\n\nafter\n"
    write_quality(page, "new figures")
    assert page.read_text(encoding="utf-8").count("new figures") == 1


def test_a_new_page_is_begun_and_one_without_marks_is_left_alone(tmp_path):
    write_quality(tmp_path / "docs" / "q.md", "figures")
    assert (tmp_path / "docs" / "q.md").read_text(encoding="utf-8").startswith("# How good the answers are\n")
    page = tmp_path / "mine.md"
    page.write_text("my words\n")
    with pytest.raises(ValueError, match="lacks the line"):
        write_quality(page, "figures")
    assert page.read_text() == "my words\n"


def test_retrieval_scores_are_read_from_what_policyqa_prints(tmp_path):
    path = tmp_path / "s.json"
    ranking = {"recall": {"1": 0.1, "10": 0.4}, "mrr": 0.5, "ndcg": 0.6}
    path.write_text(
        json.dumps({"pairs": 3, "policies": 1, "within_policy": ranking, "wrongly_scoped": [], "seconds": 1.0})
    )
    read = Ranking(recall={1: 0.1, 10: 0.4}, mrr=0.5, ndcg=0.6)
    assert read_retrieval(path) == [Retrieval("s", 3, {"within policy": read})]
    path.write_text(json.dumps([{"pairs": 3, "model": name, "new_ranking": ranking} for name in ("tuned", "stock")]))
    assert [(one.name, list(one.rankings)) for one in read_retrieval(path)] == [
        ("tuned", ["new ranking"]),
        ("stock", ["new ranking"]),
    ]
    path.write_text('{"model": "x"}')
    with pytest.raises(BenchmarkError, match="pairs"):
        read_retrieval(path)
