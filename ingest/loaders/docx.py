"""DOCX to blocks: headings by style or outline level, lists with their depth, tables row by row, links, hidden words apart."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from lxml import etree

from ingest.cleaning import normalise
from ingest.document import Block, Link, LoadedDocument
from ingest.errors import DocumentTooCostlyError, UnreadableDocumentError
from ingest.loaders.docx_words import (
    Piece,
    ancestry,
    field_target,
    lines_of,
    names_of,
    text_of,
    value_of,
    visible_apart,
)

# Bytes of XML that the parts of a document unpack to, at most: a long policy's have under five million.
MAX_XML = 80_000_000
MAX_PARTS = 2_000
HEADING_STYLE = re.compile(r"heading\s*([1-9])|^(title|subtitle)$", re.IGNORECASE)
LIST_STYLE = re.compile(r"^list\b(?:\s+(?:bullet|number|paragraph|continue)?)?\s*(\d)?", re.IGNORECASE)
BROKEN = (
    OpcError,
    zipfile.BadZipFile,
    etree.LxmlError,
    KeyError,
    ValueError,
    AttributeError,
    TypeError,
    IndexError,
    OSError,
)
W_DELETED = {qn("w:del"), qn("w:moveFrom"), qn("w:delText"), qn("w:instrText"), qn("w:fldData")}
W_CONTAINERS = {
    *(
        qn(f"w:{name}")
        for name in ("ins", "moveTo", "smartTag", "sdt", "sdtContent", "fldSimple", "customXml", "dir", "bdo")
    ),
}
TEXT, TAB, BREAK, HYPHEN = qn("w:t"), qn("w:tab"), {qn("w:br"), qn("w:cr")}, qn("w:noBreakHyphen")
MAX_DEPTH = 40
MAX_SECTIONS = 50


@dataclass(slots=True)
class _Reader:
    """Walks one part of the package: the body, a header or a footer."""

    styles: dict[str, Any]
    links: Any
    blocks: list[Block] = field(default_factory=list)
    # The fields that are open, innermost last: their instruction so far, and whether their result has begun.
    fields: list[tuple[str, bool]] = field(default_factory=list)

    def walk(self, container: Any, kind: str | None = None, depth: int = 0) -> None:
        """Add the blocks of every paragraph and table below `container`; `kind` replaces what their styles say."""
        for child in container:
            if child.tag == qn("w:p"):
                self.blocks += self._paragraph(child, kind)
            elif child.tag == qn("w:tbl"):
                self.blocks += self._table(child, kind)
            elif child.tag in W_CONTAINERS and depth < MAX_DEPTH:
                self.walk(child, kind, depth + 1)

    def _paragraph(self, paragraph: Any, kind: str | None) -> Iterator[Block]:
        own, level = self._role(paragraph)
        # A line break inside a paragraph parts its lines, as <br> does in HTML.
        for pieces in lines_of(self._pieces(paragraph, None, 0)):
            for hidden, run in visible_apart(pieces):
                text, links = text_of(run)
                if text:
                    said = "hidden" if hidden else kind or own
                    yield Block(text, said, level if said == own else 0, links)

    def _role(self, paragraph: Any) -> tuple[str, int]:
        """Return the kind of a paragraph and its level: by outline level, style, or numbering."""
        properties = paragraph.find(qn("w:pPr"))
        style = self._style(properties)
        outline = value_of(properties, "w:outlineLvl")
        names = list(names_of(style))
        heading = next((match for name in names if (match := HEADING_STYLE.search(name))), None)
        if outline is None:
            outline = next(
                (
                    level
                    for one in ancestry(style)
                    if (level := value_of(one.element.find(qn("w:pPr")), "w:outlineLvl"))
                ),
                None,
            )
        if heading is not None:
            return "heading", int(heading.group(1) or (1 if heading.group(2).lower() == "title" else 2))
        if outline is not None and outline.isdigit() and int(outline) < 9:
            return "heading", int(outline) + 1
        listed = next((match for name in names if (match := LIST_STYLE.match(name))), None)
        styled = int(listed.group(1) or 1) if listed is not None else None
        numbering = properties.find(qn("w:numPr")) if properties is not None else None
        if numbering is None:
            numbering = next(
                (found for one in ancestry(style) if (found := one.element.find(f".//{qn('w:numPr')}")) is not None),
                None,
            )
        if numbering is not None and value_of(numbering, "w:numId") != "0":
            depth = value_of(numbering, "w:ilvl") or "0"
            return "item", max(1 + int(depth) if depth.isdigit() else 1, styled or 1)
        return ("item", styled) if styled is not None else ("line", 0)

    def _style(self, properties: Any) -> Any:
        return self.styles.get(value_of(properties, "w:pStyle") or "")

    def _pieces(self, container: Any, target: str | None, depth: int) -> Iterator[Piece]:
        """Yield the runs below a paragraph; what tracking has deleted is left out."""
        for child in container:
            if child.tag in W_DELETED or depth > MAX_DEPTH:
                continue
            if child.tag == qn("w:r"):
                yield from self._run(child, target)
            elif child.tag == qn("w:hyperlink"):
                yield from self._pieces(child, self._target(child) or target, depth + 1)
            elif child.tag == qn("w:fldSimple"):
                yield from self._pieces(child, field_target(child.get(qn("w:instr"))) or target, depth + 1)
            elif child.tag in W_CONTAINERS:
                yield from self._pieces(child, target, depth + 1)

    def _run(self, run: Any, target: str | None) -> Iterator[Piece]:
        properties = run.find(qn("w:rPr"))
        vanish = properties.find(qn("w:vanish")) if properties is not None else None
        hidden = vanish is not None and vanish.get(qn("w:val"), "true") not in {"0", "false", "off"}
        for child in run:
            self._field(child)
            if any(not shown for _, shown in self.fields):
                continue
            over = target or next((found for said, _ in reversed(self.fields) if (found := field_target(said))), None)
            if child.tag == TEXT:
                yield Piece(child.text or "", hidden, over)
            elif child.tag == TAB:
                yield Piece(" ", hidden, over)
            elif child.tag == HYPHEN:
                yield Piece("-", hidden, over)
            elif child.tag in BREAK:
                yield Piece("\n", hidden, None)

    def _field(self, child: Any) -> None:
        """Follow a field in its long form: begin, instruction ("HYPERLINK ..."), separate, result, end."""
        if child.tag == qn("w:instrText") and self.fields:
            said, shown = self.fields[-1]
            self.fields[-1] = (said + (child.text or "")[:2_000], shown)
        if child.tag != qn("w:fldChar"):
            return
        match child.get(qn("w:fldCharType")):
            case "begin" if len(self.fields) < MAX_DEPTH:
                self.fields.append(("", False))
            case "separate" if self.fields:
                self.fields[-1] = (self.fields[-1][0], True)
            case "end" if self.fields:
                self.fields.pop()
            case _:
                pass

    def _target(self, hyperlink: Any) -> str | None:
        relation = self.links.get(hyperlink.get(qn("r:id")))
        anchor = hyperlink.get(qn("w:anchor"))
        if relation is not None and relation.is_external:
            return normalise(relation.target_ref) + (f"#{anchor}" if anchor else "")
        return f"#{anchor}" if anchor else None

    def _table(self, table: Any, kind: str | None) -> Iterator[Block]:
        """Yield a row a block, cells apart by " | "; a table of one column only lays out the page."""
        rows = [row for row in table if row.tag == qn("w:tr") and row.find(f"{qn('w:trPr')}/{qn('w:del')}") is None]
        widest = max((len(row.findall(qn("w:tc"))) for row in rows), default=0)
        for number, row in enumerate(rows):
            cells = row.findall(qn("w:tc"))
            if widest < 2 or any(cell.find(qn("w:tbl")) is not None for cell in cells):
                for cell in cells:
                    inner = _Reader(self.styles, self.links)
                    inner.walk(cell, kind, 1)
                    yield from inner.blocks
                continue
            text, links, hidden = self._row(cells)
            yield from hidden
            head = number == 0 or row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            if text:
                yield Block(text, kind or ("header_row" if head and len(rows) > 1 else "row"), 0 if kind else 1, links)

    def _row(self, cells: list[Any]) -> tuple[str, tuple[Link, ...], list[Block]]:
        text = ""
        links: list[Link] = []
        hidden: list[Block] = []
        for number, cell in enumerate(cells):
            inner = _Reader(self.styles, self.links)
            inner.walk(cell, None, 1)
            hidden += [block for block in inner.blocks if block.kind == "hidden"]
            said = ""
            for block in (block for block in inner.blocks if block.kind != "hidden"):
                said += " " if said else ""
                at = len(text) + (3 if number else 0) + len(said)
                links += [Link(at + link.start, at + link.end, link.target) for link in block.links]
                said += block.text
            text += (" | " if number else "") + said
        whole = text if text.replace("|", "").strip() else ""
        start = len(whole) - len(whole.lstrip())
        kept = tuple(Link(link.start - start, link.end - start, link.target) for link in links) if whole else ()
        return whole.strip(), kept, hidden


def load_docx(data: bytes, name: str) -> LoadedDocument:
    """Return the blocks of a Word document; headers and footers are menu blocks. Raises an IngestError."""
    _refuse_bombs(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
        styles = {style.style_id: style for style in document.styles}
        body = _Reader(styles, document.part.rels)
        headers = [_edge(styles, section.header) for section in document.sections[:MAX_SECTIONS]]
        footers = [_edge(styles, section.footer) for section in document.sections[:MAX_SECTIONS]]
        body.walk(document.element.body)
        stated = normalise(document.core_properties.title or "")
        language = (document.core_properties.language or "")[:2].lower()
    except BROKEN as error:
        raise UnreadableDocumentError(name, "this Word document is broken; save it again as DOCX, or as PDF") from error
    blocks = (*_once(headers), *body.blocks, *_once(footers))
    first = next((block.text for block in body.blocks if block.kind == "heading"), None)
    return LoadedDocument(
        blocks,
        title=stated or first,
        has_links=True,
        signs=(stated,) if stated else (),
        language=language if re.fullmatch(r"[a-z]{2}", language) else None,
    )


def _refuse_bombs(data: bytes, name: str) -> None:
    """Refuse a package whose parts unpack to more than a policy has, or declare entities. Raises an IngestError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts if _is_xml(part.filename)) > MAX_XML:
                raise DocumentTooCostlyError(name, "this Word document unpacks to far more than a policy ever has")
            for part in parts:
                with package.open(part) as file:
                    # The stated size may be a lie, but reading stops at it; Word never writes a document type.
                    if _is_xml(part.filename) and b"<!DOCTYPE" in file.read(4_096):
                        raise UnreadableDocumentError(
                            name, "this Word document declares entities, which Word never does; save it again"
                        )
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise UnreadableDocumentError(name, "this Word document is broken; save it again as DOCX, or as PDF") from error


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _edge(styles: dict[str, Any], edge: Any) -> list[Block]:
    """Return the blocks of a header or footer, none where it is the one of the section before."""
    if edge.is_linked_to_previous:
        return []
    reader = _Reader(styles, edge.part.rels)
    reader.walk(edge._element, "menu")
    return reader.blocks


def _once(edges: Iterable[list[Block]]) -> Iterator[Block]:
    seen: set[str] = set()
    for block in (block for blocks in edges for block in blocks):
        if block.text not in seen:
            seen.add(block.text)
            yield block
