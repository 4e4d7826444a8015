"""Bytes to clean text: encodings and white space. Words are never changed here, only the space between them."""

from __future__ import annotations

import codecs
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
META_CHARSET = re.compile(
    rb"<(?:meta\b|\?xml\b)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE
)
# Browsers read these as the Windows page that holds them (WHATWG Encoding Standard, section 4.2).
AS_BROWSERS_DO = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
}
# Encodings in which a page may be declared; Python knows others ("rot13", "zip") that are no encodings of text.
DECLARABLE = re.compile(
    r"(?:utf-?8|iso-?8859-\d{1,2}|latin-?1|us-ascii|ascii|(?:windows-|cp)12\d\d|koi8-[ru]|shift[_-]jis|euc-(?:jp|kr)|big5|gb(?:k|2312|18030))",
    re.IGNORECASE,
)


def decode(data: bytes, source: str, declared: str | None = None) -> str:
    """Return the text of `data`: UTF-8, a marked UTF-16/32, the declared encoding, or the one its bytes most plausibly have.

    `declared` is what the server or the page says; it counts only where the bytes are not plainly something else. Raises
    EmptyDocumentError or BinaryDocumentError.
    """
    if not data.strip():
        raise EmptyDocumentError(source, "the document is empty")
    encoding = next((name for mark, name in BOMS if data.startswith(mark)), None)
    if encoding is None and b"\x00" in data[:65_536]:
        raise BinaryDocumentError(source, "this is a binary file; give the policy as text, Markdown, HTML, DOCX or PDF")
    try:
        text = data.decode(encoding or "utf-8-sig")
    except UnicodeDecodeError:
        text = _as_declared(data, declared) or _guess(data, source)
    sample = text[:65_536]
    strange = sum(1 for char in sample if INVISIBLE.match(char) or char == "\ufffd")
    if strange > max(8, len(sample) // 50):
        raise BinaryDocumentError(
            source, "this does not read as text; give the policy as text, Markdown, HTML, DOCX or PDF"
        )
    return text


def declared_in_html(data: bytes) -> str | None:
    """Return the encoding that a page declares in its first bytes, None if it declares none."""
    match = META_CHARSET.search(data[:4_096])
    return match.group(1).decode("ascii", "replace") if match else None


def _as_declared(data: bytes, declared: str | None) -> str | None:
    """Return the text in the declared encoding; None if none is declared, or if the bytes do not fit it.

    Up to one byte in two thousand may be wrong: pages declared as UTF-8 with a few bytes of something else are common.
    """
    if not declared or not DECLARABLE.fullmatch(declared):
        return None
    name = AS_BROWSERS_DO.get(declared.lower(), declared)
    try:
        codecs.lookup(name)
    except LookupError:
        return None
    text = data.decode(name, "replace")
    return text if text.count("\ufffd") * 2_000 <= len(text) else None


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
