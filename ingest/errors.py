"""Errors of reading a document. Every one names the source and says the way out.

IngestError
    SourceNotFoundError     no file, folder or manifest at that place
    UnsupportedFormatError  no loader for that kind of file
    EmptyDocumentError      nothing to read in it
    BinaryDocumentError     not text, or text of no encoding we can tell
    DocumentTooLargeError   over the size limit
    NotAPolicyError         readable, but no privacy policy in it
    ManifestError           the manifest is not of its form; `faults` lists all of them
"""

from __future__ import annotations

from collections.abc import Sequence


class IngestError(Exception):
    """Base: `source` is the document's name as the user gave it, `reason` is for people."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason


class SourceNotFoundError(IngestError):
    """Nothing is there."""


class UnsupportedFormatError(IngestError):
    """No loader reads this kind of file."""


class EmptyDocumentError(IngestError):
    """The document holds no words."""


class BinaryDocumentError(IngestError):
    """The document is not text, or its encoding cannot be told."""


class DocumentTooLargeError(IngestError):
    """The document is larger than the limit."""


class NotAPolicyError(IngestError):
    """The document reads well but is not a privacy policy."""


class ManifestError(IngestError):
    """The manifest is not of its form; `faults` lists everything that is wrong with it."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        super().__init__(source, "; ".join(faults))
        self.faults = tuple(faults)


class EngineError(Exception):
    """The engine that was asked for cannot do the work; the message says why, and the way out."""
