"""Tables of the source of truth and the engine that opens them. Knows SQL, knows nothing of policies' contents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Float,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    create_engine,
    delete,
    event,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from vectorstore.errors import StoreUnavailableError

metadata = MetaData()

policies = Table(
    "policies",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("current_version", String(40), nullable=False),
)
versions = Table(
    "versions",
    metadata,
    Column("policy_id", String(80), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("text_hash", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Column("ingested_at", String(32), nullable=False),
)
observations = Table(
    "version_observations",
    metadata,
    Column("policy_id", String(80), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("version", String(40), nullable=False),
    Column("stated", String(10)),
    Column("seen", String(10)),
    Column("recorded", String(10), nullable=False),
    Column("kind", String(16), nullable=False),
)
channel_approvals = Table(
    "channel_approvals",
    metadata,
    Column("policy_id", String(80), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("type", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("decided_at", String(32), nullable=False),
)
vectors = Table(
    "vectors",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("model", String(200), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
passages = Table(
    "passages",
    metadata,
    Column("policy_id", String(80), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("clause_id", String(120), nullable=False),
    Column("unit", String(16), nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("context", Text, nullable=False),
    Column("vector_key", String(64), nullable=False, index=True),
    ForeignKeyConstraint(["policy_id", "version"], ["versions.policy_id", "versions.version"]),
    ForeignKeyConstraint(["vector_key"], ["vectors.key"]),
)
documents = Table(
    "documents",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("policy_id", String(80), nullable=False),
    Column("version", String(40), nullable=False),
    Column("text_hash", String(64), nullable=False),
)
generations = Table(
    "index_generations",
    metadata,
    Column("folder", String(80), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("model", String(200), nullable=False),
    Column("count", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("built_at", Float, nullable=False),
)
state = Table(
    "state",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)
REVISION = "revision"
_VALUE = select(state.c.value).where(state.c.name == bindparam("name"))


def open_engine(url: str, lock_seconds: float = 30.0) -> Engine:
    """Open the database, creating the tables that are missing. Raises StoreUnavailableError.

    SQLite runs with journal_mode=DELETE and synchronous=FULL (the WAL of the SQLite found here can reset and lose
    rows), and waits `lock_seconds` for another process. Statements' values never reach a log or an error message.
    """
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database and parsed.database != ":memory:":
        file = Path(parsed.database)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
    arguments = {"timeout": lock_seconds, "check_same_thread": False} if sqlite else {}
    engine = create_engine(url, connect_args=arguments, hide_parameters=True)
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with _plain_errors():
            missing = metadata.tables.keys() - set(inspect(engine).get_table_names())
        # Only a new library is written to: a reader must not wait for the lock of an ingest.
        if missing:
            with _plain_errors(), _begun(engine) as connection:
                metadata.create_all(connection)
                if get_state(connection, REVISION) is None:
                    set_state(connection, REVISION, "0")
    except StoreUnavailableError:
        engine.dispose()
        raise
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Read from one snapshot. Raises StoreUnavailableError where the database is locked, damaged or out of reach."""
    with _plain_errors(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction, one writer at a time over all processes. Raises StoreUnavailableError."""
    with _plain_errors(), _begun(engine) as connection:
        # Writers queue: in SQLite at BEGIN IMMEDIATE, on a database server at this row.
        connection.execute(select(state.c.value).where(state.c.name == REVISION).with_for_update())
        yield connection


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        yield connection


def revision(connection: Connection) -> int:
    """Return how often the library has changed."""
    return int(get_state(connection, REVISION) or 0)


def get_state(connection: Connection, name: str) -> str | None:
    """Return a named value, None if it was never set."""
    return connection.execute(_VALUE, {"name": name}).scalar_one_or_none()


def set_state(connection: Connection, name: str, value: str | None) -> None:
    """Set a named value; None removes it."""
    if value is None:
        connection.execute(delete(state).where(state.c.name == name))
        return
    changed = connection.execute(update(state).where(state.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(state).values(name=name, value=value))


@contextmanager
def _plain_errors() -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        # The other kinds (integrity, programming ...) are faults of ours, not of the database's condition.
        if type(error) not in {DatabaseError, OperationalError}:
            raise
        raise StoreUnavailableError(_condition(str(error.orig))) from error


def _condition(words: str) -> str:
    if "locked" in words:
        return "the library is busy: another process has been writing to it for long; try again when it is done"
    if "malformed" in words or "not a database" in words:
        return "the library's database file is damaged: restore it from a backup, or ingest the policies into another --data-dir"
    return f"the library's database cannot be used: {words}"


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
