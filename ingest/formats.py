"""Which format a document is in: by its file's ending, and by its first bytes where the ending is missing or wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath

from ingest.errors import UnsupportedFormatError


@dataclass(frozen=True, slots=True)
class Format:
    """A format: file endings, and a pattern that its first bytes match (None: it cannot be told by them)."""

    name: str
    endings: tuple[str, ...]
    opening: re.Pattern[bytes] | None = None


TAGS = (
    rb"!doctype html|html|head|body|title|meta|script|style|div|table|section|article|header|nav|main|h[1-6]|p\b|\?xml"
)
ANY_TAG = re.compile(rb"</?[a-zA-Z][^<>]{0,500}>|<\x00[a-zA-Z]|\x00<\x00[a-zA-Z]")
FORMATS = (
    Format("pdf", (".pdf",), re.compile(rb"[\s\S]{0,1000}?%PDF-\d")),
    Format("docx", (".docx",), re.compile(rb"PK\x03\x04(?=[\s\S]*word/document)")),
    Format("zip", (".zip",), re.compile(rb"PK(?:\x03\x04|\x05\x06)")),
    Format(
        "html",
        (".html", ".htm", ".xhtml"),
        re.compile(rb"(?:\xef\xbb\xbf|\s|<!--[\s\S]{0,2000}?-->)*<(?:" + TAGS + rb")", re.IGNORECASE),
    ),
    Format("markdown", (".md", ".markdown")),
    Format("text", (".txt", ".text")),
)
BY_ENDING = {ending: form for form in FORMATS for ending in form.endings}
# Files that carry no text of a policy, whatever their ending says: how they begin, and what to do instead.
OTHERS = (
    (re.compile(rb"\{\\rtf"), "this is an RTF file; save it as DOCX or PDF and try again"),
    (re.compile(rb"\xd0\xcf\x11\xe0"), "this is an old Word file (.doc); save it as DOCX or PDF and try again"),
    (re.compile(rb"\s*(?:\[\s*)?\{\s*\""), "this is JSON, not a document; save the policy as HTML or text"),
    (
        re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*"),
        "this is a picture; the policy is needed as text, HTML, DOCX or PDF with text in it",
    ),
)
# How far a format is looked for: past this no file of a policy hides what it is.
SNIFFED = 262_144


def detect(data: bytes, name: str) -> Format:
    """Return the format of a document called `name`: its bytes decide where they tell, else its ending does.

    Markdown that opens with a tag stays Markdown, since it may hold HTML. Raises UnsupportedFormatError.
    """
    ending = PurePath(name).suffix.lower()
    by_ending = BY_ENDING.get(ending)
    head = data[:SNIFFED]
    told = next((form for form in FORMATS if form.opening is not None and form.opening.match(head)), None)
    if told is not None and not (told.name == "html" and by_ending is not None and by_ending.name == "markdown"):
        # The list of an archive's members stands at its end: a DOCX may open with a large picture.
        if told.name == "zip" and b"word/document" in data[-SNIFFED:]:
            return BY_ENDING[".docx"]
        return told
    other = next((reason for opening, reason in OTHERS if opening.match(head)), None)
    if other is not None:
        raise UnsupportedFormatError(name, other)
    if by_ending is not None:
        return by_ending if by_ending.name != "html" or ANY_TAG.search(head) else BY_ENDING[".txt"]
    if not ending or not re.fullmatch(r"\.[a-z]{2,5}", ending):
        return BY_ENDING[".txt"]
    known = ", ".join(sorted(BY_ENDING))
    raise UnsupportedFormatError(name, f"no loader for {ending}; known: {known}")
