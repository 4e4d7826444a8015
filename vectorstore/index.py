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

from vectorstore.embedded_index import digest
from vectorstore.errors import IndexBuildError, IndexReadError
from vectorstore.index_store import ALIKE, IndexReader, read_key, write_key
from vectorstore.probe import COLLECTION
from vectorstore.vectors import Hit, Key, Sample

BATCH = 2_000
PROBE_SECONDS = 120
SAMPLE = 3  # rows that the probe looks for
PROBE = Path(__file__).parent / "probe.py"


def build_generation(index_dir: Path, keys: Sequence[Key], matrix: np.ndarray) -> Path:
    """Write a new generation of `matrix` (n, d) under `index_dir`, probe it, and return its folder.

    `keys` name its rows, one each. Raises IndexBuildError; the folder is then removed.
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


def _write(folder: Path, keys: Sequence[Key], matrix: np.ndarray) -> None:
    client = _client(folder)
    try:
        collection = client.create_collection(
            COLLECTION, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        for at in range(0, len(keys), BATCH):
            collection.add(
                ids=[write_key(key) for key in keys[at : at + BATCH]],
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


class EmbeddedReader(IndexReader):
    """A generation opened for reading, from a copy that only this process opens.

    The copy is closed and deleted when nobody uses the reader any more, so a search under way never loses it.
    """

    def __init__(self, name: str, copy: Path, client: Client) -> None:
        self.name = name
        self._collection = client.get_collection(COLLECTION, embedding_function=None)
        self._finalizer = weakref.finalize(self, _discard, client, copy)

    @classmethod
    def open(cls, folder: Path, seal: str, sample: Sample) -> EmbeddedReader:
        """Copy the generation, check that the copy's digest is `seal`, and load it. Raises IndexReadError.

        The native index is read from the copy at the first search, so the search for `sample` comes at once: what happens
        to the files later does not reach it.
        """
        copy = None
        try:
            copy = Path(tempfile.mkdtemp(prefix="policydesk-index-"))
            shutil.copytree(folder, copy, dirs_exist_ok=True)
            if digest(copy) != seal:
                raise IndexReadError(folder.name, "its files are not those that were published")
            reader = cls(folder.name, copy, _client(copy))
            if any(not hits or hits[0].similarity < 1.0 - ALIKE for hits in reader.search_all(sample.matrix, 1)):
                raise IndexReadError(folder.name, "it does not find its own rows")
        except (OSError, ValueError, ChromaError) as error:
            if copy is not None:
                shutil.rmtree(copy, ignore_errors=True)
            raise IndexReadError(folder.name, type(error).__name__) from error
        except IndexReadError:
            if copy is not None:
                shutil.rmtree(copy, ignore_errors=True)
            raise
        return reader

    def search(self, vector: np.ndarray, k: int) -> list[Hit]:
        """Return the `k` nearest passages, best first. Raises IndexReadError."""
        return self.search_all(vector[None, :], k)[0]

    def search_all(self, matrix: np.ndarray, k: int) -> list[list[Hit]]:
        """Return the `k` nearest passages of every row of `matrix`, best first. Raises IndexReadError."""
        if not len(matrix):
            return []
        try:
            found = self._collection.query(
                query_embeddings=np.asarray(matrix, dtype=np.float32),
                n_results=min(k, self._collection.count()),
                include=["distances"],
            )
            return [
                [
                    Hit(*read_key(identifier), 1.0 - distance)
                    for identifier, distance in zip(ids, distances, strict=True)
                ]
                for ids, distances in zip(found["ids"], found["distances"] or [], strict=True)
            ]
        except (ChromaError, ValueError, TypeError) as error:
            raise IndexReadError(self.name, type(error).__name__) from error

    def close(self) -> None:
        """Close the copy and delete it now."""
        self._finalizer()


def _discard(client: Client, copy: Path) -> None:
    client.close()
    shutil.rmtree(copy, ignore_errors=True)
