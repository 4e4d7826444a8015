"""Each format gives the same kind of blocks; pages that would break a parser are read in seconds."""

from __future__ import annotations

import time

import pytest

from ingest.document import Block, Link
from ingest.loaders.html import load_html
from ingest.loaders.markdown import load_markdown
from ingest.loaders.text import load_text
from ingest.manifest import Entry
from ingest.reader import read_policy

SENTENCES = "We collect your personal information and use cookies to protect your privacy and your data. " * 4


def shapes(blocks: tuple[Block, ...]) -> list[tuple[str, str, int]]:
    return [(block.text, block.kind, block.level) for block in blocks]


def test_text_lines_are_blocks_and_wrapped_lines_are_joined() -> None:
    document = load_text(
        "https://acme.example/privacy\nPrivacy\n\nWe keep what you tell us in a safe place for as long as the\nlaw asks us to.\nSales\n"
    )
    assert document.url == "https://acme.example/privacy"
    assert not document.has_links
    assert [block.text for block in document.blocks] == [
        "https://acme.example/privacy",
        "Privacy",
        "We keep what you tell us in a safe place for as long as the law asks us to.",
        "Sales",
    ]


def test_markdown_headings_lists_tables_and_links() -> None:
    document = load_markdown(
        "---\nlayout: page\n---\n# Privacy\n\nSee [our *form*](/form) now.\n\n- one\n  - two\n\n| A | B |\n|---|---|\n| x<br>y | [z](/z) |\n"
    )
    assert document.title == "Privacy"
    assert shapes(document.blocks) == [
        ("Privacy", "heading", 1),
        ("See our form now.", "line", 0),
        ("one", "item", 1),
        ("two", "item", 2),
        ("A | B", "header_row", 1),
        ("x y | z", "row", 1),
    ]
    assert document.blocks[1].links == (Link(4, 12, "/form"),)
    assert document.blocks[5].links == (Link(6, 7, "/z"),)


def test_html_keeps_menus_apart_and_drops_what_nobody_sees() -> None:
    document = load_html(
        "<title>Acme Privacy</title><nav><ul><li>Shop</li></ul></nav><h1>Privacy</h1><p>We <b>keep</b>&nbsp;it.<script>x()</script></p>"
        "<p hidden>secret</p><div style='display: none'>secret</div><style>p{}</style><footer>Imprint</footer>"
    )
    assert shapes(document.blocks) == [
        ("Shop", "menu", 1),
        ("Privacy", "heading", 1),
        ("We keep it.", "line", 0),
        ("secret", "hidden", 0),
        ("secret", "hidden", 0),
        ("Imprint", "menu", 0),
    ]
    assert document.title == "Privacy"


def test_html_nested_lists_breaks_and_data_tables() -> None:
    document = load_html(
        "<p>Acme<br>1 Main St</p><ul><li>one<ul><li>two</li></ul></li></ul>"
        "<table><tr><th>Who</th><th>Where</th></tr><tr><td>Host<br>Ltd</td><td><a href='/eu'>EU</a></td></tr></table>"
    )
    assert shapes(document.blocks) == [
        ("Acme", "line", 0),
        ("1 Main St", "line", 0),
        ("one", "item", 1),
        ("two", "item", 2),
        ("Who | Where", "header_row", 1),
        ("Host Ltd | EU", "row", 1),
    ]
    assert document.blocks[-1].links == (Link(11, 13, "/eu"),)


def test_a_table_that_lays_out_the_page_is_no_row_of_data() -> None:
    document = load_html("<table><tr><td><h1>Privacy</h1><p>We keep it.</p></td><td><p>Ads</p></td></tr></table>")
    assert shapes(document.blocks) == [("Privacy", "heading", 1), ("We keep it.", "line", 0), ("Ads", "line", 0)]


def test_link_offsets_are_spans_of_the_block_whatever_the_white_space() -> None:
    document = load_html("<p> Use <a href='/f'> this form </a>, or <a href='mailto:a@b.example'>write</a>.</p>")
    block = document.blocks[0]
    assert block.text == "Use this form , or write."
    assert [(block.text[link.start : link.end], link.target) for link in block.links] == [
        ("this form", "/f"),
        ("write", "mailto:a@b.example"),
    ]


def test_a_link_around_whole_blocks_links_each_of_them() -> None:
    document = load_html("<a href='/x'><h2>Rights</h2><p>Read on</p></a><p>Plain</p>")
    assert [[link.target for link in block.links] for block in document.blocks] == [["/x"], ["/x"], []]


@pytest.mark.parametrize("tags", ["<div>", "<ul><li>", "<table><tr><td>", "<b>", "<blockquote><p>"])
def test_fifty_thousand_nested_tags_lose_no_word_and_no_time(tags: str) -> None:
    started = time.monotonic()
    policy = read_policy((tags * 50_000 + SENTENCES).encode(), "a.html", Entry(id="a", source="a.html"))
    assert policy.text.split() == SENTENCES.split()
    assert time.monotonic() - started < 15


@pytest.mark.parametrize(
    "line",
    [
        "a" * 5_000_000,
        "." * 5_000_000,
        "1" * 5_000_000,
        "www." * 1_250_000,
        "Acme " * 1_000_000,
        "your data " * 500_000,
    ],
    ids=["letters", "stops", "digits", "www", "names", "words"],
)
def test_a_line_of_five_megabytes_is_read_in_seconds(line: str) -> None:
    started = time.monotonic()
    policy = read_policy(f"{line}\n{SENTENCES}".encode(), "a.txt", Entry(id="a", source="a.txt"))
    assert len(policy.text) >= len(line)
    assert time.monotonic() - started < 20
