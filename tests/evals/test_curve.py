"""The curve of silence: shares at a threshold, the area, and a picture that stands alone."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from evals.case import Case
from evals.curve import Scored, curve_of, format_curve, point_at, read_scores, write_scores
from evals.curve_plot import curve_svg, write_curve
from evals.errors import Fault, ScoresError

SCORED = [
    *(Scored(score=score, answerable=True) for score in (0.3, 0.5, 0.7, 0.9)),
    *(Scored(score=score, answerable=False) for score in (0.1, 0.5)),
]


def test_a_threshold_silences_what_scores_below_it():
    point = point_at(SCORED, 0.5)
    assert (point.false_silence.mean, point.false_silence.n) == (0.25, 4)
    assert (point.false_answer.mean, point.false_answer.n) == (0.5, 2)
    assert point_at(SCORED, 0.51).false_answer.mean == 0.0
    assert point_at(SCORED, 0.51).false_silence.mean == 0.5


def test_the_curve_runs_from_all_answered_to_all_silent():
    curve = curve_of(SCORED)
    assert curve.thresholds[:5] == (0.1, 0.3, 0.5, 0.7, 0.9)
    assert curve.false_silence == (0.0, 0.0, 0.25, 0.5, 0.75, 1.0)
    assert curve.false_answer == (1.0, 0.5, 0.5, 0.0, 0.0, 0.0)
    # Of the 8 pairs, 6 are in order, .3 against .5 is not, and .5 against .5 counts half.
    assert curve.area == 6.5 / 8
    for threshold, silent, answered in zip(curve.thresholds, curve.false_silence, curve.false_answer, strict=True):
        point = point_at(SCORED, threshold)
        assert (point.false_silence.mean, point.false_answer.mean) == (silent, answered)


def test_a_curve_needs_both_sorts(tmp_path):
    with pytest.raises(ValueError, match="answerable and unanswerable"):
        curve_of(SCORED[:4])
    path = tmp_path / "s.jsonl"
    path.write_text('{"score": 0.4, "answerable": true}\n')
    with pytest.raises(ScoresError) as raised:
        read_scores(path)
    assert raised.value.faults == (Fault(0, "no unanswerable question among the 1 lines: a curve needs both sorts"),)


def test_scores_are_read_with_other_fields_beside_and_faults_by_line(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_text('{"score": 0.4, "answerable": true, "id": "x"}\n{"score": 0.4, "answerable": false, "id": "x"}\n')
    assert read_scores(path) == [Scored(score=0.4, answerable=True), Scored(score=0.4, answerable=False)]
    path.write_text('{"score": "high", "answerable": true}\n{"score": NaN, "answerable": false}\n{"scores": 1}\n')
    with pytest.raises(ScoresError) as raised:
        read_scores(path)
    assert [fault.line for fault in raised.value.faults] == [1, 2, 3, 3, 3]


def test_the_table_marks_the_operating_point():
    lines = format_curve(SCORED, 0.35).splitlines()
    assert [line.split()[0] for line in lines[1:-1]] == [f"0.{place:03d}" for place in range(150, 551, 50)]
    (marked,) = [line for line in lines if line.endswith("<- the desk")]
    assert marked.split()[:2] == ["0.350", "0.250"]
    assert "n: 4 answerable, 2 unanswerable questions" in lines[-1]


def test_the_picture_is_well_formed_loads_nothing_and_is_the_same_each_time(tmp_path):
    curve, point = curve_of(SCORED), point_at(SCORED, 0.5)
    write_curve(tmp_path / "new" / "c.svg", curve, point)
    written = (tmp_path / "new" / "c.svg").read_text(encoding="utf-8")
    assert written == curve_svg(curve, point)
    root = ElementTree.fromstring(written)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "false silence 0.250 of 4" in root.find("{http://www.w3.org/2000/svg}title").text
    assert not re.search(r"href|url\(|<script|<image", written)
    # The operating point: a quarter to the right, half way up.
    circle = root.find("{http://www.w3.org/2000/svg}circle")
    assert (float(circle.get("cx")), float(circle.get("cy"))) == (64 + 320 * 0.25, 24 + 320 * 0.5)


class Fixed:
    """A scorer that finds one question well and holds nothing for another."""

    def best_score(self, question: str, policy_ids: object = (), history: object = ()) -> float | None:
        return {"is it sold?": 0.51234, "who flies?": 0.2}.get(question)


def test_scores_are_written_for_the_questions_that_one_policy_decides(tmp_path: Path) -> None:
    cases = [
        Case(id="a", kind="yesno", policy="acme", question="is it sold?", answerable=True, expected_behavior="answer"),
        Case(id="b", kind="unanswerable", policy="acme", question="who flies?", answerable=False, expected_behavior="abstain"),
        Case(id="c", kind="factual", policy="acme", question="nothing held", answerable=True, expected_behavior="answer"),
        Case(id="d", kind="request", policy="acme", question="is it sold?", answerable=True, expected_behavior="route"),
    ]  # fmt: skip
    path = tmp_path / "scores.jsonl"
    assert write_scores(path, Fixed(), cases) == 2
    assert [(one.score, one.answerable) for one in read_scores(path)] == [(0.5123, True), (0.2, False)]
