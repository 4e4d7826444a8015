"""Figures over many cases: confusions, request types, paraphrases, budgets and sizes."""

import pytest

from evals import read_results, run_set, summarize, write_results
from evals.confusion import abstention, behaviours, companies, confusion, verdicts
from evals.intents import intents
from evals.interval import Mean
from evals.outcome import Judged
from evals.paraphrases import consistency, group_names
from evals.table import format_groups

KEPT = "Birch keeps your name and your street for two years."
NEVER = "We never sell what we know about you."
FORM = "Submit a deletion request using this form."
CEDAR = "Cedar sells nothing to anyone."


def judge(desk, *pairs):
    """Return judged cases; a pair is the case's fields and the answer."""
    cases = [desk.case(**({"id": f"c{number}"} | fields)) for number, (fields, _) in enumerate(pairs)]
    return run_set(desk.bot(*[answer for _, answer in pairs]), cases)


def counts(matrix):
    return {(cell.expected, cell.said): len(cell.cases) for cell in matrix.cells}


def test_rows_and_columns_keep_their_order_and_only_what_occurs():
    matrix = confusion([("b", "x", "1"), ("a", "b", "2"), ("b", "x", "3")], ("a", "b", "c"), ("a", "b", "x", "y"))
    assert (matrix.rows, matrix.columns, matrix.n) == (("a", "b"), ("a", "b", "x"), 3)
    assert matrix.cases("b", "x") == ("1", "3")
    assert matrix.cases("a", "x") == ()


def test_inverted_verdicts_are_counted_apart_from_doubt_and_from_accepted_ones(desk):
    found = verdicts(
        judge(
            desk,
            ({"yesno": "yes"}, desk.answer("answered", verdict="yes")),
            ({"yesno": "yes"}, desk.answer("answered", verdict="no")),
            ({"yesno": "no"}, desk.answer("answered", verdict="conditional")),
            ({"yesno": "no", "yesno_alt": ["conditional"]}, desk.answer("answered", verdict="conditional")),
            ({"yesno": "conditional"}, desk.answer("silent")),
            ({}, desk.answer("answered", verdict="yes")),
        )
    )
    assert counts(found.matrix) == {
        ("yes", "yes"): 1,
        ("yes", "no"): 1,
        ("no", "conditional"): 2,
        ("conditional", "none"): 1,
    }
    assert found.matrix.rows == ("yes", "no", "conditional")
    assert found.matrix.columns == ("yes", "no", "conditional", "none")
    assert found.inverted == ("c1",)
    assert found.tolerated == ("c3",)


def test_false_silence_and_false_answers_are_shares_of_what_was_expected(desk):
    answered = desk.answer("answered")
    found = abstention(
        judge(
            desk,
            ({}, answered),
            ({}, desk.answer("silent")),
            ({"expected_behavior": "answer_from_policy"}, answered),
            ({"request_type": "delete"}, desk.answer("request", request=desk.offer("delete"))),
            ({"expected_behavior": "abstain", "answerable": False}, answered),
            ({"expected_behavior": "abstain", "answerable": False}, desk.answer("damaged")),
            ({"expected_behavior": "abstain", "answerable": False}, desk.answer("out_of_scope")),
            ({"expected_behavior": "redirect", "answerable": False}, desk.answer("out_of_scope")),
            ({"expected_behavior": "route"}, desk.answer("silent")),
        )
    )
    assert counts(found.matrix) == {
        ("answer", "answered"): 2,
        ("answer", "request card"): 1,
        ("answer", "held back"): 1,
        ("silence", "answered"): 1,
        ("silence", "held back"): 3,
    }
    assert (found.false_silence.mean, found.false_silence.n) == (0.25, 4)
    assert (found.false_answer.mean, found.false_answer.n) == (0.25, 4)
    assert found.right_silence.mean == 0.5  # answered, and "out of scope" where the policy is silent, do not fit


def test_nothing_expected_has_no_rate(desk):
    found = abstention(judge(desk, ({"expected_behavior": "route"}, desk.answer("silent"))))
    assert (found.matrix.n, found.false_silence, found.false_answer, found.right_silence) == (0, None, None, None)


def test_every_behaviour_is_held_against_the_status(desk):
    matrix = behaviours(
        judge(
            desk, ({"expected_behavior": "clarify_or_both"}, desk.answer("needs_policy")), ({}, desk.answer("silent"))
        )
    )
    assert counts(matrix) == {("clarify_or_both", "needs_policy"): 1, ("answer", "silent"): 1}
    assert matrix.columns == ("silent", "needs_policy")


def test_a_quote_of_another_company_is_told_with_both_names(desk):
    judged = judge(
        desk,
        ({"policy": "birch"}, desk.answer("answered", desk.cite(CEDAR, "cedar"))),
        ({"policies": ["cedar", "birch"]}, desk.answer("answered", desk.cite(KEPT))),
        ({"policy": "birch"}, desk.answer("silent")),
        ({}, desk.answer("answered", desk.cite(KEPT))),
    )
    found = companies(judged)
    assert counts(found.matrix) == {
        ("birch", "cedar"): 1,
        ("birch + cedar", "birch"): 1,
        ("birch", "nothing quoted"): 1,
    }
    assert found.wrong == ("c0",)
    lines = [line for part in format_groups(summarize(judged).groups) for line in part]
    assert "another company quoted than the one meant: 1 (c0) of 3 cases" in lines
    assert "  meant birch, quoted cedar: 1 (c0)" in lines


def test_macro_f1_is_the_mean_over_types_expected_or_given(desk):
    def asks(expected, given, **fields):
        offered = desk.answer("request", request=desk.offer(given)) if given else desk.answer("answered")
        return {"expected_behavior": "route", "request_type": expected} | fields, offered

    found = intents(
        judge(
            desk,
            asks("delete", "delete"),
            asks("delete", "delete"),
            asks("delete", "correct"),
            asks("not_a_request", None),
            asks("object", "delete", request_type_alt=["delete"]),  # tolerated: counts as expected
            ({}, desk.answer("request", request=desk.offer("delete"))),  # says nothing of requests
        )
    )
    by_name = {one.name: one for one in found.types}
    assert set(by_name) == {"delete", "correct", "not_a_request"}
    assert (by_name["delete"].n, by_name["delete"].precision, by_name["delete"].recall) == (4, 1.0, 0.75)
    assert by_name["delete"].f1 == pytest.approx(6 / 7)
    assert (by_name["correct"].n, by_name["correct"].f1) == (0, 0.0)
    assert found.macro_f1.n == 5
    assert found.macro_f1.mean == pytest.approx((6 / 7 + 0 + 1) / 3)
    assert found.macro_f1.low < found.macro_f1.mean < found.macro_f1.high <= 1.0
    assert intents([]).macro_f1 is None


def test_an_offer_beside_an_answer_is_no_request_taken_for_one(desk):
    offered = desk.answer("answered", request=desk.offer("delete"))
    found = intents(judge(desk, ({"request_type": "not_a_request"}, offered)))
    assert [one.name for one in found.types] == ["not_a_request"]


def test_paraphrases_are_grouped_by_their_root_or_by_name(desk):
    cases = [
        desk.case(id="a"),
        desk.case(id="b", paraphrase_of="a"),
        desk.case(id="c", paraphrase_of="b"),
        desk.case(id="d", group="keeping"),
        desk.case(id="e", paraphrase_of="d"),
        desk.case(id="f", group=7),
        desk.case(id="g"),
        desk.case(id="h", paraphrase_of="i"),
        desk.case(id="i", paraphrase_of="h"),
    ]
    names = group_names(cases)
    assert {case_id: names[case_id] for case_id in "abcdef"} == {
        "a": "a",
        "b": "a",
        "c": "a",
        "d": "keeping",
        "e": "keeping",
        "f": "7",
    }
    assert "g" not in names


def test_paraphrases_should_get_the_same_verdict_and_evidence(desk):
    found = consistency(
        judge(
            desk,
            ({"group": "sell", "yesno": "no"}, desk.answer("answered", desk.cite(NEVER), verdict="no")),
            ({"group": "sell", "yesno": "no"}, desk.answer("answered", desk.cite(NEVER), verdict="conditional")),
            ({"group": "keep"}, desk.answer("answered", desk.cite(KEPT))),
            ({"group": "keep"}, desk.answer("answered", desk.cite(KEPT), desk.cite(NEVER))),
            ({"group": "keep"}, desk.answer("silent")),
            ({"group": "alone"}, desk.answer("silent")),
        )
    )
    sell, keep = found.groups
    assert (sell.same_status, sell.same_verdict, sell.overlap) == (1.0, 0.0, 1.0)
    # Pairs: 52 of 89 characters, nothing of 52, nothing of 89.
    assert (keep.same_status, keep.same_verdict) == (0.0, None)
    assert keep.overlap == pytest.approx(52 / 89 / 3)
    assert found.same_verdict.n == 1
    assert found.same_status == Mean(2, 0.5, 0.0, 1.0)


def test_sizes_count_distinct_quotes_of_answers_that_quote(desk):
    offer = desk.offer("delete", desk.channel("web_form", None, FORM))
    found = summarize(
        judge(
            desk,
            ({}, desk.answer("answered", desk.cite(KEPT), desk.cite("two years."))),
            ({}, desk.answer("request", desk.cite(NEVER), request=offer)),
            ({}, desk.answer("silent")),
        )
    ).sizes
    assert (found["quotes"].mean, found["quotes"].n) == (1.5, 2)
    assert found["characters"].mean == (52 + 37 + 42) / 2


def test_the_tight_budget_is_three_quotes_and_600_characters(desk):
    def tight(*quotes):
        case = {"gold_quotes": [[NEVER]]}
        return judge(desk, (case, desk.answer("answered", *quotes)))[0].scores["evidence_all_tight"]

    first = [desk.cite(words) for words in (KEPT, FORM)]
    assert tight(*first, desk.cite(NEVER)) == 1.0
    assert tight(*first, desk.cite("Residents of Oakland"), desk.cite(NEVER)) == 0.0
    assert tight(desk.cite(KEPT, quote="x" * 563), desk.cite(NEVER)) == 1.0
    assert tight(desk.cite(KEPT, quote="x" * 590), desk.cite(NEVER)) == 0.0


def test_figures_are_made_from_the_results_file_alone(desk, tmp_path):
    judged = judge(
        desk,
        ({"yesno": "yes", "gold_quotes": [[KEPT]], "notes": "mine"}, desk.answer("answered", desk.cite(KEPT))),
        ({"expected_behavior": "abstain", "answerable": False, "kind": "list"}, desk.answer("silent")),
    )
    write_results(tmp_path / "r.jsonl", [one.result for one in judged])
    kept = [Judged.kept(result) for result in read_results(tmp_path / "r.jsonl")]
    assert [one.case for one in kept] == [one.case for one in judged]
    before, after = summarize(judged), summarize(kept)
    assert (after.overall, after.groups, after.sizes) == (before.overall, before.groups, before.sizes)
