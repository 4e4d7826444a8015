"""Documents made to break their reader: twenty of them, by name. Each costs a few seconds to make at most."""

from __future__ import annotations

import zlib
from collections.abc import Callable

from tests.ingest.documents import ACME, Text, pdf, stream, word, written, zipped

WORDS = "We collect your personal information and use cookies to protect your privacy and your data. " * 4
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> %s >> /Contents 5 0 R >>"
)
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def _one_page(content: bytes, entries: str = "", more: bytes = b"", *others: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        FONT,
        PAGE % more,
        stream(content, entries),
        *others,
    ]
    return written(objects, "/Root 1 0 R")


def _packed(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{entities}]><d>&l9;</d>'.encode()


def _docx_with(body: str) -> bytes:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word())) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            data = source.read(part)
            if part == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + body.encode())
            target.writestr(part, data)
    return out.getvalue()


def _page_loop() -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 1000000000 >>",
        FONT,
    ]
    return written(objects, "/Root 1 0 R")


def _deep_pages(depth: int = 20_000) -> bytes:
    nodes = [
        f"<< /Type /Pages /Kids [{number + 1} 0 R] /Count 1 /Parent {number - 1} 0 R >>".encode()
        for number in range(2, depth)
    ]
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", *nodes, b"<< /Type /Page >>"], "/Root 1 0 R")


def _forms_of_forms() -> bytes:
    # Each form draws the next one ten times: ten thousand million drawings in ten objects.
    forms = [
        stream(
            b"/X Do " * 10,
            f"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X {number + 1} 0 R >> >>",
        )
        for number in range(6, 16)
    ]
    return _one_page(b"/X Do " * 10, "", b"/XObject << /X 6 0 R >>", *forms)


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "html: 50,000 nested tags": ("a.html", lambda: b"<div>" * 50_000 + WORDS.encode()),
    "html: 50,000 nested lists": ("a.html", lambda: b"<ul><li>" * 50_000 + WORDS.encode()),
    "html: 300,000 attributes": (
        "a.html",
        lambda: b"<p " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">" + WORDS.encode(),
    ),
    "html: 9 MB of open tags": ("a.html", lambda: b"<b><i>" * 1_500_000 + WORDS.encode()),
    "html: a table of 400,000 cells": ("a.html", lambda: b"<table><tr>" + b"<td>x" * 400_000 + WORDS.encode()),
    "markdown: 100,000 opening brackets": ("a.md", lambda: b"[" * 100_000 + WORDS.encode()),
    "markdown: 50,000 quotes in quotes": ("a.md", lambda: b">" * 50_000 + WORDS.encode()),
    "markdown: 200,000 stars": ("a.md", lambda: b"*a_ " * 200_000 + WORDS.encode()),
    "text: 5 MB of numbered lines": (
        "a.txt",
        lambda: WORDS.encode() + b"\nYou may:\n" + b"(2) delete your data;\n" * 230_000,
    ),
    "text: a line of 9 MB": ("a.txt", lambda: b"your data " * 900_000),
    "text: 10 MB of digits": ("a.txt", lambda: b"1" * 9_900_000 + b"\n" + WORDS.encode()),
    "docx: a billion laughs": (
        "a.docx",
        lambda: zipped({"word/document.xml": _laughs(), "[Content_Types].xml": _laughs()}),
    ),
    "docx: a gigabyte of white space": (
        "a.docx",
        lambda: zipped({"word/document.xml": b"<w>" + b" " * 300_000_000, "a.xml": b" " * 700_000_000}),
    ),
    "docx: tables in tables": (
        "a.docx",
        lambda: _docx_with("<w:tbl><w:tr><w:tc>" * 5_000 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 5_000),
    ),
    "docx: 400,000 paragraphs": ("a.docx", lambda: _docx_with("<w:p><w:r><w:t>your data</w:t></w:r></w:p>" * 400_000)),
    "pdf: a page tree that holds itself": ("a.pdf", _page_loop),
    "pdf: a page tree 20,000 deep": ("a.pdf", _deep_pages),
    "pdf: two gigabytes in two kilobytes": (
        "a.pdf",
        lambda: _one_page(_packed(_packed(b" " * 300_000_000)), "/Filter [/FlateDecode /FlateDecode]"),
    ),
    "pdf: forms that draw forms": ("a.pdf", _forms_of_forms),
    "pdf: 2,000,000 strings on a page": (
        "a.pdf",
        lambda: _one_page(_packed(b"BT /F1 9 Tf " + b"(a) Tj " * 2_000_000 + b"ET"), "/Filter /FlateDecode"),
    ),
    "pdf: 300,000 saved states": ("a.pdf", lambda: _one_page(b"q " * 300_000 + b"BT /F1 9 Tf (a) Tj ET")),
    "zip: a member of ten gigabytes in ten megabytes": ("a.zip", lambda: zipped({"a.txt": b"a" * 90_000_000})),
    "zip: 3,000 members": ("a.zip", lambda: zipped({f"{number}.txt": ACME.encode() for number in range(3_000)})),
    "zip: an archive named as text": ("a.txt", lambda: zipped({"a.txt": b"a" * 9_000_000})),
    "any: a page that is a PDF of one word a page": (
        "a.html",
        lambda: pdf([[Text(72, 700, "privacy")]] * 600),
    ),
}
