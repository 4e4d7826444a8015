"""Generations of the index: which one serves, publishing a new one, dropping old ones. Where they lie is an IndexStore's.

A generation belongs to a revision of the library. It serves only while that revision is the newest; in between, and
whenever it is not exactly what was published, searches scan the stored vectors instead.
"""

from __future__ import annotations

import logging
import time
from threading import Lock

import numpy as np
from sqlalchemy import Connection, Engine, delete, insert, select

from vectorstore import database as db
from vectorstore.errors import IndexReadError
from vectorstore.index_store import Generation, IndexReader, IndexStore
from vectorstore.vectors import Hit, Key, Sample, read_sample, read_vectors

logger = logging.getLogger(__name__)

KEPT = 2  # the newest generations stay: a reader may be copying the former one


class Generations:
    """The index generations of one library in `store`. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine, store: IndexStore, model: str, dimension: int) -> None:
        self._engine = engine
        self._store = store
        self._model = model
        self._dimension = dimension
        self._lock = Lock()
        self._reader: IndexReader | None = None
        self._refused: tuple[str, float] | None = None  # a generation that could not be read, and since when

    @property
    def needs_repair(self) -> bool:
        """True if the newest generation could not be read by this process when it last tried."""
        return self._refused is not None

    def publish(self) -> bool:
        """Build a generation of all current passages and let it serve; False if there was nothing to do.

        A crash at any point leaves the former state, and the next call builds again. A generation that comes after
        one of the same or a newer revision is thrown away. Raises IndexBuildError.
        """
        with db.reading(self._engine) as connection:
            revision = db.revision(connection)
            former = self._serving(connection)
            sample = read_sample(connection, self._dimension)
            known = set(connection.execute(select(db.generations.c.folder)).scalars())
        self._store.sweep(known)
        # Checked outside the transaction: a digest of a large index would keep writers waiting.
        if former is not None and former.revision >= revision and self._store.is_whole(former, sample):
            self._refused = None
            return False
        self._store.check()
        keys: list[Key] = []
        parts: list[np.ndarray] = []
        with db.reading(self._engine) as connection:
            revision = db.revision(connection)
            for row in connection.execute(select(db.policies).order_by(db.policies.c.id)).all():
                found = read_vectors(connection, row.id, row.current_version, self._dimension)
                keys += [Key(row.id, row.current_version, position) for position in range(len(found.passages))]
                parts.append(found.matrix)
        if not keys:
            return False
        name, seal = self._store.build(keys, np.concatenate(parts))
        made = {"folder": name, "revision": revision, "model": self._model, "count": len(keys), "digest": seal}
        with db.writing(self._engine) as connection:
            serving = self._serving(connection)
            overtaken = serving is not None and serving != former and serving.revision >= revision
            if not overtaken:
                connection.execute(insert(db.generations).values(**made, built_at=time.time()))
                dropped = self._drop_old(connection)
        for old in [name] if overtaken else dropped:
            self._store.drop(old)
        self._refused = None
        logger.info("index generation of %d passages at revision %d, overtaken: %s", len(keys), revision, overtaken)
        return not overtaken

    def search(self, vector: np.ndarray, k: int) -> list[Hit] | None:
        """Return the `k` nearest passages; None if no generation can answer for the library as it is now."""
        with db.reading(self._engine) as connection:
            serving = self._serving(connection)
            if serving is None or serving.revision < db.revision(connection):
                return None
            current = {(row.id, row.current_version) for row in connection.execute(select(db.policies))}
            opened = self._reader is not None and self._reader.name == serving.name
            sample = Sample((), np.empty((0, 0))) if opened else read_sample(connection, self._dimension)
        try:
            reader = self._open(serving, sample)
            if reader is None:
                return None
            hits = reader.search(vector, k)
            # The index is no truth: what it names must be in the library, of the version that is current.
            if any((hit.policy_id, hit.version) not in current for hit in hits):
                raise IndexReadError(serving.name, "it names passages that the library does not hold")
        except IndexReadError as error:
            self._refused = (serving.name, time.monotonic())
            self._reader = None
            logger.warning("%s; scanning the stored vectors until it is built again", error)
            return None
        return hits

    def _open(self, serving: Generation, sample: Sample) -> IndexReader | None:
        """Return a reader of that generation; None if it was refused before. Raises IndexReadError."""
        with self._lock:
            if self._refused is not None and self._refused[0] == serving.name:
                wait = self._store.retry_seconds
                if wait is None or time.monotonic() < self._refused[1] + wait:
                    return None
            reader = self._reader
            if reader is None or reader.name != serving.name:
                reader = self._reader = self._store.open(serving, sample)
            self._refused = None
            return reader

    def _serving(self, connection: Connection) -> Generation | None:
        """Return the generation of the highest revision in this store, None if there is none."""
        rows = connection.execute(
            select(db.generations).where(db.generations.c.model == self._model).order_by(*_NEWEST_FIRST)
        )
        found = (
            Generation(row["folder"], row["revision"], row["model"], row["count"], row["digest"], row["built_at"])
            for row in rows.mappings()
            if self._store.owns(row["folder"])
        )
        return next(found, None)

    def _drop_old(self, connection: Connection) -> list[str]:
        """Forget all generations of this store but the newest; return their names."""
        rows = connection.execute(select(db.generations.c.folder).order_by(*_NEWEST_FIRST)).scalars()
        old = [name for name in rows if self._store.owns(name)][KEPT:]
        if old:
            connection.execute(delete(db.generations).where(db.generations.c.folder.in_(old)))
        return old


_NEWEST_FIRST = (db.generations.c.revision.desc(), db.generations.c.built_at.desc())
