"""Markdown (CommonMark with tables, raw HTML inside) to blocks: rendered as its reader sees it, then read as a page."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from ingest.document import LoadedDocument
from ingest.loaders.html import load_html

TAG = re.compile(r"<(?=/?([a-z][a-z0-9-]*)[\s/>])", re.IGNORECASE)
# Anything else between angle brackets is words ("<company name>"), not markup.
KNOWN_TAGS = frozenset(
    "a abbr address article aside b base blockquote body br button caption center cite code col colgroup dd del details dfn div "
    "dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label "
    "legend li link main mark meta nav noscript ol option p pre q s script section select small span strike strong style sub "
    "summary sup table tbody td textarea tfoot th thead title tr tt u ul var video wbr".split()
)
PARAGRAPH = re.compile(r"\n[ \t]*\n")
LINK = re.compile(
    r"!?\[[^\[\]]{0,1000}\](?:\([^()\s]{0,2000}(?:\([^()\s]{0,500}\)[^()\s]{0,500})?(?:\s+\"[^\"]{0,300}\")?\)|\[[^\[\]]{0,200}\])"
)
# The parser's time grows with the square of the brackets that open no link.
MOST_BRACKETS = 200
RUN = re.compile(r"([*_~`>#=<!-])\1{199,}")


def load_markdown(text: str) -> LoadedDocument:
    """Return the blocks of a Markdown document; the first level-one heading is its title."""
    parser = MarkdownIt("commonmark", {"html": True, "maxNesting": 100}).enable("table")
    # A link that runs script keeps its words; the page's reader drops where it leads.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return load_html(parser.render(_tamed(_without_front_matter(text))))


def _tamed(text: str) -> str:
    """Return the text with words in angle brackets, and brackets that open no link, marked as words."""
    text = TAG.sub(lambda match: match.group() if match.group(1).lower() in KNOWN_TAGS else r"\<", text)
    if text.count("[") <= MOST_BRACKETS and not RUN.search(text):
        return text
    text = RUN.sub(lambda match: f"\\{match.group(1)}" * len(match.group()), text)
    paragraphs = PARAGRAPH.split(text)
    return "\n\n".join(_plain_brackets(one) if one.count("[") > MOST_BRACKETS else one for one in paragraphs)


def _plain_brackets(paragraph: str) -> str:
    kept, at = [], 0
    for match in LINK.finditer(paragraph):
        kept += [paragraph[at : match.start()].replace("[", r"\["), match.group()]
        at = match.end()
    return "".join([*kept, paragraph[at:].replace("[", r"\[")])


def _without_front_matter(text: str) -> str:
    if not text.startswith("---\n"):
        return text
    head, mark, rest = text[4:].partition("\n---\n")
    return rest if mark and len(head) < 5_000 else text
