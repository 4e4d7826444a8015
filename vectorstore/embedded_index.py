"""Generations in a folder: sealed by a digest of their files, read from private copies. The Chroma in them is index.py's."""

from __future__ import annotations

import hashlib
import shutil
import stat
import time
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from vectorstore.errors import IndexReadError
from vectorstore.index_store import Generation, IndexReader, IndexStore
from vectorstore.vectors import Key, Sample

ORPHAN_SECONDS = 3_600.0  # how long a folder may lie untouched without belonging to a generation


class EmbeddedIndex(IndexStore):
    """Generations as folders named gen-* in `folder`, which only its owner can write to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def owns(self, name: str) -> bool:
        """Return True if a generation of that name lies here."""
        return name.startswith("gen-")

    def check(self) -> None:
        """Return: a folder is there or can be made, or the build says why not."""

    def build(self, keys: Sequence[Key], matrix: np.ndarray) -> tuple[str, str]:
        """Write a generation, probe it in a child process, and return its folder's name and digest. Raises IndexBuildError."""
        from vectorstore.index import build_generation

        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        built = build_generation(self._folder, keys, matrix)
        return built.name, digest(built)

    def is_whole(self, generation: Generation, sample: Sample) -> bool:
        """Return True if the folder is as it was published and only its owner can write there.

        The index unpickles a file of it, so nothing from outside may get in.
        """
        try:
            open_to_others = self._folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            return not open_to_others and digest(self._folder / generation.name) == generation.digest
        except OSError:
            return False

    def open(self, generation: Generation, sample: Sample) -> IndexReader:
        """Check a generation and open a copy of it. Raises IndexReadError."""
        from vectorstore.index import EmbeddedReader

        if not self.is_whole(generation, sample):
            raise IndexReadError(generation.name, "its files are not those that were published")
        return EmbeddedReader.open(self._folder / generation.name, generation.digest, sample)

    def drop(self, name: str) -> None:
        """Delete a generation's folder."""
        shutil.rmtree(self._folder / name, ignore_errors=True)

    def sweep(self, known: Collection[str]) -> None:
        """Delete folders of no generation that nobody has touched for long."""
        for folder in self._folder.glob("gen-*"):
            if folder.name not in known and _last_touched(folder) < time.time() - ORPHAN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def digest(folder: Path) -> str:
    """Return the SHA-256 over names and contents of all files of a folder. Raises OSError, for a link too."""
    total = hashlib.sha256()
    folder.stat()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise OSError("a published index holds no links")
        if path.is_file():
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").hexdigest()
            total.update(f"{path.relative_to(folder).as_posix()}\n{content}\n".encode())
    return total.hexdigest()


def _last_touched(folder: Path) -> float:
    """Return the newest modification time in the folder, seconds since 1970; a file that goes meanwhile counts as now."""
    try:
        return max(path.stat().st_mtime for path in (folder, *folder.rglob("*")))
    except OSError:
        return time.time()
