"""The versions of the library's policies over time, and the operator's word on them. Owns reading and changing both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection, Engine, select

from vectorstore import database as db
from vectorstore import versions as stored
from vectorstore.approvals import ChannelDecision, decide, read_decisions, reviewed
from vectorstore.observations import read_observations, read_terms
from vectorstore.policy import Policy
from vectorstore.timeline import ROLLBACK, Term, in_force


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A stored version in one row: `start` is its first day in force (YYYY-MM-DD), `ingested` that of its ingest.

    `standing` is "current", "earlier" or "scheduled". `rolled_back_to` is the day on which the operator made it current by
    hand, None if never.
    """

    version: str
    start: str
    ingested: str
    standing: str
    clauses: int
    characters: int
    rolled_back_to: str | None = None


class PolicyHistory:
    """Versions by date, roll-back and channel approvals of one library. `touch` tells its readers of a change."""

    def __init__(self, engine: Engine, touch: Callable[[Connection], None], today: Callable[[], date]) -> None:
        self._engine = engine
        self._touch = touch
        self._today = today

    @property
    def today(self) -> date:
        """The present day, UTC."""
        return self._today()

    def rows(self, policy_id: str) -> list[VersionRow]:
        """Return the versions of a policy by their first day in force, oldest first. Raises UnknownPolicyError."""
        today = self._today().isoformat()
        with db.reading(self._engine) as connection:
            current = stored.current_version(connection, policy_id)
            known = read_terms(connection, policy_id)
            by_hand = {
                one.version: one.recorded for one in read_observations(connection, policy_id) if one.kind == ROLLBACK
            }
            held = connection.execute(select(db.versions).where(db.versions.c.policy_id == policy_id)).all()
            rows = []
            for row in held:
                policy = stored.read_policy(connection, policy_id, row.version)
                start = next((term.start for term in known if term.version == row.version), row.ingested_at[:10])
                standing = "current" if row.version == current else "scheduled" if start > today else "earlier"
                clauses = sum(clause.is_read for clause in policy.clauses)
                rows.append(
                    VersionRow(
                        row.version,
                        start,
                        row.ingested_at[:10],
                        standing,
                        clauses,
                        len(policy.text),
                        by_hand.get(row.version),
                    )
                )
        order = {term.version: place for place, term in reversed(list(enumerate(known)))}
        return sorted(rows, key=lambda row: (order.get(row.version, len(order)), row.ingested))

    def terms(self, policy_id: str) -> list[Term]:
        """Return which version was in force from which day, oldest first. Raises UnknownPolicyError."""
        with db.reading(self._engine) as connection:
            stored.current_version(connection, policy_id)
            return read_terms(connection, policy_id)

    def version_on(self, policy_id: str, day: date) -> str | None:
        """Return the version in force on that day, the current one from today on; None before the first.

        Raises UnknownPolicyError.
        """
        with db.reading(self._engine) as connection:
            current = stored.current_version(connection, policy_id)
            if day >= self._today():
                return current
            term = in_force(read_terms(connection, policy_id), day.isoformat())
            return term.version if term else None

    def before(self, policy_id: str, version: str) -> str | None:
        """Return the version that was in force before `version` came, None where it was the first.

        Raises UnknownPolicyError.
        """
        known = self.terms(policy_id)
        place = next((number for number, term in enumerate(known) if term.version == version), 0)
        return next((term.version for term in reversed(known[:place]) if term.version != version), None)

    def roll_back(self, policy_id: str, version: str) -> bool:
        """Make an earlier version current; False if it is. Raises UnknownPolicyError or UnknownVersionError."""
        with db.writing(self._engine) as connection:
            changed = stored.roll_back(connection, policy_id, version, self._today().isoformat())
            if changed:
                self._touch(connection)
        return changed

    def promote_due(self) -> list[str]:
        """Make current the versions that came into force since the last look; return the ids of their policies."""
        today = self._today().isoformat()
        with db.reading(self._engine) as connection:
            if not stored.due_versions(connection, today):
                return []
        with db.writing(self._engine) as connection:
            changed = stored.promote_due(connection, today)
            if changed:
                self._touch(connection)
        return changed

    def channels(self, policy_id: str) -> list[ChannelDecision]:
        """Return the operator's word on addresses, by type; none was needed where it is empty. Raises UnknownPolicyError."""
        with db.reading(self._engine) as connection:
            stored.current_version(connection, policy_id)
            return list(read_decisions(connection, policy_id).values())

    def decide(self, policy_id: str, values: Sequence[str] | None, state: str) -> list[ChannelDecision]:
        """Approve or refuse addresses by value (None: all that wait); return what was decided. Raises UnknownPolicyError."""
        with db.writing(self._engine) as connection:
            stored.current_version(connection, policy_id)
            decided = decide(connection, policy_id, values, state)
            if decided:
                self._touch(connection)
        return decided

    def reviewed(self, policy: Policy) -> Policy:
        """Return the policy with "pending" or "refused" as the status of channels that must not be offered."""
        with db.reading(self._engine) as connection:
            return reviewed(policy, read_decisions(connection, policy.id))


def utc_today() -> date:
    """Return the present day, UTC."""
    return datetime.now(UTC).date()
