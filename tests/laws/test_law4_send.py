"""Send law: nothing leaves for a company unless a person confirmed the exact message and proved the mailbox."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.requests.couriers.courier import Acceptance
from bot.requests.errors import (
    ChangedError,
    CodeError,
    DoubtfulDeliveryError,
    PermanentRefusalError,
    RequestError,
    StepError,
    TemporaryRefusalError,
)
from bot.requests.ledger import Ledger, Sender
from bot.requests.ledger.erasure import erase, expire_due
from bot.requests.records import RequestRecord
from bot.requests.states import STEPS
from tests.bot.requests.desks import (
    HandClock,
    KeptCourier,
    code_of,
    confirmed,
    hurried,
    new_request,
    queued,
    settings_in,
)

STEPS_TO_TAKE = 20_000 if os.environ.get("POLICYDESK_SOAK") == "1" else 2_000
AFTER_CONFIRMATION = {"confirmed", "verified", "queued", "sending", "sent", "uncertain"}
AFTER_PROOF = {"verified", "queued", "sending", "sent", "uncertain"}


@dataclass
class WatchedCourier(KeptCourier):
    """Keeps what it was given without leave: `permits` are the digests that were confirmed and proved, by request."""

    permits: dict[str, str] = field(default_factory=dict)
    delivered: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        assert request.message is not None
        if self.permits.get(request.id) != request.message.digest:
            self.breaches.append(request.id)
        self.delivered.append(request.id)
        return super().deliver(request, attempt)


class Walk:
    """People, desk and hostile visitors who do everything in any order; keeps what was really confirmed and proved."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = HandClock()
        caps = dict.fromkeys(("company_per_hour", "total_per_hour", "codes_per_block", "codes_per_hour"), 10**6)
        settings = settings_in(folder, codes_per_request=50, **caps)
        self.ledger = hurried(Ledger.open(settings, self.clock))
        self.confirmed: dict[str, str] = {}
        self.courier = WatchedCourier()
        self.permits = self.courier.permits
        self.sender = Sender(self.ledger, [self.courier])
        self.ids: list[str] = []
        self.digests: list[str] = ["0" * 64]
        self.codes: list[str] = ["00000000"]
        self.refused: Counter[str] = Counter()

    def step(self) -> None:
        act = self.dice.choice(self.acts)
        try:
            act(self)
        except (StepError, ChangedError, CodeError, RequestError, ValueError) as error:
            self.refused[type(error).__name__] += 1

    def check(self, request_id: str) -> None:
        record = self.ledger.get(request_id)
        digest = record.message.digest if record.message is not None else None
        if digest is not None and record.state in AFTER_CONFIRMATION:
            assert self.confirmed.get(request_id) == digest
        if digest is not None and record.state in AFTER_PROOF:
            assert self.permits.get(request_id) == digest

    def one(self) -> str:
        # Mostly the latest ones, so that some get far.
        return self.dice.choice(self.ids[-3:] if self.dice.random() < 0.8 else self.ids)

    def draft(self) -> None:
        number = len(self.ids)
        session = f"session-{self.dice.randrange(8)}"
        record = self.ledger.draft(new_request(email=f"p{number % 40}@mailbox.example", session=session))
        assert record.message is not None
        self.ids.append(record.id)
        self.digests.append(record.message.digest)

    def revise(self) -> None:
        record = self.ledger.get(self.one())
        if record.message is None:
            return
        words = f"{record.message.body}\nOnce more: {self.dice.randrange(10**6)}\n"
        revised = self.ledger.revise(record.id, message=replace(record.message, body=words[-900:]))
        assert revised.message is not None
        self.digests.append(revised.message.digest)
        self.confirmed.pop(record.id, None)
        self.permits.pop(record.id, None)

    def confirm(self) -> None:
        record = self.ledger.get(self.one())
        digest = record.message.digest if record.message is not None else ""
        given = digest if self.dice.random() < 0.6 else self.dice.choice(self.digests[-20:])
        version = record.version if self.dice.random() < 0.8 else "2025-12-31"
        self.ledger.confirm(record.id, given, version)
        assert (given, version) == (digest, record.version)
        self.confirmed[record.id] = digest

    def ask_code(self) -> None:
        record = self.ledger.get(self.one())
        session = record.session if self.dice.random() < 0.8 else "session-9"
        self.ledger.codes.send_code(record.id, session, "203.0.113.9")
        assert session == record.session
        self.codes.append(code_of(self.ledger, record.id))

    def type_code(self) -> None:
        record = self.ledger.get(self.one())
        right = self.dice.random() < 0.5
        try:
            code = code_of(self.ledger, record.id) if right else self.dice.choice(self.codes[-10:])
        except AssertionError:
            code = self.dice.choice(self.codes)
        session = record.session if self.dice.random() < 0.8 else "session-9"
        self.ledger.codes.verify(record.id, session, code)
        assert session == record.session
        assert code == code_of(self.ledger, record.id)
        assert record.message is not None
        assert self.confirmed[record.id] == record.message.digest
        self.permits[record.id] = record.message.digest

    def verify_again(self) -> None:
        record = self.ledger.get(self.one())
        session = record.session if self.dice.random() < 0.7 else "session-9"
        if self.ledger.codes.verify_again(record.id, session) is None:
            return
        assert session == record.session
        assert record.message is not None
        assert self.confirmed[record.id] == record.message.digest
        self.permits[record.id] = record.message.digest

    def any_step(self) -> None:
        self.ledger.apply(self.one(), self.dice.choice(list(STEPS)), self.dice.choice(["person", "desk", "courier"]))

    def desk_work(self) -> None:
        request_id = self.one()
        self.dice.choice(
            [
                lambda: self.ledger.retry(request_id),
                lambda: self.ledger.resolve(request_id, arrived=True),
                lambda: self.ledger.resolve(request_id, arrived=False),
                lambda: self.ledger.bounce(request_id, "courier", "status=5.1.1"),
                lambda: self.ledger.show(request_id),
            ]
        )()

    def send(self) -> None:
        answers: list[Exception | None] = [
            TemporaryRefusalError("451"),
            PermanentRefusalError("550"),
            DoubtfulDeliveryError("lost"),
            RuntimeError("a fault"),
            None,
        ]
        self.courier.answers.extend(self.dice.choices(answers, [2, 1, 2, 1, 6], k=3))
        self.sender.run_due()

    def crash(self) -> None:
        """A sender that claims and is never heard of again."""
        self.ledger.outbox.claim(f"dead-{self.dice.random()}", ["maildir"])

    def time(self) -> None:
        self.clock.move(self.dice.choice([5, 60, 400, 1_000, 4_000]))

    def brakes(self) -> None:
        self.ledger.outbox.stop("holiday") if self.dice.random() < 0.3 else self.ledger.outbox.resume()

    def forget(self) -> None:
        if self.dice.random() < 0.05:
            erase(self.ledger, f"p{self.dice.randrange(40)}@mailbox.example")
        elif self.dice.random() < 0.05:
            expire_due(self.ledger)
        elif self.dice.random() < 0.1:
            self.ledger.codes.block(self.ledger.codes.token(self.ledger.codes.mailbox_key("p39@mailbox.example")))

    acts: tuple[Any, ...] = (
        *[draft, draft, revise, *[confirm] * 6, *[ask_code] * 4, *[type_code] * 6, verify_again, verify_again],
        *[any_step, desk_work, send, send, send, crash, time, brakes, forget],
    )


def test_no_order_of_steps_sends_what_was_not_confirmed_and_proved(tmp_path: Path) -> None:
    walk = Walk(tmp_path, 20261128)
    walk.draft()
    for number in range(STEPS_TO_TAKE):
        walk.step()
        if number % 7 == 0:
            walk.check(walk.one())
    for request_id in walk.ids:
        walk.check(request_id)
        assert walk.ledger.verify_chain(request_id) is None
    states = Counter(walk.ledger.get(one).state for one in walk.ids)
    assert walk.courier.breaches == []
    assert len(walk.courier.delivered) > STEPS_TO_TAKE / 200
    assert {"StepError", "ChangedError", "CodeError", "RequestError", "ValueError"} <= walk.refused.keys()
    assert states["sent"] + states["acknowledged"] + states["fulfilled"] + states["denied"] > 5
    if STEPS_TO_TAKE >= 20_000:
        report = f"{STEPS_TO_TAKE} steps, {len(walk.ids)} requests, {len(walk.courier.delivered)} handed to a courier, {dict(states)}, refused {dict(walk.refused)}\n"
        sys.__stdout__.write(report)  # type: ignore[union-attr]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return hurried(Ledger.open(settings_in(tmp_path)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE requests SET message = replace(message, 'delete', 'publish')",
        "UPDATE requests SET message = replace(message, 'ashgrove.example', 'elsewhere.example')",
        "UPDATE requests SET confirmed_digest = NULL",
        "UPDATE requests SET verified = NULL",
        "UPDATE requests SET route = 'hand_over'",
        "UPDATE requests SET person = NULL",
    ],
)
def test_a_row_that_was_tampered_with_is_found_and_not_sent(ledger: Ledger, statement: str) -> None:
    record = queued(ledger, new_request())
    with ledger.database.writing() as connection:
        connection.execute(text("DELETE FROM outbox WHERE kind = 'code'"))
        connection.execute(text(statement))
    courier = KeptCourier()
    Sender(ledger, [courier]).run_due()
    assert courier.sent == []
    assert [row.state for row in ledger.outbox.rows(["failed"])] == ["failed"]
    if "person" not in statement:
        assert ledger.verify_chain(record.id) is not None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE request_events SET detail = 'message=0' WHERE number = 2",
        "UPDATE request_events SET actor = 'desk' WHERE number = 3",
        "UPDATE request_events SET at = replace(at, '20', '19') WHERE number = 1",
        "DELETE FROM request_events WHERE number = 2",
        "DELETE FROM request_events WHERE number = 4",
        "UPDATE requests SET state = 'sent'",
        "UPDATE requests SET head = ''",
        "UPDATE requests SET verified = '2026-01-01T00:00:00.000000+00:00'",
        "UPDATE requests SET version = '2027-01-01'",
        "UPDATE requests SET state = 'drafted', events = 1, head = (SELECT digest FROM request_events WHERE number = 1)",
    ],
)
def test_a_chain_that_was_tampered_with_is_found(ledger: Ledger, statement: str) -> None:
    record = queued(ledger, new_request())
    assert ledger.verify_chain(record.id) is None
    with ledger.database.writing() as connection:
        connection.execute(text(statement))
    assert ledger.verify_chain(record.id) is not None


def test_a_message_that_changed_after_its_confirmation_is_confirmed_anew(ledger: Ledger) -> None:
    record = confirmed(ledger, new_request())
    ledger.codes.send_code(record.id, record.session, None)
    old_code = code_of(ledger, record.id)
    assert record.message is not None
    changed = ledger.revise(record.id, message=replace(record.message, body="Send me everything.\n"))
    assert (changed.state, changed.verified) == ("drafted", None)
    with pytest.raises(CodeError):
        ledger.codes.verify(record.id, record.session, old_code)
    with pytest.raises(ChangedError):
        ledger.confirm(record.id, record.message.digest, record.version)
    assert changed.message is not None
    ledger.confirm(record.id, changed.message.digest, record.version)
    # The code was made for the former words.
    with pytest.raises(CodeError):
        ledger.codes.verify(record.id, record.session, old_code)
    assert ledger.get(record.id).state == "confirmed"


def test_a_proved_mailbox_is_not_asked_again_but_the_new_message_is_confirmed(ledger: Ledger) -> None:
    queued(ledger, new_request())
    other = ledger.draft(new_request())
    with pytest.raises(StepError):
        ledger.codes.verify_again(other.id, "session-1")
    assert other.message is not None
    ledger.confirm(other.id, other.message.digest, other.version)
    assert ledger.codes.verify_again(other.id, "session-2") is None
    again = ledger.codes.verify_again(other.id, "session-1")
    assert again is not None
    assert again.state == "queued"


def test_what_is_handed_over_is_never_queued(ledger: Ledger) -> None:
    record = ledger.draft(new_request(route="hand_over"))
    assert ledger.show(record.id).state == "shown"
    assert record.message is not None
    with pytest.raises(StepError):
        ledger.confirm(record.id, record.message.digest, record.version)
    assert ledger.outbox.rows(["waiting"]) == []
