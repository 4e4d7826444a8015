"""One module a format; LOADERS maps a file's ending to the function that reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from ingest.document import LoadedDocument
from ingest.errors import UnsupportedFormatError
from ingest.loaders.html import load_html
from ingest.loaders.markdown import load_markdown
from ingest.loaders.text import load_text

Loader = Callable[[str], LoadedDocument]

LOADERS: dict[str, Loader] = {
    ".txt": load_text,
    ".text": load_text,
    ".md": load_markdown,
    ".markdown": load_markdown,
    ".html": load_html,
    ".htm": load_html,
    ".xhtml": load_html,
}


def loader_for(name: str) -> Loader:
    """Return the loader for a file of that name; raises UnsupportedFormatError, which lists the known endings."""
    ending = PurePath(name).suffix.lower()
    if ending not in LOADERS:
        known = ", ".join(sorted(LOADERS))
        raise UnsupportedFormatError(name, f"no loader for {ending or 'a file without an ending'}; known: {known}")
    return LOADERS[ending]


__all__ = ["LOADERS", "Loader", "loader_for"]
