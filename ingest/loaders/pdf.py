"""PDF to blocks: lines joined into paragraphs over columns and pages, headings, lists, rows, links and page numbers."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from ingest.cleaning import normalise
from ingest.document import LoadedDocument
from ingest.errors import (
    DocumentTooCostlyError,
    DocumentTooLargeError,
    LockedDocumentError,
    ScannedDocumentError,
    UnreadableDocumentError,
)
from ingest.loaders.pdf_blocks import blocks_of
from ingest.loaders.pdf_lines import Line, Word, page_lines
from ingest.loaders.pdf_spans import page_spans

MAX_PAGES = 400
EDGE_LINES = 3  # how many lines at the top and the bottom of a page may be its header or footer
PAGE_NUMBER = re.compile(
    r"(?:(?:page|p\.|seite|-|–|—|\|)\s*)?(?:\d{1,4}|[ivxlc]{1,6})(?:\s*(?:of|/|von|\|)\s*\d{1,4})?(?:\s*[-–—|])?",
    re.IGNORECASE,
)
# Titles that a word processor made of a file's name.
NO_TITLE = re.compile(r"^(?:microsoft \w+ - |untitled|document\d*$)|\.(?:docx?|pdf|indd|rtf)$", re.IGNORECASE)
LINK_SCHEMES = ("http://", "https://", "mailto:", "tel:")
# What pypdf raises on files that are broken in ways it does not name.
BROKEN = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    AssertionError,
    OSError,
    ZeroDivisionError,
)


def load_pdf(data: bytes, name: str) -> LoadedDocument:
    """Return the text of a PDF as blocks with their pages; raises an IngestError for one that holds none or is locked."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise LockedDocumentError(name, "this PDF opens with a password only; save it without one and try again")
        count = len(reader.pages)
        if count > MAX_PAGES:
            raise DocumentTooLargeError(name, f"this PDF has {count} pages; a policy has a few dozen at most")
        pages = [_lines(page, number) for number, page in enumerate(reader.pages, start=1)]
        links = any(word.target for lines in pages for line in lines for word in line.words)
        if not any(pages) and count:
            raise ScannedDocumentError(
                name,
                "this PDF holds pictures of its pages and no text; ask for the text, or run text recognition (OCR) over it",
            )
        title, language = _title(reader), _language(reader)
    except DependencyError as error:
        reason = "this PDF is encrypted in a way that is not read here; save it without a password and try again"
        raise LockedDocumentError(name, reason) from error
    except LimitReachedError as error:
        reason = "reading this PDF takes more than a policy ever needs; check that it is the policy's own file"
        raise DocumentTooCostlyError(name, reason) from error
    except BROKEN as error:
        raise UnreadableDocumentError(name, "this PDF is broken; save or download it again") from error
    blocks = blocks_of(*_without_edges(pages))
    headings = [block.text for block in blocks if block.kind == "heading"]
    return LoadedDocument(
        tuple(blocks),
        title=title or (headings[0] if headings else None),
        has_links=links,
        signs=(title,) if title else (),
        language=language,
    )


def _lines(page: PageObject, number: int) -> list[Line]:
    lines = page_lines(page_spans(page), number)
    rectangles = list(_links(page))
    return (
        [replace(line, words=tuple(_linked(word, line, rectangles) for word in line.words)) for line in lines]
        if rectangles
        else lines
    )


def _links(page: PageObject) -> Iterator[tuple[float, float, float, float, str]]:
    """Yield the rectangles of a page's web links (left, bottom, right, top) with their targets."""
    annotations = page.get("/Annots")
    annotations = annotations.get_object() if annotations is not None else None
    for reference in annotations if isinstance(annotations, list) else []:
        annotation = reference.get_object()
        if not isinstance(annotation, dict) or annotation.get("/Subtype") != "/Link":
            continue
        action: Any = annotation.get("/A")
        action = action.get_object() if action is not None else None
        target = action.get("/URI") if isinstance(action, dict) else None
        if isinstance(target, bytes):
            target = target.decode("latin-1")
        rectangle: Any = annotation.get("/Rect")
        corners = [float(corner) for corner in rectangle.get_object()] if rectangle is not None else []
        if isinstance(target, str) and target.lower().startswith(LINK_SCHEMES) and len(corners) == 4:
            left, right = sorted(corners[0::2])
            bottom, top = sorted(corners[1::2])
            yield left, bottom, right, top, normalise(target)


def _linked(word: Word, line: Line, rectangles: Sequence[tuple[float, float, float, float, str]]) -> Word:
    """Return the word with the target of the link whose rectangle its middle lies in."""
    across, up = (word.x + word.right) / 2, line.y + line.size * 0.3
    for left, bottom, right, top, target in rectangles:
        if left - 1 <= across <= right + 1 and bottom - 1 <= up <= top + 1:
            return replace(word, target=target)
    return word


def _without_edges(pages: Sequence[Sequence[Line]]) -> tuple[list[Line], list[Line]]:
    """Return the lines of the text, and those of headers, footers and page numbers."""
    repeated = Counter(edge for lines in pages for edge in {_edge(lines[at]) for at in _edges(lines)})
    often = max(2, (len(pages) + 1) // 2 - 1)
    body: list[Line] = []
    edges: list[Line] = []
    for lines in pages:
        near = _edges(lines)
        for at, line in enumerate(lines):
            repeats = len(pages) > 1 and repeated[_edge(line)] >= often
            outermost = at in near and (repeats or _is_page_number(lines, at) or _is_form_number(lines, at))
            (edges if outermost else body).append(line)
    return body, edges


def _edges(lines: Sequence[Line]) -> set[int]:
    """Return which lines are among the highest and the lowest of a page."""
    by_height = sorted(range(len(lines)), key=lambda at: -lines[at].y)
    return set(by_height[:EDGE_LINES] + by_height[-EDGE_LINES:])


def _edge(line: Line) -> str:
    """Return what the headers of several pages have in common: their words, whatever the number of the page."""
    return re.sub(r"\d+", "#", line.text.lower())


def _is_page_number(lines: Sequence[Line], at: int) -> bool:
    heights = [line.y for line in lines]
    return lines[at].y in (max(heights), min(heights)) and bool(PAGE_NUMBER.fullmatch(lines[at].text))


def _is_form_number(lines: Sequence[Line], at: int) -> bool:
    """Return True for a short line in small print at the foot of a page, well below the text."""
    line = lines[at]
    above = [other for other in lines if other.y > line.y]
    if len(above) < len(lines) - 1 or not above or len(line.words) > 8:
        return False
    nearest = min(above, key=lambda other: other.y)
    return line.size < 0.95 * nearest.size and nearest.y - line.y > 2.5 * nearest.size


def _title(reader: PdfReader) -> str | None:
    metadata = reader.metadata
    title = normalise(str(metadata.title)) if metadata is not None and metadata.title else ""
    return title if len(title) > 3 and not NO_TITLE.search(title) else None


def _language(reader: PdfReader) -> str | None:
    """Return the language that the catalogue states, as ISO 639-1."""
    stated = re.match(r"[a-z]{2}(?=$|[-_])", str(reader.root_object.get("/Lang", "")).lower())
    return stated.group() if stated else None
