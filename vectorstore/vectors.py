"""Passages and their vectors in SQL: stored once a text and model, read a version at a time, scanned exactly."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, delete, insert, select, update

from vectorstore import database as db
from vectorstore.policy import Passage, Policy

PART = 500  # keys a query: databases limit the number of bound values


@dataclass(frozen=True, slots=True, eq=False)
class PassageVectors:
    """The passages of one version and their unit-length vectors, one row each: `matrix` is (n, d) float32."""

    passages: tuple[Passage, ...]
    matrix: np.ndarray


class Key(NamedTuple):
    """Names one passage: `position` is its place in the version's passages."""

    policy_id: str
    version: str
    position: int


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A few passages that an index must find again: their keys, and their vectors as (n, d) float32."""

    keys: tuple[Key, ...]
    matrix: np.ndarray


class Hit(NamedTuple):
    """One passage found: `position` is its place in the version's passages, `similarity` the cosine in [-1, 1]."""

    policy_id: str
    version: str
    position: int
    similarity: float


def vector_key(model: str, text: str) -> str:
    """Return the name under which the vector of `text` by that model is stored."""
    return hashlib.sha256(f"{model}\n{text}".encode()).hexdigest()


def known_keys(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Return those of `keys` whose vectors are stored."""
    known: set[str] = set()
    for at in range(0, len(keys), PART):
        part = keys[at : at + PART]
        known |= {row.key for row in connection.execute(select(db.vectors.c.key).where(db.vectors.c.key.in_(part)))}
    return known


def stored_vectors(connection: Connection, keys: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the vectors stored under those of `keys` that are known, float32 (d,) each."""
    found: dict[str, np.ndarray] = {}
    for at in range(0, len(keys), PART):
        rows = connection.execute(select(db.vectors).where(db.vectors.c.key.in_(keys[at : at + PART])))
        found |= {row.key: np.frombuffer(row.vector, dtype=np.float32) for row in rows}
    return found


def insert_vectors(connection: Connection, model: str, vectors: Mapping[str, np.ndarray]) -> None:
    """Store vectors by key, leaving alone those that are there."""
    known = known_keys(connection, list(vectors))
    rows = [
        {"key": key, "model": model, "vector": vector.astype(np.float32).tobytes()}
        for key, vector in vectors.items()
        if key not in known
    ]
    if rows:
        connection.execute(insert(db.vectors), rows)


def insert_passages(connection: Connection, policy: Policy, passages: Sequence[Passage], keys: Sequence[str]) -> None:
    """Store the passages of a version, whose vectors are stored under `keys`, one key a passage."""
    rows = [
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
    if rows:
        connection.execute(insert(db.passages), rows)


def point_to_vectors(connection: Connection, policy_id: str, version: str, keys: Sequence[str]) -> None:
    """Let the passages of a version use the vectors stored under `keys`, in the order of the text."""
    here = (db.passages.c.policy_id == policy_id, db.passages.c.version == version)
    for position, key in enumerate(keys):
        connection.execute(update(db.passages).where(*here, db.passages.c.position == position).values(vector_key=key))


def passage_keys(connection: Connection, policy_id: str, version: str) -> list[str]:
    """Return the vector keys of a version's passages, in the order of the text."""
    query = select(db.passages.c.vector_key).order_by(db.passages.c.position)
    rows = connection.execute(query.where(db.passages.c.policy_id == policy_id, db.passages.c.version == version))
    return list(rows.scalars())


def drop_unused_vectors(connection: Connection) -> None:
    """Delete the vectors that no passage uses."""
    used = select(db.passages.c.vector_key).where(db.passages.c.vector_key == db.vectors.c.key).exists()
    # NOT EXISTS by the index of vector_key: NOT IN over a large subquery is quadratic in PostgreSQL.
    connection.execute(delete(db.vectors).where(~used))


def read_passages(connection: Connection, policy_id: str, version: str) -> list[Passage]:
    """Return the passages of one version, in the order of the text."""
    query = select(db.passages).order_by(db.passages.c.position)
    rows = connection.execute(query.where(db.passages.c.policy_id == policy_id, db.passages.c.version == version))
    return [Passage(row.clause_id, row.unit, row.start, row.end, row.context) for row in rows]


def read_vectors(connection: Connection, policy_id: str, version: str, dimension: int) -> PassageVectors:
    """Return the passages of one version with their vectors, in the order of the text."""
    query = (
        select(db.passages, db.vectors.c.vector)
        .join(db.vectors, db.passages.c.vector_key == db.vectors.c.key)
        .where(db.passages.c.policy_id == policy_id, db.passages.c.version == version)
        .order_by(db.passages.c.position)
    )
    rows = connection.execute(query).all()
    matrix = np.array([np.frombuffer(row.vector, dtype=np.float32) for row in rows], dtype=np.float32)
    return PassageVectors(
        tuple(Passage(row.clause_id, row.unit, row.start, row.end, row.context) for row in rows),
        matrix.reshape(len(rows), dimension),
    )


def read_sample(connection: Connection, dimension: int, size: int = 3) -> Sample:
    """Return up to `size` passages of current versions with their vectors: what an index of them must find again."""
    now = (db.policies.c.id == db.passages.c.policy_id) & (db.policies.c.current_version == db.passages.c.version)
    rows = connection.execute(
        select(db.passages.c.policy_id, db.passages.c.version, db.passages.c.position, db.vectors.c.vector)
        .join(db.policies, now)
        .join(db.vectors, db.passages.c.vector_key == db.vectors.c.key)
        .limit(size)
    ).all()
    matrix = np.array([np.frombuffer(row.vector, dtype=np.float32) for row in rows], dtype=np.float32)
    return Sample(tuple(Key(*row[:3]) for row in rows), matrix.reshape(len(rows), dimension))


def scan(stored: Iterable[tuple[str, str, PassageVectors]], vector: np.ndarray, k: int) -> list[Hit]:
    """Return the `k` passages nearest to `vector`, best first, by comparing with every one."""
    hits: list[Hit] = []
    for policy_id, version, found in stored:
        scores = found.matrix @ vector
        best = np.argsort(-scores, kind="stable")[:k]
        hits += [Hit(policy_id, version, int(row), float(scores[row])) for row in best]
    return sorted(hits, key=lambda hit: -hit.similarity)[:k]
