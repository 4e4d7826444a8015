"""Simple HTML to blocks: headings, paragraphs, list items, table rows; scripts, navigation and hidden parts go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest.cleaning import normalise
from ingest.document import Block, Link, LoadedDocument

DROPPED = frozenset("script style noscript template svg iframe button select option input textarea head".split())
MENU = frozenset("nav header footer aside".split())
BLOCKS = frozenset(
    "p div section article main ul ol dl dd dt table tbody thead tfoot tr td th caption blockquote body html address "
    "figure form fieldset pre details summary center".split()
)
HEADINGS = {f"h{n}": n for n in range(1, 7)}
HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Two Python frames a level: far below the interpreter's limit of 1,000, and far above any page a person reads.
MAX_DEPTH = 150
# The parser's time grows with the square of the depth, so tags below this depth are left out before it sees them.
MAX_PARSED = 500
NESTING = re.compile(
    r"<(/?)(?:div|section|article|ul|ol|dl|table|blockquote|span|font|center|form|fieldset)\b[^<>]*>", re.IGNORECASE
)
LAYOUT = "table, ul, ol, h1, h2, h3, h4, h5, h6"
LONGEST_ROW = 1_500


class _Writer:
    """Collects running text, and the links in it, until a block ends."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._length = 0
        self._links: list[tuple[int, int, str]] = []
        self._open: tuple[int, str] | None = None

    def add(self, text: str) -> None:
        clean = normalise(text)
        if text[:1].isspace() and self._pieces and not self._pieces[-1].endswith(" "):
            self._put(" ")
        if clean:
            self._put(f"{clean} " if text[-1:].isspace() else clean)

    def open_link(self, target: str) -> None:
        self._open = (self._length, target)

    def close_link(self) -> None:
        if self._open is not None:
            self._links.append((self._open[0], self._length, self._open[1]))
        self._open = None

    def flush(self, kind: str, level: int) -> None:
        """End the block; a link still open goes on in the next one."""
        if self._open is not None:
            self._links.append((self._open[0], self._length, self._open[1]))
            self._open = (0, self._open[1])
        words = "".join(self._pieces)
        if words.strip():
            self.blocks.append(Block(words.strip(), kind, level, tuple(_trimmed(words, self._links))))
        self._pieces, self._links, self._length = [], [], 0

    def put(self, block: Block) -> None:
        """Take over a block that is whole already."""
        self.blocks.append(block)

    def _put(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)


def _trimmed(words: str, links: list[tuple[int, int, str]]) -> Iterator[Link]:
    """Yield the links without the spaces at their ends; one without words is no link."""
    for start, end, target in links:
        linked = words[start:end]
        start += len(linked) - len(linked.lstrip())
        if linked.strip():
            yield Link(start, start + len(linked.strip()), target)


def load_html(text: str) -> LoadedDocument:
    """Return the visible text of a page as blocks; navigation is kept as menu blocks so that nothing is lost unseen."""
    tree = LexborHTMLParser(_shallow(text))
    writer = _Writer()
    root = tree.body or tree.root
    if root is not None:
        _walk(root, writer, "line", 0, 0)
        writer.flush("line", 0)
    page_title = _text(tree.css_first("title"))
    site = tree.css_first('meta[property="og:site_name"]')
    canonical = tree.css_first('link[rel="canonical"]')
    return LoadedDocument(
        tuple(writer.blocks),
        title=_text(tree.css_first("h1")) or page_title,
        url=canonical.attributes.get("href") if canonical is not None else None,
        has_links=True,
        signs=tuple(sign for sign in (site.attributes.get("content") if site else None, page_title) if sign),
    )


def _shallow(text: str) -> str:
    """Return the page without the tags that nest deeper than MAX_PARSED."""
    depth = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal depth
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        return " " if depth + bool(match.group(1)) > MAX_PARSED else match.group()

    return NESTING.sub(keep, text) if len(NESTING.findall(text)) > MAX_PARSED else text


def _text(node: LexborNode | None) -> str | None:
    return (normalise(node.text()) or None) if node is not None else None


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
        if target := node.attributes.get("href"):
            writer.open_link(target)
        _walk(node, writer, kind, level, depth + 1)
        writer.close_link()
    elif tag in HEADINGS:
        writer.flush(kind, level)
        inner = "menu" if kind == "menu" else "heading"
        _walk(node, writer, inner, HEADINGS[tag], depth + 1)
        writer.flush(inner, HEADINGS[tag])
    elif tag == "tr" and (row := _row(node, "menu" if kind == "menu" else "item", depth)) is not None:
        writer.flush(kind, level)
        writer.put(row)
    elif tag == "li" or tag in BLOCKS or tag in MENU:
        writer.flush(kind, level)
        inner = "menu" if tag in MENU or kind == "menu" else ("item" if tag == "li" or kind == "item" else kind)
        deeper = level + 1 if tag in {"ul", "ol"} else level
        _walk(node, writer, inner, deeper, depth + 1)
        writer.flush(inner, deeper)
    else:
        _walk(node, writer, kind, level, depth + 1)


def _row(node: LexborNode, kind: str, depth: int) -> Block | None:
    """Return a row of data as one block "a | b | c"; None for a row that only lays out the page."""
    if node.css_first(LAYOUT) is not None:
        return None
    words, links = "", []
    cells = 0
    cell = node.child
    while cell is not None:
        if cell.tag in {"td", "th"} and not _is_hidden(cell):
            inner = _Writer()
            _walk(cell, inner, "line", 0, depth + 1)
            inner.flush("line", 0)
            cells += bool(inner.blocks)
            for number, block in enumerate(inner.blocks):
                words += (" | " if number == 0 else " ") if words else ""
                links += [Link(len(words) + a.start, len(words) + a.end, a.target) for a in block.links]
                words += block.text
        cell = cell.next
    return Block(words, kind, 1, tuple(links)) if cells >= 2 and len(words) <= LONGEST_ROW else None


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or bool(HIDDEN.search(attributes.get("style") or ""))
