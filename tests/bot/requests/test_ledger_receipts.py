"""Receipts of requests that went through the real ledger: every way a request can go gives one that holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.requests.errors import DoubtfulDeliveryError
from bot.requests.ledger import Ledger, Sender
from bot.requests.receipt_check import verify_receipt
from bot.requests.receipts import receipt_json, receipt_of
from bot.requests.records import RequestRecord
from tests.bot.requests.desks import WORDS, HandClock, KeptCourier, confirmed, hurried, new_request, queued, settings_in

# The place of the words in what the ledger's requests quote.
TEXT = " " * 40 + WORDS


class Desk:
    """A ledger, a clock and a courier; `pause` lets a minute pass."""

    def __init__(self, folder: Path) -> None:
        self.clock = HandClock()
        self.ledger = hurried(Ledger.open(settings_in(folder), self.clock))
        self.courier = KeptCourier()

    def pause(self, seconds: float = 60) -> None:
        self.clock.move(seconds)

    def send(self) -> None:
        self.pause()
        Sender(self.ledger, [self.courier]).run_due()


def drafted(desk: Desk) -> RequestRecord:
    return desk.ledger.draft(new_request())


def only_confirmed(desk: Desk) -> RequestRecord:
    return confirmed(desk.ledger, new_request())


def sent(desk: Desk) -> RequestRecord:
    record = queued(desk.ledger, new_request())
    desk.send()
    return record


def extended(desk: Desk) -> RequestRecord:
    record = sent(desk)
    for action in ("acknowledge", "extend", "fulfil"):
        desk.pause(86_400)
        desk.ledger.apply(record.id, action, "desk", reference="C-77")
    return record


def settled(desk: Desk) -> RequestRecord:
    record = queued(desk.ledger, new_request())
    # The first answer is for the mail with the code.
    desk.courier.answers.extend([None, DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost")])
    for _ in range(3):
        desk.send()
        desk.pause(7_200)
    assert desk.ledger.get(record.id).state == "uncertain"
    desk.ledger.resolve(record.id, arrived=True)
    return record


def handed_over(desk: Desk) -> RequestRecord:
    record = desk.ledger.draft(new_request())
    desk.pause()
    desk.ledger.show(record.id)
    desk.pause()
    desk.ledger.apply(record.id, "report_sent", "person")
    desk.pause()
    desk.ledger.apply(record.id, "report_sent", "person")
    return record


def returned(desk: Desk) -> RequestRecord:
    record = sent(desk)
    desk.pause(600)
    desk.ledger.bounce(record.id, "desk", "550 unknown")
    return record


def withdrawn(desk: Desk) -> RequestRecord:
    record = sent(desk)
    desk.pause(600)
    desk.ledger.apply(record.id, "withdraw", "person")
    return record


@pytest.mark.parametrize(
    "way",
    [drafted, only_confirmed, sent, extended, settled, handed_over, returned, withdrawn],
    ids=lambda way: way.__name__,
)
def test_a_receipt_holds_whichever_way_the_request_went(tmp_path: Path, way: Callable[[Desk], RequestRecord]) -> None:
    desk = Desk(tmp_path)
    record = desk.ledger.get(way(desk).id)
    data = receipt_json(receipt_of(record, desk.ledger.events(record.id), TEXT))
    assert verify_receipt(data, lambda policy_id, version: TEXT) == []
