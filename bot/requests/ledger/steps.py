"""One step of one request inside a transaction: the row, its event and its place in the outbox change together.

Every change of a state goes through `take`, which keeps the send law: nothing is confirmed but the stored message, nothing
verified unless it was confirmed, nothing queued or claimed unless both hold for exactly the message that would go out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from bot.requests.chain import seal, stamp
from bot.requests.errors import ChangedError, RequestError, UnknownRequestError
from bot.requests.ledger import tables as db
from bot.requests.ledger.stored import changes, record_of, row_of
from bot.requests.records import HAND_OVER, EventRecord, RequestRecord
from bot.requests.states import after

ACTORS = ("person", "desk", "courier", "clock")
_LEAVING = frozenset({"queue", "claim", "rehearse"})
# Statements are built once: building one costs more than running it.
_HOLD = select(db.requests).where(db.requests.c.id == bindparam("wanted")).with_for_update()
_ADD_REQUEST = insert(db.requests)
_ADD_EVENT = insert(db.request_events)
_CHANGE = update(db.requests).where(db.requests.c.id == bindparam("wanted"))
CHANGED = "This message is no longer what you saw. Please read it again before you confirm it."


@dataclass(frozen=True, slots=True)
class Held:
    """A request whose row is locked, with what is stored beside its record."""

    record: RequestRecord
    confirmed_digest: str | None
    mailbox_key: str | None
    events: int
    head: str
    edition: int


def hold(connection: Connection, request_id: str) -> Held:
    """Return the request, locked until the transaction ends. Raises UnknownRequestError."""
    row = connection.execute(_HOLD, {"wanted": request_id}).one_or_none()
    if row is None:
        raise UnknownRequestError(request_id)
    return Held(record_of(row), row.confirmed_digest, row.mailbox_key, row.events, row.head, row.edition)


def begin(
    connection: Connection, record: RequestRecord, mailbox_key: str, actor: str, at: dt.datetime
) -> RequestRecord:
    """Store a new request in the state that "draft" leads to."""
    state = after("", "draft")
    record = replace(record, state=state, created=at, changed=at)
    event = seal(record.id, 1, at, actor, "draft", state, drafted(record), "")
    beside = {"mailbox_key": mailbox_key, "confirmed_digest": None, "events": 1, "head": event.digest, "edition": 1}
    connection.execute(_ADD_REQUEST, {**row_of(record), **beside})
    connection.execute(_ADD_EVENT, _row(event))
    return record


def take(
    connection: Connection,
    held: Held,
    action: str,
    actor: str,
    detail: str,
    at: dt.datetime,
    *,
    record: RequestRecord | None = None,
    **beside: Any,
) -> Held:
    """Take one step and return what is then stored. `record` holds other changed fields, `beside` columns beside it.

    Raises StepError, ChangedError or RequestError; then nothing was changed by it.
    """
    if actor not in ACTORS:
        raise ValueError(f"unknown actor {actor!r}: known are {', '.join(ACTORS)}")
    state = after(held.record.state, action)
    changed = replace(record or held.record, state=state, changed=at)
    former = (held.record.person, held.record.message)
    if action not in {"revise", "erase"} and (changed.person, changed.message) != former:
        raise ValueError(f"the step {action!r} cannot change what is said")
    if action == "revise":
        beside = {**beside, "confirmed_digest": None}
        changed = replace(changed, verified=None, queued=None)
    confirmed = beside.get("confirmed_digest", held.confirmed_digest)
    _keep_send_law(action, changed, confirmed)
    event = seal(held.record.id, held.events + 1, at, actor, action, state, detail, held.head)
    then = {"events": event.number, "head": event.digest, **beside}
    connection.execute(_ADD_EVENT, _row(event))
    connection.execute(_CHANGE, {**changes(held.record, changed), **then, "wanted": changed.id})
    return Held(
        record=changed,
        confirmed_digest=confirmed,
        mailbox_key=beside.get("mailbox_key", held.mailbox_key),
        events=event.number,
        head=event.digest,
        edition=beside.get("edition", held.edition),
    )


def confirm(connection: Connection, held: Held, digest: str, version: str, at: dt.datetime) -> Held:
    """Confirm the message with that digest, seen beside that policy version. Raises ChangedError, StepError."""
    if held.record.version != version:
        raise ChangedError(CHANGED)
    return take(connection, held, "confirm", "person", f"message={digest}", at, confirmed_digest=digest)


def drafted(record: RequestRecord) -> str:
    """Return the detail of an event that sets the message."""
    digest = record.message.digest if record.message is not None else ""
    return f"message={digest} version={record.version} route={record.route}"


def _keep_send_law(action: str, record: RequestRecord, confirmed: str | None) -> None:
    if action not in {"confirm", "verify", *_LEAVING}:
        return
    if record.message is None or record.person is None:
        raise RequestError("The person's data of this request were erased: nothing can be sent.")
    if confirmed is None or confirmed != record.message.digest:
        raise ChangedError(CHANGED)
    if action == "confirm":
        return
    if record.verified is None:
        raise RequestError("The e-mail address of this request is not verified.")
    if action in _LEAVING and record.route == HAND_OVER:
        raise RequestError("This request is handed over to the person: the desk does not send it.")


def _row(event: EventRecord) -> dict[str, Any]:
    return {**{name: getattr(event, name) for name in event.__slots__}, "at": stamp(event.at)}
