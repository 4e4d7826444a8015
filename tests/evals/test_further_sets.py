"""The third and the fourth question set: their mix, and that every quote they ask for stands in the policy it is about."""

from __future__ import annotations

import re
from collections import Counter

import pytest

import evals
from evals.evidence import LEFT_OUT
from tests.evals.test_second_set import PRESENT, REASON, SAMPLES, SETS, missing, too_long

# Name -> the real policies it asks about, and its verdicts.
FURTHER = {
    "third": ({"ted", "twitch"}, {"yes": 16, "no": 14, "conditional": 10}),
    "fourth": ({"geocaching", "walmart"}, {"yes": 15, "no": 14, "conditional": 11}),
}
CASES = {name: evals.load_cases(SETS / f"{name}.jsonl") for name in FURTHER}
LONGEST_RUN = 8
"""Words of a real policy that one piece may repeat."""

each_set = pytest.mark.parametrize("name", FURTHER)


@each_set
def test_kinds_of_question(name: str) -> None:
    assert Counter(case.kind for case in CASES[name]) == {
        "factual": 52, "yesno": 40, "list": 16, "unanswerable": 24, "request": 12, "followup": 16,
    }  # fmt: skip
    assert Counter(case.yesno for case in CASES[name] if case.kind == "yesno") == FURTHER[name][1]


@each_set
def test_quotes_stand_in_the_sample_policies(name: str) -> None:
    assert missing(SAMPLES, CASES[name], SETS / f"{name}.yaml") == []


@pytest.mark.skipif(not PRESENT, reason=REASON)
@each_set
def test_quotes_stand_in_the_real_policies(name: str) -> None:
    assert missing(SAMPLES | FURTHER[name][0], CASES[name], SETS / f"{name}.yaml") == []


@each_set
def test_little_of_the_real_policies_is_repeated(name: str) -> None:
    real = FURTHER[name][0]
    assert too_long(CASES[name], real) == []
    about = [case for case in CASES[name] if case.policy in real]
    golds = [(one.id, quote) for one in about for group in one.gold_quotes for quote in group]
    parts = [(one.id, part) for one in about for quote in one.related_quotes for part in quote.split(LEFT_OUT)]
    assert [(case_id, part) for case_id, part in (*golds, *parts) if len(re.findall(r"\w+", part)) > LONGEST_RUN] == []
