"""A confirmed letter on paper: address in the window, date, subject, text, room for a signature. Adds no words to the message."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reportlab.lib.units import mm

from bot.requests.errors import FieldError
from bot.requests.records import Message
from bot.requests.rendering.sheet import BOLD, Sheet, unprintable

# The window of DIN 5008 form B lies 45-90 mm from the top and 20-105 mm from the left, that of a US No. 10 envelope (folded in
# three) 64-92 mm and 22-137 mm: what stands here shows in both.
WINDOW_TOP, WINDOW_HEIGHT, WINDOW_WIDTH = 65 * mm, 24 * mm, 80 * mm
TEXT_TOP = 98 * mm
SIGNATURE = 16 * mm
_AMERICAN = re.compile(r"\b[A-Z]{2}\s+\d{5}(?:-\d{4})?\s*$|\b(?:USA|United States)\b")
_ADDRESS_LINES = 6


def letter_pdf(message: Message, sender: Sequence[str]) -> bytes:
    """Return the letter as a PDF file; the same message gives the same bytes.

    `sender` are the lines above the address (name, postal address or e-mail). US Letter for an address in the United States, else
    A4. Raises ValueError for a message that is no letter, FieldError where letters of it are in no script that can be printed.
    """
    if message.form != "letter":
        raise ValueError(f"a {message.form} is not printed as a letter")
    lacking = unprintable("".join([*sender, message.recipient, message.body]))
    if lacking:
        shown = " ".join(lacking[:8])
        raise FieldError(
            "name", f"This cannot be printed here: {shown}. Copy the text of the letter and print it yourself."
        )
    address = address_lines(message.recipient)
    sheet = Sheet("letter" if _AMERICAN.search(message.recipient) else "a4", message.subject)
    sheet.at(20 * mm, sender, 9.5, 12.5)
    # A long address is set smaller, so that its last line still shows in the window.
    leading = min(13.5, WINDOW_HEIGHT / max(len(address), 1))
    sheet.at(WINDOW_TOP, address, min(10.5, leading / 1.2), leading)
    sheet.mark(sheet.height / 3)
    sheet.top = TEXT_TOP
    date, subject, *paragraphs = message.body.rstrip("\n").split("\n\n")
    sheet.line(date)
    sheet.gap(8)
    sheet.line(subject, font=BOLD, size=11.5)
    for number, paragraph in enumerate(paragraphs, start=1):
        sheet.gap(7)
        if number == len(paragraphs):
            closing, *name = paragraph.split("\n")
            sheet.keep(SIGNATURE + 60)
            sheet.line(closing)
            sheet.gap(SIGNATURE)
            for line in name:
                sheet.line(line)
        else:
            for line in _joined(paragraph):
                sheet.line(line)
    return sheet.pdf()


def address_lines(recipient: str) -> list[str]:
    """Return the address as the lines of an envelope, at most six: its own lines, or one cut at its commas.

    State and postcode stay with the city ("Santa Rosa, CA 95401"), and so does a suite with its street.
    """
    lines = [line.strip().rstrip(",") for line in recipient.split("\n") if line.strip()]
    if len(lines) == 1:
        parts = re.split(
            r",\s+(?!(?:Inc|Ltd|LLC|Corp)\b|[A-Z]{2}\s+\d{5}|(?:Suite|Floor|Room|Unit|Ste\.?)\b)", lines[0]
        )
        lines = [part.strip() for part in parts if part.strip()]
    joined = _with_city(lines)
    return joined if len(joined) <= _ADDRESS_LINES else [*joined[: _ADDRESS_LINES - 1], ", ".join(joined[5:])]


def _with_city(lines: Sequence[str]) -> list[str]:
    """Put a postcode that stands alone behind the line above it."""
    found: list[str] = []
    for line in lines:
        alone = re.fullmatch(r"(?:[A-Z]{2} )?\d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", line)
        if alone and found:
            found[-1] = f"{found[-1]}, {line}"
        else:
            found.append(line)
    return found


def _joined(paragraph: str) -> list[str]:
    """Return the lines of a paragraph; those broken for a mail program's width only run on, labelled and indented ones stay."""
    lines: list[str] = []
    for line in paragraph.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        before = lines[-1] if lines else ""
        same = before and indent == len(before) - len(before.lstrip(" "))
        # A line ends where the next word would not have fitted within the width of a message.
        full = len(before.rsplit("\n", 1)[-1]) + 1 + len(line.lstrip().split(" ")[0]) > 76
        if same and (full or len(before) > 76) and not re.match(r"\s*[A-Z][^.:]{0,60}: ", line):
            lines[-1] = f"{before} {line.lstrip()}"
        else:
            lines.append(line)
    return lines
