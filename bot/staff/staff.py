"""The staff in one hand: accounts, sessions, keys and the trail, over one database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.database import Database
from bot.requests.ledger.keys import Key
from bot.staff.accounts import Accounts
from bot.staff.keys import KeyStore
from bot.staff.sessions import Sessions
from bot.staff.tables import open_tables
from bot.staff.trail import AuditTrail


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """What the staff application and the API ask about the people who work here."""

    accounts: Accounts
    sessions: Sessions
    keys: KeyStore
    trail: AuditTrail
    database: Database

    @classmethod
    def open(cls, url: str, data_dir: Path, now: Now = utc_now) -> Staff:
        """Open the staff's tables at an SQLAlchemy URL; the desk's key lies in `data_dir`. Raises StoreUnavailableError."""
        database = open_tables(url)
        key = Key.open(data_dir)
        return cls(
            Accounts(database, key, now),
            Sessions(database, now),
            KeyStore(database, now),
            AuditTrail(database, now),
            database,
        )

    def close(self) -> None:
        """Give back the connections."""
        self.database.close()
