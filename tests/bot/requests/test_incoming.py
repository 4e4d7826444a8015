"""Mail that comes back: bounces reopen their request, answers become events, everything else is left for a person."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest

from bot.requests.errors import DoubtfulDeliveryError
from bot.requests.ledger import Ledger, Sender
from bot.requests.ledger.incoming import import_folder, incoming_of, open_incoming, take_in
from bot.requests.records import RequestRecord
from tests.bot.requests.desks import DESK, FIRM, HandClock, KeptCourier, hurried, new_request, queued, settings_in

REPORT = """\
From: Mail Delivery System <mailer-daemon@relay.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

Your message could not be delivered.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; privacy@ashgrove.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b1
Content-Type: text/rfc822-headers

From: {desk}
Message-ID: {message_id}

--b1--
"""


@pytest.fixture
def ledger(tmp_path: Path, database_url: str) -> Ledger:
    return hurried(Ledger.open(settings_in(tmp_path, database_url=database_url), HandClock()))


@pytest.fixture
def sent(ledger: Ledger) -> RequestRecord:
    record = queued(ledger, new_request())
    Sender(ledger, [KeptCourier()]).run_due()
    return ledger.get(record.id)


def report(record: RequestRecord, action: str = "failed", status: str = "5.1.1", to: str | None = None) -> bytes:
    number = record.message_id.strip("<>").partition("@")[0]
    to = to or f"<bounces+{number}@policydesk.example>"
    return REPORT.format(to=to, action=action, status=status, desk=DESK, message_id=record.message_id).encode()


def test_a_bounce_fails_the_request_and_notes_the_channel(ledger: Ledger, sent: RequestRecord) -> None:
    assert take_in(ledger, report(sent)) == "bounce"
    bounced = ledger.get(sent.id)
    assert (bounced.state, bounced.tried) == ("failed", (FIRM,))
    assert ledger.events(sent.id)[-1].detail.endswith("status=5.1.1")
    assert [row.state for row in ledger.outbox.rows(["failed"])] == ["failed"]
    assert take_in(ledger, report(sent)) == "known"
    assert ledger.verify_chain(sent.id) is None


def test_a_bounce_is_known_by_the_message_it_returns_alone(ledger: Ledger, sent: RequestRecord) -> None:
    assert take_in(ledger, report(sent, to=DESK)) == "bounce"
    assert ledger.get(sent.id).state == "failed"


def test_a_delay_changes_nothing(ledger: Ledger, sent: RequestRecord) -> None:
    assert take_in(ledger, report(sent, "delayed", "4.4.1")) == "delay"
    assert ledger.get(sent.id).state == "sent"


def test_a_bounce_of_an_earlier_message_does_not_fail_the_next_one(ledger: Ledger, sent: RequestRecord) -> None:
    take_in(ledger, report(sent))
    assert sent.message is not None
    again = ledger.revise(sent.id, message=sent.message)
    assert again.message_id != sent.message_id
    assert again.message is not None
    ledger.confirm(sent.id, again.message.digest, again.version)
    ledger.codes.verify_again(sent.id, "session-1")
    Sender(ledger, [KeptCourier()]).run_due()
    assert take_in(ledger, report(sent).replace(b"no such user", b"still nobody")) == "delay"
    assert ledger.get(sent.id).state == "sent"


def test_a_bounce_that_overtakes_its_sender_waits(ledger: Ledger) -> None:
    record = queued(ledger, new_request())
    file = ledger.settings.data_dir / "in.eml"
    file.write_bytes(report(record))
    folder = ledger.settings.data_dir / "inbox"
    folder.mkdir()
    file.rename(folder / "in.eml")
    assert import_folder(ledger, folder) == {"later": 1}
    Sender(ledger, [KeptCourier()]).run_due()
    assert import_folder(ledger) == {"bounce": 1}
    assert ledger.get(record.id).state == "failed"


def test_a_bounced_code_is_noted(ledger: Ledger) -> None:
    queued(ledger, new_request())
    courier = KeptCourier()
    Sender(ledger, [courier]).run_due()
    code = next(mail for mail in courier.sent if "code-" in mail.sender)
    mail = REPORT.format(to=code.sender, action="failed", status="5.1.1", desk=DESK, message_id=code.message_id)
    assert take_in(ledger, mail.encode()) == "bounce"
    assert [(row.kind, row.reply) for row in ledger.outbox.rows(["failed"])] == [("code", "returned: 5.1.1")]


@pytest.mark.parametrize(
    "how", ["In-Reply-To: {id}", "References: <a@b.example>\n {id}", "To: {verp}", "Delivered-To: {verp}"]
)
def test_an_answer_becomes_an_event_and_stays_readable(
    ledger: Ledger, sent: RequestRecord, tmp_path: Path, how: str
) -> None:
    verp = f"bounces+{sent.message_id.strip('<>').partition('@')[0]}@policydesk.example"
    answer = (
        f"From: {FIRM}\nSubject: Your request\n{how.format(id=sent.message_id, verp=verp)}\n\nWe got it.\n".encode()
    )
    box = mailbox.Maildir(tmp_path / "inbox")
    box.add(answer)
    assert import_folder(ledger, tmp_path / "inbox") == {"reply": 1}
    assert import_folder(ledger, tmp_path / "inbox") == {}
    assert ledger.get(sent.id).state == "sent"
    listed = incoming_of(ledger, sent.id)
    assert [one.kind for one in listed] == ["reply"]
    assert open_incoming(ledger, listed[0]) == answer
    last = ledger.events(sent.id)[-1]
    assert (last.action, last.detail) == ("reply", f"mail={listed[0].digest}")


def test_mail_of_strangers_is_left_for_a_person(ledger: Ledger, sent: RequestRecord, tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "inbox.mbox")
    for content in (
        "From: a@b.example\nTo: desk@policydesk.example\n\nHello\n",
        f"From: a@b.example\nIn-Reply-To: {sent.message_id.replace('policydesk', 'elsewhere')}\n\nHello\n",
        f"From: a@b.example\nIn-Reply-To: <{'0' * 20}.1@policydesk.example>\n\nHello\n",
        "Content-Type: multipart/report; report-type=delivery-status\n\nnothing\n",
        "\x00\xff broken",
    ):
        box.add(content.encode("latin-1"))
    box.close()
    assert import_folder(ledger, tmp_path / "inbox.mbox") == {"unknown": 5}
    assert len(ledger.events(sent.id)) == 6


def test_an_answer_to_a_message_in_doubt_leaves_the_doubt_to_a_person(ledger: Ledger) -> None:
    clock = ledger.now
    assert isinstance(clock, HandClock)
    record, courier = queued(ledger, new_request()), KeptCourier()
    courier.answers.extend([None, *[DoubtfulDeliveryError("lost")] * 2])
    Sender(ledger, [courier]).run_due()
    clock.move(60)
    Sender(ledger, [courier]).run_due()
    assert take_in(ledger, f"In-Reply-To: {record.message_id}\n\nWe got it.\n".encode()) == "reply"
    assert ledger.get(record.id).state == "uncertain"
    assert ledger.resolve(record.id, arrived=True).state == "sent"
