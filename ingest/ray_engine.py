"""`--engine ray`: documents are read and embedded on a Ray cluster with Ray Data; this process writes to the library.

The workers need the same PolicyDesk installed. What goes between the processes is pickled, by Ray as by this module: a cluster is a
place of trust.
"""

from __future__ import annotations

import logging
import pickle
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np

from ingest.errors import EngineError
from ingest.passages import passages_of
from ingest.reading import Reading, Task, read
from ingest.sandbox import SandboxedReader
from vectorstore.composing import make_vectors, plan_vectors
from vectorstore.embeddings import PolicyEmbedder, open_embedder
from vectorstore.library import PolicyLibrary
from vectorstore.naming import context_company

KNOCK_SECONDS = 5.0
BATCH = 1_000  # documents whose bytes this process holds at a time


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the work is done: `address` of a running cluster, None to start `workers` local ones for this run."""

    address: str | None = None
    workers: int = 2


Numbered = tuple[int, Task | Reading]


def read_with_ray(
    taken: Iterable[Task | Reading], library: PolicyLibrary, cluster: Cluster
) -> Iterator[tuple[int, Reading]]:
    """Read and embed on the cluster and yield what became of each document with its place; writes nothing to the library.

    Documents are taken BATCH at a time. Those of one policy stay together and in their order, so that its versions can be
    stored as they would be one at a time, and text that they share is embedded once. Raises EngineError where Ray is not
    installed, or the cluster does not answer or fails.
    """
    waiting = enumerate(taken)
    ray = None
    try:
        while batch := list(islice(waiting, BATCH)):
            groups: dict[str, list[Numbered]] = {}
            for place, one in batch:
                groups.setdefault(one.document.entry.id, []).append((place, one))
            for known in [key for key, group in groups.items() if not any(isinstance(one, Task) for _, one in group)]:
                yield from ((place, one) for place, one in groups.pop(known) if isinstance(one, Reading))
            if groups:
                ray = ray or _connect(cluster)
                yield from _read_batch(ray, groups, library, cluster)
    finally:
        if ray is not None:
            ray.shutdown()


def _read_batch(
    ray: Any, groups: dict[str, list[Numbered]], library: PolicyLibrary, cluster: Cluster
) -> Iterator[tuple[int, Reading]]:
    """Yield the readings of the policies in `groups`, which hold at least one task each. Raises EngineError."""
    rows = [
        {"tasks": pickle.dumps(group), "names": pickle.dumps(library.context_names(policy_id))}
        for policy_id, group in groups.items()
    ]
    stored = ray.put(_prefixes(library.stored_keys()))
    documents = ray.data.from_items(rows, override_num_blocks=len(rows))
    embedded = documents.map(_read_group).map(
        Embedding,
        fn_constructor_args=(library.settings.embedder, library.embedder.name, stored),
        compute=ray.data.ActorPoolStrategy(size=min(cluster.workers, len(rows))),
        num_cpus=1,
    )
    try:
        for row in embedded.iter_rows():
            yield from pickle.loads(row["readings"])
    except ray.exceptions.RayError as error:
        raise EngineError(f"the Ray cluster failed at its work: {_first_line(error)}") from error


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


def _read_group(row: dict[str, Any]) -> dict[str, Any]:
    """Read the documents of one policy, in a process with limits. Runs on a worker."""
    with SandboxedReader() as reader:
        readings = [
            (place, one if isinstance(one, Reading) else read(one, reader)) for place, one in pickle.loads(row["tasks"])
        ]
    return {"readings": pickle.dumps(readings), "names": row["names"]}


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
        made: dict[str, np.ndarray] = {}
        found = []
        names = pickle.loads(row["names"])
        for place, reading in pickle.loads(row["readings"]):
            if reading.policy is not None:
                company = context_company(names, reading.policy.company)
                names = (company, reading.policy.company)
                passages = passages_of(reading.policy, company)
                plan = plan_vectors(self._embedder.name, reading.policy.text, passages)
                missing = [k for k in dict.fromkeys(plan.keys) if k not in made and not _is_stored(k, self._stored)]
                fresh = make_vectors(self._embedder, plan, missing, made).vectors
                made |= fresh
                reading = replace(reading, vectors=dict(fresh))
            found.append((place, reading))
        return {"readings": pickle.dumps(found)}


def _prefixes(keys: Sequence[str]) -> np.ndarray:
    """Return the first 64 bits of each key, sorted: 8 bytes a vector instead of 64 for every worker.

    Two keys with the same prefix cost one embedding by the library, no fault.
    """
    return np.sort(np.array([int(key[:16], 16) for key in keys], dtype=np.uint64))


def _is_stored(key: str, prefixes: np.ndarray) -> bool:
    prefix = np.uint64(int(key[:16], 16))
    place = int(np.searchsorted(prefixes, prefix))
    return place < len(prefixes) and bool(prefixes[place] == prefix)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
