"""Where the policy begins and ends on its page: lines of navigation before and after it become menu blocks."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.document import Block
from ingest.headings import ends_address, is_date_line, is_heading, is_prose

TITLE = re.compile(
    r"\b(privacy|data protection|personal data)\s+(policy|statement|notice|agreement|information|declaration|rights)\b|^privacy$|\bcookie (policy|notice)\b",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"^(legal terms|terms( and| &| of|$)|site ?map|careers|copyright|©|all rights reserved|accessibility|about( us)?$|contact us$|press|support$|home$"
    r"|privacy( policy| notice| statement)?$|news|search|follow us|cookie (settings|preferences)$|do not sell|ways to|facebook|twitter|instagram|back to top|current page)",
    re.IGNORECASE,
)
# Buttons that web pages strew over their text.
BUTTON = re.compile(
    r"(?:\^ ?)?(?:(?:back|go|return) to (?:the )?top|top(?: of (?:the )?page)?|(?:hide|show|expand|collapse) (?:all|examples?|details)|skip to \w+(?: \w+)?"
    r"|print(?: this page)?|download (?:the )?(?:pdf|printable)(?: version)?|share(?: this)?|go back(?: \| next)?|next|previous|close|learn more|read more)[.!]?",
    re.IGNORECASE,
)
# Tags that a page shows as text by mistake.
MARKUP = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
LEGAL_LINE = re.compile(r"(?:©|copyright\b|all rights reserved|\(c\) ?\d{4})", re.IGNORECASE)
CONTACT = re.compile(r"@|\+?\d[\d\s().-]{8,}\d|https?://|\b\d{5}\b|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|\bthis form\b")
BODY_WORDS = 14
CONTENTS_LINES = 3
REPEATED_LINES = 4
CONTENTS_TITLE = re.compile(
    r"(?:table of )?contents|(?:what's )?on this page|what[’']s on this page|in this (?:policy|notice|statement|section|page)"
    r"|quick links|jump to(?: section)?|index|topics|sections|overview",
    re.IGNORECASE,
)


def mark_menus(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks with those before the policy's title and after its last words marked as menu."""
    start, end = _start(blocks), _end(blocks)
    contents = _contents(blocks)
    marked = []
    for at, block in enumerate(blocks):
        outside = at < start or at >= end or at in contents
        menu = outside or _is_footer_link(blocks, at) or bool(BUTTON.fullmatch(block.text) or MARKUP.match(block.text))
        marked.append(replace(block, kind="menu") if menu and block.kind != "hidden" else block)
    return tuple(marked)


def _start(blocks: tuple[Block, ...]) -> int:
    """Return the index of the title above the first running text, or of the headings right above it."""
    first = next(
        (at for at, block in enumerate(blocks) if block.kind not in {"menu", "hidden"} and _is_body(block)), None
    )
    if first is None:
        return 0
    above = range(max(0, first - 12), first)
    start = next((at for at in reversed(above) if _is_title(blocks[at])), None)
    if start is None:
        start = first
        while start > 0 and (is_date_line(blocks[start - 1].text) or blocks[start - 1].kind == "heading"):
            start -= 1
        if start == first and start > 0 and is_heading(blocks[start - 1].text, blocks[start].text):
            start -= 1
    return start - 1 if start > 0 and is_date_line(blocks[start - 1].text) else start


def _is_body(block: Block) -> bool:
    words = block.text.split()
    return len(words) >= BODY_WORDS and block.text[-1] in '.:;!?”"' and any(word.islower() for word in words)


def _is_title(block: Block) -> bool:
    return len(block.text.split()) <= 10 and bool(TITLE.search(block.text)) and block.text[-1] not in ":;?"


def _end(blocks: tuple[Block, ...]) -> int:
    """Return the index past the last line of the policy: running text, a date, a list item or a contact line."""
    last = next((at for at in range(len(blocks) - 1, -1, -1) if _belongs(blocks[at])), None)
    if last is None:
        return len(blocks)
    end = last + 1
    # A list goes on below a line that is not finished, however short its items are.
    while end < len(blocks) and blocks[end - 1].text.endswith((":", ";", ",", "; and", "; or")):
        end += 1
    return end


def _belongs(block: Block) -> bool:
    """Return True for a line that a page's footer does not hold."""
    if block.kind in {"row", "header_row"}:
        return True
    if (
        block.kind in {"menu", "hidden"}
        or LEGAL_LINE.match(block.text)
        or block.text.count(" | ") >= 3
        or _is_link(block)
    ):
        return False
    if is_date_line(block.text) or CONTACT.search(block.text) or ends_address(block.text):
        return True
    if block.text.endswith(";") or (block.text.endswith(":") and len(block.text.split()) >= 4):
        return True
    if block.kind == "item":
        return not FOOTER.match(block.text)
    return is_prose(block.text) and block.text[-1] != "?"


def _is_link(block: Block) -> bool:
    """Return True for a short line that is nothing but a link: navigation, unless it is an address."""
    linked = sum(
        link.end - link.start for link in block.links if not link.target.lower().startswith(("mailto:", "tel:"))
    )
    return linked >= len(block.text) * 0.9 and len(block.text.split()) <= 12 and not CONTACT.search(block.text)


def _contents(blocks: tuple[Block, ...]) -> set[int]:
    """Return the lines of tables of contents: runs of links to places on the page itself."""
    found: set[int] = set()
    run: list[int] = []
    for at, block in enumerate(blocks):
        if block.kind in {"line", "item"} and _is_link(block) and all("#" in link.target for link in block.links):
            run.append(at)
            continue
        found.update(run if len(run) >= CONTENTS_LINES else ())
        run = []
    return found | set(run if len(run) >= CONTENTS_LINES else ()) | _repeated_headings(blocks)


def _repeated_headings(blocks: tuple[Block, ...]) -> set[int]:
    """Return the lines of contents lists whose entries are the document's own headings, with the title right above them.

    A contents list stands before the headings it names; one beside the text comes after them, but then most are links.
    """
    titles = {_bare(block.text) for block in blocks if block.kind == "heading"}
    found: set[int] = set()
    at = 0
    while at < len(blocks):
        stop = at
        while stop < len(blocks) and blocks[stop].kind in {"line", "item"} and len(blocks[stop].text.split()) <= 14:
            stop += 1
        named = [near for near in range(at, stop) if _bare(blocks[near].text) in titles]
        if len(named) >= REPEATED_LINES and len(named) >= 0.6 * (named[-1] - named[0] + 1):
            first, last = named[0], named[-1]
            while last + 1 < stop and _is_link(blocks[last + 1]):
                last += 1
            while first > at and (_is_link(blocks[first - 1]) or CONTENTS_TITLE.fullmatch(blocks[first - 1].text)):
                first -= 1
            if first > 0 and CONTENTS_TITLE.fullmatch(blocks[first - 1].text):
                first -= 1
            found.update(range(first, last + 1))
        at = max(stop, at + 1)
    return found


def _bare(text: str) -> str:
    """Return a heading without its number, so that both spellings of it are one."""
    return re.sub(r"^(?:\d{1,2}(?:\.\d{1,2})*|[IVXivx]{1,5}|[A-Za-z])[.)]\s*", "", text).strip(" .:›»").casefold()


def _is_footer_link(blocks: tuple[Block, ...], at: int) -> bool:
    """Return True for a short footer line beside another one in the last stretch of the page."""
    block = blocks[at]
    if block.kind != "line" or at < len(blocks) * 0.75 or len(block.text.split()) > 7 or not FOOTER.match(block.text):
        return False
    beside = [blocks[near].text for near in (at - 1, at + 1) if 0 <= near < len(blocks)]
    return any(len(text.split()) <= 7 and FOOTER.match(text) for text in beside)
