"""BM25: shared stems score, nothing else does."""

from __future__ import annotations

import numpy as np

from vectorstore.lexical import LexicalIndex, words_of

TEXTS = ["We sell nothing.", "Cookies are small files.", "Selling or selling on of data is not done; no sales.", ""]


def test_stems_meet_whatever_their_form() -> None:
    assert words_of("Selling sells SELL") == ["sell"] * 3
    assert words_of("the company’s cookies", drop=frozenset({"company"})) == ["cooki"]


def test_function_words_carry_nothing() -> None:
    assert words_of("What do you do about that?") == []


def test_scores_go_to_the_texts_that_share_words() -> None:
    scores = LexicalIndex(TEXTS).scores(words_of("do you sell data?"))
    assert scores.dtype == np.float32
    assert int(np.argmax(scores)) == 2
    assert scores[0] > 0
    assert (scores[1], scores[3]) == (0, 0)


def test_unknown_words_and_empty_indexes_score_nothing() -> None:
    assert LexicalIndex(TEXTS).scores(["zebra"]).tolist() == [0, 0, 0, 0]
    assert LexicalIndex([]).scores(["sell"]).shape == (0,)
    assert LexicalIndex(["", "the"]).scores(["sell"]).tolist() == [0, 0]
