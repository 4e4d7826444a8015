"""The request queue as agents see it: what waits for a person, whose time runs out, what came back. Changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.requests.deadlines import Due, due_dates
from bot.requests.ledger import Ledger
from bot.requests.records import RequestRecord
from bot.requests.states import FINAL, STATES

SOON_DAYS = 7
"""Calendar days before its last day from which a request counts as due soon."""

READ_AT_MOST = 10_000
SHOWN_AT_MOST = 200
_OPEN = tuple(state for state in STATES if state not in FINAL)


@dataclass(frozen=True, slots=True)
class Queued:
    """A request of the queue. `due` is the next last day of the law for a step that nobody recorded, None where no clock runs;
    `days_left` are the calendar days from today to it, negative once it is over."""

    record: RequestRecord
    due: Due | None
    days_left: int | None

    @property
    def is_overdue(self) -> bool:
        """True once the last day is over."""
        return self.days_left is not None and self.days_left < 0

    @property
    def is_soon(self) -> bool:
        """True in the last SOON_DAYS days."""
        return self.days_left is not None and 0 <= self.days_left <= SOON_DAYS

    @property
    def needs_a_person(self) -> bool:
        """True where nothing goes on, or time runs out, unless somebody looks."""
        return self.record.state in {"uncertain", "failed"} or self.is_overdue or self.is_soon


@dataclass(frozen=True, slots=True)
class View:
    """A filter of the queue: its label, the states it is read from, and what must hold of a request in it."""

    label: str
    states: tuple[str, ...] | None
    holds: Callable[[Queued], bool]


def _any(one: Queued) -> bool:
    return True


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        "waiting": View("Needs a person", _OPEN, lambda one: one.needs_a_person),
        "uncertain": View("In doubt", ("uncertain",), _any),
        "failed": View("Came back or failed", ("failed",), _any),
        "overdue": View("Overdue", _OPEN, lambda one: one.is_overdue),
        "soon": View(f"Due within {SOON_DAYS} days", _OPEN, lambda one: one.is_soon),
        "open": View("Open", _OPEN, _any),
        "finished": View("Finished", tuple(sorted(FINAL)), _any),
        "all": View("All", None, _any),
    }
)
COUNTED = ("uncertain", "failed", "overdue", "soon")
"""The views whose number an agent should see before opening them."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """What one view shows: at most SHOWN_AT_MOST rows, those whose time ends first at the head, of `total`."""

    rows: tuple[Queued, ...]
    total: int


def next_due(record: RequestRecord) -> Due | None:
    """Return the next last day of a step that was not recorded; None where no clock runs or the request is finished."""
    if record.state in FINAL:
        return None
    confirmed = record.state == "acknowledged"
    dues = due_dates(record.type, record.regime, record.started, record.extended)
    return min(
        (one for one in dues if not (confirmed and one.step == "confirm")), key=lambda one: one.day, default=None
    )


def queued(record: RequestRecord, today: dt.date) -> Queued:
    """Return the request with its clock as it stands on that day (UTC)."""
    due = next_due(record)
    return Queued(record, due, (due.day - today).days if due is not None else None)


def read_queue(ledger: Ledger, view: str, policy_id: str | None = None) -> QueuePage:
    """Return what a view shows, of one company's policy where one is named. Raises ValueError for an unknown view."""
    if view not in VIEWS:
        raise ValueError(f"unknown view {view!r}: known are {', '.join(VIEWS)}")
    chosen, today = VIEWS[view], ledger.now().date()
    records = ledger.find(states=chosen.states, policy_id=policy_id, limit=READ_AT_MOST)
    found = [one for one in (queued(record, today) for record in records) if chosen.holds(one)]
    # Newest first comes from the ledger; the sort is stable, so it stays the order among those without a clock.
    found.sort(key=lambda one: (one.due is None, one.due.day if one.due is not None else today))
    return QueuePage(tuple(found[:SHOWN_AT_MOST]), len(found))


def count_waiting(ledger: Ledger) -> dict[str, int]:
    """Return how many requests each of COUNTED holds."""
    today = ledger.now().date()
    found = [queued(record, today) for record in ledger.find(states=_OPEN, limit=READ_AT_MOST)]
    return {
        name: sum(one.record.state in (VIEWS[name].states or ()) and VIEWS[name].holds(one) for one in found)
        for name in COUNTED
    }
