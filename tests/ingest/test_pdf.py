"""PDFs become the lines a person reads: paragraphs whole, columns in order, page furniture apart, links on their words."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from ingest.document import Block, Link
from ingest.errors import IngestError, LockedDocumentError, ScannedDocumentError, UnreadableDocumentError
from ingest.loaders.pdf import load_pdf
from ingest.manifest import Entry
from ingest.reader import read_policy
from tests.ingest.documents import ACME, Text, acme_pdf, lines, pdf, stream, written

SHARED = Path(__file__).parents[2].parent / "shared"
KALEIDA = SHARED / "corpora/html/517_www.kaleidahealth.org.pdf"
LEFT = (
    "We collect what you tell us when you open an account with us and when you write to our help desk, such as "
    "your name and your address, and we keep it for as long as the account is open and for two years after that day, "
    "unless a law asks us to keep some of it for longer than that, in which case we keep only what that law asks for."
)
RIGHT = (
    "Our partners see only what they need to see in order to do their work for us, and their contracts with us say "
    "that they may not keep it or sell it or use it for themselves, and that they have to give it back when their work "
    "for us is done, and we look at their books once a year to see whether they have done what their contracts say."
)


def read(data: bytes) -> tuple[Block, ...]:
    return load_pdf(data, "a.pdf").blocks


def shapes(data: bytes) -> list[tuple[str, str, int]]:
    return [(block.text, block.kind, block.level) for block in read(data)]


def test_wrapped_lines_are_one_paragraph_and_a_gap_begins_another() -> None:
    page = [
        Text(72, 700, "We keep your personal information for as long as your account is open, and then for two"),
        Text(72, 688, "more years. After that we delete it."),
        Text(72, 664, "We never sell it."),
    ]
    assert shapes(pdf([page])) == [
        (
            "We keep your personal information for as long as your account is open, and then for two more years. After that we delete it.",
            "line",
            0,
        ),
        ("We never sell it.", "line", 0),
    ]


def test_words_parted_at_a_line_end_are_whole_again_and_compounds_keep_their_hyphen() -> None:
    page = [
        Text(72, 700, "We collect the personal infor-"),
        Text(72, 688, "mation that third-"),
        Text(72, 676, "party shops send us when you call 716-859-"),
        Text(72, 664, "8559 and ask for it."),
    ]
    assert read(pdf([page]))[0].text == (
        "We collect the personal information that third-party shops send us when you call 716-859-8559 and ask for it."
    )


def test_two_columns_are_read_one_after_the_other_below_a_title_over_both() -> None:
    title = Text(
        72, 740, "How Acme handles the personal information of its customers and of its visitors", 14, bold=True
    )
    page = [title, *lines(LEFT, 72, 700, 44), *lines(RIGHT, 330, 700, 44)]
    # Drawn line by line over both columns, as some programs do.
    page.sort(key=lambda text: -text.y)
    assert [text for text, _, _ in shapes(pdf([page]))] == [title.text, LEFT, RIGHT]


def test_headers_footers_and_page_numbers_are_menu_and_do_not_cut_a_sentence() -> None:
    def page(number: int, body: list[Text]) -> list[Text]:
        return [Text(72, 770, "Acme Tools Privacy Notice"), *body, Text(300, 30, f"Page {number} of 3")]

    pages = [
        page(1, [Text(72, 100, "We keep your personal information for as long as your account is open, and we")]),
        page(
            2, [Text(72, 700, "delete it after two years."), Text(72, 660, "Cookies are small files on your computer.")]
        ),
        page(3, [Text(72, 700, "We use them to keep you signed in.")]),
    ]
    blocks = read(pdf(pages))
    assert [(block.text, block.page) for block in blocks if block.kind == "line"] == [
        ("We keep your personal information for as long as your account is open, and we delete it after two years.", 1),
        ("Cookies are small files on your computer.", 2),
        ("We use them to keep you signed in.", 3),
    ]
    assert [(block.text, block.page) for block in blocks if block.kind == "menu"] == [
        ("Acme Tools Privacy Notice", 1), ("Page 1 of 3", 1), ("Acme Tools Privacy Notice", 2), ("Page 2 of 3", 2),
        ("Acme Tools Privacy Notice", 3), ("Page 3 of 3", 3),
    ]  # fmt: skip


def test_headings_are_told_by_size_and_weight() -> None:
    page = [
        Text(72, 740, "Privacy Policy", 18, bold=True),
        Text(72, 710, "Your Choices", 13, bold=True),
        Text(72, 690, "You can ask us to delete what we know of you, and we will do it within thirty days."),
        Text(72, 670, "Cookies", bold=True),
        Text(72, 656, "We use cookies to keep you signed in while you walk from one page of our shop to the next."),
    ]
    assert [(text, level) for text, kind, level in shapes(pdf([page])) if kind == "heading"] == [
        ("Privacy Policy", 1),
        ("Your Choices", 2),
        ("Cookies", 3),
    ]


def test_bullets_are_items_with_their_depth_and_without_their_mark() -> None:
    page = [
        Text(72, 700, "We collect:"),
        Text(80, 686, "•"),
        Text(94, 686, "your name, your address and whatever else you write into the form when you open"),
        Text(94, 674, "an account"),
        Text(100, 660, "•"),
        Text(114, 660, "the form’s date"),
        Text(80, 646, "• your orders"),
    ]
    assert shapes(pdf([page])) == [
        ("We collect:", "line", 0),
        ("your name, your address and whatever else you write into the form when you open an account", "item", 1),
        ("the form’s date", "item", 2),
        ("your orders", "item", 1),
    ]


def test_rows_of_a_table_keep_their_cells_apart() -> None:
    rows = [("Category", "Examples", "Sold?"), ("Identifiers", "Name, address", "No"), ("Location", "City", "No")]
    page = [Text(72, 720, "What we collect and whether we sell it to anybody is shown in this table:")] + [
        Text(x, 690 - 14 * number, cell, bold=number == 0)
        for number, row in enumerate(rows)
        for x, cell in zip((72, 200, 400), row, strict=True)
    ]
    assert shapes(pdf([page]))[1:] == [
        ("Category | Examples | Sold?", "header_row", 1),
        ("Identifiers | Name, address | No", "row", 1),
        ("Location | City | No", "row", 1),
    ]


def test_a_link_is_on_the_words_under_its_rectangle() -> None:
    page = [
        Text(72, 700, "To have it deleted, use"),
        Text(182, 700, "this form", target="https://acme.example/form"),
        Text(230, 700, "or call us."),
    ]
    document = load_pdf(pdf([page]), "a.pdf")
    assert document.has_links
    assert document.blocks[0].text == "To have it deleted, use this form or call us."
    assert document.blocks[0].links == (Link(24, 33, "https://acme.example/form"),)


def test_title_and_language_are_what_the_file_says() -> None:
    document = load_pdf(pdf([[Text(72, 700, "We keep it.")]], title="Acme Privacy Notice"), "a.pdf")
    assert (document.title, document.language) == ("Acme Privacy Notice", "en")
    assert load_pdf(pdf([[Text(72, 700, "We keep it.")]], title="Microsoft Word - v3.doc"), "a.pdf").title is None


def encrypted(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(acme_pdf())))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_pdf_that_anybody_can_open_is_read_although_it_is_encrypted() -> None:
    assert "privacy@acme.example" in " ".join(block.text for block in read(encrypted("")))


def test_a_pdf_with_a_password_is_refused_and_the_way_out_is_said() -> None:
    with pytest.raises(LockedDocumentError, match="save it without one"):
        read(encrypted("secret"))


def test_pictures_of_pages_are_told_from_text() -> None:
    with pytest.raises(ScannedDocumentError, match="no text"):
        read(pdf([[], []]))


def test_words_inside_a_form_object_are_read() -> None:
    form = stream(
        b"BT /F1 10 Tf 72 700 Td (We keep what the form says.) Tj ET",
        "/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>",
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /X 6 0 R >> >> /Contents 5 0 R >>",
        stream(b"q 1 0 0 1 0 0 cm /X Do Q"),
        form,
    ]
    assert [block.text for block in read(written(objects, "/Root 1 0 R"))] == ["We keep what the form says."]


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.4 nonsense" * 90, acme_pdf()[:700]], ids=["empty", "nonsense", "cut"]
)
def test_a_broken_pdf_is_a_typed_error(data: bytes) -> None:
    with pytest.raises(IngestError):
        read(data)


def test_a_policy_in_a_pdf_keeps_the_pages_of_its_clauses() -> None:
    text = (
        ACME + "Our promise to keep your personal data safe is meant in earnest and stands for all of our shops.\n" * 40
    )
    policy = read_policy(acme_pdf(text), "acme.pdf", Entry(id="acme", source="acme.pdf"))
    assert policy.version == "2026-05-01"
    assert policy.channels[0].value == "privacy@acme.example"
    pages = [clause.page for clause in policy.clauses]
    assert pages[0] == 1
    assert pages == sorted(page for page in pages if page is not None)
    assert max(page for page in pages if page is not None) >= 2


@pytest.mark.skipif(
    not KALEIDA.exists(), reason="the shared folder with the real policies does not stand beside this checkout"
)
def test_a_real_pdf_of_six_pages() -> None:
    blocks = read(KALEIDA.read_bytes())
    headings = [block.text for block in blocks if block.kind == "heading"]
    assert headings[:3] == [
        "NOTICE OF PRIVACY PRACTICES",
        "WHO WILL FOLLOW THIS NOTICE?",
        "PERMISSIONS DESCRIBED IN THIS NOTICE",
    ]
    assert [block.text for block in blocks if block.kind == "menu"] == [
        "KH00640 Rev. 09/24/13",
        "2",
        "3",
        "4",
        "5",
        "6",
    ]
    assert {block.page for block in blocks} == {1, 2, 3, 4, 5, 6}
    assert sum(block.kind == "item" for block in blocks) == 33
    assert any(block.text.endswith("or asking for one at the time of your next visit.") for block in blocks)


def test_a_file_that_is_no_pdf_is_unreadable() -> None:
    with pytest.raises(UnreadableDocumentError, match="broken"):
        load_pdf(b"We keep your data.", "a.pdf")
