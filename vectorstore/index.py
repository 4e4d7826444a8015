"""The Chroma index: a generation written once, probed in a child process, read from a private copy.

Embedded Chroma breaks when two processes open one folder or when a writer is killed during updates; so a generation
is written with adds only, closed, and never opened again where it lies. Readers open a copy of their own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import uuid
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.config import Settings
from chromadb.errors import ChromaError

from vectorstore.errors import IndexBuildError, IndexReadError
from vectorstore.probe import COLLECTION
from vectorstore.vectors import Hit

BATCH = 2_000
PROBE_SECONDS = 120
SAMPLE = 3  # rows that the probe looks for
PROBE = Path(__file__).parent / "probe.py"


def build_generation(index_dir: Path, keys: Sequence[tuple[str, str, int]], matrix: np.ndarray) -> Path:
    """Write a new generation of `matrix` (n, d) under `index_dir`, probe it, and return its folder.

    `keys` are (policy id, version, position), one a row. Raises IndexBuildError; the folder is then removed.
    """
    folder = index_dir / f"gen-{uuid.uuid4().hex[:12]}"
    try:
        folder.mkdir(mode=0o700)
        _write(folder, keys, matrix)
        _probe(folder, len(keys), matrix)
    except (OSError, ChromaError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise IndexBuildError(folder.name, str(error)) from error
    except IndexBuildError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _client(folder: Path) -> Client:
    opened = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    return cast(Client, opened)


def _write(folder: Path, keys: Sequence[tuple[str, str, int]], matrix: np.ndarray) -> None:
    client = _client(folder)
    try:
        collection = client.create_collection(
            COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        for at in range(0, len(keys), BATCH):
            collection.add(
                ids=["\x1f".join(map(str, key)) for key in keys[at : at + BATCH]],
                embeddings=np.asarray(matrix[at : at + BATCH], dtype=np.float32),
            )
    finally:
        client.close()


def _probe(folder: Path, count: int, matrix: np.ndarray) -> None:
    """Open a copy in a child process: a crash of the native index must not take the caller along."""
    with tempfile.TemporaryDirectory(prefix="policydesk-probe-") as scratch:
        copy, sample = Path(scratch) / "copy", Path(scratch) / "sample.npy"
        shutil.copytree(folder, copy)
        np.save(sample, matrix[:SAMPLE])
        command = [sys.executable, "-P", str(PROBE), str(copy), str(count), str(sample)]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PROBE_SECONDS, check=False)
        except subprocess.TimeoutExpired as error:
            raise IndexBuildError(folder.name, f"the probe did not end within {PROBE_SECONDS} seconds") from error
    if done.returncode != 0:
        raise IndexBuildError(folder.name, f"the probe ended with status {done.returncode}")


class IndexReader:
    """A generation opened for reading, from a copy that only this process opens.

    The copy is closed and deleted when nobody uses the reader any more, so a search under way never loses it.
    """

    def __init__(self, folder: Path, copy: Path, client: Client) -> None:
        self.folder = folder
        self._collection = client.get_collection(COLLECTION, embedding_function=None)
        self._finalizer = weakref.finalize(self, _discard, client, copy)

    @classmethod
    def open(cls, folder: Path) -> IndexReader:
        """Copy the generation and open the copy. Raises IndexReadError."""
        copy = None
        try:
            copy = Path(tempfile.mkdtemp(prefix="policydesk-index-"))
            shutil.copytree(folder, copy, dirs_exist_ok=True)
            return cls(folder, copy, _client(copy))
        except (OSError, ValueError, ChromaError) as error:
            if copy is not None:
                shutil.rmtree(copy, ignore_errors=True)
            raise IndexReadError(folder.name, type(error).__name__) from error

    def search(self, vector: np.ndarray, k: int) -> list[Hit]:
        """Return the `k` nearest passages, best first. Raises IndexReadError."""
        try:
            count = self._collection.count()
            found = self._collection.query(
                query_embeddings=np.asarray(vector, dtype=np.float32)[None, :],
                n_results=min(k, count),
                include=["distances"],
            )
        except ChromaError as error:
            raise IndexReadError(self.folder.name, type(error).__name__) from error
        hits = []
        for identifier, distance in zip(found["ids"][0], (found["distances"] or [[]])[0], strict=True):
            policy_id, version, position = identifier.split("\x1f")
            hits.append(Hit(policy_id, version, int(position), 1.0 - distance))
        return hits

    def close(self) -> None:
        """Close the copy and delete it now."""
        self._finalizer()


def _discard(client: Client, copy: Path) -> None:
    client.close()
    shutil.rmtree(copy, ignore_errors=True)
