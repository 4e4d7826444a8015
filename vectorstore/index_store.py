"""Where index generations lie: what a place of them has to offer. Two exist: a folder, and a Chroma server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from vectorstore.vectors import Hit, Key, Sample

ALIKE = 1e-3  # cosine distance up to which a row counts as found again


@dataclass(frozen=True, slots=True)
class Generation:
    """A generation as published: `name` is its folder or collection, `count` its rows, `digest` its store's own seal."""

    name: str
    revision: int
    model: str
    count: int
    digest: str
    built_at: float


class IndexReader(ABC):
    """A generation opened for reading. `name` is the generation's."""

    name: str

    @abstractmethod
    def search(self, vector: np.ndarray, k: int) -> list[Hit]:
        """Return the `k` nearest passages, best first. Raises IndexReadError."""


class IndexStore(ABC):
    """A place of generations. Each is written once, with adds only, under a name of its own."""

    retry_seconds: float | None = None
    """How long a generation that could not be read is left alone; None where it stays unreadable."""

    @abstractmethod
    def owns(self, name: str) -> bool:
        """Return True if a generation of that name lies here."""

    @abstractmethod
    def check(self) -> None:
        """Return if a generation could be written now. Raises IndexBuildError; cheap, unlike a build that fails."""

    @abstractmethod
    def build(self, keys: Sequence[Key], matrix: np.ndarray) -> tuple[str, str]:
        """Write a generation of `matrix` (n, d), a row a key, probe it, and return its name and digest.

        Raises IndexBuildError; nothing of it is left then.
        """

    @abstractmethod
    def is_whole(self, generation: Generation, sample: Sample) -> bool:
        """Return True if the generation is as it was published."""

    @abstractmethod
    def open(self, generation: Generation, sample: Sample) -> IndexReader:
        """Check a generation and open it. Raises IndexReadError."""

    @abstractmethod
    def drop(self, name: str) -> None:
        """Delete a generation; one that is gone already is no fault."""

    @abstractmethod
    def sweep(self, known: Collection[str]) -> None:
        """Delete what killed builds left behind: old things here whose names are not `known`."""


def write_key(key: Key) -> str:
    """Return the key as the index stores it."""
    return "\x1f".join(map(str, key))


def read_key(identifier: str) -> Key:
    """Return the key that `identifier` was written from. Raises ValueError where it is none."""
    policy_id, version, position = identifier.split("\x1f")
    return Key(policy_id, version, int(position))
