"""Opens a copy of an index generation in a process of its own and ends with 0 if it is sound. Run as a script.

The native index can crash on broken files; a crash here costs nothing. It imports no other module of the store, so
that it starts fast.
"""

from __future__ import annotations

import sys
from pathlib import Path

import chromadb
import numpy as np
from chromadb.config import Settings

COLLECTION = "passages"
ALIKE = 1e-3  # cosine distance up to which a row counts as found again


def probe(folder: Path, count: int, sample: Path) -> int:
    """Return 0 if the generation holds `count` rows and finds those of the .npy file `sample`; 3 or 4 if not."""
    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    collection = client.get_collection(COLLECTION)
    if collection.count() != count:
        return 3
    found = collection.query(query_embeddings=np.load(sample), n_results=1, include=["distances"])
    nearest = [distances[0] for distances in found["distances"] or []]
    return 0 if nearest and max(nearest) <= ALIKE else 4


if __name__ == "__main__":
    sys.exit(probe(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
