"""Policy versions in SQL: which name a document gets, whether it is new, and reading it back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from vectorstore import database as db
from vectorstore.errors import PolicyIdTakenError, StoredFormError, UnknownPolicyError, UnknownVersionError
from vectorstore.policy import Policy
from vectorstore.record import dump_policy, load_policy
from vectorstore.vectors import passage_keys


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of a document: `status` is "new", "changed" or "unchanged"; `embedded` counts passages embedded."""

    status: str
    version: str
    embedded: int


def place(connection: Connection, policy: Policy, keys: Sequence[str]) -> tuple[Policy, str]:
    """Make `policy` the current version and return it as stored, with "new", "changed" or "unchanged".

    `keys` name the vectors of its passages, in their order. Another reading of words that are stored already replaces the
    former reading under the same name; its passages are gone then, and the caller writes the new ones. Raises
    PolicyIdTakenError.
    """
    text_hash = hashlib.sha256(policy.text.encode()).hexdigest()
    columns = (db.versions.c.version, db.versions.c.text_hash)
    of_policy = db.versions.c.policy_id == policy.id
    stored = connection.execute(select(*columns).where(of_policy).order_by(db.versions.c.ingested_at)).all()
    twin = next((row.version for row in stored if row.text_hash == text_hash), None)
    if stored and twin is None:
        _refuse_other_company(connection, policy, stored[-1].version)
    policy = replace(policy, version=twin or _free_name(policy.version, {row.version for row in stored}))
    record = dump_policy(policy)
    current = _current_or_none(connection, policy.id)
    here = (of_policy, db.versions.c.version == policy.version)
    if twin is not None:
        former = connection.execute(select(db.versions.c.record).where(*here)).scalar_one()
        if current == twin and former == record and passage_keys(connection, policy.id, twin) == list(keys):
            return policy, "unchanged"
        connection.execute(
            delete(db.passages).where(db.passages.c.policy_id == policy.id, db.passages.c.version == twin)
        )
        connection.execute(update(db.versions).where(*here).values(record=record))
    else:
        row = {"policy_id": policy.id, "version": policy.version, "text_hash": text_hash, "record": record}
        connection.execute(insert(db.versions).values(**row, ingested_at=datetime.now(UTC).isoformat()))
    if current is None:
        connection.execute(insert(db.policies).values(id=policy.id, current_version=policy.version))
    else:
        connection.execute(
            update(db.policies).where(db.policies.c.id == policy.id).values(current_version=policy.version)
        )
    return policy, "changed" if stored else "new"


def read_policy(connection: Connection, policy_id: str, version: str) -> Policy:
    """Return a stored version. Raises UnknownPolicyError, UnknownVersionError or StoredFormError."""
    record = connection.execute(
        select(db.versions.c.record).where(db.versions.c.policy_id == policy_id, db.versions.c.version == version)
    ).scalar_one_or_none()
    if record is None:
        current_version(connection, policy_id)
        raise UnknownVersionError(policy_id, version)
    try:
        return load_policy(record)
    except (KeyError, TypeError, ValueError) as error:
        raise StoredFormError(policy_id, version) from error


def current_version(connection: Connection, policy_id: str) -> str:
    """Return the name of the current version. Raises UnknownPolicyError."""
    version = _current_or_none(connection, policy_id)
    if version is None:
        raise UnknownPolicyError(policy_id)
    return version


def stored_versions(connection: Connection) -> list[tuple[str, str]]:
    """Return (policy id, version) of everything stored."""
    return [
        (row.policy_id, row.version)
        for row in connection.execute(select(db.versions.c.policy_id, db.versions.c.version))
    ]


def version_names(connection: Connection, policy_id: str) -> list[str]:
    """Return the version names of a policy, oldest ingest first. Raises UnknownPolicyError."""
    current_version(connection, policy_id)
    rows = connection.execute(
        select(db.versions.c.version)
        .where(db.versions.c.policy_id == policy_id)
        .order_by(db.versions.c.ingested_at, db.versions.c.version)
    )
    return [row.version for row in rows]


def delete_policy(connection: Connection, policy_id: str) -> None:
    """Delete a policy with its versions and passages. Raises UnknownPolicyError."""
    current_version(connection, policy_id)
    for table, column in (
        (db.passages, db.passages.c.policy_id),
        (db.versions, db.versions.c.policy_id),
        (db.policies, db.policies.c.id),
    ):
        connection.execute(delete(table).where(column == policy_id))


def _current_or_none(connection: Connection, policy_id: str) -> str | None:
    return connection.execute(
        select(db.policies.c.current_version).where(db.policies.c.id == policy_id)
    ).scalar_one_or_none()


def _refuse_other_company(connection: Connection, policy: Policy, newest: str) -> None:
    try:
        holder = read_policy(connection, policy.id, newest)
    except StoredFormError:
        # A record that cannot be read cannot be compared; the operator's id decides.
        return
    names = [{name.casefold() for name in (one.company, *one.aliases)} for one in (holder, policy)]
    if not names[0] & names[1]:
        raise PolicyIdTakenError(policy.id, holder.company, policy.company)


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
