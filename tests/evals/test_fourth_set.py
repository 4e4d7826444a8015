"""The fourth question set: its mix, and that every quote it asks for stands in the policy it is about."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import evals
from evals.evidence import LEFT_OUT
from tests.evals.test_second_set import PRESENT, REASON, SAMPLES, SETS, missing, too_long
from tests.evals.test_third_set import LONGEST_RUN

MANIFEST = SETS / "fourth.yaml"
REAL = {"geocaching", "walmart"}
CASES = evals.load_cases(SETS / "fourth.jsonl")


def test_kinds_of_question() -> None:
    assert Counter(case.kind for case in CASES) == {
        "factual": 52, "yesno": 40, "list": 16, "unanswerable": 24, "request": 12, "followup": 16,
    }  # fmt: skip
    verdicts = Counter(case.yesno for case in CASES if case.kind == "yesno")
    assert verdicts == {"yes": 15, "no": 14, "conditional": 11}


def test_quotes_stand_in_the_sample_policies() -> None:
    assert missing(SAMPLES, CASES, MANIFEST) == []


@pytest.mark.skipif(not PRESENT, reason=REASON)
def test_quotes_stand_in_the_real_policies() -> None:
    assert missing(SAMPLES | REAL, CASES, MANIFEST) == []


def test_little_of_the_real_policies_is_repeated() -> None:
    assert too_long(CASES, REAL) == []
    golds = [(one.id, quote) for one in CASES if one.policy in REAL for group in one.gold_quotes for quote in group]
    parts = [(one.id, part) for one in CASES if one.policy in REAL for quote in one.related_quotes for part in quote.split(LEFT_OUT)]  # fmt: skip
    assert [(case_id, part) for case_id, part in (*golds, *parts) if len(re.findall(r"\w+", part)) > LONGEST_RUN] == []
