"""One module a format; LOADERS maps a format's name to the function that reads it."""

from __future__ import annotations

from collections.abc import Callable

from ingest.cleaning import declared_in_html, decode
from ingest.document import LoadedDocument
from ingest.errors import UnsupportedFormatError
from ingest.formats import detect
from ingest.loaders.docx import load_docx
from ingest.loaders.html import load_html
from ingest.loaders.markdown import load_markdown
from ingest.loaders.pdf import load_pdf
from ingest.loaders.text import load_text

# Bytes, the document's name for messages, and the charset that the server named (None without one).
Loader = Callable[[bytes, str, str | None], LoadedDocument]


def _html(data: bytes, name: str, charset: str | None) -> LoadedDocument:
    return load_html(decode(data, name, charset or declared_in_html(data)))


def _text(load: Callable[[str], LoadedDocument]) -> Loader:
    return lambda data, name, charset: load(decode(data, name, charset))


LOADERS: dict[str, Loader] = {
    "text": _text(load_text),
    "markdown": _text(load_markdown),
    "html": _html,
    "docx": lambda data, name, charset: load_docx(data, name),
    "pdf": lambda data, name, charset: load_pdf(data, name),
}


def load_document(data: bytes, name: str, charset: str | None = None) -> LoadedDocument:
    """Read a document of any known format. `charset` is what its server said, None if nothing. Raises an IngestError."""
    form = detect(data, name)
    if form.name not in LOADERS:
        raise UnsupportedFormatError(
            name, "this is an archive of documents; unpack it, or give it to `policydesk ingest`"
        )
    return LOADERS[form.name](data, name, charset)


__all__ = ["LOADERS", "Loader", "load_document"]
