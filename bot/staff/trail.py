"""The audit trail: who did what to what, one entry after the other, each sealed with the one before it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from typing import Protocol

from sqlalchemy import Connection, select

from bot.requests.chain import stamp
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.database import Database, insert_once
from bot.staff import tables as db
from bot.staff.records import Act

MOST_SHOWN = 500


class Trail(Protocol):
    """Notes who did what to what. All three are names and numbers, never the words of people or policies."""

    def note(self, member_id: str, action: str, subject: str) -> None:
        """Keep one entry; the time is now."""


class AuditTrail:
    """The trail in SQL. Nothing here changes or removes an entry."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def note(self, member_id: str, action: str, subject: str) -> None:
        """Keep one entry; the time is now. Raises StoreUnavailableError."""
        at = stamp(self._now())
        with self._database.writing() as connection:
            # Of two who write at once on a server, one waits for the other's entry and takes the next number.
            while not self._added(connection, at, member_id, action[:40], subject[:200]):
                pass

    def _added(self, connection: Connection, at: str, member_id: str, action: str, subject: str) -> bool:
        last = connection.execute(select(db.trail).order_by(db.trail.c.number.desc()).limit(1)).one_or_none()
        number, previous = (last.number + 1, last.digest) if last is not None else (1, "")
        row = {"number": number, "at": at, "member_id": member_id, "action": action, "subject": subject}
        digest = _seal(number, at, member_id, action, subject, previous)
        return insert_once(connection, db.trail, {**row, "digest": digest})

    def acts(self, limit: int = MOST_SHOWN, before: int | None = None) -> list[Act]:
        """Return entries, newest first; with `before`, those with a smaller number."""
        query = select(db.trail).order_by(db.trail.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(db.trail.c.number < before)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            Act(row.number, dt.datetime.fromisoformat(row.at), row.member_id, row.action, row.subject) for row in rows
        ]

    def first_fault(self) -> int | None:
        """Return the number of the first entry that was changed or is missing, None where the trail holds."""
        with self._database.reading() as connection:
            rows = connection.execute(select(db.trail).order_by(db.trail.c.number)).all()
        previous = ""
        for number, row in enumerate(rows, start=1):
            if row.number != number or row.digest != _seal(
                number, row.at, row.member_id, row.action, row.subject, previous
            ):
                return number
            previous = row.digest
        return None


def _seal(number: int, at: str, member_id: str, action: str, subject: str, previous: str) -> str:
    written = json.dumps([number, at, member_id, action, subject, previous], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()
