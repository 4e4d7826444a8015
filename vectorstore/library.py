"""PolicyLibrary: what the desk holds. SQL is the truth; vectors are cached by content; the index is derived."""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from vectorstore import database as db
from vectorstore.embeddings import PolicyEmbedder, open_embedder
from vectorstore.errors import MixedModelError, PolicyIdTakenError, UnknownPolicyError, UnknownVersionError
from vectorstore.policy import Passage, Policy
from vectorstore.record import dump_policy, load_policy
from vectorstore.settings import StoreSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PolicySummary:
    """A row of the library: counts are of the current version; `updated` is YYYY-MM-DD, None if not stated."""

    id: str
    version: str
    title: str
    company: str
    url: str | None
    updated: str | None
    clauses: int
    passages: int
    channels: int
    damage: int


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of a document: `status` is "new", "changed" or "unchanged"; `embedded` counts passages embedded."""

    status: str
    version: str
    embedded: int


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The passages of one version and their unit-length vectors, one row each: `matrix` is (n, d) float32."""

    passages: tuple[Passage, ...]
    matrix: np.ndarray


class PolicyLibrary:
    """The stored policies. Opened with `open`; safe to use from several threads."""

    def __init__(self, settings: StoreSettings, engine: Engine, embedder: PolicyEmbedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self._engine = engine
        self._lock = threading.Lock()
        self._policies: dict[tuple[str, str], Policy] = {}
        self._vectors: dict[tuple[str, str], PassageVectors] = {}
        self._summaries: tuple[int, list[PolicySummary]] | None = None
        self._reader: object | None = None

    @classmethod
    def open(cls, settings: StoreSettings, embedder: PolicyEmbedder | None = None) -> PolicyLibrary:
        """Open the library of `settings`, creating it where there is none.

        Raises MixedModelError if what it holds was embedded with another model.
        """
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = db.open_engine(settings.url)
        library = cls(settings, engine, embedder or open_embedder(settings.embedder))
        with engine.connect() as connection:
            indexed = _get(connection, "model")
        if indexed is not None and indexed != library.embedder.name:
            raise MixedModelError(indexed, library.embedder.name)
        return library

    @property
    def revision(self) -> int:
        """How often the library has changed; a reader compares it to know that its copies are stale."""
        with self._engine.connect() as connection:
            return int(_get(connection, "revision") or 0)

    def policies(self) -> list[PolicySummary]:
        """Return a summary of every policy's current version, by id."""
        revision = self.revision
        with self._lock:
            if self._summaries and self._summaries[0] == revision:
                return self._summaries[1]
        with self._engine.connect() as connection:
            counts = {
                (row.policy_id, row.version): row.n
                for row in connection.execute(
                    select(db.passages.c.policy_id, db.passages.c.version, func.count().label("n")).group_by(
                        db.passages.c.policy_id, db.passages.c.version
                    )
                )
            }
            current = connection.execute(select(db.policies).order_by(db.policies.c.id)).all()
        summaries = [_summary(self.get(row.id, row.current_version), counts) for row in current]
        with self._lock:
            self._summaries = (revision, summaries)
        return summaries

    def get(self, policy_id: str, version: str | None = None) -> Policy:
        """Return that version, the current one where `version` is None.

        Raises UnknownPolicyError or UnknownVersionError.
        """
        with self._engine.connect() as connection:
            if version is None:
                version = self._current(connection, policy_id)
            with self._lock:
                known = self._policies.get((policy_id, version))
            if known is not None:
                return known
            row = connection.execute(
                select(db.versions.c.record).where(
                    db.versions.c.policy_id == policy_id, db.versions.c.version == version
                )
            ).one_or_none()
            if row is None:
                self._current(connection, policy_id)
                raise UnknownVersionError(policy_id, version)
        policy = load_policy(row.record)
        with self._lock:
            self._policies[policy_id, version] = policy
        return policy

    def versions(self, policy_id: str) -> list[str]:
        """Return the version names of a policy, oldest ingest first."""
        with self._engine.connect() as connection:
            self._current(connection, policy_id)
            rows = connection.execute(
                select(db.versions.c.version)
                .where(db.versions.c.policy_id == policy_id)
                .order_by(db.versions.c.ingested_at)
            )
            return [row.version for row in rows]

    def vectors(self, policy_id: str, version: str) -> PassageVectors:
        """Return passages and vectors of one version."""
        key = (policy_id, version)
        with self._lock:
            if key in self._vectors:
                return self._vectors[key]
        query = (
            select(db.passages, db.vectors.c.vector)
            .join(db.vectors, db.passages.c.vector_key == db.vectors.c.key)
            .where(db.passages.c.policy_id == policy_id, db.passages.c.version == version)
            .order_by(db.passages.c.position)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        matrix = np.array([np.frombuffer(row.vector, dtype=np.float32) for row in rows], dtype=np.float32)
        found = PassageVectors(
            tuple(Passage(row.clause_id, row.unit, row.start, row.end, row.context) for row in rows),
            matrix.reshape(len(rows), self.embedder.dimension),
        )
        with self._lock:
            self._vectors[key] = found
        return found

    def put(self, policy: Policy, passages: Sequence[Passage]) -> PutResult:
        """Store a read document as the current version of its policy and embed what is new in it.

        The version's name is `policy.version`, with "-2", "-3" ... behind it where other words already carry that name.
        An identical document changes nothing. Raises PolicyIdTakenError if the id is another company's.
        """
        text_hash = hashlib.sha256(policy.text.encode()).hexdigest()
        texts = [passage.context + policy.text[passage.start : passage.end] for passage in passages]
        keys = [hashlib.sha256(f"{self.embedder.name}\n{text}".encode()).hexdigest() for text in texts]
        with self._engine.connect() as connection:
            known = _known_keys(connection, keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        matrix = self.embedder.encode(list(missing.values()))
        with self._engine.connect().execution_options(write=True) as connection, connection.begin():
            policy, status = self._place(connection, policy, text_hash)
            if status == "unchanged":
                return PutResult(status, policy.version, 0)
            known = _known_keys(connection, keys)
            rows = [
                {"key": key, "model": self.embedder.name, "vector": vector.astype(np.float32).tobytes()}
                for key, vector in zip(missing, matrix, strict=True)
                if key not in known
            ]
            if rows:
                connection.execute(insert(db.vectors), rows)
            if passages:
                connection.execute(insert(db.passages), _passage_rows(policy, passages, keys))
            self._touch(connection)
        with self._lock:
            self._policies.pop((policy.id, policy.version), None)
            self._vectors.pop((policy.id, policy.version), None)
        return PutResult(status, policy.version, len(missing))

    def _place(self, connection: Connection, policy: Policy, text_hash: str) -> tuple[Policy, str]:
        """Write the version row, replacing an older reading of the very same words; returns the policy as stored."""
        stored = connection.execute(select(db.versions).where(db.versions.c.policy_id == policy.id)).all()
        twin = next((row for row in stored if row.text_hash == text_hash), None)
        if stored:
            holder = load_policy(stored[-1].record)
            if twin is None and not _same_company(holder, policy):
                raise PolicyIdTakenError(policy.id, holder.company, policy.company)
        name = twin.version if twin else _free_name(policy.version, {row.version for row in stored})
        policy = replace(policy, version=name)
        record = dump_policy(policy)
        current = connection.execute(
            select(db.policies.c.current_version).where(db.policies.c.id == policy.id)
        ).scalar_one_or_none()
        if twin is not None and twin.record == record and current == name:
            return policy, "unchanged"
        here = (db.versions.c.policy_id == policy.id, db.versions.c.version == name)
        if twin is not None:
            connection.execute(
                delete(db.passages).where(db.passages.c.policy_id == policy.id, db.passages.c.version == name)
            )
            connection.execute(update(db.versions).where(*here).values(record=record))
        else:
            connection.execute(
                insert(db.versions).values(
                    policy_id=policy.id,
                    version=name,
                    text_hash=text_hash,
                    record=record,
                    ingested_at=datetime.now(UTC).isoformat(),
                )
            )
        if current is None:
            connection.execute(insert(db.policies).values(id=policy.id, current_version=name))
        else:
            connection.execute(update(db.policies).where(db.policies.c.id == policy.id).values(current_version=name))
        return policy, "changed" if stored else "new"

    def remove(self, policy_id: str) -> None:
        """Remove a policy with all its versions. Raises UnknownPolicyError."""
        with self._engine.connect().execution_options(write=True) as connection, connection.begin():
            self._current(connection, policy_id)
            connection.execute(delete(db.passages).where(db.passages.c.policy_id == policy_id))
            connection.execute(delete(db.versions).where(db.versions.c.policy_id == policy_id))
            connection.execute(delete(db.policies).where(db.policies.c.id == policy_id))
            connection.execute(delete(db.vectors).where(db.vectors.c.key.not_in(select(db.passages.c.vector_key))))
            self._touch(connection)
        with self._lock:
            for cache in (self._policies, self._vectors):
                for key in [key for key in cache if key[0] == policy_id]:
                    del cache[key]

    def publish_index(self) -> bool:
        """Build a generation of all current passages and make it current; False if the index was already fresh.

        A crash at any point leaves the former generation in use, and the next call builds again.
        """
        from vectorstore.index import build_generation

        with self._engine.connect() as connection:
            revision = int(_get(connection, "revision") or 0)
            serving = _serving(connection)
        if serving is not None and serving.revision >= revision and (self.settings.index_dir / serving.folder).is_dir():
            return False
        keys: list[tuple[str, str, int]] = []
        parts: list[np.ndarray] = []
        for summary in self.policies():
            found = self.vectors(summary.id, summary.version)
            keys += [(summary.id, summary.version, position) for position in range(len(found.passages))]
            parts.append(found.matrix)
        matrix = np.concatenate(parts) if parts else np.zeros((0, self.embedder.dimension), np.float32)
        folder = build_generation(self.settings.index_dir, keys, matrix)
        with self._engine.connect().execution_options(write=True) as connection, connection.begin():
            connection.execute(
                insert(db.generations).values(
                    folder=folder.name,
                    revision=revision,
                    model=self.embedder.name,
                    count=len(keys),
                    built_at=time.time(),
                )
            )
            serving = _serving(connection)
        self._drop_old_generations(keep={folder.name, serving.folder if serving else folder.name})
        logger.info("index generation of %d passages made current at revision %d", len(keys), revision)
        return True

    def _drop_old_generations(self, keep: set[str]) -> None:
        """Delete all generations but the newest two: a reader may still be copying the former one."""
        with self._engine.connect().execution_options(write=True) as connection, connection.begin():
            rows = connection.execute(select(db.generations).order_by(db.generations.c.built_at.desc())).all()
            for row in rows[2:]:
                if row.folder not in keep:
                    connection.execute(delete(db.generations).where(db.generations.c.folder == row.folder))
        kept = {row.folder for row in rows[:2]} | keep
        for folder in self.settings.index_dir.glob("gen-*"):
            if folder.name not in kept and folder.stat().st_mtime < time.time() - 3600:
                shutil.rmtree(folder, ignore_errors=True)

    def search(self, vector: np.ndarray, k: int, policy_ids: Sequence[str] = ()) -> list[tuple[str, str, int, float]]:
        """Return (policy id, version, passage position, cosine) of the `k` nearest passages over current versions.

        Uses the index generation if it is fresh, an exact scan of the stored vectors otherwise.
        """
        reader = self._fresh_reader()
        if reader is not None:
            return [(hit.policy_id, hit.version, hit.position, hit.similarity) for hit in reader.search(vector, k, policy_ids)]
        hits = []
        for summary in self.policies():
            if policy_ids and summary.id not in policy_ids:
                continue
            scores = self.vectors(summary.id, summary.version).matrix @ vector
            hits += [(summary.id, summary.version, int(i), float(scores[i])) for i in np.argsort(-scores)[:k]]
        return sorted(hits, key=lambda hit: -hit[3])[:k]

    def _fresh_reader(self):  # type: ignore[no-untyped-def]
        from vectorstore.index import IndexReader

        with self._engine.connect() as connection:
            revision = int(_get(connection, "revision") or 0)
            serving = _serving(connection)
        if serving is None or serving.revision < revision:
            return None
        folder = self.settings.index_dir / serving.folder
        with self._lock:
            if isinstance(self._reader, IndexReader) and self._reader.folder == folder:
                return self._reader
            if not folder.is_dir():
                return None
            if isinstance(self._reader, IndexReader):
                self._reader.close()
            self._reader = IndexReader.open(folder)
            return self._reader

    def _current(self, connection: Connection, policy_id: str) -> str:
        version = connection.execute(
            select(db.policies.c.current_version).where(db.policies.c.id == policy_id)
        ).scalar_one_or_none()
        if version is None:
            raise UnknownPolicyError(policy_id)
        return str(version)

    def _touch(self, connection: Connection) -> None:
        revision = int(_get(connection, "revision") or 0) + 1
        _set(connection, "revision", str(revision))
        _set(connection, "model", self.embedder.name)


def _get(connection: Connection, name: str) -> str | None:
    return connection.execute(select(db.state.c.value).where(db.state.c.name == name)).scalar_one_or_none()


def _set(connection: Connection, name: str, value: str) -> None:
    changed = connection.execute(update(db.state).where(db.state.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(db.state).values(name=name, value=value))


def _serving(connection: Connection):  # type: ignore[no-untyped-def]
    """Return the current generation's row: the one of the highest revision, None if there is none."""
    newest = select(db.generations).order_by(db.generations.c.revision.desc(), db.generations.c.built_at.desc())
    return connection.execute(newest.limit(1)).one_or_none()


def _known_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for at in range(0, len(keys), 500):
        part = keys[at : at + 500]
        known |= {row.key for row in connection.execute(select(db.vectors.c.key).where(db.vectors.c.key.in_(part)))}
    return known


def _passage_rows(policy: Policy, passages: Sequence[Passage], keys: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "policy_id": policy.id,
            "version": policy.version,
            "position": position,
            "clause_id": passage.clause_id,
            "unit": passage.unit,
            "start": passage.start,
            "end": passage.end,
            "context": passage.context,
            "vector_key": key,
        }
        for position, (passage, key) in enumerate(zip(passages, keys, strict=True))
    ]


def _free_name(name: str, taken: set[str]) -> str:
    return name if name not in taken else next(f"{name}-{n}" for n in range(2, 10_000) if f"{name}-{n}" not in taken)


def _same_company(one: Policy, other: Policy) -> bool:
    names = [{name.casefold() for name in (policy.company, *policy.aliases)} for policy in (one, other)]
    return bool(names[0] & names[1])


def _summary(policy: Policy, counts: dict[tuple[str, str], int]) -> PolicySummary:
    dated = policy.date("updated") or policy.date("effective")
    return PolicySummary(
        id=policy.id,
        version=policy.version,
        title=policy.title,
        company=policy.company,
        url=policy.url,
        updated=dated.iso if dated else None,
        clauses=sum(clause.kind != "menu" for clause in policy.clauses),
        passages=counts.get((policy.id, policy.version), 0),
        channels=len(policy.channels),
        damage=len(policy.damage),
    )
