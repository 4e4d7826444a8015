"""Writers of small documents for tests: a PDF from lines of text at given places, a DOCX, a ZIP, a page of HTML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import docx

WIDTH, HEIGHT = 612, 792
ACME = (
    "Privacy Notice\nLast Updated: May 1, 2026\n"
    "Acme Tools, Inc. (“Acme” or “we”) respects your privacy. This notice says which personal information we collect and why.\n"
    "Retention\nWe keep your personal information for as long as your account is open, and then for two more years.\n"
    "Contact\nTo make any request about your data, write to privacy@acme.example at any time.\n"
)


@dataclass(frozen=True, slots=True)
class Text:
    """A string drawn at `x`, `y` (points from the lower left corner of the page); `target` puts a link over it."""

    x: float
    y: float
    text: str
    size: float = 10
    bold: bool = False
    target: str | None = None


def pdf(pages: Sequence[Iterable[Text]], title: str | None = None, extra: Sequence[bytes] = ()) -> bytes:
    """Return a PDF that draws these strings; `extra` are further objects, numbered from 6 + 3 * pages on."""
    fonts = [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    kids = " ".join(f"{6 + 3 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en-US) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        *fonts,
        f"<< /Title ({title or ''}) >>".encode(),
    ]
    for number, page in enumerate(pages):
        drawn = list(page)
        resources = "<< /Font << /F1 3 0 R /F2 4 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Resources {resources} "
            f"/Contents {7 + 3 * number} 0 R /Annots {8 + 3 * number} 0 R >>".encode()
        )
        objects.append(stream(b"\n".join(_drawn(text) for text in drawn)))
        objects.append(b"[" + b" ".join(_link(text) for text in drawn if text.target) + b"]")
    return written([*objects, *extra])


def written(objects: Sequence[bytes], root: str = "/Root 1 0 R /Info 5 0 R") -> bytes:
    """Return a PDF file of these objects, numbered from 1."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n".encode() + body + b"\nendobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.write(b"".join(f"{place:010d} 00000 n \n".encode() for place in places))
    out.write(f"trailer\n<< /Size {len(objects) + 1} {root} >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def stream(data: bytes, entries: str = "") -> bytes:
    """Return a stream object."""
    return f"<< /Length {len(data)} {entries} >>\nstream\n".encode() + data + b"\nendstream"


def _drawn(text: Text) -> bytes:
    escaped = text.text.encode("cp1252").replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")
    font = "F2" if text.bold else "F1"
    return f"BT /{font} {text.size} Tf {text.x} {text.y} Td (".encode() + escaped + b") Tj ET"


def _link(text: Text) -> bytes:
    # Helvetica's letters are half as wide as high on average.
    right = text.x + len(text.text) * text.size * 0.5
    rectangle = f"{text.x} {text.y - 2} {right} {text.y + text.size}"
    return f"<< /Type /Annot /Subtype /Link /Rect [{rectangle}] /A << /S /URI /URI ({text.target}) >> >>".encode()


def lines(words: str, x: float = 72, top: float = 720, width: int = 95, step: float = 12) -> list[Text]:
    """Return the paragraphs of `words` (a line each) set in lines of at most `width` letters, from `top` downwards."""
    out: list[Text] = []
    y = top
    for paragraph in words.splitlines():
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) + 1 > width:
                out.append(Text(x, y, line))
                line, y = "", y - step
            line = f"{line} {word}".strip()
        out.append(Text(x, y, line))
        y -= 2 * step
    return out


def acme_pdf(text: str = ACME) -> bytes:
    """Return the notice as a PDF of as many pages as it takes."""
    flat = lines(text)
    pages: list[list[Text]] = []
    for drawn in flat:
        number = int((720 - drawn.y) // 640)
        while len(pages) <= number:
            pages.append([])
        pages[number].append(Text(drawn.x, drawn.y + 640 * number, drawn.text))
    return pdf(pages)


def word(text: str = ACME) -> bytes:
    """Return a DOCX: a paragraph a line, short lines without a full stop as headings."""
    document = docx.Document()
    for line in text.splitlines():
        if line.strip():
            is_heading = len(line.split()) <= 4 and line[-1] not in ".:;"
            document.add_paragraph(line, style="Heading 1" if is_heading else None)
    return saved(document)


def saved(document: docx.document.Document) -> bytes:
    """Return the bytes of a document of python-docx."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def html(text: str = ACME) -> bytes:
    """Return a page of paragraphs."""
    return (
        "<!doctype html><meta charset=utf-8><title>Privacy</title>"
        + "".join(f"<p>{line}</p>" for line in text.splitlines())
    ).encode()


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return an archive of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()
