"""HTML as browsers show it, to blocks: main text, menus and what the page hides are told apart and all kept."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from ingest import headings
from ingest.cleaning import normalise
from ingest.document import Block, LoadedDocument
from ingest.loaders.html_main import BLOCKS, DROPPED, PROSE_WORDS, MainText, find_main_text
from ingest.loaders.html_style import Styles, is_for_screen_readers
from ingest.loaders.html_table import rows_of
from ingest.loaders.html_writer import Writer
from ingest.loaders.text import load_text
from ingest.menus import TITLE

HEADINGS = {f"h{n}": n for n in range(1, 7)}
BOLD_LEVEL = 7  # headings that are only bold stand below all that are marked as headings
BOLD = frozenset({"b", "strong"})
# Two Python frames a level: far below the interpreter's limit of 1,000, and far above any page a person reads.
MAX_DEPTH = 150
# The parser's time grows with the square of the depth, so tags below this depth are left out before it sees them.
MAX_PARSED = 500
NESTING = re.compile(
    r"<(/?)(?:div|section|article|ul|ol|dl|table|blockquote|span|font|center|form|fieldset|b|i|strong|em|p|details|main)\b[^<>]*>",
    re.IGNORECASE,
)
SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(https?://\S+)", re.IGNORECASE)
LANGUAGE = re.compile(r"^([a-z]{2,3})(?:[-_]|$)", re.IGNORECASE)
NO_TARGET = ("javascript:", "data:", "vbscript:", "about:")
NEAR = 4  # blocks between a part of the page and its title or date outside of it
SPACER = re.compile(r"[\W_]*$")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the walk is: the kind and level of a block that ends here, what becomes of it, and the colour behind it.

    `fate` is "read", "outside" (beside the main text), "menu" or "hidden".
    """

    kind: str = "line"
    level: int = 0
    fate: str = "read"
    behind: str | None = None


class _Page:
    """Walks one page. Blocks outside the main text are written as blocks of a kind "outside:KIND" until the end."""

    def __init__(self, tree: LexborHTMLParser, source: str) -> None:
        self.styles = Styles.of(tree)
        self.canonical = _declared(tree, 'link[rel="canonical"]', "href")
        saved = SAVED_FROM.search(source[:4_000])
        shared = _declared(tree, 'meta[property="og:url"]', "content")
        self.url = self.canonical or shared or (saved.group(1) if saved else None)
        declared = tree.css_first("base[href]")
        self.base = urljoin(self.url or "", (declared.attributes.get("href") or "") if declared else "")
        self.wanted = {
            target for node in tree.css("a[href*='#']") if (target := self._inside(node.attributes.get("href") or ""))
        }
        self.main = MainText()

    def blocks(self, body: LexborNode) -> list[Block]:
        """Return the blocks of the page, its main text told apart from what stands beside it."""
        self.main = find_main_text(body)
        writer = Writer()
        fate = "outside" if self.main.container is not None else "read"
        self._walk(body, writer, _Place(fate=fate, behind="#ffffff" if self.styles.bare else None), 0)
        writer.flush(_kind(_Place(fate=fate)), 0)
        return _settled(_without_spacers(writer.blocks))

    def _walk(self, node: LexborNode, writer: Writer, place: _Place, depth: int) -> None:
        """Write the children of `node`; past MAX_DEPTH nested tags only the text is taken."""
        child = node.first_child
        while child is not None:
            tag = child.tag or ""
            if tag == "-text":
                writer.add(child.text_content or "")
            elif depth > MAX_DEPTH and child.is_element_node:
                writer.add(child.text(separator=" "))
            elif child.is_element_node and (tag not in DROPPED):
                self._element(child, tag, writer, place, depth)
            child = child.next

    def _element(self, node: LexborNode, tag: str, writer: Writer, place: _Place, depth: int) -> None:
        """Write one element, apart from the text around it where a reader does not see it or it is page furniture."""
        if node.mem_id == self.main.container:
            place = replace(place, fate="read")
        is_block = tag in BLOCKS
        hidden = place.fate != "hidden" and self.styles.hides(node, place.behind)
        labels = is_for_screen_readers(node) and node.css_first("p, li, h1, h2, h3, h4, h5, h6") is None
        if hidden or labels or (node.mem_id in self.main.furniture and place.fate in {"read", "outside"}):
            fate = "hidden" if hidden and not labels else "menu"
            self._aside(node, tag, writer, place, replace(place, kind="line", level=0, fate=fate), depth, is_block)
            return
        inner = replace(place, behind=self.styles.behind(node, place.behind))
        self._anchor(node, writer)
        self._visible(node, tag, writer, place, inner, depth)

    def _aside(
        self, node: LexborNode, tag: str, writer: Writer, around: _Place, place: _Place, depth: int, is_block: bool
    ) -> None:
        """Write an element into blocks of its own: at its place if it is a block, else under the running text."""
        inner = Writer()
        self._visible(node, tag, inner, place, place, depth)
        inner.flush(_kind(place), 0)
        # Menus that fold open beside the text are menus, not words kept from a reader.
        folded = around.fate in {"outside", "menu"}
        blocks = [
            replace(block, kind="menu") if folded and len(block.text.split()) < PROSE_WORDS else block
            for block in inner.blocks
        ]
        if is_block:
            writer.flush(_kind(around), around.level)
            for block in blocks:
                writer.put(block)
        else:
            writer.later(blocks)

    def _visible(self, node: LexborNode, tag: str, writer: Writer, place: _Place, inner: _Place, depth: int) -> None:
        if tag == "br":
            writer.flush(_kind(place), place.level, broken=True)
        elif tag == "hr":
            writer.flush(_kind(place), place.level)
        elif tag == "a" or "data-cfemail" in node.attributes:
            self._link(node, writer, inner, depth)
        elif tag in HEADINGS or self._is_opener(node, tag):
            level = HEADINGS.get(tag, BOLD_LEVEL)
            writer.flush(_kind(place), place.level)
            self._walk(node, writer, replace(inner, kind="heading", level=level), depth + 1)
            writer.flush(_kind(replace(inner, kind="heading")), level)
        elif tag == "button":
            # What a button does is no text of the page, unless it is the title of a part that it opens.
            if place.kind == "heading":
                self._walk(node, writer, inner, depth + 1)
        elif tag == "table" and (rows := self._table(node, inner, depth)) is not None:
            writer.flush(_kind(place), place.level)
            for row in rows:
                writer.put(row)
        elif tag == "pre" and node.css_first("p, li, div, a") is None:
            writer.flush(_kind(place), place.level)
            for block in load_text(node.text()).blocks:
                writer.put(replace(block, kind=_kind(replace(inner, kind=block.kind))))
        elif tag == "dl":
            writer.flush(_kind(place), place.level)
            self._definitions(node, writer, inner, depth)
        elif tag in BLOCKS:
            self._block(node, tag, writer, place, inner, depth)
        else:
            writer.embolden(tag in BOLD)
            self._walk(node, writer, inner, depth + 1)
            writer.embolden(-(tag in BOLD))

    def _block(self, node: LexborNode, tag: str, writer: Writer, place: _Place, inner: _Place, depth: int) -> None:
        writer.flush(_kind(place), place.level)
        deeper = place.level + 1 if tag in {"ul", "ol"} else place.level
        kind = "item" if tag == "li" or place.kind == "item" else place.kind
        inside = replace(inner, kind=kind, level=deeper if kind != "heading" else place.level)
        self._walk(node, writer, inside, depth + 1)
        writer.flush(_kind(inside), inside.level)

    def _link(self, node: LexborNode, writer: Writer, place: _Place, depth: int) -> None:
        if address := _protected_address(node):
            writer.open_link(f"mailto:{address}")
            writer.add(address)
            writer.close_link()
            return
        target = self._target(node.attributes.get("href") or "")
        if target:
            writer.open_link(target)
        self._walk(node, writer, place, depth + 1)
        if target:
            writer.close_link()

    def _definitions(self, node: LexborNode, writer: Writer, place: _Place, depth: int) -> None:
        """Write a term as the heading of its one definition, or as the line that opens its several ones."""
        parts = [part for part in node.css("dt, dd") if _nearest_list(part) == node.mem_id]
        for at, part in enumerate(parts):
            below = 0
            while at + below + 1 < len(parts) and parts[at + below + 1].tag == "dd":
                below += 1
            if part.tag == "dt":
                short = len(part.text().split()) <= headings.MAX_HEADING_WORDS
                kind, level = ("heading", BOLD_LEVEL) if below == 1 and short else ("line", 0)
            else:
                beside = any(0 <= near < len(parts) and parts[near].tag == "dd" for near in (at - 1, at + 1))
                kind, level = ("item", 1) if beside else ("line", 0)
            self._anchor(part, writer)
            inner = replace(place, kind=kind, level=level)
            if part.tag == "dd" and kind == "line":
                inner = replace(place, kind="line", level=0)
            self._walk(part, writer, inner, depth + 1)
            writer.flush(_kind(inner), level)

    def _table(self, node: LexborNode, place: _Place, depth: int) -> list[Block] | None:
        """Return the rows of a table of data, None for one that lays out the page."""
        if place.kind == "heading":
            return None

        def read(cell: LexborNode) -> list[Block]:
            inner = Writer()
            self._walk(cell, inner, _Place(behind=place.behind), depth + 4)
            inner.flush("line", 0)
            return [block for block in inner.blocks if block.kind != "hidden"]

        if depth > MAX_DEPTH - 10:
            return None
        rows = rows_of(node, read)
        return rows and [replace(row, kind=_kind(replace(place, kind=row.kind))) for row in rows]

    def _is_opener(self, node: LexborNode, tag: str) -> bool:
        """Return True for the title of a part that folds: a summary, or a button that opens one."""
        attributes = node.attributes
        opens = tag == "summary" or (
            ("aria-controls" in attributes or "aria-expanded" in attributes)
            and (tag == "button" or attributes.get("role") in {"button", "tab"})
        )
        if not opens or node.css_first("h1, h2, h3, h4, h5, h6, p, li") is not None:
            return False
        return 0 < len(node.text().split()) <= headings.MAX_HEADING_WORDS

    def _anchor(self, node: LexborNode, writer: Writer) -> None:
        attributes = node.attributes
        for name in (attributes.get("id"), attributes.get("name") if node.tag == "a" else None):
            if name and name in self.wanted:
                writer.anchor(name)

    def _inside(self, href: str) -> str:
        """Return the anchor that a link of the page to a place on itself names, "" for other links."""
        page, anchor = urldefrag(href)
        return (
            anchor
            if not page or (self.url and urldefrag(urljoin(self.base, page)).url == urldefrag(self.url).url)
            else ""
        )

    def _target(self, href: str) -> str:
        """Return where a link leads: resolved against the page's address, "#name" for a place on the page, "" for none."""
        href = href.strip()
        if not href or href.lower().startswith(NO_TARGET):
            return ""
        if anchor := self._inside(href):
            return f"#{anchor}"
        try:
            return urljoin(self.base, href) if self.base else href
        except ValueError:
            return href


def load_html(text: str) -> LoadedDocument:
    """Return the text of a page as blocks; menus and what the page hides stay, as blocks of their own kinds."""
    tree = LexborHTMLParser(_shallow(text))
    page = _Page(tree, text)
    root = tree.body or tree.root
    blocks = page.blocks(root) if root is not None else []
    page_title = _text(tree.css_first("title"))
    site = tree.css_first('meta[property="og:site_name"]')
    language = LANGUAGE.match((tree.root.attributes.get("lang") or "") if tree.root else "")
    return LoadedDocument(
        tuple(blocks),
        title=_text(tree.css_first("h1")) or page_title,
        url=page.canonical,
        has_links=True,
        signs=tuple(sign for sign in (site.attributes.get("content") if site else None, page_title) if sign),
        language=language.group(1).lower() if language else None,
    )


def _declared(tree: LexborHTMLParser, query: str, name: str) -> str | None:
    """Return the web address that an element of the page's head declares, None if it declares none."""
    node = tree.css_first(query)
    value = (node.attributes.get(name) or "").strip() if node is not None else ""
    return value if urlsplit(value).scheme in {"http", "https"} else None


def _protected_address(node: LexborNode) -> str | None:
    """Return the e-mail address that a page keeps from robots and its own script puts back, None if there is none.

    The first byte is a key; each further byte is a letter under it (Cloudflare's e-mail protection).
    """
    code = node.attributes.get("data-cfemail") or ""
    if not re.fullmatch(r"(?:[0-9a-f]{2}){6,120}", code, re.IGNORECASE):
        return None
    key, *letters = bytes.fromhex(code)
    address = "".join(chr(letter ^ key) for letter in letters)
    return address if re.fullmatch(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", address) else None


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


def _nearest_list(node: LexborNode) -> int | None:
    above = node.parent
    while above is not None and above.tag != "dl":
        above = above.parent
    return above.mem_id if above is not None else None


def _kind(place: _Place) -> str:
    """Return the kind of a block that ends here; one outside the main text keeps its own beside the word."""
    if place.fate in {"menu", "hidden"}:
        return place.fate
    return f"outside:{place.kind}" if place.fate == "outside" else place.kind


def _without_spacers(blocks: list[Block]) -> list[Block]:
    """Leave out blocks without a letter or digit, such as the arrows and bars between buttons."""
    return [block for block in blocks if not SPACER.match(block.text)]


def _settled(blocks: list[Block]) -> list[Block]:
    """Return the blocks with what stands outside the main text as menu, its title and its date excepted."""
    read = [
        at
        for at, block in enumerate(blocks)
        if not block.kind.startswith("outside:") and block.kind not in {"menu", "hidden"}
    ]
    first, last = (read[0], read[-1]) if read else (0, len(blocks))
    title = next((at for at in range(first - 1, -1, -1) if _is_title(blocks[at], first - at)), None)
    settled = []
    for at, block in enumerate(blocks):
        own = block.kind.removeprefix("outside:")
        if own != block.kind:
            near = first - NEAR <= at < first or last < at <= last + NEAR
            kept = at == title or (near and headings.is_date_line(block.text))
            block = replace(block, kind=own if kept else "menu")
        settled.append(block)
    return [_judged(block, settled[at + 1 : at + headings.ADDRESS_LINES]) for at, block in enumerate(settled)]


def _is_title(block: Block, before: int) -> bool:
    """Return True for the policy's title outside its text: a heading, or an unlinked line `before` blocks above it."""
    if not TITLE.search(block.text) or len(block.text.split()) > headings.MAX_HEADING_WORDS:
        return False
    return block.kind in {"outside:heading", "outside:bold"} or (
        block.kind == "outside:line" and before <= NEAR and not block.links
    )


def _judged(block: Block, below: list[Block]) -> Block:
    """Return a line that is bold from end to end as a heading if it can be one; the first line of an address is none."""
    if block.kind != "bold":
        return block
    for line in below:
        if line.kind not in {"line", "bold"} or len(line.text.split()) > 8 or headings.stops(line.text):
            break
        if headings.ends_address(line.text):
            return replace(block, kind="line")
    words = block.text.split()
    titled = (
        len(words) <= headings.MAX_HEADING_WORDS
        and block.text[-1] not in ".;,"
        and block.text[:1].isalnum()
        and not headings.is_date_line(block.text)
        and not headings.ADDRESS.search(block.text)
        and not headings.ends_address(block.text)
    )
    deeper = (headings.numbered_level(block.text) or 2) - 2
    return replace(block, kind="heading", level=BOLD_LEVEL + deeper) if titled else replace(block, kind="line")
