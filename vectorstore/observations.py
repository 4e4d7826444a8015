"""Observations of versions in SQL: recorded, read, and made up for libraries older than their table."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select, update

from vectorstore import database as db
from vectorstore.policy import PolicyDate
from vectorstore.timeline import ROLLBACK, Observation, Term, in_force, stated_date, terms


def read_observations(connection: Connection, policy_id: str) -> list[Observation]:
    """Return what was recorded of a policy's versions, in the order of recording."""
    table = db.observations
    rows = connection.execute(select(table).where(table.c.policy_id == policy_id).order_by(table.c.position))
    return [Observation(row.position, row.version, row.stated, row.seen, row.recorded, row.kind) for row in rows]


def read_terms(connection: Connection, policy_id: str) -> list[Term]:
    """Return the terms of a policy's versions, oldest first."""
    return terms(read_observations(connection, policy_id))


def record_observation(connection: Connection, policy_id: str, one: Observation) -> None:
    """Store an observation."""
    row = {"policy_id": policy_id, "position": one.position, "version": one.version, "stated": one.stated}
    row |= {"seen": one.seen, "recorded": one.recorded, "kind": one.kind}
    connection.execute(insert(db.observations).values(**row))


def forget_observations(connection: Connection, policy_id: str, version: str | None = None) -> None:
    """Delete what was recorded of a policy, or of one version of it."""
    query = delete(db.observations).where(db.observations.c.policy_id == policy_id)
    connection.execute(query if version is None else query.where(db.observations.c.version == version))


def next_position(observed: Sequence[Observation]) -> int:
    """Return the position of the next observation."""
    return max((one.position for one in observed), default=-1) + 1


def version_due(known: Sequence[Term], day: str) -> str | None:
    """Return the version in force on that day; where all come later, the first one; None where there is none."""
    term = in_force(known, day) or next(iter(known), None)
    return term.version if term else None


def make_current(connection: Connection, policy_id: str, version: str) -> None:
    """Let a policy answer with that version."""
    changed = connection.execute(
        update(db.policies).where(db.policies.c.id == policy_id).values(current_version=version)
    )
    if changed.rowcount == 0:
        connection.execute(insert(db.policies).values(id=policy_id, current_version=version))


def lacks_observations(connection: Connection) -> bool:
    """True if a policy is stored of whose versions nothing was recorded: the library is older than the table."""
    recorded = select(db.observations.c.policy_id)
    return (
        connection.execute(select(db.policies.c.id).where(db.policies.c.id.not_in(recorded)).limit(1)).first()
        is not None
    )


def adopt_observations(connection: Connection) -> None:
    """Record the versions of policies stored before observations were kept; the current version stays current."""
    recorded = select(db.observations.c.policy_id)
    for policy in connection.execute(select(db.policies).where(db.policies.c.id.not_in(recorded))).all():
        stored = connection.execute(
            select(db.versions).where(db.versions.c.policy_id == policy.id).order_by(db.versions.c.ingested_at)
        ).all()
        observed = [
            Observation(position, row.version, _stated_in(row.record), None, row.ingested_at[:10])
            for position, row in enumerate(stored)
        ]
        today = observed[-1].recorded if observed else ""
        if observed and version_due(terms(observed), today) != policy.current_version:
            observed.append(Observation(len(observed), policy.current_version, None, None, today, ROLLBACK))
        for one in observed:
            record_observation(connection, policy.id, one)


def _stated_in(record: str) -> str | None:
    """Return the date that a stored record states, whatever form the rest of it has; None if there is none to be read."""
    try:
        dates = tuple(PolicyDate(**date) for date in json.loads(record)["dates"])
    except (KeyError, TypeError, ValueError):
        return None
    return stated_date(dates)
