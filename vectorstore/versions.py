"""Policy versions in SQL: which name a document gets, whether it is new, and reading it back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update

from vectorstore import database as db
from vectorstore.approvals import note_channels
from vectorstore.errors import PolicyIdTakenError, StoredFormError, UnknownPolicyError, UnknownVersionError
from vectorstore.observations import (
    forget_observations,
    make_current,
    next_position,
    read_observations,
    read_terms,
    record_observation,
    version_due,
)
from vectorstore.policy import Policy
from vectorstore.record import dump_policy, load_policy
from vectorstore.timeline import ROLLBACK, Observation, in_force, stated_date, terms
from vectorstore.vectors import passage_keys


@dataclass(frozen=True, slots=True)
class PutResult:
    """What became of a document: `status` is "new", "changed" or "unchanged".

    `embedded` counts passages embedded, `embedded_characters` their characters. `standing` is "current", "earlier" (an older
    version than the current one, which stays) or "scheduled" (in force from a day to come). `start` is the first day on
    which the version was in force, YYYY-MM-DD.
    """

    status: str
    version: str
    embedded: int
    embedded_characters: int = 0
    standing: str = "current"
    start: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """A document placed among the versions: the policy as stored, its status, and its standing and start as in PutResult.

    `is_written` tells that its passages are still to be written.
    """

    policy: Policy
    status: str
    standing: str
    start: str
    is_written: bool


def place(
    connection: Connection, policy: Policy, keys: Sequence[str], seen: str | None = None, today: str | None = None
) -> Placed:
    """Store `policy` as a version and make it current if it is the one in force `today` (None: the day by the clock).

    `keys` name the vectors of its passages, in their order; `seen` is the day on which the document was known to be public,
    None if nobody knows. Another reading of words that are stored already replaces the former reading under the same name;
    its passages are gone then, and the caller writes the new ones. Raises PolicyIdTakenError.
    """
    now = datetime.now(UTC).isoformat()
    today = today or now[:10]
    text_hash = hashlib.sha256(policy.text.encode()).hexdigest()
    columns = (db.versions.c.version, db.versions.c.text_hash)
    of_policy = db.versions.c.policy_id == policy.id
    stored = connection.execute(select(*columns).where(of_policy).order_by(db.versions.c.ingested_at)).all()
    twin = next((row.version for row in stored if row.text_hash == text_hash), None)
    former = _current_or_none(connection, policy.id)
    if stored and twin is None:
        _refuse_other_company(connection, policy, former or stored[-1].version)
    policy = replace(policy, version=twin or _free_name(policy.version, {row.version for row in stored}))
    record = dump_policy(policy)
    here = (of_policy, db.versions.c.version == policy.version)
    status = "changed" if stored else "new"
    read_alike = False
    if twin is not None:
        known = connection.execute(select(db.versions.c.record).where(*here)).scalar_one()
        read_alike = known == record and passage_keys(connection, policy.id, twin) == list(keys)
        if not read_alike:
            _delete_passages(connection, policy.id, twin)
            connection.execute(update(db.versions).where(*here).values(record=record))
    else:
        row = {"policy_id": policy.id, "version": policy.version, "text_hash": text_hash, "record": record}
        connection.execute(insert(db.versions).values(**row, ingested_at=now))
    observed = read_observations(connection, policy.id)
    one = Observation(next_position(observed), policy.version, stated_date(policy.dates), seen, today)
    if twin is None or _is_news(observed, one, former, today):
        observed.append(one)
        record_observation(connection, policy.id, one)
    elif read_alike:
        status = "unchanged"
    known_terms = terms(observed)
    current = version_due(known_terms, today) or policy.version
    if current != former:
        make_current(connection, policy.id, current)
        note_channels(connection, policy.id, former, current)
    start = next((term.start for term in reversed(known_terms) if term.version == policy.version), today)
    standing = "current" if current == policy.version else "scheduled" if start > today else "earlier"
    return Placed(policy, status, standing, start, not read_alike)


def _is_news(observed: Sequence[Observation], one: Observation, current: str | None, today: str) -> bool:
    """True if seeing known words again changes what was in force when.

    The company may go back to earlier words. Not so for an old file ingested again, for words that the operator rolled back
    from, or for a sighting that is recorded or lies within the version's own term.
    """
    known = terms(observed)
    if one.seen is not None:
        recorded = any(other.version == one.version and other.seen == one.seen for other in observed)
        holding = in_force(known, one.seen)
        return not recorded and not (holding is not None and holding.version == one.version)
    if one.version == current or (observed and observed[-1].kind == ROLLBACK):
        return False
    return version_due(terms([*observed, one]), today) == one.version


def roll_back(connection: Connection, policy_id: str, version: str, today: str) -> bool:
    """Make a stored version current by the operator's will, from today on; False if it is current already.

    Raises UnknownPolicyError or UnknownVersionError.
    """
    former = current_version(connection, policy_id)
    if version not in version_names(connection, policy_id):
        raise UnknownVersionError(policy_id, version)
    if version == former:
        return False
    observed = read_observations(connection, policy_id)
    record_observation(
        connection, policy_id, Observation(next_position(observed), version, None, None, today, ROLLBACK)
    )
    make_current(connection, policy_id, version)
    note_channels(connection, policy_id, former, version)
    return True


def promote_due(connection: Connection, today: str) -> list[str]:
    """Make current what came into force since the last look; return the ids of the policies that changed."""
    changed = []
    for policy_id, former, due in due_versions(connection, today):
        make_current(connection, policy_id, due)
        note_channels(connection, policy_id, former, due)
        changed.append(policy_id)
    return changed


def due_versions(connection: Connection, today: str) -> list[tuple[str, str, str]]:
    """Return (policy id, current version, version in force today) where the two differ."""
    found = []
    for row in connection.execute(select(db.policies).order_by(db.policies.c.id)).all():
        due = version_due(read_terms(connection, row.id), today)
        if due is not None and due != row.current_version:
            found.append((row.id, row.current_version, due))
    return found


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
    forget_observations(connection, policy_id)
    for table, column in (
        (db.channel_approvals, db.channel_approvals.c.policy_id),
        (db.passages, db.passages.c.policy_id),
        (db.versions, db.versions.c.policy_id),
        (db.policies, db.policies.c.id),
    ):
        connection.execute(delete(table).where(column == policy_id))


def delete_version(connection: Connection, policy_id: str, version: str, today: str) -> None:
    """Delete one version; the version then in force becomes current. The only version takes the policy with it.

    Raises UnknownPolicyError or UnknownVersionError.
    """
    names = version_names(connection, policy_id)
    if version not in names:
        raise UnknownVersionError(policy_id, version)
    if len(names) == 1:
        delete_policy(connection, policy_id)
        return
    former = current_version(connection, policy_id)
    forget_observations(connection, policy_id, version)
    due = former
    if former == version:
        left = [name for name in names if name != version]
        due = version_due(read_terms(connection, policy_id), today) or left[-1]
        make_current(connection, policy_id, due)
        note_channels(connection, policy_id, former, due)
    _delete_passages(connection, policy_id, version)
    connection.execute(
        delete(db.versions).where(db.versions.c.policy_id == policy_id, db.versions.c.version == version)
    )


def _delete_passages(connection: Connection, policy_id: str, version: str) -> None:
    connection.execute(
        delete(db.passages).where(db.passages.c.policy_id == policy_id, db.passages.c.version == version)
    )


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
