"""Every word runs through the model once: a window's vector is mixed of those of its sentences, company and headings."""

from __future__ import annotations

import numpy as np
import pytest

from vectorstore.composing import make_vectors, plan_vectors
from vectorstore.embeddings import HashEmbedder
from vectorstore.policy import Passage

TEXT = "We keep orders. We sell nothing. Ask us."
FIRST, SECOND = Passage("c1", "sentence", 0, 15, ""), Passage("c1", "sentence", 16, 32, "You may know: ")
WINDOW = Passage("c1", "clause", 0, 32, "Larkspur. Orders. ")


class Counting(HashEmbedder):
    """Notes what runs through the model."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.seen += texts
        return super().encode(texts)


def test_a_window_is_mixed_of_its_sentences_its_company_and_its_headings() -> None:
    embedder = Counting()
    plan = plan_vectors("hash", TEXT, [WINDOW, FIRST, SECOND])
    made = make_vectors(embedder, plan, plan.keys, {})
    assert embedder.seen == ["We keep orders.", "You may know: We sell nothing.", "Larkspur. Orders."]
    assert made.characters == 15 + 30 + 17
    one, two, context = HashEmbedder().encode(embedder.seen)
    body = one * (15 / 31) + two * (16 / 31)
    mixed = body / np.linalg.norm(body) + 0.85 * context
    assert made.vectors[plan.keys[0]] == pytest.approx(mixed / np.linalg.norm(mixed), abs=1e-6)
    assert made.vectors[plan.keys[1]] == pytest.approx(one, abs=1e-6)
    assert np.linalg.norm(made.vectors[plan.keys[0]]) == pytest.approx(1.0, abs=1e-6)


def test_known_vectors_do_not_run_through_the_model_again() -> None:
    plan = plan_vectors("hash", TEXT, [WINDOW, FIRST, SECOND])
    whole = make_vectors(HashEmbedder(), plan, plan.keys, {})
    embedder = Counting()
    known = {plan.keys[1]: whole.vectors[plan.keys[1]]}
    again = make_vectors(embedder, plan, [plan.keys[0]], known)
    assert embedder.seen == ["You may know: We sell nothing.", "Larkspur. Orders."]
    assert again.vectors[plan.keys[0]] == pytest.approx(whole.vectors[plan.keys[0]], abs=1e-6)


def test_sentences_of_other_clauses_and_outside_the_window_are_no_part_of_it() -> None:
    late = Passage("c1", "sentence", 33, 40, "")
    foreign = Passage("c2", "sentence", 0, 15, "")
    plan = plan_vectors("hash", TEXT, [WINDOW, FIRST, SECOND])
    wider = plan_vectors("hash", TEXT, [WINDOW, FIRST, SECOND, late, foreign])
    assert plan.keys[0] == wider.keys[0]
    assert plan_vectors("hash", TEXT, [WINDOW, FIRST]).keys[0] != plan.keys[0]
    assert plan_vectors("other", TEXT, [WINDOW, FIRST, SECOND]).keys[0] != plan.keys[0]


def test_a_window_without_sentences_is_embedded_whole() -> None:
    embedder = Counting()
    plan = plan_vectors("hash", TEXT, [WINDOW])
    made = make_vectors(embedder, plan, plan.keys, {})
    assert embedder.seen == ["Larkspur. Orders. We keep orders. We sell nothing."]
    assert list(made.vectors) == list(plan.keys)


def test_a_window_without_company_and_headings_is_the_mean_of_its_sentences() -> None:
    plan = plan_vectors("hash", TEXT, [Passage("c1", "clause", 0, 15, ""), FIRST])
    made = make_vectors(HashEmbedder(), plan, plan.keys, {})
    assert made.vectors[plan.keys[0]] == pytest.approx(HashEmbedder().encode(["We keep orders."])[0], abs=1e-6)
