"""The desk's brakes and lists: kill switch, caps, dry run, dead letters, the next channel after a bounce."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.requests.errors import PermanentRefusalError, RequestError, StepError, UnknownRequestError
from bot.requests.ledger import Ledger, Sender
from bot.requests.records import PinnedChannel
from tests.bot.requests.desks import FIRM, HandClock, KeptCourier, confirmed, hurried, new_request, queued, settings_in


def opened(folder: Path, clock: HandClock | None = None, **others: object) -> Ledger:
    return hurried(Ledger.open(settings_in(folder, **others), clock or HandClock()))


def test_a_stopped_desk_sends_nothing_until_it_goes_on(tmp_path: Path) -> None:
    ledger, courier = opened(tmp_path), KeptCourier()
    record = queued(ledger, new_request())
    ledger.outbox.stop("the mail server is being moved")
    # Another process, which knows of it from the database alone.
    other = opened(tmp_path)
    assert other.outbox.stopped() == "the mail server is being moved"
    assert Sender(other, [courier]).run_due() == 0
    ledger.outbox.resume()
    assert Sender(other, [courier]).run_due() == 2
    assert ledger.get(record.id).state == "sent"


def test_a_company_gets_no_more_than_its_share_an_hour(tmp_path: Path) -> None:
    clock = HandClock()
    ledger, courier = opened(tmp_path, clock, company_per_hour=2), KeptCourier()
    for number in range(4):
        queued(ledger, new_request(email=f"p{number}@mailbox.example", session=f"s{number}"))
    other = queued(ledger, new_request(email="q@mailbox.example", firm="birchwell", session="t"))
    Sender(ledger, [courier]).run_due()
    assert len(ledger.outbox.rows(["waiting"])) == 2
    assert ledger.get(other.id).state == "sent"
    clock.move(3601)
    Sender(ledger, [courier]).run_due()
    assert ledger.outbox.rows(["waiting"]) == []


def test_everybody_together_gets_no_more_than_the_total_an_hour(tmp_path: Path) -> None:
    clock = HandClock()
    ledger, courier = opened(tmp_path, clock, total_per_hour=3), KeptCourier()
    for number in range(3):
        queued(ledger, new_request(email=f"p{number}@mailbox.example", session=f"s{number}"))
    Sender(ledger, [courier]).run_due()
    assert len(courier.sent) == 3
    clock.move(3601)
    Sender(ledger, [courier]).run_due()
    assert len(courier.sent) == 6


def test_a_dry_run_writes_and_sends_nothing(tmp_path: Path) -> None:
    ledger, courier = opened(tmp_path, dry_run=True), KeptCourier()
    record = queued(ledger, new_request())
    assert Sender(ledger, [courier]).run_due() == 2
    assert courier.sent == []
    assert ledger.get(record.id).state == "queued"
    assert ledger.events(record.id)[-1].action == "rehearse"
    assert {row.state for row in ledger.outbox.rows(["rehearsed"])} == {"rehearsed"}
    written = [file.read_text() for file in (tmp_path / "data" / "dry-run" / "new").iterdir()]
    assert sum(f"To: {FIRM}\n" in one for one in written) == 1
    earnest = opened(tmp_path)
    earnest.retry(record.id)
    assert Sender(earnest, [courier]).run_due() == 1
    assert [mail.recipient for mail in courier.sent] == [FIRM]


def test_after_a_refusal_the_next_channel_has_a_message_of_its_own(tmp_path: Path) -> None:
    ledger, courier = opened(tmp_path), KeptCourier()
    record = queued(ledger, new_request())
    courier.answers.extend([None, PermanentRefusalError("550 no")])
    Sender(ledger, [courier]).run_due()
    assert record.message is not None
    other = "rights@ashgrove.example"
    again = ledger.revise(
        record.id, message=replace(record.message, recipient=other), channel=PinnedChannel("email", other, None, None)
    )
    assert (again.state, again.tried, again.verified) == ("drafted", (FIRM,), None)
    assert again.message_id != record.message_id
    assert again.message is not None
    ledger.confirm(record.id, again.message.digest, again.version)
    ledger.codes.verify_again(record.id, "session-1")
    Sender(ledger, [courier]).run_due()
    assert [mail.recipient for mail in courier.sent][-1] == other
    assert ledger.get(record.id).state == "sent"


def test_a_failed_message_is_sent_again_on_request(tmp_path: Path) -> None:
    ledger, courier = opened(tmp_path), KeptCourier()
    record = queued(ledger, new_request())
    courier.answers.extend([None, PermanentRefusalError("550 no")])
    Sender(ledger, [courier]).run_due()
    ledger.retry(record.id)
    Sender(ledger, [courier]).run_due()
    assert ledger.get(record.id).state == "sent"
    with pytest.raises(RequestError):
        ledger.retry(record.id)


def test_a_withdrawn_request_does_not_leave(tmp_path: Path) -> None:
    ledger, courier = opened(tmp_path), KeptCourier()
    record = queued(ledger, new_request())
    ledger.apply(record.id, "withdraw", "person")
    Sender(ledger, [courier]).run_due()
    assert FIRM not in [mail.recipient for mail in courier.sent]
    assert ledger.get(record.id).state == "withdrawn"


def test_answers_of_the_company_are_recorded_in_order(tmp_path: Path) -> None:
    clock = HandClock()
    ledger, courier = opened(tmp_path, clock), KeptCourier()
    record = queued(ledger, new_request())
    with pytest.raises(StepError):
        ledger.apply(record.id, "fulfil", "desk")
    Sender(ledger, [courier]).run_due()
    assert ledger.apply(record.id, "acknowledge", "desk", reference="C-77").reference == "C-77"
    clock.move(86_400)
    assert ledger.apply(record.id, "extend", "desk").extended == clock.at
    assert ledger.apply(record.id, "fulfil", "desk").state == "fulfilled"
    with pytest.raises(StepError):
        ledger.apply(record.id, "deny", "desk")
    assert [one.state for one in ledger.find(states=["fulfilled"])] == ["fulfilled"]
    assert ledger.find(policy_id="elsewhere") == []
    assert [one.id for one in ledger.find(session="session-1")] == [record.id]
    assert ledger.verify_chain(record.id) is None


@pytest.mark.parametrize(
    "action", ["confirm", "verify", "queue", "claim", "accept", "resend", "settle", "draft", "fly"]
)
def test_steps_with_conditions_cannot_be_applied_by_name(tmp_path: Path, action: str) -> None:
    ledger = opened(tmp_path)
    record = confirmed(ledger, new_request())
    with pytest.raises(ValueError, match="not a step of its own"):
        ledger.apply(record.id, action, "person")


def test_an_unknown_number_is_told(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for act in (ledger.get, ledger.show, ledger.retry, ledger.verify_chain):
        with pytest.raises(UnknownRequestError):
            act("0" * 20)


def test_a_desk_that_only_hands_over_sends_no_codes(tmp_path: Path) -> None:
    ledger = opened(tmp_path, delivery=False)
    record = confirmed(ledger, new_request())
    with pytest.raises(RequestError, match="sends nothing"):
        ledger.codes.send_code(record.id, record.session, None)


def test_key_and_database_are_for_their_user_alone(tmp_path: Path) -> None:
    opened(tmp_path)
    data = tmp_path / "data"
    assert {file.name: oct(file.stat().st_mode)[-3:] for file in data.iterdir()} == {
        "requests.key": "600",
        "requests.sqlite": "600",
        "requests.sqlite.lock": "600",
    }


def test_settings_hide_their_secrets() -> None:
    from bot.requests.settings import RequestSettings, SmtpSettings

    smtp = SmtpSettings("mail.example", user="desk", password="birch")
    shown = repr(RequestSettings(database_url="postgresql://desk:elm@db/x", smtp=smtp, endpoints={"a": {"k": "oak"}}))
    assert not {"birch", "elm", "oak"} & set(shown.replace("'", " ").replace(":", " ").replace("@", " ").split())
