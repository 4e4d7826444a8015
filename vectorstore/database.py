"""Tables of the source of truth and its transactions. Knows SQL, knows nothing of policies' contents."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

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
    delete,
    insert,
    select,
    update,
)

from vectorstore.engines import begun, create_missing, make_engine, name_type, reading
from vectorstore.errors import StoreUnavailableError

metadata = MetaData()


policies = Table(
    "policies",
    metadata,
    Column("id", name_type(80), primary_key=True),
    Column("current_version", name_type(40), nullable=False),
)
versions = Table(
    "versions",
    metadata,
    Column("policy_id", name_type(80), primary_key=True),
    Column("version", name_type(40), primary_key=True),
    Column("text_hash", String(64), nullable=False),
    Column("record", Text, nullable=False),
    Column("ingested_at", name_type(32), nullable=False),
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
    Column("policy_id", name_type(80), primary_key=True),
    Column("version", name_type(40), primary_key=True),
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
    Column("folder", name_type(80), primary_key=True),
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
LIBRARY = "library"
# Writers that create the tables of an empty server at once queue at this lock; the number only has to be the same.
CREATION_LOCK = 0x506F6C6963790001
_VALUE = select(state.c.value).where(state.c.name == bindparam("name"))


def open_engine(url: str, lock_seconds: float = 30.0) -> Engine:
    """Open the database, creating the tables that are missing. Raises StoreUnavailableError.

    SQLite runs with journal_mode=DELETE and synchronous=FULL (the WAL of the SQLite found here can reset and lose
    rows), and waits `lock_seconds` for another process, as PostgreSQL does. Statements' values never reach a log or an
    error message.
    """
    engine = make_engine(url, lock_seconds)
    try:
        create_missing(engine, metadata, CREATION_LOCK, _begin_counting)
    except StoreUnavailableError:
        engine.dispose()
        raise
    return engine


def _begin_counting(connection: Connection) -> None:
    if get_state(connection, REVISION) is None:
        set_state(connection, REVISION, "0")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Write in one transaction, one writer at a time over all processes. Raises StoreUnavailableError."""
    with begun(engine) as connection:
        # Writers queue: in SQLite at BEGIN IMMEDIATE, on a database server at this row.
        connection.execute(select(state.c.value).where(state.c.name == REVISION).with_for_update())
        yield connection


def library_id(engine: Engine) -> str:
    """Return the name that tells this library from others that share a server, making one where there is none."""
    with reading(engine) as connection:
        known = get_state(connection, LIBRARY)
    if known is not None:
        return known
    with writing(engine) as connection:
        known = get_state(connection, LIBRARY)
        if known is None:
            known = uuid.uuid4().hex[:12]
            set_state(connection, LIBRARY, known)
    return known


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
