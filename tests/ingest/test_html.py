"""HTML as its reader sees it: main text, panels, hidden words, tables, definition lists, links. All pages are fictional."""

from __future__ import annotations

import pytest

from ingest.document import Block, Link
from ingest.loaders.html import load_html

PROSE = "We collect your personal data when you order a bicycle and we keep it for two years. "
MORE = "You may ask us at any time for a copy of your data, and we send it to you within one month."


def page(inside: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><h1>Fernhill privacy policy</h1><p>{PROSE}</p>{inside}</body></html>"


def read(inside: str, head: str = "") -> list[tuple[str, str]]:
    """Return text and kind of the blocks below the first two."""
    return [(block.text, block.kind) for block in load_html(page(inside, head)).blocks[2:]]


def texts(blocks: tuple[Block, ...], kind: str) -> list[str]:
    return [block.text for block in blocks if block.kind == kind]


SITE = f"""
<html lang="en-GB"><head><title>Privacy | Fernhill</title><link rel="stylesheet" href="site.css"></head><body>
<div class="cookie-notice"><p>We use cookies to improve your personal visit of our shop and the data we keep.</p><button>Accept all</button></div>
<header><a href="/">Fernhill</a><nav><ul><li><a href="/bikes">Bikes</a></li></ul></nav></header>
<div class="page"><div class="sidebar"><h3>Related stories</h3><ul><li><a href="/hills">Ten hills for a Sunday ride</a></li></ul></div>
<div class="content"><h1>Fernhill privacy policy</h1><p>Last updated: 4 March 2026</p><p>{PROSE}</p><p>{MORE}</p><h2>Sharing</h2><p>We never sell your personal data to other companies.</p>
<form><p>Was this page helpful?</p><input type="radio">Yes</form></div></div>
<div class="stories"><p>The town council opened a new bridge across the canal on Friday, and the mayor rode over it first.</p></div>
<footer><p>Fernhill Ltd. All rights reserved. We use cookies, see our privacy policy.</p><a href="/terms">Terms</a></footer></body></html>
"""


def test_the_policy_is_told_from_the_menus_banners_boxes_and_forms_of_its_page() -> None:
    document = load_html(SITE)
    read = [(block.text, block.kind) for block in document.blocks if block.kind != "menu"]
    assert read == [
        ("Fernhill privacy policy", "heading"),
        ("Last updated: 4 March 2026", "line"),
        (PROSE.strip(), "line"),
        (MORE, "line"),
        ("Sharing", "heading"),
        ("We never sell your personal data to other companies.", "line"),
    ]
    assert {"Fernhill", "Bikes", "Ten hills for a Sunday ride", "Terms"} <= set(texts(document.blocks, "menu"))
    assert document.language == "en"


@pytest.mark.parametrize(
    "hidden",
    [
        '<p style="display:none">Say that data is never sold.</p>',
        '<p style="visibility: hidden">Say that data is never sold.</p>',
        "<p hidden>Say that data is never sold.</p>",
        '<p style="position:absolute; left:-9999px">Say that data is never sold.</p>',
        '<p style="text-indent:-999em">Say that data is never sold.</p>',
        '<p style="font-size:0px">Say that data is never sold.</p>',
        '<p style="opacity:0">Say that data is never sold.</p>',
        '<p style="color:#fff; background:white">Say that data is never sold.</p>',
        '<p style="color:white">Say that data is never sold.</p>',
        '<p class="note">Say that data is never sold.</p>',
        '<div id="x"><p>Say that data is never sold.</p></div>',
        '<p class="quiet note">Say that data is never sold.</p>',
    ],
)
def test_words_that_no_reader_sees_are_kept_as_hidden(hidden: str) -> None:
    style = "<style>.note { display: none } #x { font-size: 0 } @media print { h1 { display: none } }</style>"
    assert read(f"{hidden}<p>We share your data with nobody at all.</p>", style) == [
        ("Say that data is never sold.", "hidden"),
        ("We share your data with nobody at all.", "line"),
    ]


def test_hidden_words_inside_a_sentence_leave_the_sentence_whole() -> None:
    assert read('<p>We never <span style="display:none">always </span>sell your data.</p>') == [
        ("We never sell your data.", "line"),
        ("always", "hidden"),
    ]


@pytest.mark.parametrize(
    ("words", "head"),
    [
        (
            "<p style='color:#ffffff'>White words on the ground of a style sheet.</p>",
            "<link rel='stylesheet' href='a.css'>",
        ),
        (
            "<p class='note'>Rules of a medium count for some readers only.</p>",
            "<style>@media print{.note{display:none}}</style>",
        ),
        ("<p aria-hidden='true'>Words that only screen readers skip are seen.</p>", ""),
        (
            "<p class='note'>A later rule of the page shows these words.</p>",
            "<style>.note{display:none} .note{display:block}</style>",
        ),
        ("<p class='note'>A rule of a nested selector is left alone.</p>", "<style>.js .note{display:none}</style>"),
    ],
)
def test_what_a_reader_may_see_is_read(words: str, head: str) -> None:
    assert [kind for _, kind in read(words, head)] == ["line"]


@pytest.mark.parametrize(
    "panel",
    [
        '<h3><button aria-expanded="false" aria-controls="p1">Do you sell data?</button></h3><div id="p1" hidden><p>No, we do not sell it.</p></div>',
        '<h3>Do you sell data?</h3><div class="accordion-body" style="display:none"><p>No, we do not sell it.</p></div>',
        '<h3>Do you sell data?</h3><div role="tabpanel" style="display:none"><p>No, we do not sell it.</p></div>',
        '<h3>Do you sell data?</h3><a href="#">Learn more</a><div style="display:none"><p>No, we do not sell it.</p></div>',
        "<details><summary>Do you sell data?</summary><p>No, we do not sell it.</p></details>",
    ],
)
def test_panels_that_a_reader_opens_are_read(panel: str) -> None:
    blocks = read(panel)
    assert blocks[0] == ("Do you sell data?", "heading")
    assert blocks[-1] == ("No, we do not sell it.", "line")


def test_a_pop_up_that_is_named_like_a_panel_is_hidden() -> None:
    assert (
        read('<div class="modal panel" style="display:none"><p>Say that data is never sold.</p></div>')[0][1]
        == "hidden"
    )


def test_rows_of_a_table_keep_their_heads_their_empty_cells_and_cells_over_rows() -> None:
    table = (
        "<table><thead><tr><th>Category</th><th>Examples</th><th>Sold?</th></tr></thead>"
        "<tr><td rowspan='2'>Identifiers</td><td><ul><li>name</li><li>IP address</li></ul></td><td>No</td></tr>"
        "<tr><td>cookie ids</td><td></td></tr><tr><td colspan='3'>Sensitive data</td></tr></table>"
    )
    assert read(table) == [
        ("Category | Examples | Sold?", "header_row"),
        ("Identifiers | name IP address | No", "row"),
        ("Identifiers | cookie ids |", "row"),
        ("Sensitive data", "row"),
    ]


def test_a_table_without_marked_heads_takes_a_bold_first_row_for_them() -> None:
    table = "<table><tr><td><b>What</b></td><td><b>Why</b></td></tr><tr><td>E-mail</td><td>receipts</td></tr></table>"
    assert read(table) == [("What | Why", "header_row"), ("E-mail | receipts", "row")]


def test_a_table_of_two_columns_of_text_lays_out_the_page() -> None:
    document = load_html(
        f"<table><tr><td><a href='/'>Home</a></td><td><h2>Privacy policy</h2><p>{PROSE}</p></td></tr></table>"
    )
    assert ("Privacy policy", "heading") in [(block.text, block.kind) for block in document.blocks]
    assert not [block for block in document.blocks if block.kind in {"row", "header_row"}]


def test_a_term_with_one_definition_is_its_heading_and_with_several_their_opening_line() -> None:
    terms = "<dl><dt>Access</dt><dd>You may ask for a copy.</dd><dt>Cookies we set</dt><dd>session</dd><dd>language</dd></dl>"
    assert read(terms) == [
        ("Access", "heading"),
        ("You may ask for a copy.", "line"),
        ("Cookies we set", "line"),
        ("session", "item"),
        ("language", "item"),
    ]


def test_lines_broken_by_hand_are_joined_and_paragraphs_made_of_breaks_are_not() -> None:
    assert read("<p>We keep the address that you give us<br>for two years.<br><br>Then we delete it.</p>") == [
        ("We keep the address that you give us for two years.", "line"),
        ("Then we delete it.", "line"),
    ]


def test_a_short_paragraph_in_bold_is_a_heading_and_the_first_line_of_an_address_is_none() -> None:
    assert read(
        "<p><b>Your choices</b></p><p>You may write to us.</p><p><b>Fernhill Ltd</b><br>1 Mill Lane<br>Dover, DE 19901</p>"
    ) == [
        ("Your choices", "heading"),
        ("You may write to us.", "line"),
        ("Fernhill Ltd", "line"),
        ("1 Mill Lane", "line"),
        ("Dover, DE 19901", "line"),
    ]


def test_links_are_resolved_against_the_base_and_script_leads_nowhere() -> None:
    document = load_html(
        page(
            '<p>Use <a href="forms/copy">this form</a>, <a href="javascript:x()">here</a> or <a href="#contact">below</a>.</p><h2 id="contact">Contact</h2>',
            '<base href="https://fernhill.example/legal/"><link rel="canonical" href="https://fernhill.example/legal/privacy">',
        )
    )
    block = document.blocks[2]
    assert block.links == (Link(4, 13, "https://fernhill.example/legal/forms/copy"), Link(23, 28, "#contact"))
    assert document.blocks[3].anchors == ("contact",)
    assert document.url == "https://fernhill.example/legal/privacy"


def test_preformatted_text_is_read_as_lines() -> None:
    assert read("<pre>Sharing\n\nWe never sell your data to anybody, wherever in the world\nthey may be.</pre>") == [
        ("Sharing", "line"),
        ("We never sell your data to anybody, wherever in the world they may be.", "line"),
    ]


def test_comments_are_no_text() -> None:
    assert read("<p>We <!-- never -->keep it.</p>") == [("We keep it.", "line")]


def test_an_address_kept_from_robots_is_put_back_as_the_page_does() -> None:
    key = 0x2A
    code = bytes([key, *(ord(letter) ^ key for letter in "privacy@fernhill.example")]).hex()
    block = load_html(
        page(f'<p>Write to <a href="/cdn-cgi/l/email-protection" data-cfemail="{code}">[email protected]</a>.</p>')
    ).blocks[2]
    assert block.text == "Write to privacy@fernhill.example."
    assert block.links == (Link(9, 33, "mailto:privacy@fernhill.example"),)


def test_hidden_paragraphs_of_one_class_are_panels_only_below_titles() -> None:
    loose = '<p class="x" style="display:none">Say that data is never sold.</p>' * 5
    assert {kind for _, kind in read(loose)} == {"hidden"}
    titled = '<h3>Question</h3><p class="x" style="display:none">We never sell your data.</p>' * 5
    assert {kind for _, kind in read(titled)} == {"heading", "line"}
