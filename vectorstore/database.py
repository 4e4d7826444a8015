"""Tables of the source of truth and the engine that opens them. Knows SQL, knows nothing of policies' contents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    make_url,
)

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
)
vectors = Table(
    "vectors",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("model", String(120), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
generations = Table(
    "generations",
    metadata,
    Column("folder", String(80), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("model", String(120), nullable=False),
    Column("count", Integer, nullable=False),
    Column("built_at", Float, nullable=False),
)
state = Table(
    "state",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", String(200), nullable=False),
)


def open_engine(url: str) -> Engine:
    """Open the database, creating the tables that are missing.

    SQLite runs with journal_mode=DELETE and synchronous=FULL (the WAL of the SQLite found here can reset and lose
    rows), and a transaction marked `write` begins IMMEDIATE, so that two writers queue instead of failing midway.
    """
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if sqlite and parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False} if sqlite else {})
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        metadata.create_all(connection)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=DELETE", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
