"""The tables of members, their sessions, keys and acts. Knows SQL, knows nothing of passwords."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text

from bot.requests.ledger.database import Database
from vectorstore.engines import name_type

metadata = MetaData()
# `name` is what is typed to sign in, lower case; `outside` "ISSUER SUBJECT" of who signs in elsewhere. Exactly one of `password` and
# `outside` is set. `totp` is the sealed secret of an app, `totp_step` the last step of 30 seconds whose code was used.
members = Table(
    "staff_members",
    metadata,
    Column("id", name_type(40), primary_key=True),
    Column("name", name_type(80), nullable=False, unique=True),
    Column("shown", String(80), nullable=False),
    Column("roles", String(80), nullable=False),
    Column("password", String(200)),
    Column("outside", name_type(400), unique=True),
    Column("totp", Text),
    Column("totp_step", Integer),
    Column("recovery", Text),
    Column("created", name_type(32), nullable=False),
    Column("disabled", name_type(32)),
)
# `digest` is the SHA-256 of what the browser holds.
sessions = Table(
    "staff_sessions",
    metadata,
    Column("digest", name_type(64), primary_key=True),
    Column("member_id", name_type(40), nullable=False, index=True),
    Column("form_token", String(64), nullable=False),
    Column("created", name_type(32), nullable=False),
    Column("seen", name_type(32), nullable=False),
)
keys = Table(
    "staff_keys",
    metadata,
    Column("id", name_type(40), primary_key=True),
    Column("digest", name_type(64), nullable=False, unique=True),
    Column("member_id", name_type(40), nullable=False),
    Column("label", String(80), nullable=False),
    Column("created", name_type(32), nullable=False),
    Column("used", name_type(32)),
    Column("revoked", name_type(32)),
)
# Wrong tries in a row, by a digest of the name or of the address block; `until` is when the next one is heard.
tries = Table(
    "staff_tries",
    metadata,
    Column("key", name_type(64), primary_key=True),
    Column("wrong", Integer, nullable=False),
    Column("last", name_type(32), nullable=False),
    Column("until", name_type(32), nullable=False),
)
trail = Table(
    "staff_trail",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", name_type(32), nullable=False),
    Column("member_id", name_type(40), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("digest", name_type(64), nullable=False),
)
# Of these tables alone, see Database.open.
CREATION_LOCK = 0x506F6C6963790004


def open_tables(url: str) -> Database:
    """Open the database at an SQLAlchemy URL, creating the tables that are missing. Raises StoreUnavailableError."""
    return Database.open(url, metadata, CREATION_LOCK)
