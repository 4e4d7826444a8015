"""The queue as agents see it: clocks by hand-set days, views over the real ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError
from bot.requests.ledger import Ledger, Sender
from bot.requests.records import RequestRecord
from bot.staff.incoming_text import words_of
from bot.staff.request_queue import count_waiting, next_due, read_queue
from tests.bot.requests.desks import HandClock, KeptCourier, hurried, new_request, queued, settings_in

DAY = 86_400


class Desk:
    """A ledger, its clock and a courier; every request is of a session of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.clock = HandClock()
        self.ledger = hurried(Ledger.open(settings_in(folder, database_url=database_url), self.clock))
        self.made = 0

    def request(self, *answers: Exception, **others: str) -> RequestRecord:
        """Take a request to the courier, who gives those answers to the message, a try each."""
        self.made += 1
        new = new_request(session=f"session-{self.made}", email=f"person{self.made}@mailbox.example", **others)
        record = queued(self.ledger, new)
        courier = KeptCourier()
        courier.answers.extend([None, *answers])
        for _ in range(1 + len(answers)):
            Sender(self.ledger, [courier]).run_due()
            self.clock.move(60)
        return self.ledger.get(record.id)

    def ids(self, view: str, policy_id: str | None = None) -> list[str]:
        return [one.record.id for one in read_queue(self.ledger, view, policy_id).rows]


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return Desk(tmp_path, database_url)


def test_the_clock_shows_the_next_step_that_nobody_recorded(desk: Desk) -> None:
    record = desk.request()
    # 2 March 2026 and ten business days; then 45 calendar days (11 CCR 7021).
    first = next_due(record)
    assert first is not None
    assert (first.step, first.day.isoformat()) == ("confirm", "2026-03-16")
    acknowledged = desk.ledger.apply(record.id, "acknowledge", "desk")
    then = next_due(acknowledged)
    assert then is not None
    assert (then.step, then.day.isoformat()) == ("answer", "2026-04-16")
    assert next_due(desk.ledger.apply(record.id, "fulfil", "desk")) is None
    assert next_due(desk.ledger.draft(new_request(session="x"))) is None


@pytest.mark.parametrize(("days", "soon", "overdue"), [(6, 0, 0), (7, 1, 0), (14, 1, 0), (15, 0, 1)])
def test_a_request_is_soon_in_the_last_week_and_overdue_the_day_after(
    desk: Desk, days: int, soon: int, overdue: int
) -> None:
    desk.request()
    desk.clock.move(days * DAY)
    assert count_waiting(desk.ledger) == {"uncertain": 0, "failed": 0, "overdue": overdue, "soon": soon}
    assert (len(desk.ids("soon")), len(desk.ids("overdue")), len(desk.ids("waiting"))) == (
        soon,
        overdue,
        soon + overdue,
    )


def test_the_views_tell_doubts_failures_and_the_rest_apart(desk: Desk) -> None:
    doubtful = desk.request(DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost"))
    failed = desk.request(PermanentRefusalError("550 no such mailbox"))
    sent = desk.request(firm="larkspur")
    done = desk.ledger.apply(desk.request().id, "fulfil", "desk")
    assert (doubtful.state, failed.state, sent.state, done.state) == ("uncertain", "failed", "sent", "fulfilled")
    assert desk.ids("uncertain") == [doubtful.id]
    assert desk.ids("failed") == [failed.id]
    assert set(desk.ids("waiting")) == {doubtful.id, failed.id}
    assert set(desk.ids("open")) == {doubtful.id, failed.id, sent.id}
    assert desk.ids("finished") == [done.id]
    assert len(desk.ids("all")) == 4
    assert desk.ids("all", "larkspur") == [sent.id]
    with pytest.raises(ValueError, match="unknown view"):
        read_queue(desk.ledger, "mine")


def test_what_ends_first_stands_first_and_what_has_no_clock_last(desk: Desk) -> None:
    early = desk.request()
    desk.clock.move(2 * DAY)
    late = desk.request()
    none = desk.request(regime=None)  # type: ignore[arg-type]
    assert desk.ids("open") == [early.id, late.id, none.id]


@pytest.mark.parametrize(
    ("content", "subject", "words"),
    [
        (b"Subject: Re: your request\n\nDone.\n", "Re: your request", "Done.\n"),
        (b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\nContent-Type: text/html\n\n<b>Done</b>", "Grüße", ""),
        (b"Content-Type: text/plain; charset=no-such\n\nDone.\n", "", ""),
        (b"\x00\xff\xfe", "", ""),
        (b"", "", ""),
    ],
)
def test_the_words_of_a_mail_are_its_plain_text_whatever_comes(content: bytes, subject: str, words: str) -> None:
    found = words_of(content)
    assert found[0] == subject
    assert found[1] == words or content.startswith((b"Content-Type: text/plain; charset=no", b"\x00"))
