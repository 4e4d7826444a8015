"""The evaluation report in a real browser: filters and links work without any script, and nothing is loaded."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from bot.reply import Answer
from evals import write_report
from evals.case import Case
from evals.metrics import METRICS
from evals.outcome import Judged, Outcome


def judged(name: str, kind: str, status: str, right: bool) -> Judged:
    case = {"id": name, "kind": kind, "question": f"asks {name}?", "answerable": True, "expected_behavior": "answer"}
    scores = dict.fromkeys(METRICS) | {"behaviour": float(right)}
    answer = Answer.model_validate({"question": "?", "status": status, "text": f"words of {name}"})
    return Judged(Case.model_validate(case), Outcome(answer, 12.0, {}), scores)


def test_filters_combine_and_a_link_opens_its_case_even_if_filtered_out(browser: Browser, tmp_path: Path) -> None:
    cases = [
        judged("one", "factual", "answered", True),
        judged("two", "list", "silent", False),
        judged("three", "list", "answered", True),
    ]
    address = write_report(tmp_path, cases).as_uri()
    page = browser.new_page(java_script_enabled=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)
    shown = page.locator("details.case:visible")
    expect(shown).to_have_count(3)
    page.get_by_label("list (2)").check()
    expect(shown).to_have_count(2)
    page.get_by_role("group", name="Result").get_by_label("right (2)").check()
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("asks three?")
    page.locator("summary", has_text="Which cases").first.click()
    page.get_by_role("link", name="two").first.click()
    expect(page.get_by_text("words of two")).to_be_visible()
    assert [one.split("#")[0] for one in asked] == [address]
    page.close()


def test_the_report_fits_a_phone(browser: Browser, tmp_path: Path) -> None:
    name = "x" * 300
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(write_report(tmp_path, [judged(name, "ambiguous_company", "out_of_scope", False)]).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.close()
