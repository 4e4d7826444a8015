"""Errors of reading a document. Every one names the source and says the way out.

IngestError
    SourceNotFoundError      no file, folder or manifest at that place
    UnsupportedFormatError   no loader for that kind of file
    EmptyDocumentError       nothing to read in it
    BinaryDocumentError      not text, or text of no encoding we can tell
    DocumentTooLargeError    over the size limit
    UnreadableDocumentError  of a known format, but broken: the parser gave up or crashed
    LockedDocumentError      encrypted; a password is needed
    ScannedDocumentError     pictures of pages, no text
    DocumentTooCostlyError   reading it takes more time, memory or output than a policy ever needs
    ArchiveError             an archive, or a member of it, that is refused
    NotAPolicyError          readable, but no privacy policy in it
    ManifestError            the manifest is not of its form; `faults` lists all of them
    FetchError               a web page that could not be had
        RefusedAddressError      an address that is not fetched, or leads to a machine that is not public
"""

from __future__ import annotations

from collections.abc import Sequence


class IngestError(Exception):
    """Base: `source` is the document's name as the user gave it, `reason` is for people."""

    def __init__(self, source: str, reason: str) -> None:
        super().__init__(f"{source}: {reason}")
        self.source = source
        self.reason = reason

    def __reduce__(self) -> tuple[type[IngestError], tuple[str, str]]:
        """Let the error go from process to process as what it was made of."""
        return type(self), (self.source, self.reason)


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


class UnreadableDocumentError(IngestError):
    """The document is broken, or its parser gave up on it."""


class LockedDocumentError(IngestError):
    """The document is encrypted and opens with a password only."""


class ScannedDocumentError(IngestError):
    """The document holds pictures of its pages and no text."""


class DocumentTooCostlyError(IngestError):
    """Reading the document went over the limits on time, memory or output."""


class ArchiveError(IngestError):
    """The archive, or a member of it, is refused."""


class NotAPolicyError(IngestError):
    """The document reads well but is not a privacy policy."""


class FetchError(IngestError):
    """The web page could not be had: not reached, not there, too slow, too large, or no document."""


class RefusedAddressError(FetchError):
    """The address is of a form or leads to a machine that is never fetched from; nothing was connected to."""


class ManifestError(IngestError):
    """The manifest is not of its form; `faults` lists everything that is wrong with it."""

    def __init__(self, source: str, faults: Sequence[str]) -> None:
        super().__init__(source, "; ".join(faults))
        self.faults = tuple(faults)


# What may come back from the process that reads documents, by name.
BY_NAME: dict[str, type[IngestError]] = {
    kind.__name__: kind
    for kind in (
        UnsupportedFormatError,
        EmptyDocumentError,
        BinaryDocumentError,
        DocumentTooLargeError,
        UnreadableDocumentError,
        LockedDocumentError,
        ScannedDocumentError,
        DocumentTooCostlyError,
        ArchiveError,
        NotAPolicyError,
    )
}


class EngineError(Exception):
    """The engine that was asked for cannot do the work; the message says why, and the way out."""
