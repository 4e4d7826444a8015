"""Signed-in browsers: a random word in a cookie, its digest here. Owns their lifetimes."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from sqlalchemy import delete, insert, select, update

from bot.requests.chain import stamp
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.database import Database
from bot.staff import tables as db
from bot.staff.accounts import member_of
from bot.staff.records import Session

IDLE = dt.timedelta(hours=1)
LONGEST = dt.timedelta(hours=12)
# The time of last use is written at most this often.
SEEN_AGAIN = dt.timedelta(minutes=1)


class Sessions:
    """Sessions in SQL: good over processes and restarts."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now

    def begin(self, member_id: str) -> str:
        """Return the word of a new session; sessions that are over are let go."""
        word, at = secrets.token_urlsafe(32), self._now()
        row = {"digest": _digest(word), "member_id": member_id, "form_token": secrets.token_urlsafe(24)}
        with self._database.writing() as connection:
            over = (db.sessions.c.seen < stamp(at - IDLE)) | (db.sessions.c.created < stamp(at - LONGEST))
            connection.execute(delete(db.sessions).where(over))
            connection.execute(insert(db.sessions).values(**row, created=stamp(at), seen=stamp(at)))
        return word

    def read(self, word: str) -> Session | None:
        """Return the session of a word; None where there is none, it is over, or its member was shut out."""
        if len(word) > 100:
            return None
        at = self._now()
        wanted = db.sessions.c.digest == _digest(word)
        with self._database.reading() as connection:
            row = connection.execute(
                select(db.sessions, *(one.label(f"who_{one.name}") for one in db.members.c))
                .join(db.members, db.members.c.id == db.sessions.c.member_id)
                .where(wanted, db.members.c.disabled.is_(None))
            ).one_or_none()
        if row is None or row.seen < stamp(at - IDLE) or row.created < stamp(at - LONGEST):
            return None
        if row.seen < stamp(at - SEEN_AGAIN):
            with self._database.writing() as connection:
                connection.execute(update(db.sessions).where(wanted).values(seen=stamp(at)))
        return Session(member_of(row.who_id, row.who_shown, row.who_roles), row.form_token)

    def end(self, word: str) -> None:
        """Sign a browser out."""
        with self._database.writing() as connection:
            connection.execute(delete(db.sessions).where(db.sessions.c.digest == _digest(word)))

    def end_others(self, member_id: str, word: str) -> None:
        """Sign a member out everywhere but in the browser that holds `word`."""
        mine, this = db.sessions.c.member_id == member_id, db.sessions.c.digest == _digest(word)
        with self._database.writing() as connection:
            connection.execute(delete(db.sessions).where(mine, ~this))

    def end_all(self, member_id: str) -> None:
        """Sign a member out everywhere."""
        with self._database.writing() as connection:
            connection.execute(delete(db.sessions).where(db.sessions.c.member_id == member_id))


def _digest(word: str) -> str:
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()
