"""The request queue in the staff application: what agents see and decide, and what the audit trail keeps of it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bot.requests.desk import RequestDesk
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError
from bot.requests.ledger import Ledger, Sender
from bot.requests.ledger.incoming import import_folder
from bot.requests.receipt_check import verify_receipt
from bot.requests.records import PinnedChannel, PinnedQuote, RequestRecord
from bot.staff.staff import Staff
from tests.bot.requests.desks import HandClock, KeptCourier, hurried, new_request, queued, settings_in
from tests.ui.desk import POLICY, Desk, Library, span
from ui import create_app

HOST = "http://desk.example"
WORDS = "four plain words here"
PAGE = {"Origin": HOST, "Accept": "text/html"}
WRITE = "Write to privacy@tern.example or use this form."


@dataclass
class Office:
    """A desk with an agent's browser that is signed in."""

    ledger: Ledger
    clock: HandClock
    staff: Staff
    agent: TestClient
    token: str

    def request(self, *answers: Exception, name: str = "Ottoline <Varga>") -> RequestRecord:
        start, end = span(WRITE)
        quote = PinnedQuote("tern", POLICY.version, start, end, WRITE)
        plain = new_request(name)
        new = new_request(
            name, f"person{len(self.ledger.find())}@mailbox.example", session=f"s{len(self.ledger.find())}", firm="tern",
            version=POLICY.version, company=POLICY.company, quotes=(quote,),
            channel=PinnedChannel("email", "privacy@tern.example", None, quote),
            message=replace(plain.message, recipient="privacy@tern.example"),
        )  # fmt: skip
        record, courier = queued(self.ledger, new), KeptCourier()
        courier.answers.extend([None, *answers])
        for _ in range(1 + len(answers)):
            Sender(self.ledger, [courier]).run_due()
            self.clock.move(60)
        return self.ledger.get(record.id)

    def doubtful(self) -> RequestRecord:
        record = self.request(DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost"))
        assert record.state == "uncertain"
        return record

    def get(self, path: str) -> str:
        return html.unescape(self.agent.get(f"/staff/requests{path}").text)

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        told = self.agent.post(f"/staff/requests/{path}", data={"token": self.token, **fields}, headers=PAGE)
        return told.status_code, html.unescape(told.text)

    def acts(self) -> list[tuple[str, str]]:
        return [(act.action, act.subject) for act in reversed(self.staff.trail.acts()) if act.action != "sign in"]


def browser_of(app: object, name: str) -> tuple[TestClient, str]:
    browser = TestClient(app, base_url=HOST, headers={"Accept": "text/html"})  # type: ignore[arg-type]
    browser.post("/staff/sign-in", data={"name": name, "password": WORDS}, headers=PAGE)
    found = re.search(r'name="token" value="([\w-]+)"', browser.get("/staff/account").text)
    assert found is not None
    return browser, found[1]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    clock = HandClock()
    ledger = hurried(Ledger.open(settings_in(tmp_path), clock))
    staff = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    for name, role in (("boss", "admin"), ("ines", "agent"), ("eve", "evaluator")):
        staff.accounts.add(name, [role], WORDS)
    app = create_app(Desk(), RequestDesk(Library(), ledger), staff=staff)  # type: ignore[arg-type]
    agent, token = browser_of(app, "ines")
    yield Office(ledger, clock, staff, agent, token)
    staff.close()
    ledger.database.close()


def test_an_agent_settles_a_request_in_doubt_and_the_trail_says_who_did(office: Office) -> None:
    record = office.doubtful()
    assert "1 request in doubt, for you to decide" in re.sub(r"<[^>]+>", "", office.agent.get("/staff/").text)
    assert record.id in office.get("?view=uncertain")
    page = office.get(f"/{record.id}")
    assert record.message_id in page
    assert "It did not arrive: send it again" in page
    status, told = office.post(f"{record.id}/resolve", found="arrived")
    assert (status, "Marked as arrived" in told) == (200, True)
    assert office.ledger.get(record.id).state == "sent"
    assert "for you to decide" not in office.agent.get("/staff/").text
    assert office.acts()[:2] == [("request read", record.id), ("request resolve arrived", record.id)]
    # A colleague who had the page open, too, decides it no second time.
    status, told = office.post(f"{record.id}/resolve", found="lost")
    assert (status, "Only a request in doubt can be resolved." in told) == (409, True)
    assert office.acts()[-2:] == [
        ("request resolve lost", record.id),
        ("request resolve lost: refused", record.id),
    ]
    assert office.staff.trail.first_fault() is None


def test_a_lost_message_goes_out_again(office: Office) -> None:
    record = office.doubtful()
    status, told = office.post(f"{record.id}/resolve", found="lost")
    assert (status, "It goes out again" in told) == (200, True)
    courier = KeptCourier()
    Sender(office.ledger, [courier]).run_due()
    assert [mail.recipient for mail in courier.sent] == ["privacy@tern.example"]
    assert office.ledger.get(record.id).state == "sent"


def test_a_failed_message_is_tried_again(office: Office) -> None:
    record = office.request(PermanentRefusalError("550 no such mailbox"))
    assert record.id in office.get("?view=failed")
    page = office.get(f"/{record.id}")
    assert "550 no such mailbox" in page
    assert office.post(f"{record.id}/retry")[0] == 200
    assert office.ledger.get(record.id).state == "queued"
    assert ("request retry", record.id) in office.acts()


def test_what_a_company_answered_is_recorded_with_its_number(office: Office) -> None:
    record = office.request()
    assert "By 16 March 2026" in re.sub(r"<[^>]+>", "", office.get(f"/{record.id}"))
    assert office.post(f"{record.id}/answer", answer="acknowledge", reference=" C-77 ")[0] == 200
    assert office.post(f"{record.id}/answer", answer="extend", reference="")[0] == 200
    kept = office.ledger.get(record.id)
    assert (kept.state, kept.reference, kept.extended is not None) == ("acknowledged", "C-77", True)
    for fields in (
        {"answer": "sell", "reference": ""},
        {"answer": "fulfil", "reference": "x" * 101},
        {"answer": "fulfil", "reference": "two\nlines"},
        {"answer": "fulfil", "extra": "1"},
        {},
    ):
        status, told = office.post(f"{record.id}/answer", **fields)
        assert (status, "one line of up to 100 characters" in told) == (422, True)
    assert office.ledger.get(record.id).state == "acknowledged"
    assert office.post(f"{record.id}/answer", answer="fulfil")[0] == 200
    assert office.post(f"{record.id}/answer", answer="deny")[0] == 409
    assert office.ledger.get(record.id).state == "fulfilled"


def test_clocks_are_told_in_words(office: Office) -> None:
    record = office.request()
    office.clock.move(15 * 86_400)
    listed = re.sub(r"<[^>]+>", "", office.get("?view=overdue"))
    assert record.id in listed
    assert "1 day overdue (2026-03-16)" in listed
    assert "Due within 7 days" in listed
    office.ledger.apply(record.id, "acknowledge", "desk")
    assert "30 days left (2026-04-16)" in office.get("?view=open&policy=tern")
    assert "No request is in this list." in office.get("?view=overdue")
    assert record.id in office.get("?view=open&policy=nobody")


def test_answers_that_came_in_are_read_as_plain_words(office: Office, tmp_path: Path) -> None:
    record = office.request()
    folder = tmp_path / "inbox"
    folder.mkdir()
    hostile = "<script>document.title='gone'</script> we did it"
    content = f"In-Reply-To: {record.message_id}\nSubject: <b>Re</b>\n\n{hostile}\n"
    (folder / "1.eml").write_text(content, encoding="utf-8")
    assert import_folder(office.ledger, folder) == {"reply": 1}
    link = re.search(rf"/staff/requests/{record.id}/mail/[0-9a-f]{{64}}", office.get(f"/{record.id}"))
    assert link is not None
    shown = office.agent.get(link[0]).text
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert "<b>Re" not in shown
    assert office.acts()[-1] == ("request mail read", record.id)
    assert office.agent.get(f"/staff/requests/{record.id}/mail/{'0' * 64}").status_code == 404


def test_papers_of_a_request_hold_and_are_noted(office: Office) -> None:
    record = office.request()
    receipt = office.agent.get(f"/staff/requests/{record.id}/receipt.json")
    assert verify_receipt(receipt.content) == []
    assert office.agent.get(f"/staff/requests/{record.id}/receipt.pdf").content.startswith(b"%PDF")
    exported = office.agent.get(f"/staff/requests/{record.id}/export.json")
    assert exported.headers["content-disposition"] == f'attachment; filename="request-{record.id}.json"'
    found = json.loads(exported.content)
    assert (found["state"], found["fault"], len(found["events"])) == ("sent", None, 6)
    assert "access" not in found
    assert [action for action, _ in office.acts()] == [
        "request export receipt.json",
        "request export receipt.pdf",
        "request export export.json",
    ]
    assert office.agent.get(f"/staff/requests/{record.id}/letter.exe").status_code == 404


def test_a_broken_chain_is_told(office: Office) -> None:
    record = office.request()
    assert "The steps fit together" in office.get(f"/{record.id}")
    with office.ledger.database.writing() as connection:
        connection.exec_driver_sql("UPDATE request_events SET detail = 'other' WHERE number = 2")
    assert "The steps do NOT fit together" in office.get(f"/{record.id}")


def test_names_and_numbers_from_outside_stay_text(office: Office) -> None:
    record = office.request(name="Eve <img src=x onerror=alert(1)>")
    office.ledger.apply(record.id, "acknowledge", "desk", reference='"><script>alert(1)</script>')
    shown = office.agent.get(f"/staff/requests/{record.id}").text
    assert "<img" not in shown
    assert "<script" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    for path in ("/%3Cscript%3E", "?view=%3Cscript%3E&policy=%3Cscript%3E&told=%3Cscript%3E", "/none"):
        assert "<script" not in office.agent.get(f"/staff/requests{path}").text
    assert office.agent.get("/staff/requests/none").status_code == 404
    assert office.post("none/resolve", found="lost")[0] == 404
    assert office.post("none/answer")[0] == 404


def test_only_an_admin_stops_all_sending_and_says_why(office: Office) -> None:
    assert office.post("sending", act="stop", reason="a flood")[0] == 403
    assert office.ledger.outbox.stopped() is None
    boss, token = browser_of(office.agent.app, "boss")
    without = boss.post("/staff/requests/sending", data={"token": token, "act": "stop", "reason": " "}, headers=PAGE)
    assert without.status_code == 422
    sent = {"token": token, "act": "stop", "reason": "a flood of <b>mails</b>"}
    told = boss.post("/staff/requests/sending", data=sent, headers=PAGE)
    assert "Nothing is being sent" in told.text
    assert office.ledger.outbox.stopped() == "a flood of <b>mails</b>"
    assert "a flood of &lt;b&gt;mails" in office.agent.get("/staff/requests").text
    boss.post("/staff/requests/sending", data={"token": token, "act": "resume"}, headers=PAGE)
    assert office.ledger.outbox.stopped() is None
    assert office.acts() == [("sending stop", "outbox"), ("sending resume", "outbox")]


def test_every_route_of_the_queue_is_closed_to_strangers_and_to_other_roles(office: Office) -> None:
    record = office.doubtful()
    app: Any = office.agent.app
    inner = next(
        route.app for route in app.routes if getattr(route, "path", "") == "/staff" and hasattr(route, "routes")
    )
    found = [(method, path) for path, known in inner.openapi()["paths"].items() for method in known]
    queue = [(method, path) for method, path in found if path.startswith("/requests")]
    assert len(queue) == 8
    stranger = TestClient(app, base_url=HOST, follow_redirects=False, headers={"Origin": HOST})
    evaluator, token = browser_of(app, "eve")
    for method, path in queue:
        where = "/staff" + path.replace("{request_id}", record.id).replace("{paper}", "export.json").replace(
            "{digest}", "0"
        )
        told = stranger.request(method, where)
        assert (told.status_code, told.headers["content-type"]) == (401, "application/problem+json"), where
        sent = {"token": token} if method == "post" else None
        assert evaluator.request(method, where, data=sent, headers=PAGE).status_code == 403, where
    assert office.acts() == []


def test_strangers_wrong_roles_and_foreign_forms_change_nothing(office: Office) -> None:
    record = office.doubtful()
    app = office.agent.app
    stranger = TestClient(app, base_url=HOST, follow_redirects=False)
    evaluator, token = browser_of(app, "eve")
    paths = ["", f"/{record.id}", *(f"/{record.id}/{name}" for name in ("receipt.json", "export.json", "mail/x"))]
    for path in paths:
        assert stranger.get(f"/staff/requests{path}").status_code == 401
        assert evaluator.get(f"/staff/requests{path}").status_code == 403
    for step in ("resolve", "retry", "answer"):
        path, sent = f"/staff/requests/{record.id}/{step}", {"found": "lost", "answer": "fulfil"}
        assert stranger.post(path, data=sent, headers={"Origin": HOST}).status_code == 401
        assert evaluator.post(path, data={**sent, "token": token}, headers=PAGE).status_code == 403
        assert office.agent.post(path, data=sent, headers=PAGE).status_code == 403
        foreign = {"Origin": "https://elsewhere.example", "Accept": "text/html"}
        assert office.agent.post(path, data={**sent, "token": office.token}, headers=foreign).status_code == 403
    assert office.ledger.get(record.id).state == "uncertain"
    assert office.acts() == []
    assert "evaluator" not in office.agent.get("/staff/requests").text
    assert "for you to decide" not in evaluator.get("/staff/").text
