"""Several questions in one message: told apart, answered one by one, cited through."""

from __future__ import annotations

import pytest

from bot.reply import Answer, Citation, RequestOffer
from bot.several import merged, split_questions


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("Does Acme sell my data? And how long do they keep it?", ["Does Acme sell my data?", "And how long do they keep it?"]),
        ("do they sell my info and how do i opt out", ["do they sell my info", "how do i opt out"]),
        ("what do you collect, and who do you share it with?", ["what do you collect", "who do you share it with?"]),
    ],
)  # fmt: skip
def test_questions_are_told_apart(message: str, parts: list[str]) -> None:
    assert split_questions(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "I bought a piano. Do they keep my card?",
        "Is it safe? Seriously?",
        "what data do they collect and use?",
        "do you share my name and address with couriers",
        "How long are accounts kept, and what changed about it in May?",
        "Delete my data",
    ],
)
def test_one_question_stays_one(message: str) -> None:
    assert split_questions(message) == [message]


def test_more_questions_than_are_answered_stay_together() -> None:
    message = " ".join(f"Do you keep thing {n}?" for n in range(6))
    assert split_questions(message) == [message]


def cited(n: int, start: int) -> Citation:
    return Citation(
        n=n, policy_id="acme", company="Acme", version="1", section=[], quote="x", start=start, end=start + 1, page="/p"
    )  # fmt: skip


def test_citations_are_numbered_through_and_none_comes_twice() -> None:
    first = Answer(
        question="a", status="answered", verdict="no", text="No. [1] [2]", citations=[cited(1, 0), cited(2, 5)]
    )
    second = Answer(question="b", status="silent", text="Not said. [1]", citations=[cited(1, 5)])
    answer = merged("a? b?", ["a?", "b?"], [first, second])
    assert answer.text == "“a?” No. [1] [2]\n\n“b?” Not said. [2]"
    assert [(c.n, c.start) for c in answer.citations] == [(1, 0), (2, 5)]
    assert (answer.status, answer.verdict) == ("answered", "no")


def test_a_second_request_is_not_lost_in_silence() -> None:
    first = Answer(
        question="a", status="request", text="Delete.", request=RequestOffer(type="delete", right=None, offered=True)
    )
    second = Answer(
        question="b",
        status="request",
        text="Opt out.",
        request=RequestOffer(type="opt_out_sale", right=None, offered=True),
    )
    answer = merged("a? b?", ["a?", "b?"], [first, second])
    assert answer.request is not None
    assert answer.request.type == "delete"
    assert answer.text == (
        "“a?” Delete.\n\n“b?” Opt out. Send this in a message of its own to get its contact channels and a draft."
    )


def test_brackets_in_a_question_look_like_no_citation() -> None:
    one = Answer(question="a", status="silent", text="Not said.")
    assert merged("x", ["a [1]?", "b?"], [one, one]).text.startswith("“a (1)?” Not said.")
