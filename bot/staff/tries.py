"""Lock-out: after wrong tries, the next one for a name or from a place is heard only after a while."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, delete, select, update

from bot.requests.chain import stamp
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.codes import address_block
from bot.requests.ledger.database import Database, insert_once
from bot.requests.ledger.keys import Key
from bot.staff import tables as db
from bot.staff.errors import WaitError

FREE_OF_NAME = 5
"""Wrong tries for one name before there is a wait: then a minute, doubled with each to LONGEST_WAIT."""

FREE_OF_PLACE = 30
"""The same of one address block: an office may share one."""

FIRST_WAIT = 60
LONGEST_WAIT = 3600
FORGOTTEN = dt.timedelta(hours=24)


class Tries:
    """Counts wrong tries by name and by address block, in SQL, so that it holds over processes and restarts."""

    def __init__(self, database: Database, key: Key, now: Now = utc_now) -> None:
        self._database = database
        self._key = key
        self._now = now

    def check(self, name: str, address: str | None) -> None:
        """Raises WaitError while a try is not heard."""
        at = self._now()
        with self._database.reading() as connection:
            rows = connection.execute(select(db.tries).where(db.tries.c.key.in_(self._keys(name, address)))).all()
        until = max((dt.datetime.fromisoformat(row.until) for row in rows), default=at)
        if until > at:
            raise WaitError(int((until - at).total_seconds()) + 1)

    def wrong(self, name: str, address: str | None) -> None:
        """Count a wrong try."""
        at = self._now()
        with self._database.writing() as connection:
            connection.execute(delete(db.tries).where(db.tries.c.last < stamp(at - FORGOTTEN)))
            for key, free in zip(self._keys(name, address), (FREE_OF_NAME, FREE_OF_PLACE), strict=False):
                self._count(connection, key, free, at)

    def right(self, name: str) -> None:
        """Forget the wrong tries for a name."""
        with self._database.writing() as connection:
            connection.execute(delete(db.tries).where(db.tries.c.key == self._keys(name, None)[0]))

    def _count(self, connection: Connection, key: str, free: int, at: dt.datetime) -> None:
        insert_once(connection, db.tries, {"key": key, "wrong": 0, "last": stamp(at), "until": stamp(at)})
        mine = db.tries.c.key == key
        wrong = connection.execute(select(db.tries.c.wrong).where(mine).with_for_update()).scalar_one() + 1
        seconds = min(FIRST_WAIT * 2 ** min(wrong - free, 10), LONGEST_WAIT) if wrong >= free else 0
        counted = {"wrong": wrong, "last": stamp(at), "until": stamp(at + dt.timedelta(seconds=seconds))}
        connection.execute(update(db.tries).where(mine).values(**counted))

    def _keys(self, name: str, address: str | None) -> list[str]:
        block = address_block(address)
        return [
            self._key.digest("tries of name", name),
            *([self._key.digest("tries of place", block)] if block else []),
        ]
