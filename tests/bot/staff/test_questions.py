"""What was asked in vain, and what visitors thought: counted, without who they are, for 30 days."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.reply import Answer
from bot.staff.entry_errors import StaffEntryError
from bot.staff.questions import QuestionLog, masked

NOON = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


class Clock:
    now = NOON

    def __call__(self) -> dt.datetime:
        return self.now


def answer(question: str, status: str = "silent", policy_ids: tuple[str, ...] = ("tern",)) -> Answer:
    return Answer(question=question, status=status, text="…", policy_ids=list(policy_ids))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(database_url: str, clock: Clock) -> QuestionLog:
    return QuestionLog.open(database_url, clock)


def test_only_what_was_not_answered_is_kept_and_counted(log):
    log.note(answer("Do they sell it?", "answered"))
    log.note(answer("Delete it", "request"))
    log.note(answer("Do they mine asteroids?"))
    log.note(answer("do they mine ASTEROIDS"))
    log.note(answer("Do they mine asteroids?", policy_ids=("wren",)))
    log.note(answer("Do they mine comets?", "damaged"))
    kept = [(one.question, one.policy_ids, one.status, one.count) for one in log.unanswered()]
    assert kept[0] == ("Do they mine asteroids?", ("tern",), "silent", 2)
    assert sorted(kept[1:]) == [
        ("Do they mine asteroids?", ("wren",), "silent", 1),
        ("Do they mine comets?", ("tern",), "damaged", 1),
    ]


def test_done_stays_away_until_it_is_asked_again(log):
    log.note(answer("Do they mine asteroids?"))
    one = log.unanswered()[0]
    log.done(one.id)
    assert log.unanswered() == []
    log.note(answer("Do they mine asteroids?"))
    assert [again.count for again in log.unanswered()] == [2]
    with pytest.raises(StaffEntryError):
        log.done("unknown")


def test_what_is_thirty_days_old_goes(log, clock):
    log.note(answer("Do they mine asteroids?"))
    log.feedback(answer("Do they mine asteroids?"), helpful=False, words="No help at all")
    clock.now = NOON + dt.timedelta(days=30)
    assert (len(log.unanswered()), len(log.opinions())) == (1, 1)
    clock.now = NOON + dt.timedelta(days=30, seconds=1)
    assert (log.unanswered(), log.opinions()) == ([], [])
    log.expire()
    clock.now = NOON
    assert (log.unanswered(), log.opinions()) == ([], [])


def test_feedback_is_kept_with_its_answer(log):
    made = log.feedback(answer("Do they sell it?", "answered"), helpful=True)
    assert [(one.id, one.helpful, one.question, one.status, one.words) for one in log.opinions()] == [
        (made, True, "Do they sell it?", "answered", None)
    ]


def test_addresses_and_numbers_are_taken_out_of_the_words(log):
    log.note(answer("I am ann@mail.example, card 4111 1111 1111 1111: is it kept for 30 days?"))
    assert log.unanswered()[0].question == "I am [e-mail] card [number]: is it kept for 30 days?"
    assert masked("half \ud800 a\x00b\nc") == "half ? a b c"


def test_a_stranger_who_asks_without_end_fills_no_disk(log, monkeypatch):
    monkeypatch.setattr("bot.staff.questions.MOST_KEPT", 5)
    for number in range(9):
        log.note(answer(f"Do they mine asteroid {'x' * number}?"))
    assert len(log.unanswered()) == 5
