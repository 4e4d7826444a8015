"""Simple HTML to blocks: headings, paragraphs, list items, table rows; scripts, navigation and hidden parts go."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.cleaning import normalise
from ingest.document import Block, Link, LoadedDocument

DROPPED = {"script", "style", "noscript", "template", "svg", "iframe", "button", "select", "option", "input", "textarea", "head"}
MENU = {"nav", "header", "footer", "aside"}
BLOCKS = {"p", "div", "section", "article", "main", "ul", "ol", "dl", "dd", "dt", "table", "tbody", "thead", "blockquote"}
BLOCKS |= {"td", "th", "body", "html", "address", "figure", "form", "fieldset", "pre", "details", "summary", "center"}
HEADINGS = {f"h{n}": n for n in range(1, 7)}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MAX_DEPTH = 400


class _Writer:
    """Collects running text until a block ends."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.words = ""
        self.links: list[Link] = []

    def add(self, text: str) -> None:
        clean = normalise(text)
        if text[:1].isspace() and self.words and not self.words.endswith(" "):
            self.words += " "
        self.words += clean
        if clean and text[-1:].isspace():
            self.words += " "

    def flush(self, kind: str, level: int) -> None:
        words = self.words.strip()
        if words:
            self.blocks.append(Block(words, kind, level, tuple(link for link in self.links if link.start < link.end)))
        self.words, self.links = "", []


def load_html(text: str) -> LoadedDocument:
    """Return the visible text of a page as blocks; navigation is kept as menu blocks so that nothing is lost unseen."""
    tree = LexborHTMLParser(text)
    writer = _Writer()
    root = tree.body or tree.root
    if root is not None:
        _walk(root, writer, "line", 0, 0)
        writer.flush("line", 0)
    head = tree.css_first("title")
    canonical = tree.css_first('link[rel="canonical"]')
    heading = tree.css_first("h1")
    title = heading or head
    return LoadedDocument(
        tuple(writer.blocks),
        title=(normalise(title.text()) or None) if title is not None else None,
        url=canonical.attributes.get("href") if canonical is not None else None,
        has_links=True,
    )


def _walk(node: LexborNode, writer: _Writer, kind: str, level: int, depth: int) -> None:
    """Write the children of `node`; past MAX_DEPTH nested tags only the text is taken."""
    child = node.child
    while child is not None:
        tag = child.tag or ""
        if tag == "-text":
            writer.add(child.text_content or "")
        elif depth > MAX_DEPTH:
            writer.add(child.text(separator=" "))
        elif tag not in DROPPED and not _is_hidden(child):
            _element(child, tag, writer, kind, level, depth)
        child = child.next


def _element(node: LexborNode, tag: str, writer: _Writer, kind: str, level: int, depth: int) -> None:
    if tag == "br":
        writer.flush(kind, level)
    elif tag == "a":
        start = len(writer.words)
        _walk(node, writer, kind, level, depth + 1)
        target = node.attributes.get("href")
        if target:
            writer.links.append(Link(start, len(writer.words.rstrip()), target))
    elif tag in HEADINGS:
        writer.flush(kind, level)
        _walk(node, writer, "heading", HEADINGS[tag], depth + 1)
        writer.flush("heading", HEADINGS[tag])
    elif tag == "tr":
        writer.flush(kind, level)
        cells = [normalise(cell.text(separator=" ")) for cell in node.css("td, th")]
        writer.words = " | ".join(cell for cell in cells if cell)
        writer.flush("menu" if kind == "menu" else "item", 1)
    elif tag == "li" or tag in BLOCKS or tag in MENU:
        writer.flush(kind, level)
        inner = "menu" if tag in MENU or kind == "menu" else ("item" if tag == "li" or kind == "item" else kind)
        deeper = level + 1 if tag in {"ul", "ol"} else level
        _walk(node, writer, inner, deeper, depth + 1)
        writer.flush(inner, deeper)
    else:
        _walk(node, writer, kind, level, depth + 1)


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(HIDDEN.search(attributes.get("style") or ""))
