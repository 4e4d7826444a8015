"""A document as a web site gave it: what kind it is, by what the site says and else by its first bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ingest.errors import UnsupportedFormatError
from ingest.formats import detect

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What is taken, and the ending of a file of that kind.
ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "application/pdf": ".pdf",
    DOCX: ".docx",
}
# Types by which a site says that it does not know.
UNTOLD = {None, "application/octet-stream", "binary/octet-stream"}
MARKDOWN = {".md", ".markdown"}
MEDIA_TYPE = re.compile(r"\s*([a-z0-9][\w.+-]{0,99}/[a-z0-9][\w.+-]{0,99})\s*(?:;|$)", re.ASCII)
CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([\w.:+-]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A document as a site gave it. `url` is the address it came from in the end, after redirects.

    `content_type` is the media type without parameters, in lower case; `charset` a name that Python's codecs know. Both are
    None where the site does not say. `data` is unpacked and not decoded.
    """

    url: str
    data: bytes
    content_type: str | None
    charset: str | None

    @property
    def ending(self) -> str | None:
        """The ending of a file of this kind, such as ".html"; None for a kind that holds no policy."""
        if self.content_type not in UNTOLD:
            ending = ENDINGS.get(self.content_type or "")
            return _named(self.url) if ending == ".txt" and _named(self.url) in MARKDOWN else ending
        return _sniffed(self.data, _named(self.url))


def read_content_type(written: str) -> tuple[str | None, str | None]:
    """Return media type and character set of a Content-Type header, None for what it does not say or what is none."""
    media_type = MEDIA_TYPE.match(written[:200].lower())
    charset = CHARSET.search(written[:200].lower())
    return media_type and media_type[1], charset[1] if charset and _is_charset(charset[1]) else None


def _is_charset(name: str) -> bool:
    """Return True if Python can decode text by that name."""
    try:
        b"    ".decode(name)
    except UnicodeError:
        return True  # four spaces are no text in it, such as in UTF-32
    except LookupError:
        return False
    return True


def _sniffed(data: bytes, named: str) -> str | None:
    """Return the ending of a document whose type nobody told, from its first bytes; `named` is the ending of its address."""
    try:
        form = detect(data, f"page{named if named in MARKDOWN else ''}")
    except UnsupportedFormatError:
        return None
    is_text = form.name in {"text", "markdown"}
    return None if form.name == "zip" or (is_text and (b"\x00" in data or not data)) else form.endings[0]


def _named(url: str) -> str:
    """Return the ending of the address's path, in lower case, "" without one."""
    return PurePosixPath(unquote(urlsplit(url).path)).suffix.lower()
