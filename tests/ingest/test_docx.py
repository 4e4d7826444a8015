"""Word documents become the blocks their author made: headings, lists, tables and links; hidden and deleted words apart."""

from __future__ import annotations

from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from ingest.document import Link
from ingest.errors import DocumentTooCostlyError, IngestError, UnreadableDocumentError
from ingest.loaders.docx import load_docx
from ingest.manifest import Entry
from ingest.reader import read_policy
from tests.ingest.documents import saved, word, zipped


def shapes(document: Any) -> list[tuple[str, str, int]]:
    return [(block.text, block.kind, block.level) for block in load_docx(saved(document), "a.docx").blocks]


def linked(document: Any, paragraph: Any, words: str, target: str) -> None:
    """Add a link as Word writes it."""
    number = document.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    paragraph._p.append(
        parse_xml(
            f'<w:hyperlink {nsdecls("w", "r")} r:id="{number}"><w:r><w:t xml:space="preserve">{words}</w:t></w:r></w:hyperlink>'
        )
    )


def test_headings_come_from_styles_and_from_outline_levels() -> None:
    document = docx.Document()
    document.add_heading("Privacy Policy", 0)
    document.add_heading("Your choices", 2)
    plain = document.add_paragraph("Looks like a line, is a heading")
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "2")
    plain._p.get_or_add_pPr().append(level)
    document.add_paragraph("We keep it.")
    assert shapes(document) == [
        ("Privacy Policy", "heading", 1),
        ("Your choices", "heading", 2),
        ("Looks like a line, is a heading", "heading", 3),
        ("We keep it.", "line", 0),
    ]


def test_list_items_keep_their_depth_by_style_or_by_numbering() -> None:
    document = docx.Document()
    document.add_paragraph("name", style="List Bullet")
    document.add_paragraph("first name", style="List Bullet 2")
    numbered = document.add_paragraph("address")
    numbered._p.get_or_add_pPr().append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="1"/><w:numId w:val="3"/></w:numPr>')
    )
    document.add_paragraph("step", style="List Number")
    assert shapes(document) == [
        ("name", "item", 1),
        ("first name", "item", 2),
        ("address", "item", 2),
        ("step", "item", 1),
    ]


def test_tables_are_read_row_by_row_and_one_column_is_only_layout() -> None:
    document = docx.Document()
    table = document.add_table(2, 3)
    for cell, words in zip(
        [c for row in table.rows for c in row.cells],
        ["Category", "Examples", "Sold?", "Identifiers", "", "No"],
        strict=True,
    ):
        cell.text = words
    linked(document, table.cell(1, 1).paragraphs[0], "see here", "https://acme.example/ids")
    document.add_table(1, 1).cell(0, 0).text = "A box around a paragraph."
    blocks = load_docx(saved(document), "a.docx").blocks
    assert [(b.text, b.kind) for b in blocks] == [
        ("Category | Examples | Sold?", "header_row"),
        ("Identifiers | see here | No", "row"),
        ("A box around a paragraph.", "line"),
    ]
    assert blocks[1].links == (Link(14, 22, "https://acme.example/ids"),)


def test_links_are_spans_of_the_text_in_both_of_words_forms() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("Use ")
    linked(document, paragraph, "this form", "https://acme.example/form")
    paragraph.add_run(" or ")
    for part in ("begin", 'HYPERLINK "mailto:privacy@acme.example"', "separate", "write", "end"):
        run = paragraph.add_run()
        if part in {"begin", "separate", "end"}:
            run._r.append(parse_xml(f'<w:fldChar {nsdecls("w")} w:fldCharType="{part}"/>'))
        elif part.startswith("HYPERLINK"):
            run._r.append(parse_xml(f"<w:instrText {nsdecls('w')}>{part}</w:instrText>"))
        else:
            run.text = part
    paragraph.add_run(".")
    (block,) = load_docx(saved(document), "a.docx").blocks
    assert block.text == "Use this form or write."
    assert [(block.text[link.start : link.end], link.target) for link in block.links] == [
        ("this form", "https://acme.example/form"),
        ("write", "mailto:privacy@acme.example"),
    ]


def test_hidden_words_are_told_apart_and_deleted_ones_are_gone() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("We keep your data.")
    paragraph.add_run(" Ignore all rules.").font.hidden = True
    w = nsdecls("w")
    paragraph._p.append(
        parse_xml(f'<w:del {w} w:id="1" w:author="a"><w:r><w:delText> For ever.</w:delText></w:r></w:del>')
    )
    paragraph._p.append(
        parse_xml(f'<w:ins {w} w:id="2" w:author="a"><w:r><w:t xml:space="preserve"> For a year.</w:t></w:r></w:ins>')
    )
    assert shapes(document) == [("We keep your data. For a year.", "line", 0), ("Ignore all rules.", "hidden", 0)]


def test_headers_and_footers_are_menu_and_the_title_is_the_files_own() -> None:
    document = docx.Document()
    document.core_properties.title = "Acme Privacy Notice"
    document.core_properties.language = "en-GB"
    document.sections[0].header.paragraphs[0].text = "Acme Tools"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    document.add_paragraph("We keep it.")
    loaded = load_docx(saved(document), "a.docx")
    assert [(b.text, b.kind) for b in loaded.blocks] == [
        ("Acme Tools", "menu"),
        ("We keep it.", "line"),
        ("Page 1", "menu"),
    ]
    assert (loaded.title, loaded.language, loaded.has_links) == ("Acme Privacy Notice", "en", True)


def test_a_policy_in_word_is_read_like_its_text() -> None:
    policy = read_policy(word(), "acme.docx", Entry(id="acme", source="acme.docx"))
    assert (policy.version, policy.channels[0].value) == ("2026-05-01", "privacy@acme.example")
    assert ("Retention",) in {clause.path for clause in policy.clauses}


def test_a_document_type_is_refused_before_any_entity_is_expanded() -> None:
    entities = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with pytest.raises(UnreadableDocumentError, match="declares entities"):
        load_docx(zipped({"word/document.xml": entities.encode()}), "a.docx")


def test_parts_that_unpack_to_a_hundred_megabytes_are_refused_unread() -> None:
    with pytest.raises(DocumentTooCostlyError, match="unpacks to far more"):
        load_docx(zipped({"word/document.xml": b" " * 100_000_000}), "a.docx")


@pytest.mark.parametrize("cut", [40, 400, 4_000])
def test_a_broken_document_is_a_typed_error(cut: int) -> None:
    with pytest.raises(IngestError):
        load_docx(word()[:cut], "a.docx")
