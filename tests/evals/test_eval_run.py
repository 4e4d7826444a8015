import json
from pathlib import Path

import pytest

from bot.reply import Turn
from evals import ResultsError, load_cases, read_results, run_set, write_results

KEPT = "Birch keeps your name and your street for two years."


def test_each_case_is_asked_in_order_without_a_policy(desk):
    bot = desk.bot(desk.answer("silent"), desk.answer("answered"))
    seen = []
    cases = [desk.case(id="b", question="one", policy="birch"), desk.case(id="a", question="two")]
    judged = run_set(bot, cases, lambda done, total, case: seen.append((done, total, case.id)))
    assert bot.asked == [("one", (), ()), ("two", (), ())]
    assert [one.outcome.answer.status for one in judged] == ["silent", "answered"]
    assert seen == [(1, 2, "b"), (2, 2, "a")]


def test_a_given_scope_is_passed_on(desk):
    bot = desk.bot(desk.answer("silent"))
    run_set(bot, [desk.case(policy="birch", scope="given")])
    assert bot.asked[0][1] == ("birch",)


def test_only_the_last_turn_is_judged_and_the_earlier_ones_are_history(desk):
    bot = desk.bot(
        desk.answer("answered", desk.cite(KEPT), question="what does Birch keep?", policy_ids=["birch"]),
        desk.answer("silent", question="and then"),
        desk.answer("silent", text="judged"),
        desk.answer("answered"),
    )
    judged = run_set(
        bot, [desk.case(turns=["first", "second", "third"], question="third"), desk.case(question="fresh")]
    )
    first = Turn(question="what does Birch keep?", policy_ids=["birch"])
    assert bot.asked == [
        ("first", (), ()),
        ("second", (), (first,)),
        ("third", (), (first, Turn(question="and then"))),
        ("fresh", (), ()),
    ]
    assert judged[0].outcome.answer.text == "judged"


def test_policies_that_the_library_lacks_score_zero_and_do_not_stop_the_run(desk):
    lost = desk.cite(KEPT, policy_id="elm")
    stale = desk.cite(KEPT, version="0")
    judged = run_set(desk.bot(desk.answer("answered", lost), desk.answer("answered", stale)), [desk.case()] * 2)
    assert [one.scores["quote_exact"] for one in judged] == [0.0, 0.0]


def test_request_items_are_checked_in_the_version_that_the_answer_cites(desk):
    offer = desk.offer("delete", desk.channel("email", "privacy@birch.test", KEPT))
    stale = run_set(desk.bot(desk.answer("request", desk.cite(KEPT, version="0"), request=offer)), [desk.case()])
    fresh = run_set(desk.bot(desk.answer("request", request=offer)), [desk.case()])
    assert [one.scores["quote_exact"] for one in stale + fresh] == [0.0, 1.0]
    assert stale[0].outcome.policies == {}


def test_an_error_of_the_bot_names_the_case(desk):
    with pytest.raises(IndexError) as raised:
        run_set(desk.bot(), [desk.case(id="fac-7")])
    assert raised.value.__notes__ == ["while answering case fac-7"]


def test_a_results_line_has_exactly_the_promised_fields(desk, tmp_path):
    answer = desk.answer("answered", desk.cite(KEPT), text="Two years. [1]")
    judged = run_set(desk.bot(answer), [desk.case(gold_quotes=[[KEPT], ["nowhere"], ["neither"]])])
    write_results(tmp_path / "new" / "r.jsonl", [one.result for one in judged])
    (line,) = (tmp_path / "new" / "r.jsonl").read_text().splitlines()
    written = json.loads(line)
    assert list(written) == ["id", "answer", "latency_ms", "scores", "case"]
    assert written["answer"] == answer.model_dump()
    assert written["scores"]["evidence_recall"] == 0.333333
    assert written["scores"]["verdict"] is None
    assert read_results(tmp_path / "new" / "r.jsonl") == [judged[0].result]


def test_the_same_run_twice_differs_in_its_times_only(desk, tmp_path):
    cases = [desk.case(id=name, gold_quotes=[[KEPT]]) for name in ("z", "a", "m")]
    for name in ("one", "two"):
        answers = [desk.answer("answered", desk.cite(KEPT), latency_ms=3.0) for _ in cases]
        write_results(tmp_path / name, [one.result for one in run_set(desk.bot(*answers), cases)])
    one, two = ([json.loads(line) for line in (tmp_path / name).read_text().splitlines()] for name in ("one", "two"))
    assert [line.pop("latency_ms") >= 0 for line in one + two] == [True] * 6
    assert one == two
    assert [line["id"] for line in one] == ["z", "a", "m"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "the file holds no record"),
        ('{"id": "a"}', "the field 'scores' is missing"),
        ('{"id": "a", "scores": {"m": NaN}}', "scores, m must be a finite number, found nan"),
        ('{"id": "a", "scores": {}}\n{"id": "a", "scores": {}}', "the id 'a' is taken by line 1"),
    ],
)
def test_broken_results_are_a_typed_error(tmp_path, content, reason):
    path = tmp_path / "r.jsonl"
    path.write_text(content)
    with pytest.raises(ResultsError, match=reason):
        read_results(path)


def test_the_worked_examples_load():
    path = Path(__file__).parents[3] / "shared" / "evals" / "public.jsonl"
    if not path.exists():
        pytest.skip("the shared folder with the worked examples is not beside this checkout")
    cases = load_cases(path)
    assert len(cases) == 45
    assert cases[0].id == "fac-003"
    assert sum(bool(case.gold_quotes) for case in cases) == 34
