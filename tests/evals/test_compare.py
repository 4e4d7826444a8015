import json

import pytest

from evals import ResultsError, accept, compare, format_comparison, read_results, regressions, write_results
from evals.compare import CaseChange, MetricChange
from evals.interval import Mean
from evals.metrics import MUST_HOLD
from evals.outcome import Result


def run(**cases):
    return [Result(id=case_id, scores=scores, latency_ms=12.5) for case_id, scores in cases.items()]


def test_differences_are_paired_by_case_and_metric():
    before = run(
        a={"verdict": 1.0, "must_mention": None}, b={"verdict": 0.0, "must_mention": 1.0}, gone={"verdict": 1.0}
    )
    after = run(a={"verdict": 0.0, "must_mention": 1.0}, b={"verdict": 1.0, "must_mention": 1.0}, new={"verdict": 0.0})
    found = compare(before, after)
    changes = {change.metric: change for change in found.metrics}
    assert changes["verdict"] == MetricChange("verdict", 2, 0.5, 0.5, Mean(2, 0.0, -1.0, 1.0))
    assert changes["must_mention"] == MetricChange("must_mention", 1, 1.0, 1.0, Mean(1, 0.0, 0.0, 0.0))
    assert changes["channels"] == MetricChange("channels", 0, None, None, None)
    assert found.worse == (CaseChange("a", "verdict", 1.0, 0.0),)
    assert found.better == (CaseChange("b", "verdict", 0.0, 1.0),)
    assert (found.missing, found.added) == (("gone",), ("new",))


def test_the_same_results_are_no_regression():
    same = run(a={"quote_exact": 0.0, "verdict": 0.3}, b={"quote_exact": None, "verdict": None})
    assert regressions(same, same) == ()


@pytest.mark.parametrize("metric", MUST_HOLD)
def test_one_case_that_loses_what_must_hold_is_a_regression(metric):
    before = run(**{f"c{n}": {metric: 1.0} for n in range(200)})
    after = [*run(c0={metric: 0.0}), *before[1:]]
    assert [(r.case_id, r.metric) for r in regressions(before, after)] == [("c0", metric)]


def test_the_laws_and_what_does_harm_must_hold():
    assert set(MUST_HOLD) == {
        "quote_exact",
        "right_policy",
        "addresses_exact",
        "must_not_mention",
        "verdict_not_inverted",
    }


def test_the_interval_of_a_change_is_that_of_the_paired_differences():
    before = run(**{f"c{n}": {"verdict": float(n % 2)} for n in range(100)})
    same = {change.metric: change for change in compare(before, before).metrics}["verdict"]
    assert same.paired == Mean(100, 0.0, 0.0, 0.0)  # no case changed, however widely the scores are spread
    lost = [*run(**{f"c{n}": {"verdict": 0.0} for n in range(20)}), *before[20:]]
    change = {change.metric: change for change in compare(before, lost).metrics}["verdict"]
    assert change.difference == pytest.approx(-0.10)
    assert -0.17 < change.paired.low < -0.10 < change.paired.high < -0.03


def test_what_must_hold_and_was_not_at_stake_may_not_break():
    before, after = run(a={"right_policy": None}), run(a={"right_policy": 0.0})
    assert [r.reason for r in regressions(before, after)] == ["must hold, went from not applicable to 0"]
    assert regressions(before, run(a={"right_policy": 1.0})) == ()
    # A baseline from before the metric existed says nothing about it.
    assert regressions(run(a={}), after) == ()


def test_a_mean_may_fall_by_the_tolerance_and_no_further():
    before = run(**{f"c{n}": {"evidence_all": 1.0} for n in range(100)})
    lost = run(**{f"c{n}": {"evidence_all": 0.0} for n in range(3)})
    assert regressions(before, [*lost[:2], *before[2:]]) == ()
    (regression,) = regressions(before, [*lost, *before[3:]])
    assert (regression.metric, regression.case_id) == ("evidence_all", None)
    assert regression.reason == "mean fell from 1.000 to 0.970 over 100 cases"


def test_a_case_that_was_not_run_is_a_regression_and_a_new_one_is_not():
    before, after = run(a={"verdict": 0.0}), run(b={"verdict": 0.0})
    assert [r.case_id for r in regressions(before, after)] == ["a"]


def test_accept_drops_times_so_that_equal_runs_give_equal_files(desk, tmp_path):
    for name, milliseconds in (("one", 3.0), ("two", 70.0)):
        answer = desk.answer("silent", text="The policy does not say.", latency_ms=milliseconds)
        result = Result(id="a", answer=answer, latency_ms=milliseconds, scores={"verdict": 1.0})
        write_results(tmp_path / f"{name}.jsonl", [result])
    one = accept(tmp_path / "one.jsonl", tmp_path / "base")
    two = accept(tmp_path / "two.jsonl", tmp_path / "base", "other")
    assert (one, two) == (tmp_path / "base" / "one.jsonl", tmp_path / "base" / "other.jsonl")
    assert one.read_bytes() == two.read_bytes()
    kept = json.loads(one.read_text())
    assert kept["latency_ms"] is None
    assert kept["answer"]["latency_ms"] == 0.0
    assert kept["answer"]["text"] == "The policy does not say."
    assert regressions(read_results(one), read_results(tmp_path / "two.jsonl")) == ()


def test_accept_can_leave_the_words_out(desk, tmp_path):
    answer = desk.answer("silent", text="secret words")
    write_results(tmp_path / "r.jsonl", [Result(id="a", answer=answer, scores={"verdict": 1.0})])
    path = accept(tmp_path / "r.jsonl", tmp_path, "bare", answers=False)
    assert "secret" not in path.read_text()
    assert read_results(path)[0].scores == {"verdict": 1.0}


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", ".."])
def test_a_baseline_name_cannot_leave_its_folder(tmp_path, name):
    write_results(tmp_path / "r.jsonl", run(a={"verdict": 1.0}))
    with pytest.raises(ValueError, match="not a plain file name"):
        accept(tmp_path / "r.jsonl", tmp_path / "base", name)


def test_a_broken_file_does_not_replace_a_baseline(tmp_path):
    write_results(tmp_path / "r.jsonl", run(a={"verdict": 1.0}))
    kept = accept(tmp_path / "r.jsonl", tmp_path / "base").read_bytes()
    (tmp_path / "r.jsonl").write_text("{")
    with pytest.raises(ResultsError):
        accept(tmp_path / "r.jsonl", tmp_path / "base")
    assert (tmp_path / "base" / "r.jsonl").read_bytes() == kept


def test_the_text_names_changes_and_regressions():
    text = format_comparison(compare(run(a={"quote_exact": 1.0}), run(a={"quote_exact": 0.0}, b={})))
    assert "quote_exact               1    1.000    0.000   -1.000  -1.000 to -1.000" in text
    assert "a                quote_exact            1.00 -> 0.00" in text
    assert "not in the baseline: b" in text
    assert "regressions: 2" in text
    assert format_comparison(compare(run(a={}), run(a={}))).endswith("no regression")
