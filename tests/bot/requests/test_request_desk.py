"""The request desk over a real library: what may be drafted, whose it is, and what a changed policy does to it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.problems import BodyLimit, add_problem_handlers
from bot.requests.api import add_request_problems, requests_router
from bot.requests.desk import RequestDesk
from bot.requests.errors import ChangedError, FieldError, RequestError, StepError, UnknownRequestError
from bot.requests.ledger import Sender
from bot.requests.ledger.codes import CodeNotice
from bot.requests.records import HAND_OVER, Person
from bot.requests.settings import RequestSettings
from ingest import ingest_sources
from tests.bot.requests.desks import DESK, KeptCourier
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings

POLICY = """# Hazelmoor Privacy Policy

Last updated: {day} 2026

Hazelmoor, Inc. sells garden tools.

## Your California rights

Under the California Consumer Privacy Act (CCPA), California residents may ask us to delete the personal information we collected.
To ask for deletion, write to {address} or call 800-555-0188 and select option 4.
To ask for deletion by post, mail a letter to Hazelmoor, Inc., Attn: Privacy, 12 Quarry Lane, Trenton, NJ 08608.

## Contact

With questions about privacy, write to {address}.

## Agents

You may use an authorized agent if you give the agent written permission signed by you and have it notarized.
"""
ADA = Person("Ada Ødegård", "ada@mail.example", "California")
ME, STRANGER = "a" * 43, "b" * 43


def take_in(library: PolicyLibrary, folder: Path, day: str, address: str) -> None:
    file = folder / "hazelmoor.md"
    file.write_text(POLICY.format(day=day, address=address), encoding="utf-8")
    reports = list(ingest_sources([file], library))
    assert [report.error for report in reports] == [None]


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PolicyLibrary]:
    """The folder of a library that holds the policy, and that library, whose model the tests share."""
    folder = tmp_path_factory.mktemp("taken")
    opened = PolicyLibrary.open(StoreSettings(folder / "var"))
    take_in(opened, folder, "March 1", "privacy@hazelmoor.example")
    return folder / "var", opened


@pytest.fixture
def library(taken_in: tuple[Path, PolicyLibrary], tmp_path: Path) -> PolicyLibrary:
    folder, opened = taken_in
    shutil.copytree(folder, tmp_path / "var")
    return PolicyLibrary.open(StoreSettings(tmp_path / "var"), opened.embedder)


@pytest.fixture
def desk(library: PolicyLibrary, tmp_path: Path) -> RequestDesk:
    return RequestDesk.open(library, RequestSettings(tmp_path / "data", delivery=True, desk_mailbox=DESK))


def code_in(courier: KeptCourier) -> str:
    mail = message_from_bytes(courier.sent[-1].content, policy=default)
    found = re.search(r"^ +(\d{4} \d{4})$", mail.get_content().replace("\r", ""), re.MULTILINE)
    assert found is not None
    return found.group(1)


def test_the_ways_are_the_policys_own_and_what_the_desk_sends_comes_first(desk: RequestDesk):
    opening = desk.opening("hazelmoor", "delete")
    assert [(one.form, one.channel.value, one.route) for one in opening.ways] == [
        ("email", "privacy@hazelmoor.example", "maildir"),
        ("phone_script", "800-555-0188", HAND_OVER),
        ("letter", "Hazelmoor, Inc., Attn: Privacy, 12 Quarry Lane, Trenton, NJ 08608", HAND_OVER),
    ]
    policy = desk.library.get("hazelmoor")
    for way in opening.ways:
        named = way.channel.named_by
        assert named is not None
        assert policy.text[named.start : named.end] == named.quote
        assert str(way.channel.value) in named.quote
    assert opening.ways[1].channel.conditions == "select option 4"
    assert (opening.regime, opening.right) == ("CCPA", "CCPA deletion")
    assert [(field.name, field.required) for field in opening.fields] == [
        ("name", True),
        ("email", True),
        ("residence", True),
    ]


def test_a_desk_that_does_not_deliver_hands_everything_over(library: PolicyLibrary, tmp_path: Path):
    desk = RequestDesk.open(library, RequestSettings(tmp_path / "data"))
    assert {way.route for way in desk.opening("hazelmoor", "delete").ways} == {HAND_OVER}
    record = desk.begin("hazelmoor", "delete", 1, ADA, ME)
    assert record.message is not None
    with pytest.raises(RequestError, match="send this request yourself"):
        desk.confirm(record.id, ME, record.message.digest, None)
    assert desk.hand_over(record.id, ME).state == "shown"
    assert desk.due(desk.mine(record.id, ME)) == ()
    assert [due.step for due in desk.due(desk.report_sent(record.id, ME))] == ["confirm", "answer"]


def test_a_request_goes_from_draft_to_the_courier(desk: RequestDesk):
    courier = KeptCourier()
    sender = Sender(desk.ledger, [courier])
    record = desk.begin("hazelmoor", "delete", 1, ADA, ME)
    assert record.message is not None
    assert (record.message.recipient, record.message.sender, record.message.reply_to) == (
        "privacy@hazelmoor.example",
        DESK,
        "ada@mail.example",
    )
    told = desk.confirm(record.id, ME, record.message.digest, "198.51.100.7")
    assert isinstance(told, CodeNotice)
    sender.run_due()
    assert desk.verify(record.id, ME, code_in(courier)).state == "queued"
    sender.run_due()
    sent = desk.mine(record.id, ME)
    assert sent.state == "sent"
    mail = message_from_bytes(courier.sent[-1].content, policy=default)
    assert (mail["To"], mail["Reply-To"], mail["Subject"]) == (
        "privacy@hazelmoor.example",
        "ada@mail.example",
        "Request to delete my personal information",
    )
    assert mail.get_content().replace("\r\n", "\n") == record.message.body
    assert [due.step for due in desk.due(sent)] == ["confirm", "answer"]


def test_a_proved_mailbox_is_not_asked_again_but_every_message_is_confirmed(desk: RequestDesk):
    courier = KeptCourier()
    first = desk.begin("hazelmoor", "delete", 1, ADA, ME)
    assert first.message is not None
    desk.confirm(first.id, ME, first.message.digest, None)
    Sender(desk.ledger, [courier]).run_due()
    desk.verify(first.id, ME, code_in(courier))
    second = desk.begin("hazelmoor", "know_specific", 1, ADA, ME)
    assert second.message is not None
    with pytest.raises(ChangedError):
        desk.confirm(second.id, ME, first.message.digest, None)
    done = desk.confirm(second.id, ME, second.message.digest, None)
    assert not isinstance(done, CodeNotice)
    assert done.state == "queued"


@pytest.mark.parametrize("confirmed_before", [False, True])
def test_a_company_that_moved_between_draft_and_sending_gets_nothing_at_its_old_address(
    desk: RequestDesk, tmp_path: Path, confirmed_before: bool
):
    courier = KeptCourier()
    record = desk.begin("hazelmoor", "delete", 1, ADA, ME)
    assert record.message is not None
    if confirmed_before:
        desk.confirm(record.id, ME, record.message.digest, None)
        Sender(desk.ledger, [courier]).run_due()
    take_in(desk.library, tmp_path, "June 5", "data@hazelmoor.example")
    digest = record.message.digest
    code = code_in(courier) if confirmed_before else ""
    with pytest.raises(ChangedError, match="look at the new message"):
        desk.verify(record.id, ME, code) if confirmed_before else desk.confirm(record.id, ME, digest, None)
    # The new address waits for the operator's word, so the request takes the next way that is known.
    again = desk.change(record.id, ME, way=1)
    assert again.state == "drafted"
    assert again.version == "2026-06-05"
    assert again.message is not None
    assert "hazelmoor.example" not in again.message.recipient


def test_a_request_is_its_sessions_alone(desk: RequestDesk):
    record = desk.begin("hazelmoor", "delete", 1, ADA, ME)
    assert record.message is not None
    for act in (
        lambda: desk.mine(record.id, STRANGER),
        lambda: desk.confirm(record.id, STRANGER, record.message.digest if record.message else "", None),
        lambda: desk.change(record.id, STRANGER, way=1),
        lambda: desk.hand_over(record.id, STRANGER),
        lambda: desk.withdraw(record.id, STRANGER),
        lambda: desk.verify(record.id, STRANGER, "1234 5678"),
        lambda: desk.mine(record.id, ""),
    ):
        with pytest.raises(UnknownRequestError):
            act()
    assert [one.id for one in desk.of_session(ME)] == [record.id]
    assert desk.of_session(STRANGER) == []


@pytest.mark.parametrize(
    ("person", "field"),
    [
        (Person("", "ada@mail.example", "California"), "name"),
        (Person("Ada\nBcc: x@mail.example", "ada@mail.example", "California"), "name"),
        (Person("A\u202eda", "ada@mail.example", "California"), "name"),
        (Person("A" * 1_000_000, "ada@mail.example", "California"), "name"),
        (Person("Ada", "ada@mail.example, eve@mail.example", "California"), "email"),
        (Person("Ada", "=?utf-8?q?ada=40mail.example?=", "California"), "email"),
        (Person("Ada", "ada@mail.example\r\nBcc: eve@mail.example", "California"), "email"),
        (Person("Ada", "ada@mаil.example", "California"), "email"),
        (Person("Ada", "ada@mail.example", ""), "residence"),
    ],
)
def test_what_a_person_may_not_write_is_refused_by_its_field(desk: RequestDesk, person: Person, field: str):
    with pytest.raises(FieldError) as refused:
        desk.begin("hazelmoor", "delete", 1, person, ME)
    assert refused.value.field == field
    assert desk.of_session(ME) == []


def test_only_what_was_asked_for_is_kept(desk: RequestDesk):
    person = Person("Ada", "ada@mail.example", "California", (("Password", "secret"),))
    record = desk.begin("hazelmoor", "delete", 1, person, ME)
    assert record.person is not None
    assert record.person.blanks == ()


def test_an_agent_hears_what_the_policy_asks_for(desk: RequestDesk):
    record = desk.begin("hazelmoor", "authorized_agent", 1, ADA, ME)
    assert record.message is not None
    assert "notarized" in " ".join(record.message.body.split())


def test_a_way_that_failed_is_followed_by_the_next_one(desk: RequestDesk):
    courier = KeptCourier()
    record = desk.begin("hazelmoor", "delete", 1, ADA, ME)
    assert record.message is not None
    desk.confirm(record.id, ME, record.message.digest, None)
    sender = Sender(desk.ledger, [courier])
    sender.run_due()
    desk.verify(record.id, ME, code_in(courier))
    sender.run_due()
    assert desk.due(desk.mine(record.id, ME)) != ()
    returned = desk.ledger.bounce(record.id, "courier", "5.1.1")
    assert returned.state == "failed"
    # What came back was never received: no date runs.
    assert desk.due(returned) == ()
    again = desk.change(record.id, ME)
    assert again.channel.value == "800-555-0188"
    assert again.message is not None
    assert again.message.form == "phone_script"
    assert "select option 4" in again.message.body


@pytest.fixture
def client(desk: RequestDesk) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(requests_router(desk))
    add_request_problems(app)
    add_problem_handlers(app)
    app.add_middleware(BodyLimit)
    with TestClient(app) as opened:
        yield opened


FIELDS = {"name": "Ada", "email": "ada@mail.example", "residence": "California"}


def test_the_http_routes_carry_a_request(client: TestClient, desk: RequestDesk):
    opening = client.get("/api/v1/policies/hazelmoor/requests/delete").json()
    assert [way["number"] for way in opening["ways"]] == [1, 2, 3]
    drafted = client.post(
        "/api/v1/requests", json={"policy_id": "hazelmoor", "type": "delete", "way": 1, "fields": FIELDS}
    )
    assert drafted.status_code == 201
    row = drafted.json()
    path, mine = f"/api/v1/requests/{row['id']}", {"X-Request-Access": row["access"]}
    assert client.get(path, headers=mine).json()["access"] is None
    assert client.get(path, headers={"X-Request-Access": "guess"}).status_code == 404
    assert client.get(path).status_code == 422
    wrong = client.post(f"{path}/confirm", json={"digest": "0" * 64}, headers=mine)
    assert (wrong.status_code, wrong.headers["content-type"]) == (409, "application/problem+json")
    told = client.post(f"{path}/confirm", json={"digest": row["message"]["digest"]}, headers=mine).json()
    assert (told["state"], told["notice"][:7]) == ("confirmed", "If this")
    refused = client.post(f"{path}/verify", json={"code": "0000 0000"}, headers=mine)
    assert (refused.status_code, refused.json()["title"]) == (422, "The code does not fit")
    courier = KeptCourier()
    sender = Sender(desk.ledger, [courier])
    sender.run_due()
    assert client.post(f"{path}/verify", json={"code": code_in(courier)}, headers=mine).json()["state"] == "queued"
    sender.run_due()
    sent = client.get(path, headers=mine).json()
    assert sent["state"] == "sent"
    assert {due["source"].partition(":")[0] for due in sent["due"]} == {"11 CCR 7021(a)", "11 CCR 7021(b)"}
    assert [event["action"] for event in sent["events"]] == ["draft", "confirm", "verify", "queue", "claim", "accept"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"policy_id": "nobody", "type": "delete", "fields": FIELDS}, 404),
        ({"policy_id": "hazelmoor", "type": "explode", "fields": FIELDS}, 422),
        ({"policy_id": "hazelmoor", "type": "delete", "way": 9, "fields": FIELDS}, 422),
        ({"policy_id": "hazelmoor", "type": "delete", "fields": {**FIELDS, "email": "a@b.example, c@d.example"}}, 422),
        ({"policy_id": "hazelmoor", "type": "delete", "fields": FIELDS, "state": "sent"}, 422),
        ({"policy_id": "hazelmoor", "type": "delete", "fields": {"name": "x" * 10_000}}, 422),
    ],
)
def test_bad_requests_are_refused_in_words(client: TestClient, desk: RequestDesk, body: dict, status: int):
    answer = client.post("/api/v1/requests", json=body)
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert desk.ledger.find() == []


def test_a_step_out_of_order_is_told(desk: RequestDesk):
    record = desk.begin("hazelmoor", "delete", 1, ADA, ME)
    with pytest.raises(StepError):
        desk.report_sent(record.id, ME)


def test_a_second_notice_of_more_time_does_not_take_back_the_first(desk: RequestDesk):
    record = desk.begin("hazelmoor", "delete", 2, ADA, ME)
    desk.hand_over(record.id, ME)
    desk.report_sent(record.id, ME)
    first = desk.ledger.apply(record.id, "extend", "desk")
    second = desk.ledger.apply(record.id, "extend", "desk")
    assert first.extended is not None
    assert second.extended == first.extended
