"""Keys for programs: shown once, kept as a digest. A key may do what its member may."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets

from sqlalchemy import insert, select, update

from bot.requests.chain import stamp
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.database import Database
from bot.staff import tables as db
from bot.staff.accounts import member_of
from bot.staff.errors import AccountError
from bot.staff.records import ApiKey, Member

PREFIX = "pd_"
_FORM = re.compile(r"pd_[A-Za-z0-9_-]{43}")
SEEN_AGAIN = dt.timedelta(minutes=1)


class KeyStore:
    """Keys in SQL."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def add(self, member_id: str, label: str) -> tuple[str, str]:
        """Return the id and the key of a new one; the key is told this once. Raises AccountError for an unknown member."""
        made, key_id = PREFIX + secrets.token_urlsafe(32), secrets.token_hex(6)
        with self._database.writing() as connection:
            known = connection.execute(select(db.members.c.id).where(db.members.c.id == member_id)).one_or_none()
            if known is None:
                raise AccountError("There is no such member.")
            row = {"id": key_id, "digest": _digest(made), "member_id": member_id, "label": label[:80]}
            connection.execute(insert(db.keys).values(**row, created=stamp(self._now())))
        return key_id, made

    def member_of(self, key: str) -> Member | None:
        """Return whose key it is; None for what is no key, was revoked, or belongs to a member who was shut out."""
        if not _FORM.fullmatch(key):
            return None
        at = self._now()
        wanted = db.keys.c.digest == _digest(key)
        with self._database.reading() as connection:
            row = connection.execute(
                select(db.keys.c.used, db.members)
                .join(db.members, db.members.c.id == db.keys.c.member_id)
                .where(wanted, db.keys.c.revoked.is_(None), db.members.c.disabled.is_(None))
            ).one_or_none()
        if row is None:
            return None
        if row.used is None or row.used < stamp(at - SEEN_AGAIN):
            with self._database.writing() as connection:
                connection.execute(update(db.keys).where(wanted).values(used=stamp(at)))
        return member_of(row.id, row.shown, row.roles)

    def of(self, member_id: str | None = None) -> list[ApiKey]:
        """Return the keys of a member (None: of all), newest first."""
        query = select(db.keys).order_by(db.keys.c.created.desc())
        if member_id is not None:
            query = query.where(db.keys.c.member_id == member_id)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return [
            ApiKey(row.id, row.member_id, row.label, dt.datetime.fromisoformat(row.created), _time(row.used), _time(row.revoked))
            for row in rows
        ]  # fmt: skip

    def revoke(self, key_id: str, member_id: str | None = None) -> None:
        """Let a key open nothing any more; with `member_id`, only if it is theirs. Raises AccountError for an unknown one."""
        wanted = db.keys.c.id == key_id
        if member_id is not None:
            wanted = wanted & (db.keys.c.member_id == member_id)
        with self._database.writing() as connection:
            if connection.execute(update(db.keys).where(wanted).values(revoked=stamp(self._now()))).rowcount == 0:
                raise AccountError("There is no such key.")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _time(written: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(written) if written is not None else None
