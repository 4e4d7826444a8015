"""The outbox in numbers, for operators: rows by state, and how old the oldest is. Reads no row's words."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.requests.ledger import tables as db
from bot.requests.ledger.ledger import Ledger

_BY_STATE = select(db.outbox.c.state, func.count(), func.min(db.outbox.c.created)).group_by(db.outbox.c.state)
_REQUESTS = select(db.requests.c.state, func.count().label("rows")).group_by(db.requests.c.state)


@dataclass(frozen=True, slots=True)
class OutboxTotal:
    """Rows of the outbox in one state; `oldest` is the age of the oldest in seconds."""

    state: str
    rows: int
    oldest: float


def outbox_totals(ledger: Ledger) -> list[OutboxTotal]:
    """Return the outbox by state. Raises StoreUnavailableError."""
    now = ledger.now()
    with ledger.database.reading() as connection:
        found = connection.execute(_BY_STATE).all()
    return [
        OutboxTotal(state, rows, max(0.0, (now - dt.datetime.fromisoformat(oldest)).total_seconds()))
        for state, rows, oldest in found
    ]


def request_totals(ledger: Ledger) -> dict[str, int]:
    """Return the number of requests by state. Raises StoreUnavailableError."""
    with ledger.database.reading() as connection:
        return {row.state: row.rows for row in connection.execute(_REQUESTS)}
