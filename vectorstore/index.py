"""The Chroma index: generations built beside the old one, probed in a child process, read from a private copy.

Embedded Chroma breaks when two processes open one folder or when a writer is killed during updates; so a generation
is written once, with adds only, closed, and never opened again where it lies. Readers open a copy of their own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings

from vectorstore.errors import IndexBuildError

COLLECTION = "passages"
BATCH = 2_000
PROBE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage found: `position` is its place in the version's passages, `similarity` the cosine in [-1, 1]."""

    policy_id: str
    version: str
    position: int
    similarity: float


def build_generation(
    index_dir: Path, keys: Sequence[tuple[str, str, int]], matrix: np.ndarray, probe: bool = True
) -> Path:
    """Write a new generation of `matrix` (n, d) under `index_dir`, probe it, and return its folder.

    `keys` are (policy id, version, position) a row. Raises IndexBuildError if the probe fails; the folder is then removed.
    """
    index_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = index_dir / f"gen-{uuid.uuid4().hex[:12]}"
    folder.mkdir(mode=0o700)
    client = _client(folder)
    collection = client.create_collection(COLLECTION, configuration={"hnsw": {"space": "cosine"}})
    for at in range(0, len(keys), BATCH):
        part = keys[at : at + BATCH]
        collection.add(
            ids=["\x1f".join(map(str, key)) for key in part],
            embeddings=np.asarray(matrix[at : at + BATCH], dtype=np.float32),
            metadatas=[{"policy_id": key[0]} for key in part],
        )
    client.close()
    if probe:
        try:
            _probe(folder, len(keys), matrix)
        except IndexBuildError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return folder


def _client(folder: Path) -> chromadb.ClientAPI:
    return chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))


def _probe(folder: Path, count: int, matrix: np.ndarray) -> None:
    """Open a copy in a child process: a crash of the native index must not take the caller along."""
    with tempfile.TemporaryDirectory(prefix="policydesk-probe-") as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(folder, copy)
        sample = Path(scratch) / "sample.npy"
        np.save(sample, matrix[: min(3, len(matrix))])
        command = [sys.executable, "-m", "vectorstore.index", str(copy), str(count), str(sample)]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=PROBE_SECONDS, cwd=Path(__file__).parent.parent, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise IndexBuildError(folder.name, "the probe did not end in time") from error
    if done.returncode != 0:
        raise IndexBuildError(folder.name, f"the probe ended with status {done.returncode}")


def _probe_child(folder: Path, count: int, sample: Path) -> int:
    """Return 0 if the generation holds `count` rows and finds the sample's rows again."""
    collection = _client(folder).get_collection(COLLECTION)
    if collection.count() != count:
        return 3
    rows = np.load(sample)
    if len(rows):
        found = collection.query(query_embeddings=rows, n_results=1, include=["distances"])
        if any(distances[0] > 1e-3 for distances in found["distances"] or []):
            return 4
    return 0


class IndexReader:
    """A generation opened for reading, from a copy that only this process opens."""

    def __init__(self, folder: Path, scratch: tempfile.TemporaryDirectory[str], client: chromadb.ClientAPI) -> None:
        self.folder = folder
        self._scratch = scratch
        self._client = client
        self._collection = client.get_collection(COLLECTION)

    @classmethod
    def open(cls, folder: Path) -> IndexReader:
        """Copy the generation and open the copy."""
        scratch = tempfile.TemporaryDirectory(prefix="policydesk-index-", ignore_cleanup_errors=True)
        copy = Path(scratch.name) / "copy"
        shutil.copytree(folder, copy)
        return cls(folder, scratch, _client(copy))

    def search(self, vector: np.ndarray, k: int, policy_ids: Sequence[str] = ()) -> list[Hit]:
        """Return the `k` nearest passages, best first, of those policies (all where none is named)."""
        count = self._collection.count()
        if count == 0:
            return []
        found = self._collection.query(
            query_embeddings=np.asarray(vector, dtype=np.float32)[None, :],
            n_results=min(k, count),
            where={"policy_id": {"$in": list(policy_ids)}} if policy_ids else None,
            include=["distances"],
        )
        hits = []
        for identifier, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True):
            policy_id, version, position = identifier.split("\x1f")
            hits.append(Hit(policy_id, version, int(position), 1.0 - distance))
        return hits

    def close(self) -> None:
        """Close the copy and delete it."""
        self._client.close()
        self._scratch.cleanup()


if __name__ == "__main__":
    sys.exit(_probe_child(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
