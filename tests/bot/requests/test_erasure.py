"""Forgetting a person leaves no byte of what they gave: database, folders, logs. Time does the same by itself."""

from __future__ import annotations

import logging
import os
import random
from pathlib import Path

import pytest

from bot.requests.couriers.maildir import MaildirCourier
from bot.requests.errors import DoubtfulDeliveryError, TemporaryRefusalError
from bot.requests.ledger import Ledger, Sender
from bot.requests.ledger.erasure import erase, expire_due
from bot.requests.ledger.incoming import import_folder, incoming_of
from bot.requests.records import Person
from tests.bot.requests.desks import DESK, HandClock, KeptCourier, confirmed, hurried, new_request, queued, settings_in

PEOPLE = 200 if os.environ.get("POLICYDESK_SOAK") == "1" else 40
CAPS = dict.fromkeys(("codes_per_block", "codes_per_hour", "company_per_hour", "total_per_hour"), 10**6)


def bytes_under(folder: Path) -> bytes:
    return b"\n".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def test_no_byte_of_erased_people_is_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    dice, clock = random.Random(11), HandClock()
    ledger = hurried(Ledger.open(settings_in(tmp_path, **CAPS), clock))
    rehearsing = hurried(Ledger.open(settings_in(tmp_path, dry_run=True, **CAPS), clock))
    outgoing = MaildirCourier(ledger.settings.outgoing)
    sender, rehearsal = Sender(ledger, [outgoing]), Sender(rehearsing, [outgoing])
    people: dict[str, list[str]] = {}
    kept = queued(ledger, new_request("Kept Keeper", "keeper@mailbox.example", session="keeper-session"))
    ids = {}
    for number in range(PEOPLE):
        name, email, blank = f"Ottoline{number}x Varga{number}x", f"o{number}x@mailbox.example", f"order-{number}x-4711"
        person = Person(name, email, f"Quince{number}x", (("Order", blank),))
        new = new_request(name, email, session=f"visit-{number}x", person=person)
        stage = number % 5
        record = ledger.draft(new) if stage == 0 else confirmed(ledger, new) if stage == 1 else queued(ledger, new)
        ids[email] = record.id
        people[email] = [name, email, f"Quince{number}x", blank, f"visit-{number}x"]
        if stage in {3, 4}:
            (sender if stage == 3 else rehearsal).run_due()
        if stage == 3:
            folder = tmp_path / "inbox"
            folder.mkdir(exist_ok=True)
            answer = f"From: privacy@ashgrove.example\nTo: {DESK}\nIn-Reply-To: {record.message_id}\n\nDear {name}, {blank}\n"
            (folder / f"{number}.eml").write_text(answer)
            stray = f"From: {email}\nTo: {DESK}\nSubject: hello\n\nIt is me, {name}, {blank}\n"
            (folder / f"{number}-stray.eml").write_text(stray)
            import_folder(ledger, folder)
            assert len(incoming_of(ledger, record.id)) == 1
            for file in folder.iterdir():
                file.unlink()
    before = bytes_under(tmp_path / "data")
    assert all(any(word.encode() in before for word in words) for words in people.values())
    order = list(people)
    dice.shuffle(order)
    for email in order:
        assert erase(ledger, dice.choice([email, email.upper(), email.replace("@", "+shop@")])).requests == 1
    left = bytes_under(tmp_path / "data")
    found = [word for words in people.values() for word in words if word.encode() in left]
    assert found == []
    assert b"keeper@mailbox.example" in left
    assert ledger.get(kept.id).person is not None
    logged = "\n".join(f"{record.getMessage()} {record.args}" for record in caplog.records)
    assert [word for words in people.values() for word in words if word in logged] == []
    for email, request_id in ids.items():
        record = ledger.get(request_id)
        assert (record.person, record.message, record.session, email in str(ledger.events(request_id))) == (
            None,
        ) * 3 + (False,)
        assert ledger.events(request_id)[-1].action == "erase"
        assert ledger.verify_chain(request_id) is None
    assert {ledger.get(one).state for one in ids.values()} == {"withdrawn", "sent"}
    sender.run_due()
    assert sum(1 for _ in (ledger.settings.outgoing / "new").iterdir()) == 2  # the keeper's code and message


def test_erasing_one_who_is_unknown_changes_nothing(tmp_path: Path) -> None:
    ledger = hurried(Ledger.open(settings_in(tmp_path)))
    queued(ledger, new_request())
    assert erase(ledger, "nobody@mailbox.example").requests == 0
    assert len(ledger.outbox.rows(["waiting"])) == 2


def test_a_message_that_is_just_leaving_is_counted_and_never_sent_again(tmp_path: Path) -> None:
    clock, courier = HandClock(), KeptCourier()
    ledger = hurried(Ledger.open(settings_in(tmp_path), clock))
    record = queued(ledger, new_request())
    claimed = ledger.outbox.claim("slow", ["maildir"])
    while claimed is not None and claimed.kind == "code":
        claimed = ledger.outbox.exchange(claimed, DoubtfulDeliveryError("x"), ["maildir"])
    assert claimed is not None
    assert erase(ledger, "ottoline@mailbox.example").in_flight == 1
    # The one that holds it is refused for now; nothing is left to try again with.
    ledger.outbox.finish(claimed, TemporaryRefusalError("451 ottoline@mailbox.example later"))
    clock.move(10_000)
    Sender(ledger, [courier]).run_due()
    assert courier.sent == []
    assert ledger.get(record.id).state in {"queued", "failed", "uncertain"}
    assert b"ottoline" not in bytes_under(tmp_path / "data").lower()


def test_drafts_finished_and_forgotten_requests_go_in_time(tmp_path: Path) -> None:
    clock, courier = HandClock(), KeptCourier()
    ledger = hurried(Ledger.open(settings_in(tmp_path, **CAPS), clock))
    draft = ledger.draft(new_request(session="a"))
    done = queued(ledger, new_request(session="b"))
    out = queued(ledger, new_request(session="c"))
    Sender(ledger, [courier]).run_due()
    ledger.apply(done.id, "fulfil", "desk")
    clock.move(7 * 86_400 - 60)
    assert expire_due(ledger).requests == 0
    clock.move(120)
    assert expire_due(ledger).requests == 1
    assert (ledger.get(draft.id).state, ledger.get(draft.id).person) == ("expired", None)
    assert ledger.get(done.id).person is not None
    clock.move(173 * 86_400)
    assert expire_due(ledger).requests == 1
    assert (ledger.get(done.id).state, ledger.get(done.id).person) == ("fulfilled", None)
    clock.move(551 * 86_400)
    assert expire_due(ledger).requests == 1
    assert (ledger.get(out.id).state, ledger.get(out.id).person) == ("expired", None)
    assert expire_due(ledger).requests == 0
    assert [ledger.verify_chain(one.id) for one in (draft, done, out)] == [None] * 3
