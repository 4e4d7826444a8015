"""axe-core in a page: what it finds serious or critical, with the element it stands in."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from playwright.sync_api import Frame, Page

SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN = """async () => {
  const told = await axe.run(document, {
    iframes: false, resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return told.violations.map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.map((one) =>
    `${one.target.join(' ')} | ${one.html.slice(0, 160)} | ${one.failureSummary.slice(0, 240)}`) }));
}"""
GRAVE = frozenset({"serious", "critical"})


def findings(place: Page | Frame) -> list[dict[str, Any]]:
    """Return every rule that this document breaks, frames inside it left out; `impact` is axe's own word."""
    # Through the debugger, which the page's content policy does not bind; a second run of the source would be refused.
    if not place.evaluate("() => Boolean(window.axe)"):
        place.evaluate(SOURCE)
    found: list[dict[str, Any]] = place.evaluate(RUN)
    return found


def grave(place: Page | Frame) -> list[str]:
    """Return the serious and critical findings, one line an element."""
    return [f"{one['id']}: {node}" for one in findings(place) if one["impact"] in GRAVE for node in one["nodes"]]
