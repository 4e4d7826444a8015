"""Requests and events as rows: written and read back. Takes no step."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from bot.requests.chain import stamp
from bot.requests.records import EventRecord, Message, Person, PinnedChannel, PinnedQuote, RequestRecord

_TIMES = ("created", "changed", "verified", "started", "extended", "queued")


def row_of(record: RequestRecord) -> dict[str, Any]:
    """Return the columns of a record; those beside it (head, edition ...) are the steps'."""
    return {name: _plain(name, getattr(record, name)) for name in record.__slots__}


def changes(before: RequestRecord, after: RequestRecord) -> dict[str, Any]:
    """Return the columns in which two records of one request differ."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in after.__slots__)
    return {name: _plain(name, new) for name, old, new in pairs if new is not old and new != old}


def record_of(row: Row[Any]) -> RequestRecord:
    """Return the record of a row of `requests`."""
    plain = {name: row._mapping[name] for name in RequestRecord.__slots__}
    for name in _TIMES:
        plain[name] = dt.datetime.fromisoformat(plain[name]) if plain[name] is not None else None
    plain["channel"] = _channel(json.loads(plain["channel"]))
    plain["quotes"] = tuple(PinnedQuote(**quote) for quote in json.loads(plain["quotes"]))
    plain["tried"] = tuple(json.loads(plain["tried"]))
    if plain["person"] is not None:
        person = json.loads(plain["person"])
        plain["person"] = Person(**{**person, "blanks": tuple((blank, words) for blank, words in person["blanks"])})
    if plain["message"] is not None:
        plain["message"] = Message(**json.loads(plain["message"]))
    return RequestRecord(**plain)


def event_of(row: Row[Any]) -> EventRecord:
    """Return the event of a row of `request_events`."""
    return EventRecord(
        request_id=row.request_id,
        number=row.number,
        at=dt.datetime.fromisoformat(row.at),
        actor=row.actor,
        action=row.action,
        state=row.state,
        detail=row.detail,
        previous=row.previous,
        digest=row.digest,
    )


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _TIMES:
        return stamp(value)
    if name in {"channel", "person", "message"}:
        return _write(asdict(value))
    if name == "quotes":
        return _write([asdict(quote) for quote in value])
    return _write(list(value)) if name == "tried" else value


def _channel(plain: dict[str, Any]) -> PinnedChannel:
    named_by = plain["named_by"]
    return PinnedChannel(**{**plain, "named_by": PinnedQuote(**named_by) if named_by is not None else None})


def _write(plain: Any) -> str:
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
