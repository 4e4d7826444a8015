"""A database of the desk's own records: opened, read, written in one transaction, written anew. Knows no table.

Requests, members and what agents keep lie in the same file or server, each with tables of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Insert, MetaData, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.requests.ledger.turns import Turn
from vectorstore.engines import begun, create_missing, make_engine, plain_errors, reading
from vectorstore.errors import StoreUnavailableError

LOCK_SECONDS = 30.0
"""How long a writer waits for another."""


class Database:
    """Tables in a database and their transactions. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine, tables: MetaData) -> None:
        self._engine = engine
        self._tables = tables
        self._server = engine.dialect.name == "postgresql"
        file = engine.url.database
        self._turn: AbstractContextManager[None] = nullcontext()
        if not self._server and file and file != ":memory:":
            self._turn = Turn(Path(f"{file}.lock"))

    @classmethod
    def open(cls, url: str, tables: MetaData, creation_lock: int, lock_seconds: float = LOCK_SECONDS) -> Database:
        """Open the database at an SQLAlchemy URL, creating those of the tables that are missing.

        `creation_lock` is a number of theirs alone: processes that create them at once on an empty server queue at it.
        Raises StoreUnavailableError.
        """
        engine = make_engine(url, lock_seconds)
        try:
            create_missing(engine, tables, creation_lock)
        except StoreUnavailableError:
            engine.dispose()
            raise
        return cls(engine, tables)

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def reading(self) -> AbstractContextManager[Connection]:
        """Read from one snapshot. Raises StoreUnavailableError where the database is locked, damaged or out of reach."""
        return reading(self._engine)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Write in one transaction: SQLite has one writer at a time, PostgreSQL locks the rows that are read for update.

        Rows of requests are always locked in the order lane, request, outbox. Raises StoreUnavailableError.
        """
        with self._turn, begun(self._engine) as connection:
            yield connection

    def compact(self) -> None:
        """Write the tables anew, so that nothing deleted is left in them. Raises StoreUnavailableError."""
        if self._server:
            with plain_errors(self._engine.url), self._engine.connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT")
                for name in self._tables.tables:
                    connection.exec_driver_sql(f'VACUUM FULL "{name}"')
            return
        with self._turn, plain_errors(self._engine.url):
            driver = self._engine.raw_connection()
            try:
                driver.cursor().execute("VACUUM")
            finally:
                driver.close()


def insert_once(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with its key is there; return whether it was inserted."""
    return connection.execute(_insert_once(connection.dialect.name, table), values).rowcount == 1


@cache
def _insert_once(dialect: str, table: Table) -> Insert:
    made = postgresql_insert(table) if dialect == "postgresql" else sqlite_insert(table)
    # Without the option the driver's cursor is closed, and its count lost, before anyone asks.
    return made.on_conflict_do_nothing().execution_options(preserve_rowcount=True)
