"""`--engine ray`: documents are read and embedded on a Ray cluster with Ray Data; this process writes to the library.

The workers need the same PolicyDesk installed. What goes between the processes is pickled, by Ray as by this module: a cluster is a
place of trust.
"""

from __future__ import annotations

import logging
import pickle
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np

from ingest.errors import EngineError, IngestError
from ingest.manifest import Entry
from ingest.passages import passages_of
from ingest.pipeline import DocumentReport
from ingest.reader import read_policy
from vectorstore.embeddings import PolicyEmbedder, open_embedder
from vectorstore.errors import PolicyIdTakenError
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Passage, Policy
from vectorstore.vectors import vector_key

logger = logging.getLogger(__name__)

KNOCK_SECONDS = 5.0
BATCH = 1_000  # documents whose bytes this process holds at a time


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the work is done: `address` of a running cluster, None to start `workers` local ones for this run."""

    address: str | None = None
    workers: int = 2


@dataclass(frozen=True, slots=True)
class Job:
    """One document: its bytes, its name, and what the operator says of it. `place` is its place among all."""

    place: int
    data: bytes
    name: str
    entry: Entry


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What the cluster made of a job: the policy, its passages, and the vectors the library lacked by key; or a failure."""

    job: Job
    policy: Policy | None = None
    passages: tuple[Passage, ...] = ()
    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    failure: str | None = None


def read_job(job: Job) -> Policy:
    """Return the policy of a job. Raises IngestError."""
    return read_policy(job.data, job.name, job.entry)


def ingest_with_ray(
    jobs: Iterable[Job], library: PolicyLibrary, cluster: Cluster, read: Callable[[Job], Policy] = read_job
) -> Iterator[DocumentReport]:
    """Put the documents of `jobs` into the library, read and embedded on the cluster; yield one report a document.

    The index is the caller's to renew. Raises EngineError.
    """
    for done in read_with_ray(jobs, library, cluster, read):
        yield store(done, library)


def read_with_ray(
    jobs: Iterable[Job], library: PolicyLibrary, cluster: Cluster, read: Callable[[Job], Policy] = read_job
) -> Iterator[Done]:
    """Read and embed `jobs` on the cluster and yield what became of each; nothing is written to the library.

    Documents are taken BATCH at a time. Those of one policy stay together and in their order, so that its versions can be stored as
    they would be one at a time, and text that they share is embedded once. `read` runs on the workers: a function of a module that they can import.
    Raises EngineError where Ray is not installed, or the cluster does not answer or fails.
    """
    waiting = iter(jobs)
    batch = list(islice(waiting, BATCH))
    if not batch:
        return
    ray = _connect(cluster)
    try:
        while batch:
            yield from _read_batch(ray, batch, library, cluster, read)
            batch = list(islice(waiting, BATCH))
    except ray.exceptions.RayError as error:
        raise EngineError(f"the Ray cluster failed at its work: {_first_line(error)}") from error
    finally:
        ray.shutdown()


def _read_batch(
    ray: Any, jobs: Sequence[Job], library: PolicyLibrary, cluster: Cluster, read: Callable[[Job], Policy]
) -> Iterator[Done]:
    groups: dict[str, list[Job]] = {}
    for job in jobs:
        groups.setdefault(job.entry.id, []).append(job)
    rows = [{"jobs": pickle.dumps(group)} for group in groups.values()]
    stored = ray.put(_prefixes(library.stored_keys()))
    documents = ray.data.from_items(rows, override_num_blocks=len(rows))
    embedded = documents.map(partial(_read_group, read=read)).map(
        Embedding,
        fn_constructor_args=(library.settings.embedder, library.embedder.name, stored),
        compute=ray.data.ActorPoolStrategy(size=cluster.workers),
        num_cpus=1,
    )
    for row in embedded.iter_rows():
        yield from pickle.loads(row["done"])


def _connect(cluster: Cluster) -> Any:
    """Return the module `ray`, connected."""
    try:
        import ray
        import ray.data
        import ray.exceptions
    except ModuleNotFoundError as error:
        raise EngineError(
            f"--engine ray needs Ray, which is not installed ({error.name}): pip install 'policydesk[ray]'"
        ) from error
    quiet: dict[str, Any] = {"log_to_driver": False, "configure_logging": False, "logging_level": logging.ERROR}
    try:
        if cluster.address:
            _knock(cluster.address)
            ray.init(address=cluster.address, **quiet)
        else:
            # One CPU more than there are embedders: reading has to find a place beside them.
            ray.init(num_cpus=cluster.workers + 1, include_dashboard=False, **quiet)
    except Exception as error:  # noqa: BLE001 - Ray raises a bare Exception where a node does not start in time
        ray.shutdown()
        where = cluster.address or "on this machine"
        raise EngineError(f"no Ray cluster answers at {where}: {_first_line(error)}") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    context.print_on_execution_start = False
    # A policy's documents are one row, so their order holds; this keeps the order of the policies.
    context.execution_options.preserve_order = True
    return ray


def _knock(address: str) -> None:
    """Raise OSError if nobody listens at HOST:PORT: Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), KNOCK_SECONDS).close()


def _read_group(row: dict[str, Any], read: Callable[[Job], Policy]) -> dict[str, Any]:
    """Read the documents of one policy. Runs on a worker."""
    return {"read": pickle.dumps([_read(job, read) for job in pickle.loads(row["jobs"])])}


def _read(job: Job, read: Callable[[Job], Policy]) -> Done:
    # The bytes stay here: what comes back only has to name the document.
    named = replace(job, data=b"")
    try:
        policy = read(job)
    except IngestError as error:
        return Done(named, failure=error.reason)
    return Done(named, policy, passages_of(policy))


class Embedding:
    """A worker that has loaded the model: gives the documents of one policy the vectors that the library lacks."""

    def __init__(self, embedder: str, model: str, stored: Any) -> None:
        import ray

        self._embedder: PolicyEmbedder = open_embedder(embedder)
        if self._embedder.name != model:
            raise ValueError(f"this worker's model is {self._embedder.name!r}, the library's is {model!r}")
        self._stored: np.ndarray = ray.get(stored)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the row with vectors."""
        made: set[str] = set()
        found = []
        for done in pickle.loads(row["read"]):
            texts = _texts(done, self._embedder.name)
            missing = [key for key in texts if key not in made and not _is_stored(key, self._stored)]
            vectors = self._embedder.encode([texts[key] for key in missing])
            made |= set(missing)
            found.append(replace(done, vectors=dict(zip(missing, vectors, strict=True))))
        return {"done": pickle.dumps(found)}


def _texts(done: Done, model: str) -> dict[str, str]:
    """Return what is to be embedded, by key."""
    if done.policy is None:
        return {}
    texts = [passage.context + done.policy.text[passage.start : passage.end] for passage in done.passages]
    return {vector_key(model, text): text for text in texts}


def _prefixes(keys: Sequence[str]) -> np.ndarray:
    """Return the first 64 bits of each key, sorted: 8 bytes a vector instead of 64 for every worker.

    Two keys with the same prefix cost one embedding by the library, no fault.
    """
    return np.sort(np.array([int(key[:16], 16) for key in keys], dtype=np.uint64))


def _is_stored(key: str, prefixes: np.ndarray) -> bool:
    prefix = np.uint64(int(key[:16], 16))
    place = int(np.searchsorted(prefixes, prefix))
    return place < len(prefixes) and bool(prefixes[place] == prefix)


def store(done: Done, library: PolicyLibrary) -> DocumentReport:
    """Put what the cluster made into the library and report it."""
    name, policy_id = done.job.name, done.job.entry.id
    if done.policy is None:
        logger.info("document of policy %s refused", policy_id)
        return DocumentReport(name, policy_id, "failed", error=done.failure)
    try:
        put = library.put(done.policy, done.passages, done.vectors)
    except PolicyIdTakenError as error:
        return DocumentReport(name, policy_id, "failed", error=str(error))
    stored = library.get(policy_id, put.version)
    return DocumentReport(name, policy_id, put.status, put.version, len(done.passages), put.embedded, stored)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
