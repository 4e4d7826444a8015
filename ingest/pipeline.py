"""Sources into the library: documents are read in processes of their own while those before them are embedded.

A failed document never stops the rest. What is in and unchanged is neither read nor embedded again, so a run that was
ended at any moment goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from ingest.errors import IngestError
from ingest.passages import passages_of
from ingest.report import DocumentReport, report_of
from ingest.revision import reader_revision
from ingest.sandbox import ReadingPool, SandboxedReader
from ingest.sources import Content, Document, list_documents, read_content
from vectorstore.documents import KnownDocument
from vectorstore.errors import IndexBuildError, PolicyIdTakenError
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy
from vectorstore.versions import PutResult

logger = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a document before the store sees it: a policy, a version that is known already, or a failure.

    `key` names the document's bytes and everything that decides how they are read; None where there are no bytes.
    """

    document: Document
    key: str | None = None
    policy: Policy | None = None
    known: KnownDocument | None = None
    failure: IngestError | None = None


def ingest_sources(
    sources: Sequence[Path | str],
    library: PolicyLibrary,
    policy_id: str | None = None,
    on_document: Progress = lambda done, total, name: None,
    *,
    force: bool = False,
) -> list[DocumentReport]:
    """Read every document of `sources` into the library, then renew the index; returns one report a document.

    `policy_id` names the policy of a single document, or of one folder of versions (ValueError with more than one).
    `on_document` is called with (done, total, name) before each document and once at the end. `force` reads documents
    that are in and unchanged again.
    """
    with ReadingPool() as pool:
        documents = _named(list_documents(sources, pool.list_members), policy_id)
        reports: list[DocumentReport] = []
        for reading in pool.ahead(lambda document, reader: _read(document, library, reader, force), documents):
            on_document(len(reports), len(documents), reading.document.source)
            reports.append(_store(reading, library))
    on_document(len(documents), len(documents), "index")
    try:
        library.publish_index()
    except IndexBuildError as error:
        # The documents are in and are found by an exact scan until the next run builds the index.
        logger.warning("%s", error)
    return reports


def _named(documents: list[Document], policy_id: str | None) -> list[Document]:
    """Return the documents with the id that the operator gave. Raises ValueError where it would name several policies."""
    if policy_id is None:
        return documents
    policies = {document.history or f"{number}" for number, document in enumerate(documents)}
    if len(policies) != 1:
        raise ValueError(f"--policy-id names one policy, but {len(documents)} documents were given")
    return [document.with_id(policy_id) for document in documents]


def _read(document: Document, library: PolicyLibrary, reader: SandboxedReader, force: bool) -> Reading:
    """Read one document unless it is in: as the current version, or as one of a history."""
    try:
        content = read_content(document)
        key = document_key(document, content)
        known = None if force else library.known_document(key)
        in_its_place = known is not None and (known.is_current or document.history is not None)
        if known is not None and in_its_place and known.policy_id == document.entry.id:
            return Reading(document, key, known=known)
        entry = document.entry
        if content.url is not None and entry.url is None:
            entry = entry.model_copy(update={"url": content.url})
        policy = reader.read_policy(content.data, content.name, entry, content.charset, document.member)
    except IngestError as error:
        return Reading(document, failure=error)
    return Reading(document, key, policy)


def document_key(document: Document, content: Content) -> str:
    """Return a digest of the document's bytes, of what the operator says about it, and of the reader that reads it."""
    parts = {
        "entry": document.entry.model_dump(exclude={"source"}),
        "ending": PurePath(content.name).suffix.lower(),
        "member": document.member,
        "charset": content.charset,
        "url": content.url,
        "reader": reader_revision(),
        "data": hashlib.sha256(content.data).hexdigest(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _store(reading: Reading, library: PolicyLibrary) -> DocumentReport:
    source, policy_id = reading.document.source, reading.document.entry.id
    if reading.failure is not None:
        logger.info("document of policy %s refused: %s", policy_id, type(reading.failure).__name__)
        return DocumentReport(source, policy_id, "failed", error=reading.failure.reason)
    known = reading.known
    if known is not None:
        stored = library.history.reviewed(library.get(policy_id, known.version))
        return report_of(source, stored, PutResult("unchanged", known.version, 0), known.passages)
    assert reading.policy is not None
    passages = passages_of(reading.policy, library.context_company(reading.policy))
    try:
        put = library.put(reading.policy, passages, reading.document.entry.default_date)
    except PolicyIdTakenError as error:
        return DocumentReport(source, policy_id, "failed", error=str(error))
    if reading.key is not None:
        library.remember_document(reading.key, policy_id, put.version)
    stored = library.history.reviewed(library.get(policy_id, put.version))
    return report_of(source, stored, put, len(passages))
