"""Bytes to clean text: encodings and white space. Words are never changed here, only the space between them."""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

from ingest.errors import BinaryDocumentError, EmptyDocumentError

INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u00ad]"
)
SPACE = re.compile(r"\s+")
BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(data: bytes, source: str) -> str:
    """Return the text of `data`: UTF-8, a marked UTF-16/32, or the encoding its bytes most plausibly have.

    Raises EmptyDocumentError or BinaryDocumentError.
    """
    if not data.strip():
        raise EmptyDocumentError(source, "the document is empty")
    encoding = next((name for mark, name in BOMS if data.startswith(mark)), None)
    if encoding is None and b"\x00" in data[:65_536]:
        raise BinaryDocumentError(source, "this is a binary file; give the policy as text, Markdown or HTML")
    try:
        text = data.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        text = _guess(data, source)
    sample = text[:65_536]
    strange = sum(1 for char in sample if INVISIBLE.match(char) or char == "\ufffd")
    if strange > max(8, len(sample) // 50):
        raise BinaryDocumentError(source, "this does not read as text; give the policy as text, Markdown or HTML")
    return text


def _guess(data: bytes, source: str) -> str:
    best = from_bytes(data[:262_144]).best()
    if best is None or best.percent_chaos > 20:
        raise BinaryDocumentError(source, "the encoding cannot be told; save the document as UTF-8 and try again")
    try:
        return data.decode(best.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise BinaryDocumentError(source, "the encoding changes inside the document; save it as UTF-8") from error


def normalise(text: str) -> str:
    """Return `text` with runs of white space made one space, invisible characters dropped and its ends trimmed."""
    return SPACE.sub(" ", INVISIBLE.sub("", text)).strip()
