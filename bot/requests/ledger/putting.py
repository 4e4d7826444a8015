"""Rows of the outbox as steps of a request put, change and take them back. Sends nothing."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.requests.chain import stamp
from bot.requests.ledger import tables as db
from bot.requests.ledger.database import insert_once
from bot.requests.records import RequestRecord

MESSAGE, CODE = "message", "code"
MAIL_ROUTES = ("smtp", "maildir")
# Statements are built once: building one costs more than running it.
CHANGE = update(db.outbox).where(db.outbox.c.key == bindparam("wanted"))
_ADD = insert(db.outbox)
_REMOVE = delete(db.outbox).where(db.outbox.c.key == bindparam("wanted"))
_LANE = select(db.lanes.c.lane).where(db.lanes.c.lane == bindparam("wanted"))


def put_message(connection: Connection, record: RequestRecord, at: dt.datetime) -> None:
    """Put the request's message in the outbox, in place of an earlier message that failed or was withdrawn."""
    key = f"{record.id}:{MESSAGE}"
    connection.execute(_REMOVE, {"wanted": key})
    lane = record.route if record.route in MAIL_ROUTES else f"{record.route}:{record.policy_id}"
    _put(connection, key, record, MESSAGE, None, record.route, lane, "waiting", at)


def put_code(
    connection: Connection, record: RequestRecord, code_id: str, route: str, state: str, at: dt.datetime
) -> None:
    """Put the mail with a code in the outbox; with the state "withheld" it will never be sent."""
    _put(connection, f"{record.id}:{CODE}:{code_id}", record, CODE, code_id, route, route, state, at)


def _put(
    connection: Connection,
    key: str,
    record: RequestRecord,
    kind: str,
    code_id: str | None,
    route: str,
    lane: str,
    state: str,
    at: dt.datetime,
) -> None:
    # Looked up first: an insert would wait for the sender that holds the lane, which may be waiting for this request.
    if connection.execute(_LANE, {"wanted": lane}).one_or_none() is None:
        insert_once(connection, db.lanes, {"lane": lane, "owner": "", "until": ""})
    row = {
        "key": key,
        "request_id": record.id,
        "kind": kind,
        "code_id": code_id,
        "policy_id": record.policy_id,
        "route": route,
        "lane": lane,
        "state": state,
        "created": stamp(at),
        "due": stamp(at),
        "attempts": 0,
        "doubts": 0,
    }
    connection.execute(_ADD, row)


def settle_row(connection: Connection, request_id: str, state: str, **others: str | int | None) -> None:
    """Set the state of the request's message in the outbox, where it has one."""
    connection.execute(CHANGE, {"state": state, **others, "wanted": f"{request_id}:{MESSAGE}"})
