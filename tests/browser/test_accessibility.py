"""axe-core over every page a visitor or an evaluator opens, the live region, the focus, and small or enlarged windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from evals import write_report
from tests.browser.axe import grave
from tests.browser.test_chat import DESK, QUESTION, REQUEST, SIDEWAYS, ask_by_keyboard, settle
from tests.browser.test_report_page import judged
from tests.browser.test_requests import Site, panel, run_site
from tests.sample_bot import SAMPLES

# The framework's own statistics of its queue use what pandas deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")

ROOT = Path(__file__).parents[2]
# 1280 pixels at 400 %, and at 200 %: what WCAG 2.2, 1.4.10 and 1.4.4, measure by.
NARROW, ENLARGED = (320, 640), (640, 450)
PLAIN_PAGES = (
    "/docs", "/policy", "/policy/tidewell", "/policy/nobody/1", "/policy/tidewell/1?start=1", "/request",
    "/request/abcdef", "/request/new?policy=larkspur&type=delete", "/requests/not-me/x",
)  # fmt: skip
COUNT_ANNOUNCEMENTS = """() => {
  window.said = [];
  const region = document.querySelector('body > [role=status]');
  new MutationObserver(() => window.said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
}"""
RINGED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  if (one.tagName === 'IFRAME' || one === document.body) return true;
  // A text field shows it on the box around it.
  const around = one.closest('#composer, #company .wrap');
  const ring = (of) => of.outlineStyle !== 'none' && parseFloat(of.outlineWidth) >= 2 || of.boxShadow.includes('0px 0px 0px 1px');
  return ring(style) || Boolean(around && ring(getComputedStyle(around)));
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    yield from run_site(tmp_path_factory.mktemp("accessible"), SAMPLES)


@pytest.fixture
def open_page(browser: Browser, served: Site) -> Iterator:
    contexts = []

    def start(size: tuple[int, int] = DESK, scheme: str = "light", path: str = "") -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.goto(served.address + path)
        if not path:
            expect(page.locator(".suggestion:visible").first).to_be_visible(timeout=30_000)
        return page

    yield start
    for context in contexts:
        context.close()


def write_to_larkspur(page: Page) -> Frame:
    """Open the form beside the chat and fill it in."""
    page.locator("a.button[target=policy]").last.click()
    frame = panel(page)
    expect(frame.locator("#name")).to_be_visible()
    return frame


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_in_the_chat_and_its_panel(open_page, scheme):
    page = open_page(scheme=scheme)
    found = {"welcome": grave(page), "library": grave(panel(page))}
    ask_by_keyboard(page, QUESTION)
    settle(page)
    found |= {"answered": grave(page), "policy": grave(panel(page))}
    ask_by_keyboard(page, "Who won the world cup?")
    ask_by_keyboard(page, REQUEST)
    settle(page)
    page.locator(".draft summary").last.click()
    found["request"] = grave(page)
    page.fill("#question", "long " * 500)
    page.locator("#send").click()
    expect(page.locator(".problem")).to_be_visible()
    found["refused"] = grave(page)
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_grave_from_the_form_to_the_receipt(served, open_page, scheme):
    page = open_page(scheme=scheme)
    ask_by_keyboard(page, "please delete everything tidewell has on me")
    frame = write_to_larkspur(page)
    found = {"form": grave(frame)}
    mailbox = f"{scheme}@mail.example"
    frame.fill("#name", "Ada")
    frame.fill("#email", mailbox)
    frame.evaluate("document.querySelector('#email').type = 'text'")
    frame.fill("#email", f"{mailbox}, more")
    frame.get_by_role("button", name="Draft the message").click()
    expect(frame.locator("[role=alert]")).to_be_visible()
    found["fault"] = grave(frame)
    frame.fill("#email", mailbox)
    frame.get_by_role("button", name="Draft the message").click()
    expect(frame.locator("pre")).to_be_visible()
    found["preview"] = grave(frame)
    number = frame.url.rpartition("/")[2]
    frame.goto(f"{served.address}/request/{number}/change")
    found["change"] = grave(frame)
    frame.goto(f"{served.address}/request/{number}")
    frame.get_by_role("button", name="Confirm this message").click()
    expect(frame.locator("#code")).to_be_visible()
    found["code"] = grave(frame)
    frame.fill("#code", served.code_to(mailbox))
    frame.get_by_role("button", name="Send the request").click()
    expect(frame.locator("#code")).to_have_count(0)
    found["receipt"] = grave(frame)
    frame.goto(f"{served.address}/request/{number}/write/reminder")
    found["reminder"] = grave(frame)
    frame.goto(f"{served.address}/request")
    found["mine"] = grave(frame)
    stranger = open_page(scheme=scheme, path=f"/request/{number}")
    found["status"] = grave(stranger)
    assert {name: told for name, told in found.items() if told} == {}


@pytest.mark.parametrize(("size", "scheme"), [(NARROW, "light"), (ENLARGED, "dark")])
def test_plain_pages_are_sound_and_never_wider_than_a_small_or_enlarged_window(open_page, size, scheme):
    page, found, wide = open_page(size, scheme, PLAIN_PAGES[0]), {}, {}
    for path in PLAIN_PAGES:
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2] + path)
        found[path], wide[path] = grave(page), page.evaluate(SIDEWAYS)
    assert {path: told for path, told in found.items() if told} == {}
    assert {path: by for path, by in wide.items() if by > 0} == {}


def test_axe_finds_nothing_grave_in_the_evaluators_report(browser: Browser, tmp_path: Path):
    cases = [judged("one", "factual", "answered", True), judged("two", "list", "silent", False)]
    address = write_report(tmp_path, cases).as_uri()
    for size, scheme in ((DESK, "light"), (NARROW, "dark")):
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        page = context.new_page()
        page.goto(address)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert grave(page) == []
        assert page.evaluate(SIDEWAYS) <= 0
        context.close()


@pytest.mark.parametrize("size", [NARROW, ENLARGED])
def test_the_chat_works_in_a_small_or_enlarged_window(open_page, size):
    page = open_page(size)
    turn = ask_by_keyboard(page, QUESTION)
    settle(page)
    ask_by_keyboard(page, REQUEST)
    settle(page)
    assert page.evaluate(SIDEWAYS) <= 0
    assert panel(page).evaluate(SIDEWAYS) <= 0
    # Nothing of the answer is cut off at the side.
    cut = "card => [...card.querySelectorAll('*')].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length"
    assert turn.locator(".card").evaluate(cut) == 0
    expect(page.locator("#question")).to_be_in_viewport()
    expect(page.locator("#send")).to_be_in_viewport()


def test_a_finished_answer_is_announced_exactly_once(open_page):
    page = open_page()
    page.evaluate(COUNT_ANNOUNCEMENTS)
    ask_by_keyboard(page, QUESTION)
    settle(page)
    page.wait_for_timeout(500)
    said = page.evaluate("window.said")
    assert len(said) == 1
    assert said[0].startswith("No.")
    # Reading back in the conversation, or opening a quote, says nothing again.
    page.locator(".n").first.click()
    settle(page)
    assert page.evaluate("window.said.length") == 1
    assert (
        page.locator("[aria-live]:not(body > [role=status])").evaluate_all(
            "all => all.filter((one) => one.textContent.trim()).length"
        )
        == 0
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whatever_takes_the_focus_shows_it(open_page, scheme):
    page = open_page(scheme=scheme)
    ask_by_keyboard(page, REQUEST)
    settle(page)
    bare = []
    page.focus("#question")
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        if not page.evaluate(RINGED):
            bare.append(page.evaluate("document.activeElement.outerHTML.slice(0, 150)"))
        if page.evaluate("document.activeElement.matches('.skip')"):
            break
    assert page.evaluate("document.activeElement.matches('.skip')")
    assert bare == []
