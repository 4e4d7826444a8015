"""The tables of approved answers, unanswered questions and feedback. Knows SQL, knows nothing of their contents."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text

from bot.requests.ledger.database import Database
from vectorstore.engines import name_type

metadata = MetaData()

# `wordings` is a JSON list of texts, `spans` one of objects (start, end, quote, path).
approved_answers = Table(
    "approved_answers",
    metadata,
    Column("id", name_type(40), primary_key=True),
    Column("policy_id", name_type(80), nullable=False),
    Column("version", name_type(40), nullable=False),
    Column("wordings", Text, nullable=False),
    Column("verdict", String(16)),
    Column("spans", Text, nullable=False),
    Column("member", String(80), nullable=False),
    Column("created", name_type(32), nullable=False),
    Column("changed", name_type(32), nullable=False),
    Column("retired", name_type(32)),
    Index("approved_answers_by_policy", "policy_id"),
)
# One row a question and scope, counted: who asked is not kept. `policy_ids` is a JSON list.
unanswered_questions = Table(
    "unanswered_questions",
    metadata,
    Column("id", name_type(64), primary_key=True),
    Column("question", Text, nullable=False),
    Column("policy_ids", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("first", name_type(32), nullable=False),
    Column("last", name_type(32), nullable=False),
    Column("done", name_type(32)),
    Index("unanswered_questions_by_time", "last"),
)
# `cited` is a JSON list of objects (policy_id, version, start, end).
feedback = Table(
    "answer_feedback",
    metadata,
    Column("id", name_type(40), primary_key=True),
    Column("at", name_type(32), nullable=False),
    Column("helpful", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("verdict", String(16)),
    Column("policy_ids", Text, nullable=False),
    Column("cited", Text, nullable=False),
    Column("words", Text),
    Index("answer_feedback_by_time", "at"),
)
# Of these tables alone, see Database.open.
CREATION_LOCK = 0x506F6C6963790003


def open_tables(url: str) -> Database:
    """Open the database at an SQLAlchemy URL, creating the tables that are missing. Raises StoreUnavailableError."""
    return Database.open(url, metadata, CREATION_LOCK)
