"""Forgetting people: everything one person gave, on demand, and what has lain too long, by itself. Events keep hashes."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, delete, select, update

from bot.requests.chain import stamp
from bot.requests.couriers.maildir import file_name
from bot.requests.fields import check_mailbox, same_mailbox
from bot.requests.ledger import tables as db
from bot.requests.ledger.codes import code_message_id
from bot.requests.ledger.ledger import Ledger
from bot.requests.ledger.steps import Held, hold, take
from bot.requests.states import FINAL, STEPS

logger = logging.getLogger(__name__)

DRAFTS = ("drafted", "confirmed", "verified")
OPEN = ("sent", "shown", "acknowledged", "failed")
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Erased:
    """What was forgotten. `in_flight` counts requests that were just being sent: their mail had left or was leaving."""

    requests: int
    files: int
    in_flight: int = 0


def erase(ledger: Ledger, mailbox: str) -> Erased:
    """Remove what the person with that mailbox gave: rows, codes, mails in the desk's folders. Raises FieldError.

    Requests that were not sent yet are withdrawn first. What stays is that there was a request, its steps and hashes.
    """
    checked = check_mailbox("email", mailbox)
    mailbox_key = ledger.codes.mailbox_key(checked)
    with ledger.database.reading() as connection:
        wanted = select(db.requests.c.id).where(db.requests.c.mailbox_key == mailbox_key).order_by(db.requests.c.id)
        ids = connection.execute(wanted).scalars().all()
    erased = _erase_all(ledger, ids, "person")
    with ledger.database.writing() as connection:
        connection.execute(delete(db.proofs).where(db.proofs.c.mailbox_key == mailbox_key))
    files = erased.files + _erase_mentions(ledger.settings.incoming, {checked, same_mailbox(checked)})
    ledger.database.compact()
    return replace(erased, files=files)


def expire_due(ledger: Ledger) -> Erased:
    """Let drafts, finished and forgotten requests go when their time is over, and old codes with them; see RequestSettings."""
    settings, now = ledger.settings, ledger.now()
    ids: list[str] = []
    for states, days in (
        (DRAFTS, settings.draft_days),
        (tuple(FINAL), settings.finished_days),
        (OPEN, settings.open_days),
    ):
        columns = db.requests.c
        wanted = select(columns.id).where(
            columns.state.in_(states),
            columns.changed < stamp(now - dt.timedelta(days=days)),
            columns.person.is_not(None),
        )
        with ledger.database.reading() as connection:
            ids += connection.execute(wanted.order_by(columns.id)).scalars().all()
    erased = _erase_all(ledger, ids, "clock")
    day_ago = stamp(now - dt.timedelta(hours=25))
    with ledger.database.writing() as connection:
        connection.execute(delete(db.codes).where(db.codes.c.created < day_ago))
        connection.execute(delete(db.proofs).where(db.proofs.c.at < day_ago))
        connection.execute(delete(db.outbox).where(db.outbox.c.kind == "code", db.outbox.c.created < day_ago))
    if erased.requests:
        ledger.database.compact()
    return erased


def _erase_all(ledger: Ledger, ids: Collection[str], actor: str) -> Erased:
    names: set[str] = set()
    replies: set[str] = set()
    count = in_flight = 0
    for request_id in ids:
        with ledger.database.writing() as connection:
            held = hold(connection, request_id)
            names |= _names(connection, held, ledger.settings.desk_mailbox)
            replies |= _forget_rows(connection, request_id)
            in_flight += held.record.state == "sending"
            _forget(connection, held, actor, ledger.now())
            count += 1
        logger.info("request %s: the person's data were erased", request_id)
    folders = (ledger.settings.outgoing, ledger.settings.rehearsed)
    files = sum(_remove(folder, names) for folder in folders) + _remove(ledger.settings.incoming, replies)
    return Erased(count, files, in_flight)


def _forget(connection: Connection, held: Held, actor: str, at: dt.datetime) -> None:
    unsent = held.record.state in (*DRAFTS, "queued")
    action = "withdraw" if actor == "person" and unsent else "expire" if actor == "clock" else None
    if action is not None and held.record.state in STEPS[action]:
        held = take(connection, held, action, actor, "", at)
    record = replace(held.record, person=None, message=None, session=None, reference=None)
    take(connection, held, "erase", actor, "", at, record=record, mailbox_key=None)


def _names(connection: Connection, held: Held, desk: str | None) -> set[str]:
    """Return the names of the files that the request's mails have in the desk's folders."""
    domain = held.record.message_id.strip("<>").rpartition("@")[2]
    ids = [f"<{held.record.id}.{edition}@{domain}>" for edition in range(1, held.edition + 1)]
    codes = connection.execute(select(db.codes.c.id).where(db.codes.c.request_id == held.record.id)).scalars()
    ids += [code_message_id(code_id, desk or "") for code_id in codes]
    return {file_name(message_id) for message_id in ids}


def _forget_rows(connection: Connection, request_id: str) -> set[str]:
    """Remove codes and answers of the request; return the names of the answers' files."""
    rows, answers = db.outbox.c, db.replies.c
    files = connection.execute(select(answers.file).where(answers.request_id == request_id)).scalars().all()
    connection.execute(update(db.replies).where(answers.request_id == request_id).values(file=None))
    connection.execute(delete(db.codes).where(db.codes.c.request_id == request_id))
    connection.execute(
        delete(db.outbox).where(rows.request_id == request_id, rows.kind == "code", rows.state != "sending")
    )
    waiting = rows.state.in_(("waiting", "rehearsed"))
    connection.execute(update(db.outbox).where(rows.request_id == request_id, waiting).values(state="cancelled"))
    return {file for file in files if file is not None}


def _remove(folder: Path, names: Collection[str]) -> int:
    removed = 0
    for file in _files(folder):
        if file.name.partition(":")[0] in names:
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def _erase_mentions(folder: Path, mailboxes: Collection[str]) -> int:
    """Remove the mails of a folder that name one of the mailboxes, written plainly."""
    wanted = [mailbox.lower().encode() for mailbox in mailboxes]
    removed = 0
    for file in _files(folder):
        content = file.read_bytes().lower()
        if any(mailbox in content for mailbox in wanted):
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def _files(folder: Path) -> Iterable[Path]:
    for part in ("new", "cur", "tmp"):
        if (folder / part).is_dir():
            yield from sorted((folder / part).iterdir())
