"""The JUnit file: well-formed whatever the words, counts right, failures told in plain words."""

from xml.etree import ElementTree

import pytest

from evals import run_set, write_junit
from evals.metrics import METRICS
from evals.outcome import Judged, Outcome
from evals.reasons import DECISIVE, TOLD, is_right, reasons

KEPT = "Birch keeps your name and your street for two years."
NEVER = "We never sell what we know about you."
CEDAR = "Cedar sells nothing to anyone."


def written(desk, folder, *pairs, name="my set"):
    cases = [desk.case(**({"id": f"c{number}"} | fields)) for number, (fields, _) in enumerate(pairs)]
    judged = run_set(desk.bot(*[answer for _, answer in pairs]), cases)
    write_junit(folder / "new" / "j.xml", judged, name)
    return ElementTree.parse(folder / "new" / "j.xml").getroot()


def test_each_case_is_a_test_case_with_its_class_and_time(desk, tmp_path):
    root = written(desk, tmp_path, ({}, desk.answer("answered")), ({"kind": "list"}, desk.answer("silent")))
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == ("testsuites", "2", "1", "0")
    (suite,) = root
    assert (suite.tag, suite.get("name"), suite.get("tests"), suite.get("failures")) == (
        "testsuite",
        "my set",
        "2",
        "1",
    )
    assert [case.get("name") for case in suite] == ["c0", "c1"]
    assert [case.get("classname") for case in suite] == ["my_set.factual", "my_set.list"]
    assert all(float(case.get("time")) >= 0 for case in suite)
    assert [len(case) for case in suite] == [0, 1]


def test_a_failure_says_what_was_expected_and_what_was_said(desk, tmp_path):
    case = {"yesno": "no", "gold_quotes": [[NEVER, "or this"]], "question": "do they sell?"}
    answer = desk.answer("answered", desk.cite(KEPT), verdict="yes", text="Yes. [1]")
    (suite,) = written(desk, tmp_path, (case, answer))
    failure = suite[0][0]
    assert failure.tag == "failure"
    assert failure.get("type") == "verdict_not_inverted"
    assert 'verdict: expected the verdict "no"; it said "yes"' in failure.get("message")
    assert f'evidence_all: expected the quote "{NEVER}" or "or this"; it showed "{KEPT}"' in failure.get("message")
    assert failure.text.startswith("asked: do they sell?\n")
    assert '  expected: the verdict "no"\n  instead: it said "yes", which is the opposite' in failure.text
    assert failure.text.endswith("the answer: Yes. [1]")


def test_hostile_words_and_characters_that_xml_forbids_stay_well_formed(desk, tmp_path):
    hostile = 'a\x00\x08\x1b ]]> <b> & " \ufffe \U0001f600'
    case = {"id": hostile, "question": hostile, "gold_quotes": [[hostile]]}
    (suite,) = written(desk, tmp_path, (case, desk.answer("answered", text=hostile)), name="../../x.<y>")
    plain = 'a��� ]]> <b> & " � \U0001f600'
    assert suite[0].get("name") == plain
    assert plain in suite[0][0].text
    assert suite[0].get("classname") == "x_y.factual"


def test_every_decisive_metric_has_words():
    assert set(TOLD) == set(DECISIVE)
    assert set(DECISIVE) <= METRICS.keys()


@pytest.mark.parametrize(
    ("fields", "answer", "expected"),
    [
        ({"policy": "cedar"}, "birch", "right_policy: expected quotes from cedar only; it quoted birch"),
        (
            {"must_mention": ["two", "ten"]},
            "birch",
            'must_mention: expected the words "two", "ten"; it did not mention "ten"',
        ),
        (
            {"must_not_mention": ["ten", "two"]},
            "birch",
            'must_not_mention: expected no mention of "ten", "two"; it mentioned "two"',
        ),
        (
            {"expected_behavior": "abstain", "answerable": False},
            "birch",
            "behaviour: expected silence, because the policy does not say; it answered",
        ),
        (
            {"request_type": "delete", "request_type_alt": ["not_a_request"], "expected_behavior": "route"},
            "correct",
            'request_type: expected the request "delete" or no request; it offered "correct"',
        ),
        ({"request_type": "delete"}, "birch", 'request_type: expected the request "delete"; it offered no request'),
        (
            {"expected_channels": [{"type": "email", "value": "a@b.test"}]},
            "correct",
            "channels: expected email a@b.test and no other; it offered none",
        ),
        ({"gold_quotes": [[CEDAR]]}, "silent", f'evidence_all: expected the quote "{CEDAR}"; it quoted nothing'),
        (
            {"yesno": "no", "yesno_alt": ["conditional"]},
            "silent",
            'verdict: expected the verdict "no" or "conditional"; it gave no verdict',
        ),
    ],
)
def test_reasons_are_plain_words(desk, fields, answer, expected):
    answers = {
        "birch": desk.answer("answered", desk.cite(KEPT)),
        "silent": desk.answer("silent"),
        "correct": desk.answer("request", request=desk.offer("correct")),
    }
    (one,) = run_set(desk.bot(answers[answer]), [desk.case(**fields)])
    assert expected in [f"{reason.metric}: {reason}" for reason in reasons(one)]


def test_shares_and_budgets_make_no_case_wrong(desk):
    scores = dict.fromkeys(METRICS, 1.0) | {
        "evidence_precision": 0.2,
        "quotes_within_budget": 0.0,
        "evidence_all_tight": 0.0,
    }
    one = Judged(desk.case(), Outcome(desk.answer("answered"), None, {}), scores)
    assert is_right(one)
    assert reasons(one) == []
