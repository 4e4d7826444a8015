"""Delivery law: an acknowledged request is never lost, leaves at most twice under one Message-ID; doubt waits for a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.ledger import Ledger, Sender
from bot.requests.records import RequestRecord
from tests.bot.requests.desks import FIRM, HandClock, KeptCourier, hurried, new_request, queued, settings_in


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def ledger(tmp_path: Path, database_url: str, clock: HandClock) -> Ledger:
    return hurried(Ledger.open(settings_in(tmp_path, database_url=database_url), clock))


@pytest.fixture
def courier() -> KeptCourier:
    return KeptCourier()


@pytest.fixture
def sender(ledger: Ledger, courier: KeptCourier) -> Sender:
    return Sender(ledger, [courier])


@pytest.fixture
def record(ledger: Ledger, sender: Sender) -> RequestRecord:
    """A queued request whose code has already left."""
    ledger.outbox.stop("until the code is away")
    made = queued(ledger, new_request())
    ledger.outbox.resume()
    return made


def copies(courier: KeptCourier) -> list[str]:
    return [mail.message_id for mail in courier.sent if mail.recipient == FIRM]


def test_a_message_leaves_once_and_its_reply_is_kept(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord
) -> None:
    assert sender.run_due() == 2
    sent = ledger.get(record.id)
    assert (sent.state, copies(courier)) == ("sent", [record.message_id])
    assert sent.started is not None
    assert ledger.events(record.id)[-1].detail == "attempt=1 250 taken"
    assert sender.run_due() == 0


def test_refusals_are_tried_again_after_1_5_15_30_minutes_then_hourly_for_5_days(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord, clock: HandClock
) -> None:
    courier.answers.extend([None, *[TemporaryRefusalError("451 later")] * 200])
    sender.run_due()
    waits, began, last = [], clock.at, clock.at
    while ledger.get(record.id).state == "queued":
        due = ledger.outbox.rows(["waiting"])[0].due
        waits.append((due - last).total_seconds() / 60)
        clock.at = last = due
        assert sender.run_due() == 1
    assert waits[:6] == [1, 5, 15, 30, 60, 60]
    assert set(waits[4:]) == {60}
    assert 119 < (clock.at - began).total_seconds() / 3600 <= 120
    assert (ledger.get(record.id).state, copies(courier)) == ("failed", [])
    assert [row.reply for row in ledger.outbox.rows(["failed"])] == ["451 later"]


def test_a_permanent_refusal_ends_it_and_notes_the_channel(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord
) -> None:
    courier.answers.extend([None, PermanentRefusalError("550 no such mailbox")])
    sender.run_due()
    failed = ledger.get(record.id)
    assert (failed.state, failed.tried) == ("failed", (FIRM,))
    assert [(row.state, row.reply) for row in ledger.outbox.rows(["failed", "uncertain"])] == [
        ("failed", "550 no such mailbox")
    ]


def test_a_second_doubt_is_parked_for_a_person(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord, clock: HandClock
) -> None:
    courier.answers.extend([None, DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost again")])
    sender.run_due()
    assert ledger.get(record.id).state == "queued"
    clock.move(60)
    sender.run_due()
    assert ledger.get(record.id).state == "uncertain"
    clock.move(10 * 86_400)
    assert sender.run_due() == 0
    assert copies(courier) == [record.message_id] * 2
    assert [event.action for event in ledger.events(record.id)][-4:] == ["claim", "resend", "claim", "doubt"]


def test_a_refusal_after_a_doubt_does_not_call_the_message_unsent(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord, clock: HandClock
) -> None:
    courier.answers.extend([None, DoubtfulDeliveryError("lost"), PermanentRefusalError("554 seen before")])
    sender.run_due()
    clock.move(60)
    sender.run_due()
    assert ledger.get(record.id).state == "uncertain"


def test_a_fault_of_the_courier_is_read_as_doubt(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord
) -> None:
    courier.answers.extend([None, ZeroDivisionError("secret words")])
    sender.run_due()
    assert [(row.doubts, row.reply) for row in ledger.outbox.rows(["waiting"])] == [(1, "fault: ZeroDivisionError")]


@pytest.mark.parametrize(("arrived", "state", "count"), [(True, "sent", 2), (False, "sent", 3)])
def test_a_person_settles_a_doubt(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord, clock: HandClock,
    arrived: bool, state: str, count: int,
) -> None:  # fmt: skip
    courier.answers.extend([None, DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost")])
    sender.run_due()
    clock.move(60)
    sender.run_due()
    ledger.resolve(record.id, arrived=arrived)
    sender.run_due()
    assert (ledger.get(record.id).state, len(copies(courier))) == (state, count)
    assert set(copies(courier)) == {record.message_id}


def test_a_sender_that_died_is_followed_once(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord, clock: HandClock
) -> None:
    for _ in range(2):
        first = ledger.outbox.claim("dead", ["maildir"])
        while first is not None and first.kind == "code":
            first = ledger.outbox.exchange(first, DoubtfulDeliveryError("x"), ["maildir"])
        assert first is not None
        assert ledger.outbox.claim("other", ["maildir"]) is None  # its lane is held
        clock.move(16)
        ledger.outbox.stop("look")
        sender.run_due()
        ledger.outbox.resume()
    sender.run_due()
    assert ledger.get(record.id).state == "uncertain"
    assert copies(courier) == []


def test_a_sender_that_was_taken_for_dead_cannot_write_over_its_follower(
    ledger: Ledger, sender: Sender, courier: KeptCourier, record: RequestRecord, clock: HandClock
) -> None:
    slow = ledger.outbox.claim("slow", ["maildir"])
    while slow is not None and slow.kind == "code":
        slow = ledger.outbox.exchange(slow, DoubtfulDeliveryError("x"), ["maildir"])
    assert slow is not None
    clock.move(16)
    sender.run_due()
    assert ledger.get(record.id).state == "sent"
    assert ledger.outbox.finish(slow, PermanentRefusalError("550 late")) is None
    assert ledger.get(record.id).state == "sent"
    assert ledger.verify_chain(record.id) is None


def test_a_heartbeat_keeps_a_slow_delivery(tmp_path: Path) -> None:
    import threading
    import time

    ledger = hurried(Ledger.open(settings_in(tmp_path, lease_seconds=0.3)))

    class SlowCourier(KeptCourier):
        def post(self, mail):  # type: ignore[no-untyped-def]
            time.sleep(0.9 if mail.recipient == FIRM else 0)
            return super().post(mail)

    courier = SlowCourier()
    record = queued(ledger, new_request())
    stop = threading.Event()
    threads = [threading.Thread(target=Sender(ledger, [courier]).run_forever, args=(stop,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    stop.set()
    for thread in threads:
        thread.join(30)
    assert ledger.get(record.id).state == "sent"
    assert copies(courier) == [record.message_id]
