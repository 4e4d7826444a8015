"""Which documents are in: what a reading of certain bytes gave, so that the same bytes need not be read again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, func, insert, select

from vectorstore import database as db


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """The stored version that a document became. `passages` counts what is embedded of it."""

    policy_id: str
    version: str
    is_current: bool
    passages: int


def read_document(connection: Connection, key: str) -> KnownDocument | None:
    """Return what the document with that key became; None if it is unknown or its version is no longer stored as it was."""
    document, stored = db.documents.c, db.versions.c
    same = and_(
        stored.policy_id == document.policy_id,
        stored.version == document.version,
        stored.text_hash == document.text_hash,
    )
    row = connection.execute(
        select(document.policy_id, document.version, db.policies.c.current_version)
        .join(db.versions, same)
        .join(db.policies, db.policies.c.id == document.policy_id)
        .where(document.key == key)
    ).first()
    if row is None:
        return None
    passages = db.passages.c
    counted = select(func.count()).where(passages.policy_id == row.policy_id, passages.version == row.version)
    current = row.current_version == row.version
    return KnownDocument(row.policy_id, row.version, current, connection.execute(counted).scalar_one())


def write_document(connection: Connection, key: str, policy_id: str, version: str) -> None:
    """Note that the document with that key became that version; does nothing if the version is gone again."""
    stored = db.versions.c
    text_hash = connection.execute(
        select(stored.text_hash).where(stored.policy_id == policy_id, stored.version == version)
    ).scalar_one_or_none()
    if text_hash is None:
        return
    connection.execute(delete(db.documents).where(db.documents.c.key == key))
    connection.execute(insert(db.documents).values(key=key, policy_id=policy_id, version=version, text_hash=text_hash))
