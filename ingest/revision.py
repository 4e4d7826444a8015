"""Which reader read a document: a name that changes with the code that reads and with the libraries it reads with."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import vectorstore.policy as nouns

PARSERS = ("dateparser", "lxml", "markdown-it-py", "phonenumbers", "pyap", "pypdf", "python-docx", "selectolax")


@cache
def reader_revision() -> str:
    """Return a digest of everything that decides how a document is read: the same digest, the same reading."""
    digest = hashlib.sha256()
    for path in [*sorted(Path(__file__).parent.rglob("*.py")), Path(nouns.__file__)]:
        digest.update(path.read_bytes())
    for name in PARSERS:
        try:
            digest.update(f"{name}={version(name)}".encode())
        except PackageNotFoundError:
            digest.update(name.encode())
    return digest.hexdigest()
