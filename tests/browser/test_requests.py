"""A request in a real browser: from a sentence in the chat to a mail on a real mail server, by keyboard alone, and by hand."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from bot.requests.desk import RequestDesk
from bot.requests.ledger import Sender
from bot.requests.receipt_check import verify_receipt
from bot.requests.settings import RequestSettings, SmtpSettings
from tests.browser.test_chat import (
    DESK,
    OUT,
    PHONE,
    REPEATED_IDS,
    SIDEWAYS,
    UNNAMED,
    ask_by_keyboard,
    in_view,
    keep,
    settle,
    tab_back_to,
)  # fmt: skip
from tests.sample_bot import SAMPLES, sample_bot
from tests.servers.mail_server import Taken, Temper, serving
from tests.serving import free_port, served
from ui import create_app

# The framework's own statistics of its queue use what pandas deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "policies" / "policies.yaml"
MAILBOX = "desk@policydesk.example"


@dataclass(frozen=True)
class Site:
    """A running desk that delivers to a real mail server."""

    address: str
    server: Temper
    desk: RequestDesk

    def mail_to(self, recipient: str, after: int = 0) -> Taken:
        """Return the newest mail to that mailbox, waiting for one beyond the first `after`."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = [one for one in self.server.taken if one.recipients == (recipient,)]
            if len(found) > after:
                return found[-1]
            time.sleep(0.05)
        raise AssertionError("no mail came")

    def code_to(self, mailbox: str) -> str:
        words = self.mail_to(mailbox).mail.get_content().replace("\r", "")
        found = re.search(r"^ +(\d{4} \d{4})$", words, re.MULTILINE)
        assert found is not None
        return found.group(1)


def run_site(folder: Path, policies: Path) -> Iterator[Site]:
    bot = sample_bot(folder / "var", policies)
    temper, port, stop = Temper(), free_port(), threading.Event()
    with serving(temper) as mail_port:
        smtp = SmtpSettings("127.0.0.1", mail_port, security="none")
        settings = RequestSettings(
            folder / "data", delivery=True, desk_mailbox=MAILBOX, public_url=f"http://127.0.0.1:{port}", smtp=smtp,
            poll_seconds=0.05,
        )  # fmt: skip
        desk = RequestDesk.open(bot.library, settings)
        sender = threading.Thread(target=Sender(desk.ledger, desk.couriers()).run_forever, args=(stop,), daemon=True)
        with served(create_app(bot, desk), port) as address:
            sender.start()
            yield Site(address, temper, desk)
            stop.set()
            sender.join(20)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from run_site(tmp_path_factory.mktemp("samples"), SAMPLES)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if not REAL.exists():
        pytest.skip("the two real policies are not beside the repository")
    yield from run_site(tmp_path_factory.mktemp("real"), REAL)


@pytest.fixture
def open_page(browser: Browser) -> Iterator:
    contexts = []

    def start(site: Site, size: tuple[int, int] = DESK) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = context.new_page()
        page.goto(site.address)
        expect(page.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
        return page

    yield start
    for context in contexts:
        context.close()


def panel(page: Page) -> Frame:
    frame = page.frame("policy")
    assert frame is not None
    return frame


def begin(page: Page, wish: str) -> Frame:
    """Say the wish in the chat and open the request beside it."""
    turn = ask_by_keyboard(page, wish)
    turn.locator("a.button[target=policy]").first.focus()
    page.keyboard.press("Enter")
    frame = panel(page)
    expect(frame.locator("#name")).to_be_visible()
    return frame


def reload_until(frame: Frame, state: str) -> None:
    """Open the request again until it is in that state: the page itself does not change under its reader."""
    deadline = time.monotonic() + 20
    while frame.locator(".chip").inner_text() != state and time.monotonic() < deadline:
        frame.wait_for_timeout(200)
        frame.goto(frame.url)
    expect(frame.locator(".chip")).to_have_text(state)


def accessible(frame: Frame) -> None:
    assert frame.evaluate(UNNAMED) == []
    assert frame.evaluate(REPEATED_IDS) == []
    assert frame.evaluate("document.documentElement.lang") == "en"


def test_a_deletion_goes_from_the_chat_to_the_companys_mailbox_by_keyboard(samples: Site, open_page):
    page = open_page(samples)
    frame = begin(page, "please delete everything tidewell has on me")
    accessible(frame)
    frame.focus("#name")
    page.keyboard.type("Ottoline Varga")
    page.keyboard.press("Tab")
    page.keyboard.type("ottoline@mail.example")
    page.keyboard.press("Enter")
    expect(frame.get_by_role("button", name="Confirm this message")).to_be_visible()
    accessible(frame)
    shown = frame.locator("pre").inner_text()
    assert "Ottoline Varga" in shown
    named = frame.locator('a[href^="/policy/tidewell/"] q').inner_text()
    assert "dpo@tidewell.example" in named
    keep(page, "request-preview.png")
    frame.get_by_role("button", name="Confirm this message").focus()
    page.keyboard.press("Enter")
    expect(frame.locator("#code")).to_be_visible()
    expect(frame.locator("[role=status]")).to_contain_text("code is on its way")
    accessible(frame)
    assert [one for one in samples.server.taken if one.recipients == ("dpo@tidewell.example",)] == []
    frame.focus("#code")
    page.keyboard.type(samples.code_to("ottoline@mail.example"))
    page.keyboard.press("Enter")
    mail = samples.mail_to("dpo@tidewell.example").mail
    assert (mail["From"], mail["To"], mail["Reply-To"]) == (MAILBOX, "dpo@tidewell.example", "ottoline@mail.example")
    assert mail.get_content().replace("\r\n", "\n").strip() == shown.strip()
    expect(frame.locator("#code")).to_have_count(0)
    reload_until(frame, "Sent")
    number = re.sub(r".*/request/|\?.*", "", frame.url)
    assert frame.locator("#dates").count() == 1
    keep(page, "request-sent.png")
    frame.get_by_role("link", name="They do not answer").click()
    expect(frame.locator("pre")).to_contain_text("where my request stands")
    frame.get_by_role("link", name="Back to the request").click()
    expect(frame.locator("#dates")).to_be_visible()
    # After a reload the chat leads back to it, and its papers prove it.
    page.reload()
    link = page.locator("#requests a")
    expect(link).to_have_text("1 open request", timeout=30_000)
    # A follow-up with its citation, and what became of the request by its number: all from the keyboard.
    followed = ask_by_keyboard(page, "and how long do they keep my data?")
    expect(followed.locator(".quote").first).to_be_visible()
    tab_back_to(page, ".turn:last-child .source a[target=policy]")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    settle(page)
    assert in_view(page)
    told = ask_by_keyboard(page, f"what became of {number.upper()}?")
    expect(told.locator(".chip")).to_have_text("Sent")
    keep(page, "request-status.png")
    tab_back_to(page, ".turn:last-child a.button[target=policy]")
    page.keyboard.press("Enter")
    expect(panel(page).locator("#dates")).to_be_visible()
    receipt = page.request.get(f"{samples.address}/request/{number}/receipt.json")
    assert verify_receipt(receipt.body()) == []
    assert json.loads(receipt.body())["id"] == number
    paper = page.request.get(f"{samples.address}/request/{number}/receipt.pdf")
    assert paper.body().startswith(b"%PDF")


def test_a_stranger_with_the_number_sees_its_state_and_nothing_else(samples: Site, open_page, browser: Browser):
    page = open_page(samples)
    frame = begin(page, "please delete everything tidewell has on me")
    frame.fill("#name", "Quentin Marlow")
    frame.fill("#email", "quentin@mail.example")
    frame.get_by_role("button", name="Draft the message").click()
    expect(frame.get_by_role("button", name="Confirm this message")).to_be_visible()
    address = frame.url
    stranger = browser.new_context().new_page()
    stranger.goto(address)
    words = stranger.locator("body").inner_text()
    assert "Not sent yet" in words
    assert "quentin" not in words.lower()
    assert stranger.locator("form").count() == 0
    for path in ("receipt.json", "receipt.pdf", "letter.pdf", "change"):
        assert stranger.request.get(f"{address}/{path}").status == 404
    for step in ("confirm", "verify", "hand-over", "withdraw"):
        assert stranger.request.post(f"{address}/{step}", form={"digest": "0" * 64, "code": "1"}).status in (403, 404)
    # Another site's form carries no cookie of ours; one that claims to is refused by its origin.
    forged = page.request.post(f"{address}/withdraw", headers={"Origin": "https://elsewhere.example"})
    assert forged.status == 403
    expect(frame.locator(".chip")).to_have_text("Not sent yet: please check it")
    stranger.context.close()


def test_wrong_fields_are_told_beside_what_was_written_and_nothing_is_lost(samples: Site, open_page):
    page = open_page(samples, PHONE)
    frame = begin(page, "delete my larkspur data")
    frame.fill("#name", "Ada <b>Ødegård</b>")
    frame.fill("#email", "ada@mail.example")
    frame.evaluate("document.querySelector('#email').type = 'text'")
    frame.fill("#email", "ada@mail.example, eve@mail.example")
    frame.fill("#residence", "California")
    frame.get_by_role("button", name="Draft the message").click()
    expect(frame.locator("[role=alert]")).to_contain_text("one plain e-mail address")
    assert frame.locator("#name").input_value() == "Ada <b>Ødegård</b>"
    assert frame.locator("#email").get_attribute("aria-invalid") == "true"
    assert frame.locator("main b").count() == 0
    assert page.evaluate(SIDEWAYS) <= 0
    assert frame.evaluate(SIDEWAYS) <= 0
    keep(page, "request-phone.png")


def test_this_was_not_me_stops_the_mails(samples: Site, open_page):
    page = open_page(samples)
    frame = begin(page, "please delete everything tidewell has on me")
    frame.fill("#name", "Somebody")
    frame.fill("#email", "victim@mail.example")
    frame.get_by_role("button", name="Draft the message").click()
    frame.get_by_role("button", name="Confirm this message").click()
    expect(frame.locator("#code")).to_be_visible()
    words = samples.mail_to("victim@mail.example").mail.get_content()
    link = re.search(r"http://\S+/requests/not-me/\S+", words)
    assert link is not None
    victim = page.context.new_page()
    victim.goto(link.group())
    victim.get_by_role("button", name="This was not me").click()
    expect(victim.locator("main")).to_contain_text("no more codes")
    reload_until(frame, "Withdrawn")


def test_the_real_deletion_arrives_as_a_person_would_write_it(real: Site, open_page):
    page = open_page(real)
    frame = begin(page, "please delete everything fujitsu has on me")
    ways = frame.locator(".way").all_inner_texts()
    assert [way.split()[0] for way in ways] == ["E-mail", "Phone", "Letter"]
    frame.fill("#name", "Ada Ødegård")
    frame.fill("#email", "ada@mail.example")
    frame.get_by_role("button", name="Draft the message").click()
    frame.get_by_role("button", name="Confirm this message").click()
    expect(frame.locator("#code")).to_be_visible()
    frame.fill("#code", real.code_to("ada@mail.example"))
    frame.get_by_role("button", name="Send the request").click()
    taken = real.mail_to("fcpaprivacy@us.fujitsu.com")
    assert taken.recipients == ("fcpaprivacy@us.fujitsu.com",)
    mail = taken.mail
    assert mail["Subject"] == "Request to delete my personal information"
    assert mail["Reply-To"] == "ada@mail.example"
    assert mail.get_content_type() == "text/plain"
    body = mail.get_content()
    assert body.startswith("Dear Fujitsu privacy team,")
    assert "Ada Ødegård" in body
    # The same content by letter and by phone.
    for number, form in ((2, "Call 1-833-975-1289"), (3, "Sunnyvale, CA 94085")):
        frame.goto(f"{real.address}/request/new?policy=fujitsu&type=delete&way={number}")
        frame.fill("#name", "Ada Ødegård")
        frame.fill("#email", "ada@mail.example")
        frame.get_by_role("button", name="Draft the message").click()
        expect(frame.locator("#message")).to_be_visible()
        assert form in frame.locator("main").inner_text()
    letter = page.request.get(frame.url + "/letter.pdf")
    assert letter.body().startswith(b"%PDF")


def test_the_real_shop_offers_option_four_and_a_lost_form_and_no_address(real: Site, open_page):
    page = open_page(real)
    frame = begin(page, "casio: delete my data")
    ways = frame.locator(".way").all_inner_texts()
    assert len(ways) == 2
    assert "800-706-2534, select option 4" in ways[0]
    assert "link is not in the stored copy" in ways[1]
    assert "@" not in " ".join(ways)
    frame.fill("#name", "Ada")
    frame.fill("#email", "ada@mail.example")
    frame.fill("#residence", "California")
    frame.get_by_role("button", name="Draft the message").click()
    expect(frame.locator("pre")).to_contain_text("select option 4")
    assert frame.get_by_role("button", name="Confirm this message").count() == 0
    frame.get_by_role("button", name="I have the message").click()
    expect(frame.locator(".chip")).to_have_text("Handed over: you send it")
    frame.get_by_role("button", name="I have sent it").click()
    expect(frame.locator("#dates")).to_be_visible()


def test_pictures_are_kept():
    assert (OUT / "request-preview.png").exists()
