"""axe-core over every page of the staff, in small and enlarged windows, and the focus that the keyboard moves."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote_plus

import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from bot.reply import Answer
from tests.bench.conftest import wait_for
from tests.browser.axe import grave
from tests.browser.office import Office, open_as, open_office
from tests.browser.test_accessibility import ENLARGED, NARROW, RINGED
from tests.browser.test_bench import TEXT, baseline
from tests.browser.test_chat import SIDEWAYS
from tests.sample_bot import sample_bot

# The framework's own statistics of its queue use what pandas deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")

QUESTION = quote_plus("How long does Larkspur keep my order history?")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A desk with something on every page: an approved answer, an open question, a run that differs from its baseline."""
    folder = tmp_path_factory.mktemp("staff")
    with open_office(folder, sample_bot(folder / "var")) as opened:
        policy = opened.bot.library.get("larkspur")
        start = policy.text.index("We keep order records for seven years")
        end = policy.text.index(".", start) + 1
        opened.agents.approved.add("m1", "larkspur", ["How long are orders kept?"], [(start, end)])
        opened.agents.questions.note(
            Answer(question="Who made it?", status="silent", text="…", policy_ids=["larkspur"])
        )
        opened.bench.worker.rest = 0
        opened.bench.sets.add("mine", TEXT)
        baseline(opened.bench)
        assert wait_for(opened.bench, opened.bench.start("mine", "m-1").id) == "done"
        yield opened


@pytest.fixture
def open_page(browser: Browser, office: Office) -> Iterator:
    contexts = []

    def start(size: tuple[int, int], scheme: str, name: str | None = "boss") -> Page:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        contexts.append(context)
        if name is not None:
            open_as(context, office.address, name)
        return context.new_page()

    yield start
    for context in contexts:
        context.close()


def addresses(office: Office) -> list[str]:
    run = next(one.id for one in office.bench.runs.all())
    answer = office.agents.approved.all()[0].answer.id
    lookup = (
        "", "?words=orders", "/ask", f"/ask?question={QUESTION}", "/ask?question=Does+Larkspur+mine+asteroids", "/compare",
        f"/compare?question={QUESTION}", "/versions", "/versions?policy=larkspur", "/library", "/questions", "/approved",
        f"/approved/{answer}", f"/approved/new?policy=larkspur&question={QUESTION}", "/live",
    )  # fmt: skip
    bench = (
        "", "/sets/mine", "/sets/samples", "/runs", f"/runs/{run}", f"/runs/{run}/cases", f"/runs/{run}/case?case=orders",
        f"/runs/{run}/against", f"/runs/{run}/difference?case=orders", "/make", "/make?q=does+larkspur+sell+my+data",
        "/runs/nothing",
    )  # fmt: skip
    own = ("/", "/account", "/members", "/audit", "/requests", "/requests?view=open", f"/requests/{office.doubtful}",
           "/requests/nothing")  # fmt: skip
    return [
        *(f"/staff{path}" for path in own),
        *(f"/staff/lookup{path}" for path in lookup),
        *(f"/staff/bench{path}" for path in bench),
    ]


@pytest.mark.parametrize(("size", "scheme"), [(NARROW, "light"), (ENLARGED, "dark")])
def test_axe_finds_nothing_grave_on_any_page_and_none_is_wider_than_its_window(office, open_page, size, scheme):
    page, found = open_page(size, scheme), {}
    for path in addresses(office):
        answered = page.goto(office.address + path)
        assert answered.status == (404 if path.endswith("/nothing") else 200), path
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        wide = page.evaluate(SIDEWAYS)
        if faults := [*grave(page), *([f"{wide} pixels too wide"] if wide > 0 else [])]:
            found[path] = faults
    assert found == {}


def test_axe_finds_nothing_grave_from_setting_an_app_up_to_its_recovery_codes(office, open_page):
    page = open_page(NARROW, "dark", "eve")
    page.goto(f"{office.address}/staff/account")
    page.click("form[action$='/account/second'] button")
    secret = page.locator("input[name=secret]").get_attribute("value")
    found = {"app": grave(page)}
    page.fill("input[name=code]", pyotp.TOTP(secret).now())
    page.click("form[action$='/second/keep'] button")
    expect(page.locator("main")).to_contain_text("recovery", ignore_case=True)
    found["codes"] = grave(page)
    page.goto(f"{office.address}/staff/account")
    page.fill("input[name=label]", "a script")
    page.click("form[action$='/account/keys'] button")
    found["key"] = grave(page)
    office.staff.accounts.drop_second(office.staff.accounts.named("eve").member.id)
    assert {name: told for name, told in found.items() if told} == {}


def test_axe_finds_nothing_grave_where_somebody_may_not_go(office, open_page):
    found = {}
    for name, path in ((None, "/staff/sign-in"), ("eve", "/staff/members"), ("ines", "/staff/bench")):
        page = open_page(NARROW, "dark", name)
        page.goto(office.address + path)
        found[path] = grave(page)
    assert {path: told for path, told in found.items() if told} == {}


@pytest.mark.parametrize(
    "path", ["/staff/requests?view=open", "/staff/lookup?words=orders", "/staff/bench", "/staff/members"]
)
def test_whatever_takes_the_focus_shows_it(office, open_page, path):
    page, bare = open_page(ENLARGED, "light"), []
    page.goto(office.address + path)
    for _ in range(40):
        page.keyboard.press("Tab")
        if not page.evaluate(RINGED):
            bare.append(page.evaluate("document.activeElement.outerHTML.slice(0, 150)"))
    assert bare == []
