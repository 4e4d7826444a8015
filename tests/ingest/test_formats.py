"""A document's format is told by its bytes where they tell it, and by its ending where they do not."""

from __future__ import annotations

import pytest

from ingest.cleaning import declared_in_html, decode
from ingest.errors import UnsupportedFormatError
from ingest.formats import detect
from ingest.loaders import load_document
from tests.ingest.documents import ACME, acme_pdf, html, word, zipped

SENTENCE = "Wir schützen Ihre Daten – auch die Ihrer Gäste. "


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (acme_pdf(), "policy.html", "pdf"),
        (b"\n\n" + acme_pdf(), "policy", "pdf"),
        (word(), "policy.pdf", "docx"),
        (word(), "policy.zip", "docx"),
        (zipped({"a.txt": b"x"}), "policy.docx", "zip"),
        (html(), "policy.txt", "html"),
        (b"\xef\xbb\xbf\n<!-- saved from a browser -->\n<HTML><body>x", "policy", "html"),
        (ACME.encode(), "policy.html", "text"),
        (ACME.encode(), "policy", "text"),
        (ACME.encode(), "acme privacy. v2 final", "text"),
        (b"# Privacy", "policy.md", "markdown"),
        (b"<div align=center>\n\n# Privacy", "policy.md", "markdown"),
        (ACME.encode(), "POLICY.TXT", "text"),
        (b"[Privacy] we keep {your} data", "policy.txt", "text"),
    ],
)
def test_the_bytes_decide_then_the_ending(data: bytes, name: str, expected: str) -> None:
    assert detect(data, name).name == expected


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"PK", "sheet.xlsx", r"no loader for \.xlsx; known: \.docx, \.htm"),
        (b'{"policy": 1}', "policy.txt", "this is JSON"),
        (b"{\\rtf1 Privacy}", "policy.doc", "save it as DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "policy.doc", "old Word file"),
        (b"\x89PNG\r\n", "policy.pdf", "this is a picture"),
    ],
)
def test_what_is_no_document_is_refused_with_the_way_out(data: bytes, name: str, words: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=words):
        detect(data, name)


def test_an_archive_is_no_single_document() -> None:
    with pytest.raises(UnsupportedFormatError, match="archive of documents"):
        load_document(zipped({"a.txt": b"x"}), "a.zip")


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-8"])
def test_a_page_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    real = "cp1252" if encoding == "iso-8859-1" else encoding
    data = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={encoding}"></head><body><p>{SENTENCE}'.encode(
        real
    )
    assert load_document(data, "a.html").blocks[0].text == SENTENCE.strip()
    assert declared_in_html(data) == encoding


def test_the_servers_word_counts_and_a_lie_does_not() -> None:
    cyrillic = "Мы храним ваши данные один год. " * 3
    assert decode(cyrillic.encode("koi8-r"), "a.txt", "koi8-r") == cyrillic
    assert decode(SENTENCE.encode(), "a.txt", "iso-8859-1") == SENTENCE
    assert decode(SENTENCE.encode(), "a.txt", "rot13") == SENTENCE
    japanese = "個人情報の取り扱いについて。" * 4
    assert decode(japanese.encode("utf-8"), "a.txt", "shift_jis") == japanese


def test_a_few_broken_bytes_do_not_spoil_a_page_that_is_utf8() -> None:
    data = f"<meta charset=utf-8><p>{SENTENCE * 200}".encode() + b"caf\xe9</p>"
    assert "Wir schützen Ihre Daten – auch" in load_document(data, "a.html").blocks[0].text
