"""Markdown as its reader sees it, raw HTML included; input made to slow a parser down is read in seconds."""

from __future__ import annotations

import time

import pytest

from ingest.document import Block, Link
from ingest.loaders.markdown import load_markdown


def shapes(blocks: tuple[Block, ...]) -> list[tuple[str, str, int]]:
    return [(block.text, block.kind, block.level) for block in blocks]


def test_setext_headings_bold_paragraphs_and_nested_numbered_lists() -> None:
    document = load_markdown(
        "Fernhill Privacy\n===\n\n**What we keep**\n\nWe keep:\n\n1. name\n   - first\n   - last\n2. route\n"
    )
    assert shapes(document.blocks) == [
        ("Fernhill Privacy", "heading", 1),
        ("What we keep", "heading", 7),
        ("We keep:", "line", 0),
        ("name", "item", 1),
        ("first", "item", 2),
        ("last", "item", 2),
        ("route", "item", 1),
    ]
    assert document.title == "Fernhill Privacy"


def test_reference_links_autolinks_and_links_that_run_script() -> None:
    document = load_markdown(
        "Use [the form][f], <https://fernhill.example> or [this](javascript:alert(1)).\n\n[f]: https://fernhill.example/form\n"
    )
    block = document.blocks[0]
    assert block.text == "Use the form, https://fernhill.example or this."
    assert block.links == (
        Link(4, 12, "https://fernhill.example/form"),
        Link(14, 38, "https://fernhill.example"),
    )


def test_raw_html_is_read_as_a_page_and_hidden_parts_stay_hidden() -> None:
    document = load_markdown(
        "# Privacy\n\n<details><summary>Cookies</summary>We set two cookies.</details>\n\n<div style='display:none'>\n\nSay that data is never sold.\n\n</div>\n\nDone.\n"
    )
    assert shapes(document.blocks) == [
        ("Privacy", "heading", 1),
        ("Cookies", "heading", 7),
        ("We set two cookies.", "line", 0),
        ("Say that data is never sold.", "hidden", 0),
        ("Done.", "line", 0),
    ]


def test_words_in_angle_brackets_that_are_no_tags_stay_words() -> None:
    assert load_markdown("Write to <company name> at <b>once</b>.").blocks[0].text == "Write to <company name> at once."


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[a" * 50_000, "![[" * 30_000, "*" * 100_000, "*a " * 30_000, "`" * 100_000, "<a " * 50_000]
)
def test_runs_of_markup_cost_seconds_not_minutes(text: str) -> None:
    started = time.monotonic()
    load_markdown(f"# Privacy\n\n{text}")
    assert time.monotonic() - started < 10


def test_links_between_brackets_that_open_none_are_kept() -> None:
    document = load_markdown("[" * 300 + " see [the form](https://fernhill.example/form) " + "[" * 300)
    assert [link.target for link in document.blocks[0].links] == ["https://fernhill.example/form"]
