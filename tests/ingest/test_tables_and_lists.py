"""Nested lists and tables in the outline and in what is embedded; offsets hold for every input."""

from __future__ import annotations

import html

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.loaders.html import load_html
from ingest.loaders.markdown import load_markdown
from ingest.loaders.text import load_text
from ingest.manifest import Entry
from ingest.menus import mark_menus
from ingest.outline import Outline, build_outline
from ingest.passages import passages_of
from ingest.reader import read_policy

TABLE = """# Fernhill privacy policy

We collect personal data about you, and your data is shown in the table with what we do with it:

| Category | Examples | Sold? |
|---|---|---|
| Identifiers | name, IP address | NO |
| Health | | NO |

We keep your personal information as long as the law asks us to. We use cookies. You may write to us about your privacy at any time.
"""


def sentences(outline: Outline, kind: str) -> list[tuple[str, str, str | None]]:
    """Return kind and words of each sentence in clauses of that kind, and the words of its lead-in."""
    return [
        (s.kind, outline.text[s.start : s.end], outline.text[slice(*s.lead_in)] if s.lead_in else None)
        for clause in outline.clauses
        if clause.kind == kind
        for s in clause.sentences
    ]


def test_items_under_an_item_depend_on_it_and_it_on_the_line_above() -> None:
    page = "<p>We collect:</p><ul><li>account data:<ul><li>name</li><li>e-mail<ul><li>work</li></ul></li></ul></li><li>route</li></ul>"
    outline = build_outline(load_html(page).blocks)
    assert sentences(outline, "list") == [
        ("lead_in", "We collect:", None),
        ("item", "account data:", "We collect:"),
        ("item", "name", "account data:"),
        ("item", "e-mail", "account data:"),
        ("item", "work", "e-mail"),
        ("item", "route", "We collect:"),
    ]


def test_a_table_is_one_clause_whose_rows_depend_on_its_heads() -> None:
    outline = build_outline(load_markdown(TABLE).blocks)
    opener = "We collect personal data about you, and your data is shown in the table with what we do with it:"
    assert sentences(outline, "table") == [
        ("lead_in", "Category | Examples | Sold?", opener),
        ("row", "Identifiers | name, IP address | NO", "Category | Examples | Sold?"),
        ("row", "Health | | NO", "Category | Examples | Sold?"),
    ]


def test_a_row_is_embedded_with_the_head_of_each_cell() -> None:
    policy = read_policy(TABLE.encode(), "fernhill.md", Entry(id="fernhill", source="fernhill.md"))
    rows = [
        p
        for p in passages_of(policy)
        if p.unit == "sentence" and policy.text[p.start : p.end].startswith(("Ident", "Health", "Categ"))
    ]
    assert [policy.text[p.start : p.end] for p in rows] == ["Identifiers | name, IP address | NO", "Health | | NO"]
    assert rows[0].context.endswith("Category: Identifiers; Examples: name, IP address; Sold?: NO. ")
    assert rows[1].context.endswith("Category: Health; Sold?: NO. ")


WORDS = st.text(alphabet="We may keep.:;,|•*-#[]()<>&/\"'’ 123IVa\n\t\u200b", max_size=120)
TAGS = st.sampled_from(
    [
        "p",
        "div",
        "li",
        "ul",
        "table",
        "tr",
        "td",
        "th",
        "h2",
        "b",
        "a",
        "dl",
        "dt",
        "dd",
        "br",
        "details",
        "summary",
        "pre",
        "footer",
    ]
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.tuples(TAGS, WORDS, st.booleans()), max_size=25))
    return "".join(f"<{tag}>{html.escape(words)}" + f"</{tag}>" * closed for tag, words, closed in parts)


def holds(outline: Outline) -> None:
    """Every span lies in the text and in its clause, and no two clauses share a character."""
    at = 0
    for clause in outline.clauses:
        assert at <= clause.start <= clause.end <= len(outline.text)
        at = clause.end
        for sentence in clause.sentences:
            assert clause.start <= sentence.start <= sentence.end <= clause.end
            assert outline.text[sentence.start : sentence.end].strip() == outline.text[sentence.start : sentence.end]
    assert all(0 <= link.start < link.end <= len(outline.text) for link in outline.links)


@settings(max_examples=60, deadline=None)
@given(page=pages(), words=WORDS)
def test_offsets_hold_and_reading_twice_gives_the_same(page: str, words: str) -> None:
    for load, source in ((load_html, page), (load_markdown, page + words), (load_text, words * 40)):
        outline = build_outline(mark_menus(load(source).blocks))
        holds(outline)
        assert build_outline(mark_menus(load(source).blocks)) == outline
