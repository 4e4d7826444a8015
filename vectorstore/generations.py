"""Generations of the index: which one serves, publishing a new one, dropping old ones. The index itself is Chroma's.

A generation belongs to a revision of the library. It serves only while that revision is the newest; in between, and
whenever its files are not exactly what was published, searches scan the stored vectors instead.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import stat
import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select

from vectorstore import database as db
from vectorstore.errors import IndexReadError
from vectorstore.vectors import Hit, read_vectors

if TYPE_CHECKING:
    from vectorstore.index import IndexReader

logger = logging.getLogger(__name__)

KEPT = 2  # the newest generations stay: a reader may be copying the former one
ORPHAN_SECONDS = 3_600.0  # how long a folder may lie untouched without belonging to a generation


class Generations:
    """The index generations of one library in `folder`. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine, folder: Path, model: str, dimension: int) -> None:
        self._engine = engine
        self._folder = folder
        self._model = model
        self._dimension = dimension
        self._lock = Lock()
        self._reader: IndexReader | None = None
        self._refused: str | None = None

    def publish(self) -> bool:
        """Build a generation of all current passages and let it serve; False if there was nothing to do.

        A crash at any point leaves the former state, and the next call builds again. A generation that comes after
        one of the same or a newer revision is thrown away. Raises IndexBuildError.
        """
        keys: list[tuple[str, str, int]] = []
        parts: list[np.ndarray] = []
        with db.reading(self._engine) as connection:
            revision = db.revision(connection)
            former = self._serving(connection)
            fresh = former is not None and former["revision"] >= revision and self._is_whole(former)
            for row in [] if fresh else connection.execute(select(db.policies).order_by(db.policies.c.id)).all():
                found = read_vectors(connection, row.id, row.current_version, self._dimension)
                keys += [(row.id, row.current_version, position) for position in range(len(found.passages))]
                parts.append(found.matrix)
        self._sweep()
        if not keys:
            return False
        from vectorstore.index import build_generation

        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder.chmod(0o700)
        built = build_generation(self._folder, keys, np.concatenate(parts))
        made = {"folder": built.name, "revision": revision, "model": self._model, "count": len(keys)}
        with db.writing(self._engine) as connection:
            serving = self._serving(connection)
            overtaken = serving is not None and serving != former and serving["revision"] >= revision
            if not overtaken:
                connection.execute(insert(db.generations).values(**made, digest=digest(built), built_at=time.time()))
                dropped = self._drop_old(connection)
        for folder in [built.name] if overtaken else dropped:
            shutil.rmtree(self._folder / folder, ignore_errors=True)
        logger.info("index generation of %d passages at revision %d, overtaken: %s", len(keys), revision, overtaken)
        return not overtaken

    def search(self, vector: np.ndarray, k: int) -> list[Hit] | None:
        """Return the `k` nearest passages; None if no generation can answer for the library as it is now."""
        with db.reading(self._engine) as connection:
            revision = db.revision(connection)
            serving = self._serving(connection)
        if serving is None or serving["revision"] < revision:
            return None
        try:
            reader = self._open(serving)
            return reader.search(vector, k) if reader else None
        except IndexReadError as error:
            self._refused = serving["folder"]
            logger.warning("%s; scanning the stored vectors until the next ingest", error)
            return None

    def _open(self, serving: RowMapping) -> IndexReader | None:
        """Return a reader of that generation; None if it was refused before. Raises IndexReadError."""
        from vectorstore.index import IndexReader

        with self._lock:
            if self._refused == serving["folder"]:
                return None
            if self._reader is None or self._reader.folder.name != serving["folder"]:
                if not self._is_whole(serving):
                    raise IndexReadError(serving["folder"], "its files are not those that were published")
                self._reader = IndexReader.open(self._folder / serving["folder"])
            return self._reader

    def _serving(self, connection: Connection) -> RowMapping | None:
        """Return the generation of the highest revision, None if there is none."""
        newest = select(db.generations).where(db.generations.c.model == self._model).order_by(*_NEWEST_FIRST).limit(1)
        return connection.execute(newest).mappings().one_or_none()

    def _is_whole(self, row: RowMapping) -> bool:
        """Return True if the folder is as it was published and only its owner can write there.

        The index unpickles a file of it, so nothing from outside may get in.
        """
        folder = self._folder / row["folder"]
        try:
            open_to_others = self._folder.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)
            return not open_to_others and digest(folder) == row["digest"]
        except OSError:
            return False

    def _drop_old(self, connection: Connection) -> list[str]:
        """Forget all generations but the newest; return the names of their folders."""
        rows = connection.execute(select(db.generations.c.folder).order_by(*_NEWEST_FIRST)).scalars().all()
        if rows[KEPT:]:
            connection.execute(delete(db.generations).where(db.generations.c.folder.in_(rows[KEPT:])))
        return list(rows[KEPT:])

    def _sweep(self) -> None:
        """Delete what a killed build left behind: folders of no generation that nobody has touched for long."""
        found = list(self._folder.glob("gen-*"))
        with db.reading(self._engine) as connection:
            known = set(connection.execute(select(db.generations.c.folder)).scalars())
        for folder in found:
            if folder.name not in known and _last_touched(folder) < time.time() - ORPHAN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


_NEWEST_FIRST = (db.generations.c.revision.desc(), db.generations.c.built_at.desc())


def digest(folder: Path) -> str:
    """Return the SHA-256 over names and contents of all files of a folder. Raises OSError."""
    total = hashlib.sha256()
    folder.stat()
    for path in sorted(folder.rglob("*")):
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
