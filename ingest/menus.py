"""Where the policy begins and ends on its page: lines of navigation before and after it become menu blocks."""

from __future__ import annotations

import re
from dataclasses import replace

from ingest.document import Block
from ingest.headings import is_date_line, is_heading, is_prose

TITLE = re.compile(
    r"\b(privacy|data protection|personal data)\s+(policy|statement|notice|agreement|information|declaration|rights)\b|^privacy$|\bcookie (policy|notice)\b",
    re.IGNORECASE,
)
FOOTER = re.compile(
    r"^(legal terms|terms( and| &| of|$)|site ?map|careers|copyright|©|all rights reserved|accessibility|about( us)?$|contact us$|press|support$|home$"
    r"|privacy( policy| notice| statement)?$|news|search|follow us|cookie (settings|preferences)$|do not sell|ways to|facebook|twitter|instagram|back to top|current page)",
    re.IGNORECASE,
)
BODY_WORDS = 14


def mark_menus(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return the blocks with those before the policy's title and after its last words marked as menu."""
    start, end = _start(blocks), _end(blocks)
    marked = []
    for at, block in enumerate(blocks):
        outside = at < start or at >= end
        marked.append(replace(block, kind="menu") if outside or _is_footer_link(blocks, at) else block)
    return tuple(marked)


def _start(blocks: tuple[Block, ...]) -> int:
    """Return the index of the title above the first running text, or of the headings right above it."""
    first = next((at for at, block in enumerate(blocks) if block.kind != "menu" and _is_body(block)), None)
    if first is None:
        return 0
    above = range(max(0, first - 12), first)
    title = next((at for at in reversed(above) if _is_title(blocks[at])), None)
    if title is not None:
        return title
    start = first
    while start > 0 and (is_date_line(blocks[start - 1].text) or blocks[start - 1].kind == "heading"):
        start -= 1
    if start == first and start > 0 and is_heading(blocks[start - 1].text, blocks[start].text):
        start -= 1
    return start


def _is_body(block: Block) -> bool:
    words = block.text.split()
    return len(words) >= BODY_WORDS and block.text[-1] in ".:;!?”\"" and any(word.islower() for word in words)


def _is_title(block: Block) -> bool:
    return len(block.text.split()) <= 10 and bool(TITLE.search(block.text)) and block.text[-1] not in ":;?"


def _end(blocks: tuple[Block, ...]) -> int:
    """Return the index past the last line of the policy: running text, a date, a list item or a contact line."""
    for at in range(len(blocks) - 1, -1, -1):
        block = blocks[at]
        if block.kind == "menu":
            continue
        contact = re.search(r"@|\+?\d[\d\s().-]{8,}\d|https?://|\b\d{5}\b", block.text)
        if is_prose(block.text) or is_date_line(block.text) or (block.kind == "item" and not FOOTER.match(block.text)) or contact:
            return at + 1
    return len(blocks)


def _is_footer_link(blocks: tuple[Block, ...], at: int) -> bool:
    """Return True for a short footer line beside another one in the last stretch of the page."""
    block = blocks[at]
    if block.kind != "line" or at < len(blocks) * 0.75 or len(block.text.split()) > 7 or not FOOTER.match(block.text):
        return False
    beside = [blocks[near].text for near in (at - 1, at + 1) if 0 <= near < len(blocks)]
    return any(len(text.split()) <= 7 and FOOTER.match(text) for text in beside)
