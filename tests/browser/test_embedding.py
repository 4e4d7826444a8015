"""The widget on another site's page in a real browser: opened, used and closed by keyboard, on a desk and on a phone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from playwright.sync_api import Browser, Frame, Page, expect

from bot.requests.desk import RequestDesk
from bot.requests.settings import RequestSettings
from pages.embedding import Embedding
from tests.browser.axe import grave
from tests.browser.shop import shop
from tests.browser.test_chat import DESK, PHONE, keep
from tests.sample_bot import sample_bot
from tests.serving import free_port, served
from ui import create_app

# The framework's own statistics of its queue use what pandas deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")

ROOT = Path(__file__).parents[2]
WIDGET = ROOT / "pages" / "widget.js"


def write_certificate(folder: Path) -> dict[str, str]:
    """Write a certificate that signs itself; return uvicorn's settings for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "own.crt").write_bytes(made.public_bytes(pem))
    (folder / "own.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return {"ssl_certfile": str(folder / "own.crt"), "ssl_keyfile": str(folder / "own.key")}


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of a desk over http and over https, of a shop listed for each, and of a shop that is not listed."""
    folder = tmp_path_factory.mktemp("embedded")
    bot = sample_bot(folder / "var")
    plain, secure = free_port(), free_port()
    desk, safe = f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}"
    requests = RequestDesk.open(bot.library, RequestSettings(folder / "data"))
    with ExitStack() as opened_here:
        listed, stranger, safe_shop = (opened_here.enter_context(shop(one)) for one in (desk, desk, safe))
        embedding = Embedding.of([listed, safe_shop])
        opened_here.enter_context(served(create_app(bot, requests, embedding=embedding), plain))
        tls = write_certificate(folder)
        opened_here.enter_context(served(create_app(bot, requests, embedding=embedding), secure, **tls))
        yield {"desk": desk, "listed": listed, "stranger": stranger, "safe": safe, "safe shop": safe_shop}


@pytest.fixture
def visit(browser: Browser) -> Iterator:
    contexts = []

    def start(address: str, size: tuple[int, int] = DESK) -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, ignore_https_errors=True)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(address)
        return page

    yield start
    for context in contexts:
        context.close()


def chat_in(page: Page) -> Frame:
    """Return the embedded page once it can be asked."""
    element = page.wait_for_selector("policydesk-chat iframe")
    frame = element.content_frame()
    assert frame is not None
    expect(frame.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
    return frame


def opened(page: Page) -> str | None:
    return page.locator("policydesk-chat .open").get_attribute("aria-expanded")


def test_the_widget_is_small_and_depends_on_nothing():
    source = WIDGET.read_text(encoding="utf-8")
    assert len(source.encode()) < 15_000
    assert "http" not in source.replace("https://desk.example", "")
    assert [word for word in ('"style"', "innerHTML", "eval", "Function", "cookie") if word in source] == []


def test_a_question_is_asked_from_another_site_by_keyboard_alone(places, visit):
    page = visit(places["listed"])
    expect(page.locator("policydesk-chat .open")).to_be_visible()
    assert opened(page) == "false"
    for _ in range(2):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "open"
    page.keyboard.press("Enter")
    frame = chat_in(page)
    assert opened(page) == "true"
    assert frame.url == f"{places['desk']}/embed/tidewell"
    # Only this company can be meant: there is none to choose.
    assert frame.locator("#company").count() == 0
    expect(frame.frame_locator("#policy").locator("h1")).to_contain_text("Tidewell")
    expect(frame.locator("#question")).to_be_focused()
    page.keyboard.type("Do you sell my data?")
    page.keyboard.press("Enter")
    expect(frame.locator(".turn .chip").first).to_have_text("No", timeout=30_000)
    assert {link.get_attribute("href").split("/")[2] for link in frame.locator(".source a[target=policy]").all()} == {
        "tidewell"
    }
    expect(frame.frame_locator("#policy").locator("#cite")).to_be_attached()
    assert grave(page) == []
    assert grave(frame) == []
    page.wait_for_timeout(400)
    keep(page, "widget.png")
    # Escape inside the other site's frame closes it and gives the focus back; what was said is still there.
    page.keyboard.press("Escape")
    expect(page.locator("policydesk-chat .panel")).to_be_hidden()
    assert opened(page) == "false"
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.className") == "open"
    page.keyboard.press("Enter")
    expect(frame.locator(".turn .chip").first).to_be_visible()
    page.locator("policydesk-chat .close").focus()
    page.keyboard.press("Escape")
    assert opened(page) == "false"
    # The browser says so of the box's own wish for the focus, which the script fulfils.
    assert [said for said in page.complaints if "autofocusing" not in said] == []


def test_it_fills_a_phone_and_nothing_is_wider_than_it(places, visit):
    page = visit(places["listed"], PHONE)
    page.locator("policydesk-chat .open").click()
    frame = chat_in(page)
    assert page.locator("policydesk-chat .panel").bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert frame.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    keep(page, "widget-phone.png")
    page.locator("policydesk-chat .close").click()
    expect(page.locator("policydesk-chat .panel")).to_be_hidden()


def test_a_site_that_is_not_listed_shows_no_chat(places, visit):
    page = visit(places["stranger"])
    page.locator("policydesk-chat .open").click()
    page.wait_for_timeout(1500)
    assert any("frame-ancestors" in said for said in page.complaints)
    assert all("127.0.0.1" not in one.url for one in page.frames if one.url.startswith("http"))


def test_without_a_cookie_a_request_opens_in_a_window_of_its_own_and_the_talk_lives_with_its_page(places, visit):
    """Over plain http no browser takes a cookie inside another site's page."""
    page = visit(places["listed"])
    page.locator("policydesk-chat .open").click()
    frame = chat_in(page)
    frame.fill("#question", "please delete my data")
    frame.press("#question", "Enter")
    link = frame.locator("a.button[target=policy]").first
    expect(link).to_be_visible(timeout=30_000)
    assert [one for one in page.context.cookies() if one["name"] == "desk"] == []
    # A follow-up leans on what was said: the conversation is kept for the page.
    frame.fill("#question", "and how long does it take?")
    frame.press("#question", "Enter")
    expect(frame.locator(".turn .card").nth(1)).to_be_visible(timeout=30_000)
    expect(frame.locator(".turn")).to_have_count(2)
    with page.context.expect_page() as shown:
        link.click()
    form = shown.value
    expect(form.locator("#name")).to_be_visible()
    form.fill("#name", "Ada")
    form.fill("#email", "ada@mail.example")
    form.locator("button[type=submit]").first.click()
    expect(form.locator("pre")).to_contain_text("Ada")


def test_the_pages_that_the_widget_opens_name_the_listed_sites_and_no_other_page_does(places):
    for path in (
        "/embed/tidewell",
        "/policy",
        "/policy/tidewell/2026-06-03",
        "/policy/nobody/1",
        "/request",
        "/request/new?policy=tidewell&type=delete",
    ):
        policy = httpx.get(places["desk"] + path).headers["content-security-policy"]
        assert f"frame-ancestors 'self' {places['listed']}" in policy, path
    for path in (
        "/",
        "/docs",
        "/healthz",
        "/openapi.json",
        "/api/v1/policies",
        "/staff",
        "/policyx",
        "/requests/not-me/x",
    ):
        assert places["listed"] not in httpx.get(places["desk"] + path).headers["content-security-policy"], path


def test_a_policy_that_is_not_here_is_said_in_the_frame(places, visit):
    page = visit(places["desk"] + "/embed/nobody")
    expect(page.locator(".welcome")).to_contain_text("no longer here", timeout=30_000)


def test_over_https_the_talk_and_the_request_stay_inside_and_belong_to_that_site_alone(places, visit):
    page = visit(places["safe shop"])
    page.locator("policydesk-chat .open").click()
    frame = chat_in(page)
    frame.fill("#question", "please delete my data")
    frame.press("#question", "Enter")
    link = frame.locator("a.button[target=policy]").first
    expect(link).to_be_visible(timeout=30_000)
    cookie = next(one for one in page.context.cookies() if one["name"] == "desk")
    assert (cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) == ("None", True, True)
    assert "localhost" in cookie["partitionKey"]
    # The whole request is made inside the frame.
    link.click()
    form = next(one for one in page.frames if one.name == "policy")
    form.fill("#name", "Ada")
    form.fill("#email", "ada@mail.example")
    form.locator("button[type=submit]").first.click()
    expect(form.locator("pre")).to_contain_text("Ada")
    # The talk is still there when the site is opened again, and not on the desk's own page.
    page.reload()
    page.locator("policydesk-chat .open").click()
    expect(chat_in(page).locator(".turn")).to_have_count(1)
    own = page.context.new_page()
    own.goto(places["safe"])
    expect(own.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
    expect(own.locator(".turn")).to_have_count(0)
