"""Markdown (CommonMark with tables) to blocks; markup goes, words and link targets stay."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.cleaning import normalise
from ingest.document import Block, Link, LoadedDocument

# Raw tags stay text for the parser; a break is white space, the other tags only dress words.
BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol)\b[^<>]{0,200}>", re.IGNORECASE)
DRESS = re.compile(r"</?(?:b|i|u|em|strong|span|sup|sub|small|a|font)\b[^<>]{0,200}>", re.IGNORECASE)
PARSER = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable("table")


def load_markdown(text: str) -> LoadedDocument:
    """Return the blocks of a Markdown document; the first level-one heading is its title."""
    blocks: list[Block] = []
    row: list[tuple[str, tuple[Link, ...]]] = []
    depth, heading, in_item = 0, 0, 0
    title = None
    in_cell = False
    for token in PARSER.parse(_without_front_matter(text)):
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                depth += 1
            case "bullet_list_close" | "ordered_list_close":
                depth -= 1
            case "list_item_open":
                in_item += 1
            case "list_item_close":
                in_item -= 1
            case "heading_open":
                heading = int(token.tag[1])
            case "heading_close":
                heading = 0
            case "tr_open":
                row = []
            case "th_open" | "td_open":
                in_cell = True
            case "th_close" | "td_close":
                in_cell = False
            case "tr_close":
                blocks += _row(row)
            case "inline":
                words, links = _inline(token)
                if in_cell:
                    row.append((words, links))
                elif words and heading:
                    title = title or (words if heading == 1 else None)
                    blocks.append(Block(words, "heading", heading, links))
                elif words:
                    blocks.append(Block(words, "item" if in_item else "line", depth, links))
            case "code_block" | "fence" | "html_block":
                blocks += [Block(line) for raw in token.content.splitlines() if (line := normalise(raw))]
    return LoadedDocument(tuple(blocks), title=title, has_links=True)


def _row(cells: list[tuple[str, tuple[Link, ...]]]) -> list[Block]:
    """Return a table row as one block "a | b | c", none if it is empty."""
    text = ""
    links: list[Link] = []
    for words, inside in cells:
        text += " | " if text and words else ""
        links += [Link(len(text) + link.start, len(text) + link.end, link.target) for link in inside]
        text += words
    return [Block(text, "item", 1, tuple(links))] if text else []


def _without_front_matter(text: str) -> str:
    if not text.startswith("---\n"):
        return text
    head, mark, rest = text[4:].partition("\n---\n")
    return rest if mark and len(head) < 5_000 else text


def _inline(token: Token) -> tuple[str, tuple[Link, ...]]:
    """Return the words of an inline token and the links in them."""
    words = ""
    links: list[Link] = []
    opened: list[tuple[int, str]] = []
    for child in token.children or ():
        match child.type:
            case "text":
                words = _joined(words, DRESS.sub("", BREAK.sub(" ", child.content)))
            case "code_inline":
                words = _joined(words, child.content)
            case "softbreak" | "hardbreak":
                words = _joined(words, " ")
            case "link_open":
                opened.append((len(words), str(child.attrs.get("href", ""))))
            case "link_close":
                start, target = opened.pop()
                links.append(Link(start, len(words), target))
    return words.strip(), tuple(link for link in links if link.start < link.end)


def _joined(words: str, more: str) -> str:
    """Append text with its white space normalised across the seam, so that link offsets stay true."""
    clean = normalise(more)
    if more[:1].isspace() and words and not words.endswith(" "):
        words += " "
    words += clean
    return f"{words} " if clean and more[-1:].isspace() else words
