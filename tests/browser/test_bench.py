"""An evaluator's work in a real browser, by keyboard alone: keep a set, run it, compare, open a difference, accept."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bot.bot import PolicyBot
from evals import read_results
from evals.web import Bench
from tests.bench.conftest import wait_for
from tests.browser.office import Office, open_as, open_office, press, sign_in, tab_to
from tests.sample_bot import sample_bot

ROOT = Path(__file__).parents[2]
REAL = ROOT.parent / "shared" / "policies" / "policies.yaml"
PUBLIC = ROOT.parent / "shared" / "evals" / "public.jsonl"
OUT = Path(__file__).parent / "out"
DESK, PHONE, NARROW = (1280, 900), (390, 844), (320, 800)
KEPT = "We keep order records for seven years, because tax law asks for them."
CASES = [
    {"id": "sale", "kind": "yesno", "policy": "larkspur", "policies": ["larkspur"], "question": "does larkspur sell my data?",
     "answerable": True, "expected_behavior": "answer", "yesno": "no", "gold_quotes": [["sold no customer's personal information"]]},
    {"id": "orders", "kind": "factual", "policy": "larkspur", "policies": ["larkspur"],
     "question": "how long does larkspur hang on to my order history", "answerable": True, "expected_behavior": "answer",
     "gold_quotes": [[KEPT]]},
    {"id": "shoe", "kind": "unanswerable", "policy": "tidewell", "policies": ["tidewell"], "question": "what is the shoe size of tidewell's founder?",
     "answerable": False, "expected_behavior": "redirect"},
]  # fmt: skip
TEXT = "\n".join(json.dumps(case) for case in CASES)
FAULTS = """() => {
  const found = [];
  if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) found.push('not one main');
  const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map((one) => Number(one.tagName[1]));
  levels.forEach((level, at) => { if (at && level > levels[at - 1] + 1) found.push(`heading ${at} skips a level`); });
  for (const one of document.querySelectorAll('th')) if (!one.scope) found.push('th without scope: ' + one.textContent);
  for (const one of document.querySelectorAll('table')) if (!one.querySelector('th[scope=row]')) found.push('no row heads');
  for (const one of document.querySelectorAll('input:not([type=hidden]), textarea, select, progress')) {
    if (!one.labels.length) found.push('no label: ' + one.outerHTML.slice(0, 100));
  }
  for (const one of document.querySelectorAll('button, a[href]')) if (!one.textContent.trim()) found.push('no words: ' + one.outerHTML);
  for (const one of document.querySelectorAll('svg')) {
    if (one.getAttribute('role') !== 'img' || !(one.getAttribute('aria-label') || one.querySelector(':scope > title'))) found.push('a picture without words');
  }
  const names = [...document.querySelectorAll('nav')].map((one) => one.getAttribute('aria-label'));
  if (names.some((name, at) => !name || names.indexOf(name) !== at)) found.push('navigations of one name');
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id);
  for (const id of ids.filter((id, at) => ids.indexOf(id) !== at)) found.push('id twice: ' + id);
  for (const one of document.querySelectorAll('[aria-describedby]')) if (!document.getElementById(one.getAttribute('aria-describedby'))) found.push('describes nothing');
  const wide = [...document.querySelectorAll('.scroll, figure')].filter((one) => one.scrollWidth > one.clientWidth && one.tabIndex < 0);
  if (wide.length) found.push('a box that the keyboard cannot scroll');
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push('sideways');
  return found;
}"""


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> PolicyBot:
    return sample_bot(tmp_path_factory.mktemp("evaluators") / "var")


@pytest.fixture
def office(tmp_path: Path, bot: PolicyBot) -> Iterator[Office]:
    with open_office(tmp_path, bot) as opened:
        opened.bench.worker.rest = 0
        yield opened


@pytest.fixture
def bench(office: Office) -> Bench:
    return office.bench


@pytest.fixture
def open_page(browser: Browser, office: Office) -> Iterator:
    """Open an address in a window of its own; at the end nothing may have been complained of or asked elsewhere."""
    contexts, complaints = [], []

    def start(path: str, size: tuple[int, int] = DESK, scripts: bool = True) -> Page:
        width, height = size
        context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=scripts)
        contexts.append(context)
        open_as(context, office.address, "eve")
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(office.address) else complaints.append(asked.url))
        page.goto(f"{office.address}/staff/bench{path}")
        return page

    yield start
    for context in contexts:
        context.close()
    # The refused set: browsers complain of its status too.
    assert [said for said in complaints if "status of 422" not in said] == []


def picture(page: Page, name: str) -> None:
    if os.environ.get("POLICYDESK_PICTURES"):
        OUT.mkdir(exist_ok=True)
        page.screenshot(path=OUT / f"{name}.png")


def baseline(opened: Bench) -> None:
    """A baseline of the set in which the orders' case found nothing."""
    run = opened.start("mine", "m-1")
    assert wait_for(opened, run.id) == "done"
    opened.baselines.mkdir(exist_ok=True)
    lose_evidence(opened.runs.results(run.id), "orders", opened.baselines / "mine.jsonl")


def lose_evidence(results: Path, case_id: str, file: Path) -> None:
    """Write a run's results as if the desk had found nothing for one case."""
    lost = {"evidence_all": 0.0, "evidence_recall": 0.0}
    changed = [
        one.model_copy(update={"scores": one.scores | lost, "answer": one.answer.model_copy(update={"citations": []})})
        if one.id == case_id and one.answer
        else one
        for one in read_results(results)
    ]
    file.write_text("".join(one.timeless.model_dump_json() + "\n" for one in changed))


def test_an_evaluators_work_by_keyboard_alone(open_page, bench: Bench):
    page = open_page("")
    tab_to(page, "#name")
    page.keyboard.type("mine")
    tab_to(page, "#text")
    page.keyboard.insert_text(TEXT.replace('"kind": "yesno"', '"kind": "yesnoo"'))
    press(page, "form[action$='/sets'] button")
    expect(page.get_by_role("alert")).to_contain_text("line 1: ")
    expect(page.locator("#name")).to_have_value("mine")
    tab_to(page, "#text")
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(TEXT)
    press(page, "form[action$='/sets'] button")
    expect(page.get_by_role("status")).to_contain_text("The set mine is kept: 3 cases.")
    baseline(bench)
    press(page, "form[action$='/runs'] button")
    expect(page.get_by_role("heading", name="Metrics", exact=True)).to_be_visible(timeout=30_000)
    expect(page.locator(".facts")).to_contain_text("3 of 3: 3 right")
    run_id = page.url.rsplit("/", 1)[1]
    press(page, "form[action$='/against'] button")
    expect(page.locator("#main")).to_contain_text("No regression.")
    press(page, f"a[href*='/runs/{run_id}/difference']")
    evidence = page.get_by_role("table", name="Evidence")
    expect(evidence.get_by_role("row").nth(1)).to_have_text(re.compile("missed *found"))
    expect(page.locator("mark")).to_have_text(KEPT)
    picture(page, "bench-difference")
    press(page, "a[href*='/against']")
    press(page, f"a[href$='/runs/{run_id}']")
    press(page, "form[action$='/accept'] button")
    expect(page.get_by_role("status")).to_contain_text("This run is the baseline of mine now.")
    assert [one.scores["evidence_all"] for one in read_results(bench.baselines / "mine.jsonl")] == [1.0, 1.0, None]


def test_the_public_set_from_signing_in_to_a_difference_by_keyboard_alone(browser: Browser, tmp_path: Path):
    if not PUBLIC.exists():
        pytest.skip("the public set is not beside the repository")
    size = {"width": DESK[0], "height": DESK[1]}
    with open_office(tmp_path, sample_bot(tmp_path / "var", REAL)) as office, closing(browser.new_context(viewport=size)) as window:  # fmt: skip
        page = window.new_page()
        sign_in(page, office.address, "eve", "/staff/bench")
        tab_to(page, "#name")
        page.keyboard.type("public")
        tab_to(page, "#text")
        page.keyboard.insert_text(PUBLIC.read_text(encoding="utf-8"))
        press(page, "form[action$='/sets'] button")
        expect(page.get_by_role("status")).to_contain_text("The set public is kept: 45 cases.")
        # An earlier state of the desk, which found nothing for one case.
        run = office.bench.start("public", "m-1")
        assert wait_for(office.bench, run.id) == "done"
        office.bench.accept(run.id, anyway=False)
        file = office.bench.baselines / "public.jsonl"
        lose_evidence(file, next(one.id for one in read_results(file) if one.scores.get("evidence_all") == 1.0), file)
        press(page, "form[action$='/runs'] button")
        expect(page.locator(".facts")).to_contain_text("45 of 45", timeout=60_000)
        picture(page, "bench-public-run")
        run_id = page.url.rsplit("/", 1)[1]
        press(page, "form[action$='/against'] button")
        expect(page.locator("#main")).to_contain_text("No regression.")
        press(page, f"a[href*='/runs/{run_id}/difference']")
        evidence = page.get_by_role("table", name="Evidence")
        expect(evidence.get_by_role("row").nth(1)).to_have_text(re.compile("missed *found"))
        picture(page, "bench-public-difference")


def test_a_case_is_made_by_keyboard_alone(open_page, bench: Bench):
    page = open_page("/make?q=how+long+does+larkspur+keep+my+orders")
    tab_to(page, "#behavior")
    place = page.locator("label.choice", has_text=KEPT).locator("input").get_attribute("value")
    tab_to(page, f"input[value='{place}']")
    page.keyboard.press("Space")
    tab_to(page, "#fresh")
    page.keyboard.type("made")
    press(page, "button[value='add']")
    expect(page.get_by_role("status")).to_contain_text("Case made-1 stands in the set made.")
    assert bench.sets.cases("made")[1] == []
    assert bench.sets.cases("made")[0][0][1].gold_quotes == ((KEPT,),)


def test_progress_is_seen_without_scripts_and_the_page_changes_by_itself_with_them(open_page, bench: Bench):
    bench.sets.add("mine", TEXT)
    answering = [1]
    bench.worker.visitors = lambda: answering[0]
    bench.worker.longest_wait = 60.0
    run = bench.start("mine", "m-1")
    plain, live = open_page(f"/runs/{run.id}", scripts=False), open_page(f"/runs/{run.id}")
    for page in (plain, live):
        expect(page.get_by_role("progressbar", name="Cases done")).to_be_visible()
    expect(live.locator("[data-count]")).to_have_text("1 of 3 cases", timeout=15_000)
    answering[0] = 0
    for page in (live, plain):
        expect(page.get_by_role("heading", name="Metrics", exact=True)).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("size", [DESK, NARROW])
def test_every_page_has_its_labels_heads_and_width(size, open_page, bench: Bench):
    bench.sets.add("mine", TEXT)
    baseline(bench)
    run = bench.start("mine", "m-1")
    assert wait_for(bench, run.id) == "done"
    paths = ("", "/sets/mine", "/sets/samples", "/runs", f"/runs/{run.id}", f"/runs/{run.id}/cases", "/make",
             f"/runs/{run.id}/case?case=orders", f"/runs/{run.id}/against", f"/runs/{run.id}/difference?case=orders",
             "/make?q=does+larkspur+sell+my+data")  # fmt: skip
    page = open_page("", size)
    found = {}
    for path in paths:
        page.goto(page.url.split("/staff")[0] + "/staff/bench" + path)
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        if faults := page.evaluate(FAULTS):
            found[path] = faults
    assert found == {}
