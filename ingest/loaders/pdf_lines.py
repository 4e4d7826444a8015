"""Strings on a page to its lines in reading order: words joined, columns one after the other, rows of tables kept whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from ingest.loaders.pdf_spans import Span

# Shares of the font's height.
SAME_LINE = 0.35
SPACE = 0.17
APART = 1.8
COLUMN_LINES = 8  # lines a column has at least, on either side
FILLED = 0.6  # share of a column's width that its lines fill on average: those of running text do


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its place along the line, in points, and the target of the link over it."""

    text: str
    x: float
    right: float
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of one column; `cells` counts the parts that stand far apart in it. `left` and `end` bound its column."""

    words: tuple[Word, ...]
    y: float
    size: float
    bold: bool
    page: int
    left: float = 0.0
    end: float = 0.0
    cells: tuple[int, ...] = (0,)

    @property
    def text(self) -> str:
        """Its words, apart by one space."""
        return " ".join(word.text for word in self.words)

    @property
    def x(self) -> float:
        """Where its first word begins."""
        return self.words[0].x

    @property
    def right(self) -> float:
        """Where its last word ends."""
        return self.words[-1].right


def page_lines(spans: Sequence[Span], page: int) -> list[Line]:
    """Return the lines of a page in the order in which a person reads them."""
    parts = [part for row in _rows(spans) for part in _parts(row, page)]
    if not parts:
        return []
    gutter = _gutter(parts)
    if gutter is None:
        return _bounded(_joined(parts))
    lines: list[Line] = []
    above: list[Line] = []
    for part in _by_height(parts):
        if part.x < gutter < part.right:
            lines += _columns(above, gutter)
            above = []
            lines += _bounded([part])
        else:
            above.append(part)
    return lines + _columns(above, gutter)


def _rows(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield the strings of each base line from left to right, the highest line first; raised numbers stay in their line."""
    row: list[Span] = []
    base = 0.0
    for span in sorted((span for span in spans if span.text.strip()), key=lambda span: (-span.y, span.x)):
        near = max(span.size, row[0].size if row else 0.0) * SAME_LINE
        if row and base - span.y > near:
            yield sorted(row, key=lambda one: one.x)
            row = []
        if not row or span.size > max(one.size for one in row):
            base = span.y
        row.append(span)
    if row:
        yield sorted(row, key=lambda one: one.x)


def _parts(row: list[Span], page: int) -> Iterator[Line]:
    """Yield the parts of a base line that stand far apart: columns, or cells of a table."""
    words: list[Word] = []
    taken: list[Span] = []
    reached: float | None = None
    for span in row:
        gap = span.x - reached if reached is not None else 0.0
        if reached is not None and gap > APART * span.size:
            yield _line(words, taken, page)
            words, taken, reached = [], [], None
        glued = reached is not None and gap < SPACE * span.size and not span.text[0].isspace()
        step = (span.right - span.x) / len(span.text)
        at = 0
        for number, text in enumerate(span.text.split()):
            at = span.text.index(text, at)
            word = Word(text, span.x + at * step, span.x + (at + len(text)) * step)
            at += len(text)
            if number == 0 and glued and words and not _ends_in_space(taken[-1]):
                words[-1] = replace(words[-1], text=words[-1].text + text, right=word.right)
            else:
                words.append(word)
        taken.append(span)
        reached = max(reached or span.right, span.right)
    if words:
        yield _line(words, taken, page)


def _ends_in_space(span: Span) -> bool:
    return span.text[-1].isspace()


def _line(words: list[Word], spans: list[Span], page: int) -> Line:
    lengths: dict[float, int] = {}
    for span in spans:
        lengths[round(span.size, 1)] = lengths.get(round(span.size, 1), 0) + len(span.text)
    size = max(lengths, key=lambda one: lengths[one])
    base = next(span.y for span in spans if round(span.size, 1) == size)
    bold = all(span.bold for span in spans if any(char.isalnum() for char in span.text))
    return Line(tuple(words), base, size, bold, page)


def _gutter(parts: Sequence[Line]) -> float | None:
    """Return where two columns of running text part, None on a page of one column."""
    left, right = min(part.x for part in parts), max(part.right for part in parts)
    width = right - left
    starts = sorted({round(part.x, 0) for part in parts if left + 0.3 * width < part.x < left + 0.75 * width})
    for start in starts:
        at = start - 2.0
        west = [part for part in parts if part.right <= at]
        east = [part for part in parts if part.x >= at]
        crossing = len(parts) - len(west) - len(east)
        if min(len(west), len(east)) < COLUMN_LINES or crossing > 0.4 * len(parts):
            continue
        if all(_filled(side) >= FILLED for side in (west, east)) and not _is_table(west, east):
            return at
    return None


def _filled(side: Sequence[Line]) -> float:
    width = max(part.right for part in side) - min(part.x for part in side)
    return sum(part.right - part.x for part in side) / (len(side) * width) if width > 0 else 0.0


def _is_table(west: Sequence[Line], east: Sequence[Line]) -> bool:
    """Return True for cells beside each other: most parts on either side begin a sentence, and few go on from the line above."""
    begun = sum(part.words[0].text[:1].isupper() for part in (*west, *east))
    return begun > 0.7 * (len(west) + len(east))


def _columns(parts: Sequence[Line], gutter: float) -> list[Line]:
    west = [part for part in parts if part.x < gutter]
    east = [part for part in parts if part.x >= gutter]
    return [*_bounded(_joined(west)), *_bounded(_joined(east))]


def _joined(parts: Iterable[Line]) -> list[Line]:
    """Return the lines of one column, the parts of a base line put together again; `cells` tells where each begins."""
    lines: list[Line] = []
    for part in _by_height(parts):
        last = lines[-1] if lines else None
        if last is not None and abs(last.y - part.y) < SAME_LINE * max(last.size, part.size) and part.x >= last.right:
            cells = (*last.cells, len(last.words))
            lines[-1] = replace(last, words=last.words + part.words, bold=last.bold and part.bold, cells=cells)
        else:
            lines.append(part)
    return lines


def _by_height(parts: Iterable[Line]) -> list[Line]:
    return sorted(parts, key=lambda part: (-round(part.y), part.x))


def _bounded(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the bounds of their column: where its lines begin and how far they reach."""
    if not lines:
        return []
    left, end = min(line.x for line in lines), max(line.right for line in lines)
    return [replace(line, left=left, end=end) for line in lines]


def leading(lines: Sequence[Line]) -> float:
    """Return the usual distance of base lines as a share of the font's height."""
    steps = [
        (above.y - below.y) / below.size
        for above, below in zip(lines, lines[1:], strict=False)
        if above.page == below.page
        and abs(above.size - below.size) < 0.5
        and 0.8 < (above.y - below.y) / max(below.size, 0.1) < 2.6
    ]
    return median(steps) if steps else 1.2
