"""Databases that can hold the library: SQLite and PostgreSQL. How each is connected to, and its errors in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    MetaData,
    String,
    bindparam,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from vectorstore.errors import StoreUnavailableError

CONNECT_SECONDS = 10
# Built once: building a statement costs more than running it.
_LOCK_TIMEOUT = select(func.set_config("lock_timeout", bindparam("wait"), True))
_FORM = "write POLICYDESK_DATABASE_URL as postgresql://USER:PASSWORD@HOST/DATABASE, or leave it out"
_LOCKED = "the library is busy: another process has been writing to it for long; try again when it is done"
# What a database says, lower case -> what that means and the way out. {at} is USER@HOST:PORT/DATABASE, without a password.
_CONDITIONS = {
    "database is locked": _LOCKED,
    "table is locked": _LOCKED,
    "lock timeout": _LOCKED,
    "malformed": "the library's database file is damaged: restore it from a backup, or ingest the policies into another --data-dir",
    "not a database": "the library's database file is damaged: restore it from a backup, or ingest the policies into another --data-dir",
    "password authentication failed": "the database server refused the user name or the password for {at}",
    "no password supplied": "the database server wants a password for {at}",
    "does not exist": "there is no such user or database: {at}; create it with createuser and createdb",
    "connection refused": "no database server answers at {at}: start it, or mend POLICYDESK_DATABASE_URL",
    "timeout expired": "no database server answers at {at}: start it, or mend POLICYDESK_DATABASE_URL",
    "failed to resolve host": "the host of {at} is not known: mend POLICYDESK_DATABASE_URL",
    "could not translate host name": "the host of {at} is not known: mend POLICYDESK_DATABASE_URL",
    "too many clients": "the database server at {at} has no free connection; try again",
    "terminating connection": "the database server at {at} is shutting down; try again when it is back",
    "the database system is": "the database server at {at} is starting or stopping; try again in a moment",
}


def make_engine(address: str, lock_seconds: float) -> Engine:
    """Return an engine for an SQLite or PostgreSQL address. Raises StoreUnavailableError; connects to nothing yet."""
    url = _parse(address)
    if url.get_backend_name() == "sqlite":
        if url.database and url.database != ":memory:":
            file = Path(url.database)
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file.touch(mode=0o600)
        arguments = {"timeout": lock_seconds, "check_same_thread": False}
        engine = create_engine(url, connect_args=arguments, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        # A server that was restarted leaves dead connections in the pool: each is tried before it is used.
        return create_engine(
            url,
            connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "policydesk"},
            hide_parameters=True,
            pool_pre_ping=True,
            execution_options={"lock_seconds": lock_seconds},
        )
    except NoSuchModuleError as error:
        raise StoreUnavailableError(f"no driver {url.drivername!r} is known here; {_FORM}") from error
    except ImportError as error:
        raise StoreUnavailableError(
            f"the driver for {url.drivername} is not installed ({error.name}): pip install 'psycopg[binary]'"
        ) from error


def name_type(length: int) -> String:
    """Return the type of a name: compared by its characters in every database, whatever the server's language."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def create_missing(
    engine: Engine, metadata: MetaData, lock: int, fill: Callable[[Connection], None] | None = None
) -> None:
    """Create the tables that are missing, and let `fill` write what new ones begin with. Raises StoreUnavailableError.

    Processes that do so on an empty server at once queue at `lock`, a number of the tables' own.
    """
    with plain_errors(engine.url):
        missing = metadata.tables.keys() - set(inspect(engine).get_table_names())
    # Only a new database is written to: a reader must not wait for the lock of a writer.
    if missing:
        with begun(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(lock)))
            metadata.create_all(connection)
            if fill is not None:
                fill(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read from one snapshot. Raises StoreUnavailableError where the database is locked, damaged or out of reach."""
    with plain_errors(engine.url), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def begun(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction, which waits for others no longer than the engine was told. Raises StoreUnavailableError."""
    with plain_errors(engine.url), engine.connect().execution_options(write=True) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            seconds = connection.get_execution_options()["lock_seconds"]
            connection.execute(_LOCK_TIMEOUT, {"wait": f"{int(seconds * 1000)}ms"})
        yield connection


@contextmanager
def plain_errors(url: URL) -> Iterator[None]:
    """Turn what the driver says of the database's condition into StoreUnavailableError. Faults of ours pass."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        # The other kinds (integrity, programming ...) are faults of ours, not of the database's condition.
        if type(error) not in {DatabaseError, InterfaceError, OperationalError}:
            raise
        raise StoreUnavailableError(_condition(str(error.orig), url)) from error
    except PoolTimeoutError as error:
        raise StoreUnavailableError(
            "the library is busy: every connection to its database is in use; try again"
        ) from error


def _condition(words: str, url: URL) -> str:
    at = f"{url.username or 'the default user'}@{url.host or 'localhost'}:{url.port or 5432}/{url.database}"
    for said, meaning in _CONDITIONS.items():
        if said in words.lower():
            return meaning.format(at=at)
    return f"the library's database cannot be used: {words.splitlines()[0] if words else 'no reason given'}"


def _parse(url: str) -> URL:
    """Return the URL with the driver that is used here for its database."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreUnavailableError(f"the database's address cannot be read; {_FORM}") from error
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StoreUnavailableError(f"databases of the kind {parsed.drivername!r} are not known here; {_FORM}")
    return parsed


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
