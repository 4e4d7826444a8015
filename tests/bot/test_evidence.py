"""Which sentences are quoted beside the best one."""

from __future__ import annotations

import pytest

from bot.evidence import choose_quotes
from bot.question import read_question
from bot.settings import AnswerSettings
from tests.bot.test_concepts import hits

SALE = "We do not sell your name."
LIMIT = "However, partners may use it for one campaign."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("do you sell my name?", [SALE, LIMIT]),
        ("what do you do with names", [SALE]),
    ],
)
def test_what_limits_a_yes_or_no_stands_beside_it(question, expected):
    # The limit is far from the question by itself, and near it by where it stands.
    best, limit, other = hits(SALE, LIMIT, "Parcels are tracked by the carrier.")
    ranked = [best, *(type(one)(one.policy, one.clause, one.sentence, 0.1, 0.1, 0.0) for one in (limit, other))]
    found = choose_quotes(ranked, read_question(question, 2_000), AnswerSettings())
    assert [quote.text for quote in found] == expected


def test_another_sentence_after_the_best_one_is_no_limit():
    best, other = hits(SALE, "Parcels are tracked by the carrier.")
    ranked = [best, type(other)(other.policy, other.clause, other.sentence, 0.1, 0.1, 0.0)]
    found = choose_quotes(ranked, read_question("do you sell my name?", 2_000), AnswerSettings())
    assert [quote.text for quote in found] == [SALE]
