"""Lines of a PDF to blocks: which lines make a paragraph, which are headings, list items or rows of a table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.cleaning import normalise
from ingest.document import Block, Link
from ingest.loaders.pdf_lines import Line, Word, leading

BULLET = re.compile(r"[•●▪■◦○‣·∙➢➤✓✔►*–—-]|[\ue000-\uf8ff]")
ENUMERATED = re.compile(r"\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})\)")
NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})*\.?|[A-Z]\.|[IVX]{1,5}\.)")
LARGER = 1.12  # a heading's size over the size of running text
HEADING_WORDS = 16
TABLE_ROWS = 3
ENDED = re.compile(r"[.:;!?][\"”’)]*$")
# Words that keep their hyphen: what stands before it is a word of its own.
COMPOUND = frozenset(
    "non self third first opt co cross e on off long short anti well multi in up pre sub de re one two three four cost high low real "
    "user credit end so state non-personally not service privacy data health opt-out mid full part".split()
)


@dataclass(slots=True)
class _Draft:
    """A block being put together from its lines."""

    lines: list[Line]
    kind: str = "line"

    @property
    def last(self) -> Line:
        return self.lines[-1]


def blocks_of(body: Sequence[Line], edges: Sequence[Line]) -> list[Block]:
    """Return the blocks of the text in reading order, headers and footers as menu blocks where their page begins."""
    size = _body_size(body)
    usual = leading(body)
    drafts: list[_Draft] = []
    rows = _table_rows(body)
    for at, line in enumerate(body):
        if at in rows:
            drafts.append(_Draft([line], rows[at]))
        elif drafts and _goes_on(drafts[-1], line, usual, size):
            drafts[-1].lines.append(line)
        else:
            drafts.append(_Draft([line], _kind(line)))
    words = Counter(word.text.strip(".,;:()“”\"'").lower() for line in body for word in line.words)
    heading_sizes = sorted(
        {_rounded(draft.last.size) for draft in drafts if draft.last.size >= size * LARGER}, reverse=True
    )
    indents = sorted({round(draft.lines[0].x / 6) for draft in drafts if draft.kind == "item"})
    menus = list(edges)
    blocks: list[Block] = []
    for draft in drafts:
        page = draft.lines[0].page
        blocks += [_menu(line) for line in menus if line.page < page]
        menus = [line for line in menus if line.page >= page]
        blocks += _block(draft, size, heading_sizes, indents, words)
    return blocks + [_menu(line) for line in menus]


def _menu(line: Line) -> Block:
    return Block(normalise(line.text), "menu", page=line.page)


def _body_size(lines: Sequence[Line]) -> float:
    """Return the font height in which most of the text is written, in points."""
    lengths: Counter[float] = Counter()
    for line in lines:
        lengths[_rounded(line.size)] += len(line.text)
    return max(lengths, key=lambda size: lengths[size]) if lengths else 10.0


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _kind(line: Line) -> str:
    first = line.words[0].text
    if BULLET.fullmatch(first) and len(line.words) > 1:
        return "item"
    if first == "o" and len(line.words) > 2 and line.words[1].text[:1].isupper():
        return "item"
    return "item" if ENUMERATED.fullmatch(first) and len(line.words) > 1 else "line"


def _table_rows(lines: Sequence[Line]) -> dict[int, str]:
    """Return which lines are rows of a table: several in a row whose parts stand far apart and begin at the same places."""
    rows: dict[int, str] = {}
    run: list[int] = []
    for at in range(len(lines) + 1):
        line = lines[at] if at < len(lines) else None
        if (
            line is not None
            and len(line.cells) > 1
            and (not run or _aligned(lines[run[-1]], line))
            and _kind(line) == "line"
        ):
            run.append(at)
            continue
        if len(run) >= TABLE_ROWS:
            head = lines[run[0]].bold and not lines[run[1]].bold
            rows.update({one: "header_row" if head and one == run[0] else "row" for one in run})
        run = [at] if line is not None and len(line.cells) > 1 and _kind(line) == "line" else []
    return rows


def _aligned(above: Line, below: Line) -> bool:
    starts = [[line.words[cell].x for cell in line.cells] for line in (above, below)]
    return len(starts[0]) == len(starts[1]) and all(abs(a - b) < 4 for a, b in zip(*starts, strict=True))


def _goes_on(draft: _Draft, line: Line, usual: float, size: float) -> bool:
    """Return True if `line` is the next line of the block."""
    last = draft.last
    if draft.kind in {"row", "header_row"} or _kind(line) == "item":
        return False
    if abs(last.size - line.size) > 0.08 * max(last.size, line.size) or last.bold != line.bold:
        return False
    heading = last.bold or last.size >= size * LARGER
    if NUMBERED.fullmatch(line.words[0].text) and (heading or ENDED.search(last.text)):
        return False
    words = last.text
    same_column = last.page == line.page and last.y > line.y
    if not same_column:
        # Over a column or a page only what is plainly in the middle of a sentence goes on.
        return not heading and not ENDED.search(words) and line.text[:1].islower()
    step = (last.y - line.y) / line.size
    if step > max(usual * 1.3, usual + 0.25):
        return False
    if heading and not _is_full(last) and len(draft.lines) == 1 and ENDED.search(words):
        return False
    first = draft.lines[0]
    if draft.kind == "item":
        return line.x > first.x + 1 or not (ENDED.search(words) or line.text[:1].isupper())
    indented = line.x - last.x > 0.9 * line.size and len(draft.lines) > 1
    if indented or (last.x - line.x > 0.9 * line.size and len(draft.lines) > 1):
        return not ENDED.search(words) and line.text[:1].islower()
    return _is_full(last) or not ENDED.search(words) and not (line.text[:1].isupper() and _is_short(last))


def _is_full(line: Line) -> bool:
    """Return True if the line reaches so far that the next word would not have fitted."""
    return line.end - line.right < 0.14 * (line.end - line.left)


def _is_short(line: Line) -> bool:
    return line.end - line.right > 0.35 * (line.end - line.left)


def _block(
    draft: _Draft, size: float, sizes: Sequence[float], indents: Sequence[int], known: Counter[str]
) -> Iterator[Block]:
    first = draft.lines[0]
    if draft.kind in {"row", "header_row"}:
        text, links = _row(first)
        yield Block(text, draft.kind, 1, links, first.page)
        return
    words = list(_words(draft.lines, known))
    kind, level = draft.kind, 0
    if kind == "item":
        level = 1 + indents.index(round(first.x / 6))
        if not ENUMERATED.fullmatch(words[0].text):
            words = words[1:]
    text, links = _text(words)
    if not text:
        return
    if kind == "line" and _is_heading(draft, text, size):
        big = _rounded(first.size)
        kind, level = "heading", min(6, 1 + sizes.index(big) if big in sizes else len(sizes) + 1)
    yield Block(text, kind, level, links, first.page)


def _is_heading(draft: _Draft, text: str, size: float) -> bool:
    line = draft.last
    if len(text.split()) > HEADING_WORDS or len(draft.lines) > 3 or not re.search(r"[^\W\d_]{2}", text):
        return False
    if line.size >= size * LARGER:
        return text[-1] not in ",;"
    ends = ",;" if NUMBERED.fullmatch(draft.lines[0].words[0].text) else ".,;"
    return line.bold and text[-1] not in ends and len(draft.lines) <= 2


def _words(lines: Sequence[Line], known: Counter[str]) -> Iterator[Word]:
    """Yield the words of several lines, those that were parted at a line's end in one piece again."""
    held: Word | None = None
    for line in lines:
        for number, word in enumerate(line.words):
            if number == 0 and held is not None:
                joined = _rejoined(held.text, word.text, known)
                if joined is not None:
                    held = replace(held, text=joined, target=held.target or word.target)
                    continue
            if held is not None:
                yield held
            held = word
    if held is not None:
        yield held


def _rejoined(before: str, after: str, known: Counter[str]) -> str | None:
    """Return the word that a line's end parted ("infor-", "mation"), None if both are words of their own."""
    if before.endswith("\u00ad"):
        return before[:-1] + after
    if not re.search(r"\w[-‐]$", before) or not re.match(r"\w", after):
        return None
    whole, hyphenated = before[:-1] + after, before + after
    bare = [one.strip(".,;:()“”\"'").lower() for one in (whole, hyphenated)]
    if not before[-2].isalpha() or not after[0].islower() or before[:-1].isupper():
        return hyphenated
    if known[bare[1]] or (not known[bare[0]] and re.split(r"[^a-z]", before[:-1].lower())[-1] in COMPOUND):
        return hyphenated
    return whole


def _row(line: Line) -> tuple[str, tuple[Link, ...]]:
    """Return a table's row as "a | b | c"."""
    text = ""
    links: list[Link] = []
    for start, stop in zip(line.cells, [*line.cells[1:], len(line.words)], strict=True):
        cell, inside = _text(line.words[start:stop])
        text += " | " if text else ""
        links += [Link(len(text) + link.start, len(text) + link.end, link.target) for link in inside]
        text += cell
    return text, tuple(links)


def _text(words: Sequence[Word]) -> tuple[str, tuple[Link, ...]]:
    """Return the words apart by one space, and the links that stand over them."""
    text = ""
    links: list[Link] = []
    former: str | None = None
    for word in words:
        clean = normalise(word.text)
        if not clean:
            continue
        text += " " if text else ""
        if word.target is not None and word.target == former and links:
            links[-1] = Link(links[-1].start, len(text) + len(clean), word.target)
        elif word.target is not None:
            links.append(Link(len(text), len(text) + len(clean), word.target))
        former = word.target
        text += clean
    return text, tuple(links)
