"""300 payloads of markup in questions, in ingested policies and in the names of companies: nothing runs, nothing is asked."""

from __future__ import annotations

import html
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from bot.requests.desk import RequestDesk
from bot.requests.settings import RequestSettings
from tests.browser.payloads import payloads
from tests.sample_bot import sample_bot
from tests.serving import served
from ui import create_app

# The framework's own statistics of its queue use what pandas deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")

PAYLOADS = payloads()
SOAK = os.environ.get("POLICYDESK_SOAK") == "1"
NAMED = PAYLOADS if SOAK else PAYLOADS[::30]
"""Payloads that get a policy of their own, with a hostile company name, title, alias and address."""

ASKED = PAYLOADS if SOAK else PAYLOADS[::12]
WRITTEN = PAYLOADS if SOAK else PAYLOADS[::8]
# The payload ends the text: one that opens a comment or a script takes away whatever follows it.
NAMED_POLICY = """# Privacy policy

This privacy policy tells how we collect, use and share your personal information when you visit our website.

## Information we collect

We collect your name, your e-mail address and the pages you visit. We use cookies to remember your basket.

## How we share it

We never sell your personal information to anyone. We share your address with the carrier who delivers your parcel.

## Your rights

You may ask us to delete your personal information. To delete your data write to privacy{n}@firm.example {one}.
"""
SENTENCES = (
    "We do not sell your personal information {0}.",
    "You may ask us to delete your data at {0}.",
    "We share your data with {0}.",
)
INTRUDERS = """() => [...document.querySelectorAll('script, iframe, form, object, embed, base, meta[http-equiv], link, a, img, video, [style]')]
  .map((one) => one.outerHTML.slice(0, 200))
  .filter((one) => /pwned/.test(one) && /^<(script|iframe|object|embed|base|meta|link|img|video|form)/i.test(one)
    || /(src|data|action|poster|background)\\s*=\\s*["']?\\s*(https?:)?\\/\\/evil/i.test(one.split('>')[0])
    || /href\\s*=\\s*["']?\\s*(javascript|data):/i.test(one.split('>')[0]))"""
HANDLERS = """() => [...document.querySelectorAll('*')].filter((one) => [...one.attributes].some((a) => /^on/i.test(a.name) && /pwned/.test(a.value))).length"""


class Watch:
    """What ran, which other host was asked, and which dialog came up, in one page."""

    def __init__(self, page: Page, address: str) -> None:
        self.ran: list[object] = []
        self.elsewhere: list[str] = []
        page.expose_function("pwned", lambda *which: self.ran.append(which))
        page.on("dialog", lambda dialog: (self.ran.append(dialog.message), dialog.dismiss()))
        local = (address, "data:", "about:", "blob:")
        page.on("request", lambda asked: None if asked.url.startswith(local) else self.elsewhere.append(asked.url))


def write_library(folder: Path) -> Path:
    """Write the manifest of one policy with every payload in its text, as a page and as Markdown, and of many hostile names."""
    entries = []
    lines = [SENTENCES[n % 3].format(one) for n, one in enumerate(WRITTEN)]
    page = "".join(f"<h2>{html.escape(one[:60])}</h2><p>{line}</p>" for one, line in zip(WRITTEN, lines, strict=True))
    shown = "".join(f"<p>{html.escape(line)}</p>" for line in lines)
    (folder / "raw.html").write_text(f"<html><body><h1>Privacy policy</h1>{page}</body></html>", encoding="utf-8")
    (folder / "escaped.html").write_text(f"<html><body><h1>Privacy policy</h1>{shown}</body></html>", encoding="utf-8")
    (folder / "plain.md").write_text("# Privacy policy\n\n" + "\n\n".join(lines), encoding="utf-8")
    for name in ("raw.html", "escaped.html", "plain.md"):
        entries.append({"source": name, "id": name.split(".")[0], "company": name.split(".")[0].title()})
    for n, one in enumerate(NAMED):
        name = f"named{n}.md"
        words = NAMED_POLICY.format(one=one.replace("\n", " "), n=n)
        (folder / name).write_text(words, encoding="utf-8")
        entries.append(
            {
                "source": name,
                "id": f"named{n}",
                "company": f"Firm{n} {one}",
                "aliases": [f"Alias{n} {one}"],
                "url": "https://firm.example/",
            }
        )
    manifest = folder / "policies.yaml"
    manifest.write_text(yaml.safe_dump({"policies": entries}, allow_unicode=True), encoding="utf-8")
    return manifest


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Address of a desk over hostile policies, and the id and version of each."""
    folder = tmp_path_factory.mktemp("hostile")
    bot = sample_bot(folder / "var", write_library(folder))
    desk = RequestDesk.open(bot.library, RequestSettings(folder / "data"))
    with served(create_app(bot, desk)) as address:
        yield address, [(row.id, row.version) for row in bot.library.policies()]


@pytest.fixture
def open_page(browser: Browser, hostile) -> Iterator:
    """A page whose watch must have seen nothing at the end."""
    contexts, watches = [], []

    def start() -> Page:
        context = browser.new_context(viewport={"width": 1000, "height": 800})
        contexts.append(context)
        page = context.new_page()
        watches.append(Watch(page, hostile[0]))
        return page

    yield start
    for context in contexts:
        context.close()
    assert [watch.ran for watch in watches] == [[]] * len(watches)
    assert [watch.elsewhere for watch in watches] == [[]] * len(watches)


def ask(page: Page, question: str) -> None:
    """Ask and wait for what comes of it; a long conversation loses its first turns, so turns are not counted."""
    newest = "document.querySelector('#transcript [data-newest]')?.dataset.newest ?? ''"
    before = page.evaluate(newest)
    page.fill("#question", question)
    page.locator("#send").click()
    page.wait_for_function(f"before => {{ const now = {newest}; return now && now !== before; }}", arg=before)
    page.wait_for_timeout(200)


def clean(page: Page) -> None:
    for frame in page.frames:
        assert frame.evaluate(INTRUDERS) == []
        assert frame.evaluate(HANDLERS) == 0
        actions = frame.evaluate("() => [...document.forms].map((one) => new URL(one.action).origin)")
        assert set(actions) <= {page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]}


def test_the_watch_sees_what_runs(browser: Browser):
    page = browser.new_page()
    watch = Watch(page, "http://127.0.0.1:1")
    page.set_content("".join(one.replace("//evil", "https://evil") for one in PAYLOADS[20:40]))
    page.wait_for_timeout(500)
    assert len(watch.ran) >= 3
    assert watch.elsewhere
    page.close()


def test_no_payload_in_a_question_does_anything(hostile, open_page):
    page = open_page()
    page.goto(hostile[0])
    expect(page.locator("#question")).to_be_visible(timeout=30_000)
    for n in range(0, len(ASKED), 5):
        # Five a question: whatever one of them breaks out of, the next finds open.
        ask(page, "Do you sell data? " + " ".join(ASKED[n : n + 5])[:1900])
    page.wait_for_timeout(300)
    clean(page)


def test_no_payload_in_a_policy_or_a_name_does_anything_on_its_page(hostile, open_page):
    address, policies = hostile
    page = open_page()
    page.goto(f"{address}/policy")
    clean(page)
    for policy_id, version in policies if SOAK else policies[:8]:
        page.goto(f"{address}/policy/{policy_id}/{version}?start=10&end=400#cite")
        clean(page)
        page.goto(f"{address}/request/new?policy={policy_id}&type=delete")
        clean(page)


def test_no_payload_in_a_policy_or_a_name_does_anything_in_an_answer(hostile, open_page):
    page = open_page()
    for about in (
        ("", "/embed/raw", "/embed/escaped", "/embed/plain", "/embed/named1") if SOAK else ("", "/embed/plain")
    ):
        page.goto(hostile[0] + about)
        expect(page.locator("#question")).to_be_visible(timeout=30_000)
        for question in (
            "Do you sell my personal information?",
            "Please delete my data",
            "Who do you share my data with?",
        ):
            ask(page, question)
        page.wait_for_timeout(300)
        clean(page)
