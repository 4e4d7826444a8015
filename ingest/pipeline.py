"""Sources into the library: documents are read in processes of their own while those before them are embedded.

A failed document never stops the rest. What is in and unchanged is neither read nor embedded again, so a run that was
ended at any moment goes on where it stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.passages import passages_of
from ingest.reading import Reading, read, take
from ingest.report import DocumentReport, report_of
from ingest.sandbox import ReadingPool, SandboxedReader
from ingest.sources import Document, list_documents
from vectorstore.errors import IndexBuildError, PolicyIdTakenError
from vectorstore.library import PolicyLibrary
from vectorstore.versions import PutResult

if TYPE_CHECKING:
    from ingest.ray_engine import Cluster

logger = logging.getLogger(__name__)

Progress = Callable[[int, int, str], None]


def ingest_sources(
    sources: Sequence[Path | str],
    library: PolicyLibrary,
    policy_id: str | None = None,
    on_document: Progress = lambda done, total, name: None,
    *,
    force: bool = False,
    cluster: Cluster | None = None,
) -> list[DocumentReport]:
    """Read every document of `sources` into the library, then renew the index; returns one report a document, in order.

    `policy_id` names the policy of a single document, or of one folder of versions (ValueError with more than one).
    `on_document` is called with (done, total, name) before each document is stored and once at the end. `force` reads
    documents that are in and unchanged again. With a `cluster` Ray reads and embeds; raises EngineError then.
    """
    with ReadingPool() as pool:
        documents = _named(list_documents(sources, pool.list_members), policy_id)
        reports: dict[int, DocumentReport] = {}
        for place, reading in _readings(documents, library, pool, force, cluster):
            on_document(len(reports), len(documents), reading.document.source)
            reports[place] = _store(reading, library)
    on_document(len(documents), len(documents), "index")
    try:
        library.publish_index()
    except IndexBuildError as error:
        # The documents are in and are found by an exact scan until the next run builds the index.
        logger.warning("%s", error)
    return [reports[place] for place in range(len(documents))]


def _named(documents: list[Document], policy_id: str | None) -> list[Document]:
    """Return the documents with the id that the operator gave. Raises ValueError where it would name several policies."""
    if policy_id is None:
        return documents
    policies = {document.history or f"{number}" for number, document in enumerate(documents)}
    if len(policies) != 1:
        raise ValueError(f"--policy-id names one policy, but {len(documents)} documents were given")
    return [document.with_id(policy_id) for document in documents]


def _readings(
    documents: Sequence[Document], library: PolicyLibrary, pool: ReadingPool, force: bool, cluster: Cluster | None
) -> Iterable[tuple[int, Reading]]:
    """Yield a reading a document with its place; those of one policy come in their order."""
    if cluster is not None:
        from ingest.ray_engine import read_with_ray

        return read_with_ray((take(document, library, force) for document in documents), library, cluster)

    def act(document: Document, reader: SandboxedReader) -> Reading:
        taken = take(document, library, force)
        return taken if isinstance(taken, Reading) else read(taken, reader)

    return enumerate(pool.ahead(act, documents))


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
        put = library.put(reading.policy, passages, reading.document.entry.default_date, reading.vectors)
    except PolicyIdTakenError as error:
        return DocumentReport(source, policy_id, "failed", error=str(error))
    if reading.key is not None:
        library.remember_document(reading.key, policy_id, put.version)
    stored = library.history.reviewed(library.get(policy_id, put.version))
    return report_of(source, stored, put, len(passages))
