"""The staff's pages in a real browser: a doubt is settled by keyboard alone, and a session that begins at an issuer holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.requests.desk import RequestDesk
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError
from bot.requests.ledger import Ledger
from bot.requests.ledger.keys import Key
from bot.staff.oidc import Provider
from bot.staff.outside_settings import OidcSettings
from bot.staff.staff import Staff
from tests.bot.requests.desks import HandClock, settings_in
from tests.browser.office import WORDS, sent, sign_in, tab_to
from tests.browser.test_chat import DESK, PHONE, REPEATED_IDS, SIDEWAYS, UNNAMED, keep
from tests.servers.issuer import CLIENT, SECRET, Issuer, serving_issuer
from tests.serving import free_port, served
from tests.ui.desk import Desk, Library
from ui import create_app

NARROW = (320, 640)


@dataclass(frozen=True)
class Office:
    """A running desk with three requests: in doubt, returned, and on its way."""

    address: str
    ledger: Ledger
    staff: Staff
    issuer: Issuer
    doubtful: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder, clock = tmp_path_factory.mktemp("office"), HandClock()
    ledger = Ledger.open(settings_in(folder), clock)
    staff = Staff.open(f"sqlite:///{folder}/staff.sqlite", folder)
    staff.accounts.add("boss", ["admin"], WORDS, "Noor Haddad")
    staff.accounts.add("ines", ["agent"], WORDS, "Ines Okafor")
    doubtful = sent(ledger, clock, 1, DoubtfulDeliveryError("lost"), DoubtfulDeliveryError("lost"), firm="tern")
    sent(ledger, clock, 2, PermanentRefusalError("550 no such mailbox"), firm="tern")
    sent(ledger, clock, 3, firm="tern")
    clock.move(9 * 86_400)
    port = free_port()
    with serving_issuer(Issuer(asks=True), "localhost") as issuer:
        firm = OidcSettings(
            "firm", issuer.address, CLIENT, SECRET, f"http://127.0.0.1:{port}/staff/oidc/firm/callback", "Harbour & Co",
            ("openid",), "groups", MappingProxyType({"desk": ("agent",)}),
        )  # fmt: skip
        providers = {"firm": Provider(firm, Key.open(folder))}
        app = create_app(Desk(), RequestDesk(Library(), ledger), staff=staff, providers=providers)  # type: ignore[arg-type]
        with served(app, port) as address:
            yield Office(address, ledger, staff, issuer, doubtful.id)
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
