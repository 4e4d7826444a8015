"""The judging model: strict JSON, typed errors, opinions kept beside the scores and out of every gate."""

import json

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel

from evals import run_set
from evals.errors import JudgeError
from evals.judge import Judge, judge_all, open_judge, write_opinions

KEPT = "Birch keeps your name and your street for two years."
GOOD = '{"supported": true, "answers": false, "reason": "It tells how long, not why."}'


def judge(*replies):
    return Judge(GenericFakeChatModel(messages=iter(replies)), "fake:model")


def answered(desk, count=1):
    cases = [desk.case(id=f"c{number}", question="why is my name kept?") for number in range(count)]
    return run_set(desk.bot(*[desk.answer("answered", desk.cite(KEPT), text="Two years. [1]")] * count), cases)


def test_the_model_sees_question_answer_and_quotes_and_its_opinion_is_read(desk):
    seen = []

    class Listening(GenericFakeChatModel):
        def _generate(self, messages, *arguments, **options):
            seen.append("\n".join(str(message.content) for message in messages))
            return super()._generate(messages, *arguments, **options)

    opinion = Judge(Listening(messages=iter([GOOD])), "x").opinion(answered(desk)[0])
    assert (opinion.supported, opinion.answers, opinion.reason) == (True, False, "It tells how long, not why.")
    for part in (
        "Question: why is my name kept?",
        "Answer: Two years. [1]",
        f"1. {KEPT}",
        '{"supported": true or false',
    ):
        assert part in seen[0]


def test_a_fence_around_the_object_is_let_pass(desk):
    assert judge(f"```json\n{GOOD}\n```").opinion(answered(desk)[0]).supported is True


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "Yes, it is supported.",
        f"Here you are: {GOOD}",
        GOOD + GOOD,
        '{"supported": true, "answers": true}',
        '{"supported": "yes", "answers": true, "reason": ""}',
        '{"supported": 1, "answers": true, "reason": ""}',
        '{"supported": true, "answers": true, "reason": "", "score": 9}',
        json.dumps({"supported": True, "answers": True, "reason": "x" * 1_001}),
        "[" * 5_000,
    ],
)
def test_garbage_is_a_typed_error_that_names_the_case(desk, garbage):
    with pytest.raises(JudgeError) as raised:
        judge(garbage).opinion(answered(desk)[0])
    assert raised.value.case_id == "c0"
    assert raised.value.reason.startswith("not the JSON asked for: ")


def test_a_model_that_fails_is_a_typed_error_without_its_words(desk):
    class Down(GenericFakeChatModel):
        def _generate(self, *arguments, **options):
            raise TimeoutError("secret question text")

    with pytest.raises(JudgeError, match=r"^case c0: the model failed: TimeoutError$"):
        Judge(Down(messages=iter([])), "x").opinion(answered(desk)[0])


def test_one_bad_reply_costs_one_case_and_counts_for_no_mean(desk):
    opinions = judge_all(judge(GOOD, "nonsense", GOOD.replace("false", "true")), answered(desk, 3))
    assert (opinions.supported.n, opinions.supported.mean) == (2, 1.0)
    assert (opinions.answers.n, opinions.answers.mean) == (2, 0.5)
    assert [line.id for line in opinions.faults] == ["c1"]
    assert opinions.figures["faults"]["c1"].startswith("not the JSON asked for")


def test_only_answers_that_claim_something_are_judged(desk):
    judged = run_set(
        desk.bot(desk.answer("silent", desk.cite(KEPT)), desk.answer("answered"), desk.answer("needs_policy")),
        [desk.case(id=name) for name in "abc"],
    )
    opinions = judge_all(judge(), judged)
    assert (opinions.supported, opinions.faults) == (None, ())
    assert [(line.opinion, line.fault) for line in opinions.lines] == [(None, None)] * 3


def test_opinions_are_written_a_line_a_case(desk, tmp_path):
    write_opinions(tmp_path / "new" / "o.jsonl", judge_all(judge(GOOD, "?"), answered(desk, 2)))
    first, second = (json.loads(line) for line in (tmp_path / "new" / "o.jsonl").read_text().splitlines())
    assert first == {"id": "c0", "opinion": json.loads(GOOD), "fault": None}
    assert second["opinion"] is None
    assert second["fault"]


def test_an_unknown_model_is_no_traceback():
    with pytest.raises((ImportError, ValueError)):
        open_judge("no-such-provider:model")
