"""A Chroma collection as tutorials make it, texts and all. For the benchmark, which measures the desk beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings

BATCH = 5_000


def write_plain_collection(folder: Path, texts: Sequence[str], sources: Sequence[str], matrix: np.ndarray) -> int:
    """Write texts, their sources and vectors (n, d) into a new collection in `folder`; return its number of rows."""
    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    collection = client.create_collection("langchain", embedding_function=None)
    for at in range(0, len(texts), BATCH):
        part = slice(at, at + BATCH)
        collection.add(
            ids=[str(number) for number in range(at, at + len(texts[part]))],
            embeddings=matrix[part],
            documents=list(texts[part]),
            metadatas=[{"source": source} for source in sources[part]],
        )
    count: int = collection.count()
    client.close()  # type: ignore[attr-defined]
    return count
