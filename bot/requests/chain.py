"""The chain of a request's events: each digest covers the event and the digest before it. Owns no storage."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence

from bot.requests.errors import StepError
from bot.requests.records import EventRecord
from bot.requests.states import STEPS, after


def stamp(moment: dt.datetime) -> str:
    """Return a time as it is stored and hashed: ISO 8601 in UTC with microseconds, so that texts sort as times do."""
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")


def seal(
    request_id: str, number: int, at: dt.datetime, actor: str, action: str, state: str, detail: str, previous: str
) -> EventRecord:
    """Return an event with its digest: SHA-256 of its other fields as canonical JSON (keys sorted, no spaces, UTF-8;
    `at` as `stamp` writes it), 64 hexadecimal digits."""
    fields = {
        "request_id": request_id,
        "number": number,
        "at": stamp(at),
        "actor": actor,
        "action": action,
        "state": state,
        "detail": detail,
        "previous": previous,
    }
    written = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(written.encode()).hexdigest()
    return EventRecord(request_id, number, at, actor, action, state, detail, previous, digest)


def first_fault(events: Sequence[EventRecord]) -> int | None:
    """Return the number (from 1) of the first event that does not follow from those before it, None where all do."""
    previous, state = "", ""
    for number, event in enumerate(events, start=1):
        resealed = seal(
            event.request_id, number, event.at, event.actor, event.action, event.state, event.detail, previous
        )
        if event != resealed or event.action not in STEPS:
            return number
        try:
            reached = after(state, event.action)
        except StepError:
            return number
        if reached != event.state:
            return number
        previous, state = event.digest, event.state
    return None
