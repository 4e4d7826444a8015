"""Sources into the library: files, folders and manifests, one document at a time; a failed one never stops the rest."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import DocumentTooLargeError, IngestError, SourceNotFoundError, UnsupportedFormatError
from ingest.loaders import LOADERS
from ingest.manifest import Entry, read_manifest
from ingest.passages import passages_of
from ingest.reader import default_id, read_policy
from vectorstore.errors import IndexBuildError, PolicyIdTakenError
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy

if TYPE_CHECKING:
    from ingest.ray_engine import Cluster

logger = logging.getLogger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MANIFESTS = {".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one document. `status` is "new", "changed", "unchanged" or "failed"; `error` is for people.

    `policy` is the policy as read, None where it failed; its version is the stored one.
    """

    source: str
    policy_id: str
    status: str
    version: str | None = None
    passages: int = 0
    embedded: int = 0
    policy: Policy | None = None
    error: str | None = None


def ingest_sources(
    sources: Sequence[Path | str],
    library: PolicyLibrary,
    policy_id: str | None = None,
    on_document: Callable[[int, int, str], None] = lambda done, total, name: None,
    cluster: Cluster | None = None,
) -> list[DocumentReport]:
    """Read every document of `sources` into the library, then renew the index; returns one report a document.

    `policy_id` names the policy of a single document (ValueError with more than one).
    Where `cluster` is given, Ray reads and embeds; raises EngineError then. `on_document` is called with (done, total, name) before each document and once at the end.
    """
    jobs: list[tuple[Path, Entry] | DocumentReport] = []
    for source in sources:
        try:
            jobs += list(_documents(Path(source)))
        except IngestError as error:
            jobs.append(DocumentReport(str(source), policy_id or default_id(str(source)), "failed", error=error.reason))
    if policy_id is not None:
        if len(jobs) != 1:
            raise ValueError(f"--policy-id names one policy, but {len(jobs)} documents were given")
        if isinstance(jobs[0], tuple):
            jobs[0] = (jobs[0][0], jobs[0][1].model_copy(update={"id": policy_id}))
    if cluster is not None:
        jobs = _by_ray(jobs, library, cluster)
    reports = []
    for done, job in enumerate(jobs):
        on_document(done, len(jobs), job.source if isinstance(job, DocumentReport) else job[0].name)
        reports.append(job if isinstance(job, DocumentReport) else _ingest(*job, library))
    on_document(len(jobs), len(jobs), "index")
    try:
        library.publish_index()
    except IndexBuildError as error:
        # The documents are in and are found by an exact scan until the next run builds the index.
        logger.warning("%s", error)
    return reports


def _documents(source: Path) -> Iterator[tuple[Path, Entry]]:
    """Yield the documents of one source: itself, the files of a folder, or the entries of a manifest."""
    if re.match(r"https?:/", str(source)):
        reason = "pages are not fetched from the web yet: save the page as HTML and ingest the file"
        raise UnsupportedFormatError(str(source), reason)
    if not source.exists():
        raise SourceNotFoundError(str(source), "there is no such file or folder")
    if source.is_dir():
        files = sorted(path for path in source.rglob("*") if path.suffix.lower() in LOADERS and path.is_file())
        manifest = next(
            (source / name for name in ("policies.yaml", "policies.yml") if (source / name).is_file()), None
        )
        if manifest is not None:
            yield from _documents(manifest)
        elif not files:
            raise SourceNotFoundError(
                str(source), f"no document in this folder; known endings: {', '.join(sorted(LOADERS))}"
            )
        else:
            yield from ((path, Entry(id=default_id(path.name), source=path.name)) for path in files)
    elif source.suffix.lower() in MANIFESTS:
        yield from ((source.parent / entry.source, entry) for entry in read_manifest(source))
    else:
        yield source, Entry(id=default_id(source.name), source=source.name)


def _by_ray(
    jobs: list[tuple[Path, Entry] | DocumentReport], library: PolicyLibrary, cluster: Cluster
) -> list[tuple[Path, Entry] | DocumentReport]:
    """Return reports for the jobs, in their order."""
    from ingest.ray_engine import Job, read_with_ray, store

    reports: dict[int, DocumentReport] = {}

    def readable() -> Iterator[Job]:
        for place, job in enumerate(jobs):
            if isinstance(job, DocumentReport):
                reports[place] = job
                continue
            path, entry = job
            try:
                yield Job(place, _read(path), path.name, entry)
            except IngestError as error:
                reports[place] = DocumentReport(path.name, entry.id, "failed", error=error.reason)

    for done in read_with_ray(readable(), library, cluster):
        reports[done.job.place] = store(done, library)
    return [reports[place] for place in range(len(jobs))]


def _ingest(path: Path, entry: Entry, library: PolicyLibrary) -> DocumentReport:
    try:
        policy = read_policy(_read(path), path.name, entry)
        passages = passages_of(policy)
        put = library.put(policy, passages)
    except IngestError as error:
        logger.info("document of policy %s refused: %s", entry.id, type(error).__name__)
        return DocumentReport(path.name, entry.id, "failed", error=error.reason)
    except PolicyIdTakenError as error:
        return DocumentReport(path.name, entry.id, "failed", error=str(error))
    stored = library.get(policy.id, put.version)
    return DocumentReport(path.name, entry.id, put.status, put.version, len(passages), put.embedded, stored)


def _read(path: Path) -> bytes:
    """Return the file's bytes, never more than the limit."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise SourceNotFoundError(path.name, "there is no such file") from error
    except OSError as error:
        raise SourceNotFoundError(path.name, f"the file cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // (1024 * 1024)
        raise DocumentTooLargeError(
            path.name, f"the file is over {limit} MB; a policy is text of a few hundred kB at most"
        )
    return data
