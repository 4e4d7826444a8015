"""The staff's pages in a real browser: a doubt is settled by keyboard alone, and a session that begins at an issuer holds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from bot.requests.desk import RequestDesk
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError
from bot.requests.ledger import Ledger, Sender
from bot.requests.ledger.keys import Key
from bot.requests.records import RequestRecord
from bot.staff.oidc import Provider
from bot.staff.outside_settings import OidcSettings
from bot.staff.staff import Staff
from tests.bot.requests.desks import HandClock, KeptCourier, new_request, queued, settings_in
from tests.browser.test_chat import DESK, PHONE, REPEATED_IDS, SIDEWAYS, UNNAMED, keep
from tests.servers.issuer import CLIENT, SECRET, Issuer, serving_issuer
from tests.ui.desk import Desk, Library
from ui import create_app

WORDS = "four plain words here"
NARROW = (320, 640)


@dataclass(frozen=True)
class Office:
    """A running desk with three requests: in doubt, returned, and on its way."""

    address: str
    ledger: Ledger
    staff: Staff
    issuer: Issuer
    doubtful: str


def sent(ledger: Ledger, clock: HandClock, number: int, *answers: Exception) -> RequestRecord:
    record = queued(ledger, new_request(email=f"person{number}@mailbox.example", session=f"s{number}", firm="tern"))
    courier = KeptCourier()
    courier.answers.extend([None, *answers])
    for _ in range(1 + len(answers)):
        Sender(ledger, [courier]).run_due()
        clock.move(60)
    return ledger.get(record.id)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder, clock = tmp_path_factory.mktemp("office"), HandClock()
    ledger = Ledger.open(settings_in(folder), clock)
    staff = Staff.open(f"sqlite:///{folder}/staff.sqlite", folder)
    staff.accounts.add("boss", ["admin"], WORDS, "Noor Haddad")
    staff.accounts.add("ines", ["agent"], WORDS, "Ines Okafor")
    doubtful = sent(ledger, clock, 1, DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost"))
    sent(ledger, clock, 2, PermanentRefusalError("550 no such mailbox"))
    sent(ledger, clock, 3)
    clock.move(9 * 86_400)
    with serving_issuer(Issuer(asks=True), "localhost") as issuer, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        address = f"http://127.0.0.1:{port}"
        firm = OidcSettings(
            "firm", issuer.address, CLIENT, SECRET, f"{address}/staff/oidc/firm/callback", "Harbour & Co",
            ("openid",), "groups", MappingProxyType({"desk": ("agent",)}),
        )  # fmt: skip
        providers = {"firm": Provider(firm, Key.open(folder))}
        app = create_app(Desk(), RequestDesk(Library(), ledger), staff=staff, providers=providers)  # type: ignore[arg-type]
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error"))
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        assert server.started
        yield Office(address, ledger, staff, issuer, doubtful.id)
        server.should_exit = True
        thread.join(20)
    staff.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator:
    contexts = []

    def start(size: tuple[int, int] = DESK) -> Page:
        contexts.append(browser.new_context(viewport={"width": size[0], "height": size[1]}))
        return contexts[-1].new_page()

    yield start
    for context in contexts:
        context.close()


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is focused is the one wanted, as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {selector}")


def sign_in(page: Page, address: str, name: str, path: str = "/staff/") -> None:
    """Open a page as a stranger and sign in by keyboard."""
    page.goto(address + path)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "name"
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Enter")
    page.wait_for_url(address + path)


def accessible(page: Page) -> None:
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(REPEATED_IDS) == []
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("main").count() == page.locator("h1").count() == 1
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(one => Number(one.tagName[1]))")
    assert all(after - before <= 1 for before, after in zip([0, *levels], levels, strict=False)), levels


def test_a_request_in_doubt_is_settled_by_keyboard_alone(office: Office, open_page) -> None:
    page = open_page()
    sign_in(page, office.address, "ines", "/staff/requests?view=uncertain")
    accessible(page)
    tab_to(page, f'a[href="/staff/requests/{office.doubtful}"]')
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="For you to decide")).to_be_visible()
    accessible(page)
    keep(page, "staff-request.png")
    tab_to(page, ".decide .button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Marked as arrived")
    assert office.ledger.get(office.doubtful).state == "sent"
    newest = office.staff.trail.acts(2)
    assert {(act.action, act.subject) for act in newest} == {
        ("request read", office.doubtful),
        ("request resolve arrived", office.doubtful),
    }
    tab_to(page, ".me button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{office.address}/staff/requests")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_pages_fit_a_desk_a_telephone_and_the_narrowest_window(office: Office, open_page) -> None:
    shown = {"/staff/": "today", "/staff/requests?view=open": "requests", "/staff/audit": "audit"}
    for size, word in ((PHONE, "-phone"), (DESK, ""), (NARROW, None)):
        page = open_page(size)
        page.goto(f"{office.address}/staff/sign-in")
        accessible(page)
        assert page.evaluate(SIDEWAYS) <= 0
        if word is not None:
            keep(page, f"staff-sign-in{word}.png")
        sign_in(page, office.address, "boss")
        for path, name in {**shown, f"/staff/requests/{office.doubtful}": "one", "/staff/account": "account"}.items():
            page.goto(office.address + path)
            accessible(page)
            assert page.evaluate(SIDEWAYS) <= 0, (path, size)
            if word is not None:
                keep(page, f"staff-{name}{word}.png")


def test_a_session_that_began_at_an_issuer_on_another_site_holds(office: Office, open_page) -> None:
    page = open_page()
    page.goto(f"{office.address}/staff/")
    page.get_by_role("link", name="Sign in with Harbour & Co").click()
    expect(page).to_have_title("Issuer")
    page.click("#yes")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert page.url == f"{office.address}/staff/"
    page.goto(f"{office.address}/staff/requests")
    expect(page.get_by_role("heading", name="Requests")).to_be_visible()
    cookie = next(one for one in page.context.cookies() if one["name"] == "staff")
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/staff")
