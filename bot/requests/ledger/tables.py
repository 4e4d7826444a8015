"""The tables of requests. Knows SQL, knows nothing of steps."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)

from vectorstore.engines import name_type

metadata = MetaData()


def _time(name: str, *, nullable: bool = True) -> Column[str]:
    """Return a column for a time as `chain.stamp` writes it."""
    return Column(name, name_type(32), nullable=nullable)


requests = Table(
    "requests",
    metadata,
    Column("id", name_type(40), primary_key=True),
    Column("session", name_type(200)),
    Column("policy_id", name_type(80), nullable=False),
    Column("version", name_type(40), nullable=False),
    Column("company", Text, nullable=False),
    Column("type", String(40), nullable=False),
    Column("regime", String(40)),
    Column("right", Text),
    Column("channel", Text, nullable=False),
    Column("route", String(40), nullable=False),
    Column("person", Text),
    Column("message", Text),
    Column("quotes", Text, nullable=False),
    Column("state", name_type(20), nullable=False),
    Column("message_id", String(200), nullable=False),
    _time("created", nullable=False),
    _time("changed", nullable=False),
    _time("verified"),
    _time("started"),
    _time("extended"),
    _time("queued"),
    Column("tried", Text, nullable=False),
    Column("reference", Text),
    # Beside the record: what was confirmed, whose mailbox it is (HMAC), and the end of the chain of events.
    Column("confirmed_digest", String(64)),
    Column("mailbox_key", name_type(64)),
    Column("events", Integer, nullable=False),
    Column("head", String(64), nullable=False),
    Column("edition", Integer, nullable=False),
    Index("requests_by_session", "session"),
    Index("requests_by_mailbox", "mailbox_key"),
    Index("requests_by_state", "state", "changed"),
)
request_events = Table(
    "request_events",
    metadata,
    Column("request_id", name_type(40), primary_key=True),
    Column("number", Integer, primary_key=True),
    _time("at", nullable=False),
    Column("actor", String(20), nullable=False),
    Column("action", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)
# `kind` is "message" or "code"; `key` is request_id:kind, with the code's id behind it for a code.
# `state`: waiting, sending, sent, uncertain, failed, cancelled, rehearsed, withheld.
outbox = Table(
    "outbox",
    metadata,
    Column("key", name_type(80), primary_key=True),
    Column("request_id", name_type(40), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("code_id", name_type(40)),
    Column("policy_id", name_type(80), nullable=False),
    Column("route", String(40), nullable=False),
    Column("lane", name_type(130), nullable=False),
    Column("state", name_type(12), nullable=False),
    _time("created", nullable=False),
    _time("due", nullable=False),
    _time("claimed"),
    Column("owner", String(40)),
    Column("attempts", Integer, nullable=False),
    Column("doubts", Integer, nullable=False),
    Column("reply", Text),
    Index("outbox_by_due", "state", "kind", "due"),
    # Holds all that the caps count, so that no row is read for them.
    Index("outbox_by_claim", "claimed", "kind", "policy_id"),
)
# One sender at a time works a lane; `owner` holds it until `until`.
lanes = Table(
    "lanes",
    metadata,
    Column("lane", name_type(130), primary_key=True),
    Column("owner", String(40), nullable=False),
    _time("until", nullable=False),
)
codes = Table(
    "codes",
    metadata,
    Column("id", name_type(40), primary_key=True),
    Column("request_id", name_type(40), nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("mailbox_key", name_type(64), nullable=False),
    Column("block_key", name_type(64), nullable=False),
    Column("mailed", Integer, nullable=False),
    Column("tries", Integer, nullable=False),
    _time("created", nullable=False),
    _time("expires", nullable=False),
    _time("used"),
    Index("codes_by_mailbox", "mailbox_key", "created"),
    Index("codes_by_block", "block_key", "created"),
    Index("codes_by_time", "created"),
)
proofs = Table(
    "proofs",
    metadata,
    Column("session_key", name_type(64), primary_key=True),
    Column("mailbox_key", name_type(64), primary_key=True),
    _time("at", nullable=False),
)
blocked_mailboxes = Table(
    "blocked_mailboxes",
    metadata,
    Column("mailbox_key", name_type(64), primary_key=True),
    _time("at", nullable=False),
)
# Mail that came in: `file` is its name in the folder of answers, `kind` "reply" or "bounce".
replies = Table(
    "replies",
    metadata,
    Column("digest", name_type(64), primary_key=True),
    Column("request_id", name_type(40), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("file", Text),
    _time("at", nullable=False),
)
switches = Table(
    "switches",
    metadata,
    Column("name", name_type(40), primary_key=True),
    Column("value", Text, nullable=False),
)
# Processes that create the tables of an empty server at once queue at this lock; the number only has to be the same.
CREATION_LOCK = 0x506F6C6963790002
