"""An agent's day in a real browser, by keyboard alone: look up, compare, copy a reply, take over a live chat, hand it back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.reply import Answer
from bot.staff.approved import CHECKED
from tests.browser.axe import grave
from tests.browser.office import Office, open_as, open_office, press, sign_in, tab_to
from tests.sample_bot import sample_bot

pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")

ROOT = Path(__file__).parents[2]
OUT = Path(__file__).parent / "out"
DESK, PHONE = (1280, 900), (390, 844)
QUESTION = "How long does Larkspur keep my order history?"
CARTS = "Carts that were never checked out are emptied after 30 days."
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("agents")
    with open_office(folder, sample_bot(folder / "var")) as office:
        yield office


@pytest.fixture
def open_page(browser: Browser, place: Office) -> Iterator:
    """Open an address in a window of its own; at the end nothing may have been complained of or asked elsewhere."""
    contexts, complaints = [], []

    def start(path: str, size: tuple[int, int] = DESK, scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        contexts.append(context)
        if path.startswith("/staff"):
            open_as(context, place.address, "ines")
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        local = (place.address, "data:", "about:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(local) else complaints.append(asked.url))
        page.goto(f"{place.address}{path}")
        return page

    yield start
    for context in contexts:
        context.close()
    assert complaints == []


def follow(page: Page) -> None:
    """Press Enter on what leads to another page, and wait for that."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def keep(page: Page, name: str) -> None:
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / name, full_page="chat" not in name)
    folder = os.environ.get("POLICYDESK_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(OUT / name, Path(folder) / name)


def test_from_signing_in_to_a_settled_doubt_by_keyboard(open_page, place):
    page = open_page("/")
    sign_in(page, place.address, "ines", "/staff/lookup")
    tab_to(page, "#words")
    page.keyboard.type("how long are order records kept")
    follow(page)
    expect(page.locator(".hits mark").first).to_contain_text("seven years")
    keep(page, "lookup-search.png")

    tab_to(page, "a[href$='/lookup/ask']")
    follow(page)
    tab_to(page, "#question")
    page.keyboard.type(QUESTION)
    follow(page)
    expect(page.locator(".why h3").first).to_contain_text("Larkspur answers")
    tab_to(page, "details.copy summary")
    page.keyboard.press("Enter")
    tab_to(page, "[data-copy='reply-text']")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=place.address)
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1] “We keep order records for seven years, because tax law asks for them.”" in copied
    assert "https://www.larkspur.example/help/privacy#:~:text=" in copied
    tab_to(page, "[data-copy-html='reply-html']")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    formatted = page.evaluate("async () => (await (await navigator.clipboard.read())[0].getType('text/html')).text()")
    assert '<a href="https://www.larkspur.example/help/privacy#:~:text=' in formatted
    assert '<li value="1">' in formatted
    keep(page, "lookup-ask.png")

    tab_to(page, "a[href$='/lookup/compare']", "Shift+Tab")
    follow(page)
    tab_to(page, ".topics a[href*='keep']")
    follow(page)
    expect(page.locator(".sides .words").first).to_be_visible()
    keep(page, "lookup-compare.png")

    press(page, "nav[aria-label=Staff] a[href='/staff/requests']", "Shift+Tab")
    press(page, f"a[href='/staff/requests/{place.doubtful}']")
    expect(page.get_by_role("heading", name="For you to decide")).to_be_visible()
    press(page, ".decide .button")
    expect(page.locator("[role=status]")).to_contain_text("Marked as arrived")
    assert place.desk.ledger.get(place.doubtful).state == "sent"
    assert place.acts(3) == ["request read", "request resolve arrived", "request read"]


def test_why_it_is_silent_is_told_in_the_page(open_page):
    page = open_page("/staff/lookup/ask?question=how+long+does+larkspur+store+my+ip+address")
    expect(page.locator(".answer .chip")).to_have_text("The policy doesn’t say")
    expect(page.locator(".checks .met")).to_contain_text("The best sentence scores")
    expect(page.locator(".checks .unmet")).to_contain_text("has to tell how long")
    keep(page, "lookup-silent.png")


def ask(chat: Page, words: str) -> None:
    turns = chat.locator(".turn").count()
    chat.focus("#question")
    chat.keyboard.type(words)
    chat.keyboard.press("Enter")
    expect(chat.locator(".turn")).to_have_count(turns + 1, timeout=30_000)
    expect(chat.locator(".turn .reading")).to_have_count(0, timeout=30_000)


def test_an_agent_takes_over_a_live_chat_and_hands_it_back(open_page, place):
    chat = open_page("/")
    expect(chat.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
    expect(chat.locator(".welcome")).to_contain_text("People of the support team can read this conversation")
    chat.locator("#question").wait_for()
    ask(chat, "Does Larkspur mine asteroids?")
    expect(chat.locator(".turn").last).to_contain_text("The policy doesn’t say")

    agent = open_page("/staff/lookup/live")
    tab_to(agent, "#fresh a")
    follow(agent)
    expect(agent.locator(".said")).to_contain_text("Does Larkspur mine asteroids?")
    tab_to(agent, "form[action$='/take'] button")
    follow(agent)
    tab_to(agent, "#words")
    # The visitor's open page gets the lines without a reload.
    expect(chat.locator(".joined").last).to_contain_text("Ines Okafor of the support team has joined", timeout=15_000)
    agent.keyboard.type("Hello, I am Ines. <b>How</b> can I help?")
    tab_to(agent, "form[action$='/say'] button")
    follow(agent)
    expect(chat.locator(".card.agent").last).to_contain_text("<b>How</b> can I help?", timeout=15_000)
    expect(chat.locator(".card.agent .who").last).to_contain_text("support team, not the policy’s words")
    expect(chat.locator("body > [role=status]")).to_contain_text("Ines Okafor: Hello")

    ask(chat, QUESTION)
    expect(chat.locator(".turn").last).to_contain_text("Sent to the person of the support team.")
    assert chat.locator(".turn").last.locator(".card").count() == 0
    expect(agent.locator(".said")).to_contain_text(QUESTION, timeout=15_000)
    keep(chat, "chat-taken.png")
    keep(agent, "lookup-live.png")
    assert grave(agent) == []

    tab_to(agent, "form[action$='/back'] button")
    follow(agent)
    expect(agent.locator("form[action$='/take']")).to_be_visible()
    expect(chat.locator(".joined").last).to_contain_text("The desk answers again", timeout=15_000)
    ask(chat, QUESTION)
    expect(chat.locator(".turn").last.locator(".card")).to_contain_text("seven years")
    assert place.acts(3) == ["chat taken", "chat answered", "chat handed back"]
    assert [one.question for one in place.agents.questions.unanswered()] == ["Does Larkspur mine asteroids?"]


def test_an_approved_answer_reaches_chat_api_and_terminal_word_for_word(open_page, place):
    place.agents.questions.note(Answer(question=QUESTION, status="silent", text="…", policy_ids=["larkspur"]))
    agent = open_page("/staff/lookup/questions")
    tab_to(agent, "a[href*='/approved/new'][href*='order']")
    follow(agent)
    box = f"#p{place.agents.bot.library.get('larkspur').text.index(CARTS)}-{place.agents.bot.library.get('larkspur').text.index(CARTS) + len(CARTS)}"  # fmt: skip
    tab_to(agent, box)
    agent.keyboard.press("Space")
    keep(agent, "lookup-approve.png")
    tab_to(agent, "form.approve button")
    follow(agent)
    expect(agent.locator(".done")).to_contain_text("The desk prefers it from now on.")
    keep(agent, "lookup-approved.png")

    chat = open_page("/", PHONE)
    expect(chat.locator("#question")).to_be_visible(timeout=30_000)
    ask(chat, "for how long is my order history kept by larkspur")
    expect(chat.locator(".turn").last.locator("blockquote p")).to_have_text([CARTS])
    expect(chat.locator(".turn").last).to_contain_text(CHECKED.strip(" ()"))
    reply = chat.request.post(f"{place.address}/api/v1/ask", data={"question": QUESTION}).json()
    stored = chat.request.get(f"{place.address}/api/v1/policies/larkspur").json()["text"]
    assert [c["quote"] for c in reply["citations"]] == [CARTS]
    assert stored[reply["citations"][0]["start"] : reply["citations"][0]["end"]] == CARTS
    place.agents.approved.retire(place.agents.approved.all()[0].answer.id, "m-ines")


def test_no_page_scrolls_sideways_on_a_phone(open_page, place):
    asked = {
        "": "?words=orders", "/ask": "?question=Does+Larkspur+mine+asteroids",
        "/compare": "?question=How+long+do+they+keep+data", "/approved/new": "?policy=larkspur&question=How+long+are+orders+kept",
    }  # fmt: skip
    page = open_page("/staff/lookup", PHONE)
    wide = []
    for path in ("", "/ask", "/compare", "/versions", "/library", "/questions", "/approved", "/approved/new", "/live"):
        page.goto(f"{place.address}/staff/lookup{path}{asked.get(path, '')}")
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 844})
            wide += [(path, width)] if page.evaluate(SIDEWAYS) > 0 else []
        keep(page, f"lookup-phone{path.replace('/', '-') or '-search'}.png")
    assert wide == []
