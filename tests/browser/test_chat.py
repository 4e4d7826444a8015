"""The chat in a real browser: a question, its citation, and a request by keyboard alone, on a desk and on a phone."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

# The framework's own statistics of its queue use what pandas deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")

OUT = Path(__file__).parent / "out"
DESK, PHONE = (1280, 900), (390, 844)
QUESTION = "Does Tidewell sell my personal data?"
REQUEST = "Delete everything Larkspur has on me"
UNNAMED = """() => [...document.querySelectorAll('input, textarea, select, button, a[href], iframe')].filter((one) => {
  if (!one.checkVisibility({ visibilityProperty: true })) return false;
  const label = one.labels && [...one.labels].some((label) => label.textContent.trim());
  const ids = (one.getAttribute('aria-labelledby') || '').split(' ').filter(Boolean);
  const named = one.getAttribute('aria-label') || one.title || ids.some((id) => document.getElementById(id));
  const words = ['A', 'BUTTON'].includes(one.tagName) && one.textContent.trim();
  return !(label || named || words);
}).map((one) => one.outerHTML.slice(0, 200))"""
REPEATED_IDS = """() => { const ids = [...document.querySelectorAll('[id]')].map((one) => one.id).filter(Boolean);
  return ids.filter((id, at) => ids.indexOf(id) !== at); }"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Watch:
    """What a page complained of and which other hosts it asked."""

    def __init__(self, page: Page, site: str) -> None:
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on(
            "response", lambda got: self.complaints.append(f"{got.status} {got.url}") if got.status >= 400 else None
        )
        local = (site, "data:", "about:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(local) else self.elsewhere.append(asked.url))


@pytest.fixture
def open_chat(browser: Browser, site: str) -> Iterator:
    """Open the chat in a window of that size; at the end nothing may have gone wrong or elsewhere."""
    watches, contexts = [], []

    def start(size: tuple[int, int], scheme: str = "light") -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, site))
        page.goto(site)
        expect(page.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
        return page

    yield start
    for context in contexts:
        context.close()
    assert [watch.complaints for watch in watches] == [[]] * len(watches)
    assert [watch.elsewhere for watch in watches] == [[]] * len(watches)


def api_answer(site: str, question: str) -> dict:
    body = json.dumps({"question": question}).encode()
    request = urllib.request.Request(f"{site}/api/v1/ask", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def ask_by_keyboard(page: Page, question: str) -> Locator:
    """Type and send a question; return its turn once the answer is there."""
    expect(page.locator("#question")).to_be_visible()
    turns = page.locator(".turn").count()
    page.focus("#question")
    page.keyboard.type(question)
    page.keyboard.press("Enter")
    answered = page.locator(".turn").nth(turns)
    expect(answered.locator(".card")).to_be_visible(timeout=30_000)
    return answered


def tab_back_to(page: Page, selector: str) -> None:
    """Press Shift+Tab until the element that has the focus matches."""
    for _ in range(80):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached by keyboard")


def settle(page: Page) -> None:
    """Wait until the policy beside the chat shows its mark, and scrolling has come to rest."""
    expect(page.frame_locator("#policy").locator("#cite")).to_be_attached(timeout=10_000)
    page.wait_for_timeout(600)


def in_view(page: Page) -> bool:
    """Return True if the cited mark lies inside the visible part of its frame, and that inside the window."""
    return page.evaluate(
        """() => {
          const frame = document.getElementById('policy'), box = frame.getBoundingClientRect();
          const mark = frame.contentDocument.getElementById('cite').getBoundingClientRect();
          const top = box.top + mark.top, low = 0.5;
          return mark.height > 0 && mark.top >= -low && mark.top < box.height && top >= -low && top < innerHeight;
        }"""
    )


def keep(page: Page, name: str) -> None:
    OUT.mkdir(exist_ok=True)
    page.screenshot(path=OUT / name)
    folder = os.environ.get("POLICYDESK_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(OUT / name, Path(folder) / name)


def squeezed(words: str) -> str:
    return "".join(words.split())


def test_a_question_its_citation_and_a_request_by_keyboard(open_chat, site):
    page = open_chat(DESK)
    expected = api_answer(site, QUESTION)["citations"]
    answered = ask_by_keyboard(page, QUESTION)
    assert page.evaluate("document.activeElement.id") == "question"
    expect(answered.locator(".chip").first).to_have_text("No")
    expect(page.locator("body > [role=status]")).to_contain_text("No.")
    assert answered.locator(".quote").count() == len(expected)
    settle(page)
    # The first citation opens by itself and leaves the focus where it was.
    assert page.evaluate("document.activeElement.id") == "question"
    assert in_view(page)

    tab_back_to(page, ".turn:last-child .source a[target=policy]")
    href = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    settle(page)
    cited = next(one for one in expected if one["page"] == href)
    frame = page.frame("policy")
    assert frame is not None
    assert frame.url == site + href
    marks = frame.locator("mark").all_text_contents()
    assert squeezed("".join(marks)) == squeezed(cited["quote"])
    assert in_view(page)

    wished = api_answer(site, REQUEST)["request"]
    requested = ask_by_keyboard(page, REQUEST)
    card = requested.locator(".request").first
    expect(card.locator("h3")).to_have_text("Delete my data – Larkspur")
    assert card.locator(".channel").count() == len(wished["channels"])
    reached = [link.get_attribute("href") for link in card.locator("a.reach").all()]
    assert reached == [channel["href"] for channel in wished["channels"] if channel["href"]]
    assert {"tel", "mailto"} <= {str(href).split(":")[0] for href in reached}
    expect(card.locator(".lost")).to_contain_text("is not in the stored text")
    settle(page)
    assert in_view(page)
    # A picture for people: answer, request card and the highlighted clause on one tall screen.
    page.set_viewport_size({"width": 1280, "height": 1480})
    answered.evaluate("turn => turn.scrollIntoView({block: 'start'})")
    page.frame_locator("#policy").locator("#cite").evaluate("mark => mark.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(400)
    keep(page, "chat.png")


def test_a_draft_is_opened_and_copied_by_keyboard(open_chat):
    page = open_chat(DESK)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask_by_keyboard(page, REQUEST)
    settle(page)
    tab_back_to(page, ".draft summary")
    page.keyboard.press("Enter")
    area = turn.locator(".draft textarea").first
    expect(area).to_be_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(turn.locator("[data-copy]").first).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == area.input_value()


def test_a_link_to_a_cited_clause_is_copied_and_opens_it(open_chat, site):
    page = open_chat(DESK)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask_by_keyboard(page, QUESTION)
    settle(page)
    tab_back_to(page, ".turn:last-child .link")
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{site}/policy/tidewell/")
    clause = link.partition("#")[2]
    assert clause not in ("", "cite")
    other = page.context.new_page()
    other.goto(link)
    expect(other.locator(f"[id='{clause}'] mark").first).to_be_in_viewport()
    assert "text=" in page.locator(".source a[target=_blank]").first.get_attribute("href")


def test_a_forgotten_conversation_is_gone_from_the_page_and_said_once(open_chat):
    page = open_chat(DESK)
    ask_by_keyboard(page, "Does Tidewell sell the data of Rosa Quill?")
    page.get_by_role("button", name="Forget this conversation").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".welcome h2")).to_have_text("Forgotten")
    expect(page.locator("body > [role=status]")).to_contain_text("has been erased")
    assert "Rosa" not in page.content()
    page.reload()
    expect(page.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
    assert "Rosa" not in page.content()


def test_it_works_on_a_phone(open_chat):
    page = open_chat(PHONE)
    answered = ask_by_keyboard(page, REQUEST)
    settle(page)
    # Opening the first citation by itself must not scroll the answer away.
    expect(answered.locator(".asked")).to_be_in_viewport()
    keep(page, "chat-phone.png")
    assert page.evaluate(SIDEWAYS) <= 0
    answered.locator(".n").first.click()
    page.wait_for_timeout(900)
    settle(page)
    assert in_view(page)
    page.set_viewport_size({"width": 375, "height": 667})
    assert page.evaluate(SIDEWAYS) <= 0


def test_markup_in_a_question_is_shown_as_text_and_runs_nothing(open_chat):
    page = open_chat(DESK)
    hostile = "<img src=x onerror=\"document.title='gone'\"> ${document.title='gone'} {{this}} </li><b>bold</b>?"
    answered = ask_by_keyboard(page, hostile)
    assert answered.locator(".asked p").text_content() == hostile
    assert page.locator("#transcript img, #transcript b").count() == 0
    assert page.title() == "PolicyDesk"


def test_a_refused_question_stays_in_the_box(open_chat):
    page = open_chat(DESK)
    page.fill("#question", "long " * 500)
    page.focus("#question")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_be_visible()
    expect(page.locator("#question")).to_have_value("long " * 500)


def test_a_company_is_chosen_and_a_conversation_begun_anew(open_chat, site):
    page = open_chat(DESK)
    page.focus("#company input")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Tidewell")).to_be_visible()
    page.get_by_role("option", name="Tidewell").click()
    expect(page.frame_locator("#policy").locator("h1")).to_contain_text("Tidewell")
    turn = ask_by_keyboard(page, "How long is my data kept?")
    settle(page)
    assert {link.get_attribute("href").split("/")[2] for link in turn.locator(".source a[target=policy]").all()} == {
        "tidewell"
    }
    page.get_by_role("button", name="Forget this conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    expect(page.locator(".welcome")).to_be_visible()


def test_a_conversation_is_there_after_a_reload_and_for_nobody_else(open_chat):
    page, stranger = open_chat(DESK), open_chat(DESK)
    ask_by_keyboard(page, QUESTION)
    for visitor, turns in ((page, 1), (stranger, 0)):
        visitor.reload()
        expect(visitor.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
        expect(visitor.locator(".turn")).to_have_count(turns)
    page.get_by_role("button", name="Forget this conversation").click()
    expect(page.locator(".turn")).to_have_count(0)
    page.reload()
    expect(page.locator(".welcome")).to_be_visible(timeout=30_000)


def test_a_suggested_question_is_asked_with_one_key(open_chat):
    page = open_chat(DESK)
    words = page.locator(".suggestion:visible").first.inner_text()
    page.locator(".suggestion:visible").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".asked p").first).to_have_text(words)
    expect(page.locator(".turn .card")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_everything_is_named_and_ids_are_unique(open_chat, size, scheme):
    page = open_chat(size, scheme)
    ask_by_keyboard(page, QUESTION)
    ask_by_keyboard(page, REQUEST)
    settle(page)
    assert page.evaluate(UNNAMED) == []
    assert page.evaluate(REPEATED_IDS) == []
    assert page.evaluate("document.documentElement.lang") == "en"
    frame = page.frame("policy")
    assert frame is not None
    assert frame.evaluate(UNNAMED) == []
    assert frame.evaluate(REPEATED_IDS) == []


def test_the_skip_link_is_first_and_leads_to_the_question(open_chat):
    page = open_chat(DESK)
    assert page.evaluate("document.querySelector('a[href], button, input, textarea').className") == "skip"
    tab_back_to(page, ".skip")
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "question"
