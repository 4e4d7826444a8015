"""Paper: pages with one embedded typeface, lines that wrap, page numbers. Knows nothing of requests; the only owner of ReportLab."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import font_source_sans_pro
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

PLAIN, BOLD = "SourceSans", "SourceSans-Bold"
MONO = "Courier"
"""For digests only: every PDF reader has it, so it is not embedded, and it holds no letter beyond Latin."""
SIZES = {"a4": A4, "letter": LETTER}
MARGIN = 25 * mm
MISSING = "?"
_FILES = {PLAIN: "SourceSansPro-Regular.ttf", BOLD: "SourceSansPro-Bold.ttf"}


def unprintable(words: str) -> str:
    """Return the letters of `words` that the typeface lacks, each once, in order; "" where all print.

    It holds Latin, Greek and Cyrillic. Other scripts would print as empty boxes, or unjoined and in the wrong direction.
    """
    known = _font(PLAIN).face.charToGlyph
    lacking = (one for one in unicodedata.normalize("NFC", words) if one not in "\n\t" and ord(one) not in known)
    return "".join(dict.fromkeys(lacking))


class Sheet:
    """Pages that are written from top to bottom; positions in points, from the top left corner."""

    def __init__(self, paper: str, title: str) -> None:
        """`paper` is "a4" or "letter"; `title` is the document's name in a viewer."""
        if paper not in SIZES:
            raise ValueError(f"unknown paper {paper!r}: known are {', '.join(SIZES)}")
        for name in _FILES:
            _font(name)
        self.width, self.height = SIZES[paper]
        self._file = io.BytesIO()
        # Invariant: the same words give the same bytes, so that a printed letter can be compared with a stored one.
        self._canvas = Canvas(
            self._file, pagesize=SIZES[paper], invariant=True, pageCompression=1, initialFontName=PLAIN
        )
        self._canvas.setTitle(printable(title))
        self.top = MARGIN
        self._page = 1

    def at(self, top: float, lines: Iterable[str], size: float, leading: float, left: float = MARGIN) -> None:
        """Write lines at a fixed place; nothing moves."""
        for number, line in enumerate(lines):
            self._write(line, left, top + leading * (number + 1), PLAIN, size)

    def line(
        self, words: str, *, font: str = PLAIN, size: float = 10.5, indent: float = 0, space: float | None = None
    ) -> None:
        """Write words below what stands there, wrapped to the width, on a new page where this one is full.

        `space` is the height of a line, 1.35 times `size` where None. Leading spaces become an indent.
        """
        step = size * 1.35 if space is None else space
        bare = words.lstrip(" ")
        left = MARGIN + indent + (len(words) - len(bare)) * size * 0.28
        for part in wrapped(bare, font, size, self.width - MARGIN - left) or [""]:
            if self.top + step > self.height - MARGIN:
                self._next_page()
            self.top += step
            self._write(part, left, self.top, font, size)

    def gap(self, height: float) -> None:
        """Leave `height` points free."""
        self.top += height

    def keep(self, height: float) -> None:
        """Begin a new page where fewer than `height` points are left on this one."""
        if self.top + height > self.height - MARGIN:
            self._next_page()

    def mark(self, top: float) -> None:
        """Draw a short folding mark at the left edge."""
        self._canvas.setLineWidth(0.4)
        self._canvas.line(3 * mm, self.height - top, 7 * mm, self.height - top)

    def pdf(self) -> bytes:
        """Finish and return the file; its pages are numbered where there is more than one."""
        if self._page > 1:
            self._number()
        self._canvas.save()
        return self._file.getvalue()

    def _write(self, words: str, left: float, top: float, font: str, size: float) -> None:
        self._canvas.setFont(font, size)
        self._canvas.drawString(left, self.height - top, printable(words))

    def _number(self) -> None:
        self._write(f"Page {self._page}", self.width - MARGIN - 30, self.height - MARGIN / 2, PLAIN, 8)

    def _next_page(self) -> None:
        self._number()
        self._canvas.showPage()
        self._page += 1
        self.top = MARGIN


def printable(words: str) -> str:
    """Return the words with MISSING in place of letters that the typeface lacks."""
    plain = unicodedata.normalize("NFC", words).replace("\t", "    ")
    lacking = set(unprintable(plain))
    return "".join(MISSING if one in lacking else one for one in plain)


def wrapped(words: str, font: str, size: float, width: float) -> list[str]:
    """Return the words in lines of at most `width` points; a word that is longer is cut."""
    lines: list[str] = []
    now = ""
    for word in printable(words).split(" "):
        longer = f"{now} {word}" if now else word
        if _width(longer, font, size) <= width:
            now = longer
            continue
        lines += [now] if now else []
        while _width(word, font, size) > width:
            cut = max(next((n for n in range(len(word), 1, -1) if _width(word[:n], font, size) <= width), 1), 1)
            lines.append(word[:cut])
            word = word[cut:]
        now = word
    return [*lines, now] if now else lines


def _width(words: str, font: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(words, font, size))


@cache
def _font(name: str) -> TTFont:
    font = TTFont(name, str(Path(font_source_sans_pro.font_directory) / _FILES[name]))
    pdfmetrics.registerFont(font)
    return font
