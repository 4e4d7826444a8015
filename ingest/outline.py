"""Blocks to clauses: the stored text, its headings, paragraphs and lists, and the sentences in them, all with offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field, replace

from ingest import headings
from ingest.document import Block, Link
from ingest.sentences import split_sentences
from vectorstore.policy import Clause, Damage, Sentence

CONNECTIVE = re.compile(
    r"(however|in addition|additionally|we|you|if|to|for|this|these|whenever|they|subject|notwithstanding|finally|on some|in some"
    r"|participation|please|unless|in the event|when|where|as|at this time|there|our|your|it|by)\b",
    re.IGNORECASE,
)
SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Outline:
    """The stored text of a document and what stands where in it.

    `links` are spans of the text with their targets; `anchors` are the places that links of the document itself name.
    """

    text: str
    clauses: tuple[Clause, ...]
    links: tuple[Link, ...]
    damage: tuple[Damage, ...]
    anchors: tuple[tuple[str, int], ...] = ()


@dataclass(slots=True)
class _Builder:
    """Walks the placed blocks once, front to back."""

    blocks: list[tuple[Block, int]]
    repeated: Counter[str]
    clauses: list[Clause] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    sections: list[tuple[int, str]] = field(default_factory=list)
    run_in: str | None = None
    group_lead: tuple[int, int] | None = None
    slugs: Counter[str] = field(default_factory=Counter)
    starts: list[int] = field(init=False)
    pages: list[int | None] = field(init=False)

    def __post_init__(self) -> None:
        self.starts = [start for _, start in self.blocks]
        self.pages = [block.page for block, _ in self.blocks]

    def build(self) -> None:
        at = 0
        while at < len(self.blocks):
            at = self._take(at)

    def _take(self, at: int) -> int:
        """Make clauses of the block at `at`; return the index of the next block to take."""
        block, start = self.blocks[at]
        end = start + len(block.text)
        following = self.blocks[at + 1][0] if at + 1 < len(self.blocks) else None
        if block.kind in {"menu", "hidden"}:
            self._add(block.kind, start, end, ())
            return at + 1
        if block.kind == "heading" and not headings.is_date_line(block.text):
            self._heading(block.text, block.level, start, end)
            return at + 1
        if block.kind in {"header_row", "row"}:
            return self._table(at)
        if (stop := self._address_after(at)) > at:
            self._address(at, stop)
            return stop
        items = self._items_after(at)
        if items > at + 1:
            self._list(at, items)
            return items
        if block.kind == "item" or self._is_stray(at):
            stop = at + 1
            while stop < len(self.blocks) and (self.blocks[stop][0].kind == "item" or self._is_stray(stop)):
                stop += 1
            self._orphans(at, stop)
            return stop
        if headings.is_date_line(block.text):
            self._add("paragraph", start, end, (Sentence(start, end, "date"),))
        elif headings.is_heading(block.text, following.text if following and following.kind != "heading" else None):
            self._heading(block.text, headings.numbered_level(block.text) or 2, start, end)
        else:
            self._paragraph(block, start)
        return at + 1

    def _add(self, kind: str, start: int, end: int, sentences: tuple[Sentence, ...]) -> None:
        path = [name for _, name in self.sections] + ([self.run_in] if self.run_in and kind != "heading" else [])
        base = SLUG.sub("-", (path[-1] if path else kind).lower()).strip("-")[:60] or "clause"
        self.slugs[base] += 1
        number = self.slugs[base]
        page = self.pages[bisect_right(self.starts, start) - 1]
        self.clauses.append(
            Clause(base if number == 1 else f"{base}-{number}", tuple(path), start, end, kind, sentences, page)
        )

    def _heading(self, text: str, level: int, start: int, end: int) -> None:
        self.sections = [section for section in self.sections if section[0] < level]
        self.sections.append((level, text))
        self.run_in = self.group_lead = None
        self._add("heading", start, end, ())

    def _paragraph(self, block: Block, start: int) -> None:
        text = block.text
        glued = headings.glued_heading(text)
        head = glued or headings.run_in_heading(text)
        if head:
            self.run_in = text[:head].strip()
        else:
            self.group_lead = None
        sentences = [Sentence(start, start + head, "heading")] if head else []
        bare = bool(head) and (glued > 0 or not text[head : head + 1].isspace())
        if bare:
            reason = "a heading lost the line break before its text"
            self.damage.append(Damage("glued_heading", start, start + head, reason))
        for number, (left, right) in enumerate(split_sentences(text[head:])):
            left, right = start + head + left, start + head + right
            lead = self.group_lead if head and number == 0 else None
            kind = "lead_in" if text.endswith((":", ";")) and right == start + len(text) else "sentence"
            sentences.append(Sentence(left, right, kind, lead))
        if headings.is_lead_in(text):
            self.group_lead = (sentences[-1].start, sentences[-1].end)
        self._add("paragraph", start, start + len(text), tuple(sentences))

    def _items_after(self, at: int) -> int:
        """Return the index past the last item of the list that the block at `at` opens; `at` + 1 if it opens none."""
        opener = self.blocks[at][0]
        stop = at + 1
        if opener.kind == "item" or not (headings.is_lead_in(opener.text) or self._explicit_list_follows(at)):
            return stop
        if stop < len(self.blocks) and self.blocks[stop][0].kind == "item":
            while stop < len(self.blocks) and self.blocks[stop][0].kind == "item":
                stop += 1
            return stop
        while stop < len(self.blocks) and self._is_item(at, stop):
            stop += 1
        return stop if stop > at + 2 else at + 1

    def _explicit_list_follows(self, at: int) -> bool:
        """True if two or more list items of the format follow a full line (some pages leave out the colon)."""
        following = [block.kind for block, _ in self.blocks[at + 1 : at + 3]]
        return following == ["item", "item"]

    def _is_item(self, opener: int, at: int) -> bool:
        """Return True if the line at `at` continues the list opened at `opener` (text dumps mark no items)."""
        block = self.blocks[at][0]
        text = block.text
        if block.kind != "line" or len(text.split()) > 60 or headings.is_date_line(text):
            return False
        previous = self.blocks[at - 1][0].text
        if headings.ends_address(previous) and not headings.COUNTRY.match(text):
            return False
        first = at == opener + 1
        following = self.blocks[at + 1][0].text if at + 1 < len(self.blocks) else None
        if headings.ENUMERATED.match(text) or previous.endswith((";", "; and", "; or", ",", "; and/or")) and not first:
            return True
        if headings.run_in_heading(text) or headings.glued_heading(text) or text.endswith(":"):
            return False
        if first:
            return len(text.split()) <= 40 and not (
                headings.SENTENCE_START.match(text) and headings.FINITE.search(text)
            )
        opening = self.blocks[opener + 1][0].text
        if opening.endswith(";"):
            return False
        if CONNECTIVE.match(text) and (headings.FINITE.search(text) or len(text.split()) > 12):
            return False
        if opening[-1] in ".!" or len(opening.split()) > 12:
            same_end = text[-1] == opening[-1] or (text[-1].isalnum() and opening[-1].isalnum())
            return same_end and not (text[-1].isalnum() and headings.is_heading(text, following) and _is_section(text))
        return text[-1] not in ".!?" and not (following and headings.is_prose(following) and _is_section(text))

    def _is_stray(self, at: int) -> bool:
        """Return True for an item left behind after a list: the very line is an item elsewhere in the document."""
        block = self.blocks[at][0]
        if block.kind != "line" or self.repeated[block.text] < 2 or not self.clauses or headings.is_lead_in(block.text):
            return False
        if headings.ADDRESS.search(block.text):
            return False
        return self.clauses[-1].kind == "list" and not headings.is_prose(block.text)

    def _list(self, at: int, stop: int) -> None:
        """Write the opener and its items as one list clause."""
        opener, start = self.blocks[at]
        head = headings.glued_heading(opener.text) or headings.run_in_heading(opener.text)
        self.run_in = opener.text[:head].strip() if head else self.run_in
        sentences = [Sentence(start, start + head, "heading")] if head else []
        spans = split_sentences(opener.text[head:])
        for left, right in spans[:-1]:
            sentences.append(Sentence(start + head + left, start + head + right))
        left, right = (spans or [(0, len(opener.text) - head)])[-1]
        lead = (start + head + left, start + head + right)
        sentences.append(Sentence(*lead, "lead_in"))
        sentences += self._items(at + 1, stop, lead)
        last, place = self.blocks[stop - 1]
        self._add("list", start, place + len(last.text), tuple(sentences))
        self.group_lead = None

    def _items(self, at: int, stop: int, lead: tuple[int, int] | None) -> list[Sentence]:
        """Return the items from `at` on; one that deeper items follow is the line that these depend on."""
        above: list[tuple[int, tuple[int, int]]] = []
        items = []
        for block, place in self.blocks[at:stop]:
            while above and above[-1][0] >= block.level:
                above.pop()
            span = (place, place + len(block.text))
            items.append(Sentence(*span, "item", above[-1][1] if above else lead))
            if block.kind == "item":
                above.append((block.level, span))
        return items

    def _table(self, at: int) -> int:
        """Write a table as one clause, its rows under the header row; without one they depend on a line that opens them.

        Returns the index past its last row.
        """
        stop = at + 1
        while stop < len(self.blocks) and self.blocks[stop][0].kind == "row":
            stop += 1
        block, start = self.blocks[at]
        lead = self._open_line()
        sentences = []
        if block.kind == "header_row":
            sentences.append(Sentence(start, start + len(block.text), "lead_in", lead))
            lead = (start, start + len(block.text))
        rows = self.blocks[at + len(sentences) : stop]
        sentences += [Sentence(place, place + len(row.text), "row", lead) for row, place in rows]
        self._add("table", sentences[0].start, sentences[-1].end, tuple(sentences))
        return stop

    def _open_line(self) -> tuple[int, int] | None:
        """Return the last line of the clause before, where it ends in a colon and so opens what comes next."""
        before = self.clauses[-1] if self.clauses else None
        if (
            before is None
            or before.kind != "paragraph"
            or not before.sentences
            or before.sentences[-1].kind != "lead_in"
        ):
            return None
        return before.sentences[-1].start, before.sentences[-1].end

    def _address_after(self, at: int) -> int:
        """Return the index past a postal address written line by line from `at` on, `at` if there is none."""
        for stop in range(at, min(at + headings.ADDRESS_LINES, len(self.blocks))):
            block = self.blocks[stop][0]
            if block.kind != "line" or len(block.text.split()) > 8 or (stop == at and _is_section(block.text)):
                return at
            if headings.is_date_line(block.text) or headings.ENUMERATED.match(block.text) or headings.stops(block.text):
                return at
            if stop > at and headings.ends_address(block.text):
                below = self.blocks[stop + 1][0] if stop + 1 < len(self.blocks) else None
                return stop + 2 if below and headings.COUNTRY.match(below.text) else stop + 1
        return at

    def _address(self, at: int, stop: int) -> None:
        """Write the lines of a postal address as a list under the sentence before it."""
        before = self.clauses[-1] if self.clauses and self.clauses[-1].kind in {"paragraph", "list"} else None
        lead = (before.sentences[-1].start, before.sentences[-1].end) if before and before.sentences else None
        lines = tuple(Sentence(place, place + len(block.text), "item", lead) for block, place in self.blocks[at:stop])
        self._add("list", lines[0].start, lines[-1].end, lines)

    def _orphans(self, at: int, stop: int) -> None:
        """Write items that no line of their own opens."""
        sentences = tuple(self._items(at, stop, self._open_line()))
        if self.blocks[at][0].kind == "line":
            reason = "list items stand here without the line that opens their list"
            self.damage.append(Damage("stray_item", sentences[0].start, sentences[-1].end, reason))
        self._add("list", sentences[0].start, sentences[-1].end, sentences)


def _is_section(text: str) -> bool:
    return bool(headings.SECTION_WORDS.search(text)) and headings.title_ratio(text) >= 0.6


def build_outline(blocks: tuple[Block, ...]) -> Outline:
    """Place the blocks one under the other in the stored text and outline them."""
    placed: list[tuple[Block, int]] = []
    links: list[Link] = []
    position = 0
    for block in blocks:
        placed.append((block, position))
        links += [Link(position + link.start, position + link.end, link.target) for link in block.links]
        position += len(block.text) + 1
    builder = _Builder(placed, Counter(block.text for block in blocks if block.kind not in {"menu", "hidden"}))
    builder.build()
    return Outline(
        "\n".join(block.text for block in blocks),
        _with_pages(builder.clauses, placed),
        tuple(links),
        tuple(builder.damage),
        tuple((anchor, place) for block, place in placed for anchor in block.anchors),
    )


def _with_pages(clauses: list[Clause], placed: list[tuple[Block, int]]) -> tuple[Clause, ...]:
    """Return the clauses with the page that each begins on, where the format has pages."""
    pages = {start: block.page for block, start in placed}
    return tuple(replace(clause, page=page) if (page := pages.get(clause.start)) else clause for clause in clauses)
