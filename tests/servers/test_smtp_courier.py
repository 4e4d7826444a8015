"""Mail through a real SMTP server: one envelope recipient, the template's headers, and the stage at which it was lost."""

from __future__ import annotations

import datetime as dt
import os
import random
import socket
import sys
import time
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.requests.couriers.mail import Mail, mail_of
from bot.requests.couriers.maildir import MaildirCourier
from bot.requests.couriers.mime import as_email
from bot.requests.couriers.smtp import SmtpCourier
from bot.requests.errors import DoubtfulDeliveryError, FieldError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.fields import check_mailbox, check_message, check_person
from bot.requests.records import Message, Person, RequestRecord
from bot.requests.settings import SmtpSettings
from tests.bot.requests.desks import DESK, FIRM, new_request
from tests.servers.mail_server import Temper, serving
from tests.servers.running import free_port

SOAK = os.environ.get("POLICYDESK_SOAK") == "1"
GENERATED = 5_000 if SOAK else 400
WHEN = dt.datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=dt.UTC)


def record(name: str = "Ottoline Varga", email: str = "ottoline@mailbox.example", **message: str) -> RequestRecord:
    new = new_request(name, email)
    return RequestRecord(
        new.id, new.session, new.policy_id, new.version, new.company, new.type, new.regime, new.right, new.channel,
        "smtp", new.person, replace(new.message, **message), new.quotes, "sending", f"<{new.id}.1@policydesk.example>",
        WHEN, WHEN, queued=WHEN,
    )  # fmt: skip


def courier_to(port: int, seconds: float = 2.0) -> SmtpCourier:
    return SmtpCourier(SmtpSettings("127.0.0.1", port, security="none", timeout_seconds=seconds))


def test_the_mail_is_what_a_person_would_write_and_the_same_every_time() -> None:
    one = record()
    content = as_email(one)
    assert content == as_email(one)
    mail = message_from_bytes(content, policy=policy.default)
    assert {name: str(mail[name]) for name in ("From", "To", "Reply-To", "Subject", "Date", "Message-ID")} == {
        "From": DESK,
        "To": FIRM,
        "Reply-To": "ottoline@mailbox.example",
        "Subject": "Request to delete my personal information",
        "Date": "Mon, 02 Mar 2026 09:30:15 +0000",
        "Message-ID": one.message_id,
    }
    assert one.message is not None
    assert text_of(mail) == one.message.body
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_lines_with_dots_arrive_as_they_were() -> None:
    temper = Temper()
    body = "Hello,\n.\n..\n.hidden\n\nÅsa – “quoted”\n.\n"
    with serving(temper) as port:
        acceptance = courier_to(port).deliver(record(body=body), 1)
    assert acceptance.reply == "250 2.0.0 taken"
    assert text_of(temper.taken[0].mail) == body


def text_of(mail: EmailMessage) -> str:
    """Return the words of a mail with the ends of lines that the stored message has."""
    content: str = mail.get_content()
    return content.replace("\r\n", "\n")


def test_mails_go_out_on_one_connection_until_the_courier_rests() -> None:
    temper = Temper()
    with serving(temper) as port:
        courier = courier_to(port)
        for _ in range(3):
            courier.deliver(record(), 1)
        courier.rest()
        courier.deliver(record(), 1)
        courier.rest()
    assert sorted(temper.mails.values()) == [1, 3]
    assert len(temper.taken) == 4


@pytest.mark.parametrize(("temper", "mails"), [(Temper(most=2), [1, 2, 2]), (Temper(leaves=True), [1] * 5)])
def test_a_server_that_wants_no_more_on_a_connection_gets_the_next_mail_on_another(
    temper: Temper, mails: list[int]
) -> None:
    with serving(temper) as port:
        courier = courier_to(port)
        for _ in range(5):
            assert courier.deliver(record(), 1).reply == "250 2.0.0 taken"
            time.sleep(0.05)
        courier.rest()
    assert sorted(temper.mails.values()) == mails
    assert len(temper.taken) == 5


def test_after_a_refusal_the_next_mail_opens_its_own_connection() -> None:
    temper = Temper(at_data="451 4.3.0 try again later")
    with serving(temper) as port:
        courier = courier_to(port)
        with pytest.raises(TemporaryRefusalError):
            courier.deliver(record(), 1)
        temper.at_data = None
        courier.deliver(record(), 2)
        courier.rest()
    assert sorted(temper.mails.values()) == [1, 1]


LETTERS = "abcdefghijklmnopqrstuvwxyzäöüßéèñçøåşğıžабвгдежзиклмноπρστυφ漢字仮名한글عربيעברית'-. "
TRICKS = (
    "Eve\r\nBcc: all@victim.example", "Eve\nSubject: other", "a@b.example, c@d.example", "Eve <eve@evil.example>",
    "=?utf-8?q?Eve=0ABcc:_x=40y.example?=", "Eve\x00", "\u202eevE", "\u2066Eve\u2069", '"Eve" <a@b.example>', "Eve\x0bBob",
    "undisclosed-recipients:;", "Eve\u2028Bob", "Eve\x85Bob", "@", "a@b@c.example", "a@[127.0.0.1]", "\ud800", "x" * 1_000_000,
)  # fmt: skip


def generated(dice: random.Random) -> tuple[str, str, str]:
    """Return a name, an address and a subject, each sometimes hostile."""

    def words(longest: int) -> str:
        made = "".join(dice.choices(LETTERS, k=dice.randint(1, longest))).strip() or "Eve"
        if dice.random() < 0.15:
            trick = dice.choice(TRICKS)
            place = dice.randint(0, len(made))
            made = dice.choice([trick, made[:place] + trick + made[place:]])
        return made

    local = "".join(dice.choices("abcdefghijklmnopqrstuvwxyz0123456789.+_-'", k=dice.randint(1, 20)))
    domain = dice.choice(
        ["mailbox.example", "MAIL.example", "bücher.example", "раура1.example", "аррӏе.example", "x.y.example"]
    )
    address = f"{local}@{domain}"
    if dice.random() < 0.2:
        address = dice.choice([address + dice.choice(TRICKS), dice.choice(TRICKS) + address, dice.choice(TRICKS)])
    return words(60), address, words(120)


def test_generated_names_addresses_and_subjects_reach_one_mailbox_under_the_templates_headers() -> None:
    dice = random.Random(5)
    temper = Temper()
    sent: list[RequestRecord] = []
    refused = 0
    with serving(temper) as port:
        courier = courier_to(port, 10)
        for _ in range(GENERATED):
            name, address, subject = generated(dice)
            try:
                person = check_person(Person(name, address, None, (("Order", subject),)))
                body = f"Hello,\n\nName: {person.name}\nE-mail: {person.email}\nOrder: {person.blanks[0][1]}\n"
                check_message(Message("email", FIRM, subject, body, DESK, person.email))
            except FieldError:
                refused += 1
                continue
            one = record(person.name, person.email, subject=subject, body=body, reply_to=person.email)
            courier.deliver(one, 1)
            sent.append(one)
        courier.rest()
    assert len(temper.taken) == len(sent) > GENERATED / 4
    assert refused > GENERATED / 10
    for one, taken in zip(sent, temper.taken, strict=True):
        assert one.message is not None
        assert taken.recipients == (FIRM,)
        assert taken.sender == f"bounces+{one.id}.1@policydesk.example"
        mail = taken.mail
        assert mail.keys() == [
            *("From", "To", "Reply-To", "Subject", "Date", "Message-ID"),
            *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
        ]
        assert [address.addr_spec for address in mail["To"].addresses] == [FIRM]
        assert [address.addr_spec for address in mail["From"].addresses] == [DESK]
        assert [address.addr_spec for address in mail["Reply-To"].addresses] == [one.message.reply_to]
        assert " ".join(str(mail["Subject"]).split()) == " ".join(one.message.subject.split())
        assert (str(mail["Message-ID"]), text_of(mail)) == (one.message_id, one.message.body)
        assert list(mail.defects) == []
    if SOAK:
        sys.__stdout__.write(f"{GENERATED} generated: {len(sent)} sent, {refused} refused\n")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "mailbox",
    [
        "", "ottoline", "a@b.example, c@d.example", "a@b.example;c@d.example", "Ottoline <a@b.example>", "<a@b.example>",
        "a@b.example\r\nBcc: c@d.example", "a@b.example\n", "a@b.example\x00", "a\u200b@b.example", "\u202ea@b.example",
        "=?utf-8?q?a=40b.example=2Cc=40d.example?=", '"a b"@c.example', "a@[127.0.0.1]", "a@localhost", "a@b..example",
        "a@раура1.example", "a@аррӏе.example", "a@xn--80ak6aa92e.example", "ä@mailbox.example", "a@-b.example",
        "a" * 65 + "@mailbox.example", "a@" + "b" * 300 + ".example", "x" * 1_000_000,
    ],
)  # fmt: skip
def test_what_is_no_plain_mailbox_is_refused(mailbox: str) -> None:
    with pytest.raises(FieldError):
        check_mailbox("email", mailbox)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" ottoline@mailbox.example ", "ottoline@mailbox.example"),
        ("O.Varga+desk@Mailbox.EXAMPLE", "O.Varga+desk@mailbox.example"),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@пример.example", "a@xn--e1afmkfd.example"),
        ("o'neil@mailbox.example", "o'neil@mailbox.example"),
    ],
)
def test_plain_mailboxes_are_taken(typed: str, kept: str) -> None:
    assert check_mailbox("email", typed) == kept


@pytest.mark.parametrize(
    ("temper", "error", "reply"),
    [
        (Temper(at_recipient="550 5.1.1 <privacy@ashgrove.example> unknown"), PermanentRefusalError, "550 5.1.1 (address) unknown"),
        (Temper(at_recipient="450 4.2.1 busy"), TemporaryRefusalError, "450 4.2.1 busy"),
        (Temper(at_data="554 5.7.1 no"), PermanentRefusalError, "554 5.7.1 no"),
        (Temper(at_data="451 4.3.0 later"), TemporaryRefusalError, "451 4.3.0 later"),
        (Temper(cuts=1.0), DoubtfulDeliveryError, None),
        (Temper(hangs=1.0, hang_seconds=1.0), DoubtfulDeliveryError, None),
    ],
)  # fmt: skip
def test_every_refusal_tells_whether_the_mail_was_taken(temper: Temper, error: type, reply: str | None) -> None:
    with serving(temper) as port, pytest.raises(error) as caught:
        courier_to(port, 0.4).deliver(record(), 1)
    assert type(caught.value) is error
    if reply is not None:
        assert caught.value.reply == reply


def test_a_host_that_does_not_answer_is_tried_again() -> None:
    with pytest.raises(TemporaryRefusalError):
        courier_to(free_port()).deliver(record(), 1)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(TemporaryRefusalError):
        courier_to(silent.getsockname()[1], 0.3).deliver(record(), 1)
    with pytest.raises(TemporaryRefusalError):
        SmtpCourier(SmtpSettings("no-such-host.invalid", timeout_seconds=1)).deliver(record(), 1)


def test_a_server_without_starttls_gets_nothing() -> None:
    temper = Temper()
    with serving(temper) as port, pytest.raises(TemporaryRefusalError):
        SmtpCourier(SmtpSettings("127.0.0.1", port, timeout_seconds=1)).deliver(record(), 1)
    assert temper.taken == []


def test_an_envelope_is_never_a_list() -> None:
    temper = Temper()
    with serving(temper) as port, pytest.raises(FieldError):
        courier_to(port).post(
            Mail("<x@y.example>", "bounces+x@y.example", "a@b.example>,<c@d.example", b"Subject: x\r\n\r\n")
        )
    assert temper.taken == []


def test_a_maildir_holds_each_mail_once(tmp_path: Path) -> None:
    courier, one = MaildirCourier(tmp_path / "data" / "outgoing"), record()
    courier.deliver(one, 1)
    courier.deliver(one, 2)
    files = list((tmp_path / "data" / "outgoing" / "new").iterdir())
    assert len(files) == 1
    assert oct(files[0].stat().st_mode)[-3:] == "600"
    mail = message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert str(mail["X-Envelope-To"]) == FIRM
    assert str(mail["Message-ID"]) == one.message_id
    assert mail_of(one).content.replace(b"\r\n", b"\n") in files[0].read_bytes()
    # What the operator's mail program has read is not written again.
    files[0].rename(tmp_path / "data" / "outgoing" / "cur" / f"{files[0].name}:2,S")
    courier.deliver(one, 3)
    assert list((tmp_path / "data" / "outgoing" / "new").iterdir()) == []


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "outgoing").write_text("a file")
    with pytest.raises(TemporaryRefusalError):
        MaildirCourier(tmp_path / "outgoing").deliver(record(), 1)
