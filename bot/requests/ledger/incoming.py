"""Mail that comes back: bounces reopen their request, answers of companies become events. Reads folders, sends nothing."""

from __future__ import annotations

import datetime as dt
import email
import logging
import mailbox
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import Message as Mail
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select, update

from bot.requests.chain import stamp
from bot.requests.ledger import tables as db
from bot.requests.ledger.database import insert_once
from bot.requests.ledger.ledger import Ledger
from bot.requests.ledger.outbox import failed_channel
from bot.requests.ledger.putting import CODE, settle_row
from bot.requests.ledger.steps import hold, take
from bot.requests.states import STEPS

logger = logging.getLogger(__name__)

MOST_BYTES = 25_000_000
_ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc")
_THREAD = ("In-Reply-To", "References")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail that came in for a request. `kind` is "reply" or "bounce"; `file` its name in the folder, None where it was
    erased or handed over without one."""

    digest: str
    request_id: str
    kind: str
    file: str | None
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a mail is about: the Message-ID's left part it names, and the status of a bounce (None for an answer)."""

    number: str
    status: str | None
    failed: bool


def import_folder(ledger: Ledger, source: Path | None = None) -> Counter[str]:
    """Take in new mail and return how many of each: "reply", "bounce", "delay", "known", "later", "unknown".

    `source` is a Maildir, an mbox file or a folder of .eml files, which stay as they are: their mails are copied into the
    desk's own folder. None: only what lies there already. "later" stays new: its request is just being sent.
    """
    folder = ledger.settings.incoming
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    mailbox.Maildir(folder, create=True)
    if source is not None:
        for content in _mails(source):
            _copy(content, folder)
    counted: Counter[str] = Counter()
    for file in sorted((folder / "new").iterdir()):
        if file.stat().st_size > MOST_BYTES:
            outcome = "unknown"
        else:
            outcome = take_in(ledger, file.read_bytes(), file.name.partition(":")[0])
        counted[outcome] += 1
        if outcome != "later":
            # Seen; flagged where nobody knows whose it is.
            flag = "F" if outcome == "unknown" else "S"
            file.rename(folder / "cur" / f"{file.name.partition(':')[0]}:2,{flag}")
    return counted


def take_in(ledger: Ledger, content: bytes, file: str | None = None) -> str:
    """Take in one mail and return what it was, as `import_folder` counts it. The same bytes count once."""
    digest = sha256(content).hexdigest()
    at = ledger.now()
    for sighting in _sightings(email.message_from_bytes(content), ledger.settings.mail_domain):
        if sighting.number.startswith("code-"):
            return _code_bounce(ledger, sighting)
        request_id = sighting.number.partition(".")[0]
        with ledger.database.writing() as connection:
            wanted = select(db.requests.c.id).where(db.requests.c.id == request_id)
            if connection.execute(wanted).one_or_none() is None:
                continue
            held = hold(connection, request_id)
            current = held.record.message_id.startswith(f"<{sighting.number}@")
            bounced = sighting.failed and current
            if bounced and held.record.state in {"queued", "sending"}:
                return "later"
            action = "bounce" if bounced and held.record.state in STEPS["bounce"] else "reply"
            if held.record.state not in STEPS[action]:
                return "later"
            kind = "bounce" if sighting.status is not None else "reply"
            row = {"digest": digest, "request_id": request_id, "kind": kind, "file": file, "at": stamp(at)}
            if not insert_once(connection, db.replies, row):
                return "known"
            detail = f"mail={digest}" + (f" status={sighting.status}" if sighting.status else "")
            record = failed_channel(held.record) if action == "bounce" else replace(held.record)
            take(connection, held, action, "courier", detail, at, record=record)
            if action == "bounce":
                settle_row(connection, request_id, "failed", reply=f"returned: {sighting.status}")
            logger.info("request %s: a %s came in", request_id, kind)
            return "delay" if kind == "bounce" and action != "bounce" else kind
    return "unknown"


def incoming_of(ledger: Ledger, request_id: str) -> list[Incoming]:
    """Return what came in for a request, the oldest first."""
    query = select(db.replies).where(db.replies.c.request_id == request_id).order_by(db.replies.c.at)
    with ledger.database.reading() as connection:
        rows = connection.execute(query).all()
    return [Incoming(r.digest, r.request_id, r.kind, r.file, dt.datetime.fromisoformat(r.at)) for r in rows]


def open_incoming(ledger: Ledger, one: Incoming) -> bytes | None:
    """Return the mail as it came in, None where it is gone."""
    found = _find(ledger.settings.incoming, one.file) if one.file is not None else None
    return found.read_bytes() if found is not None else None


def _find(folder: Path, name: str) -> Path | None:
    for part in ("new", "cur"):
        if (folder / part).is_dir():
            for file in (folder / part).iterdir():
                if file.name.partition(":")[0] == name:
                    return file
    return None


def _code_bounce(ledger: Ledger, sighting: Sighting) -> str:
    """Note that a code never reached its mailbox."""
    if not sighting.failed:
        return "known"
    rows = db.outbox.c
    code_id = sighting.number.removeprefix("code-")
    with ledger.database.writing() as connection:
        changed = connection.execute(
            update(db.outbox)
            .where(rows.kind == CODE, rows.code_id == code_id, rows.state.in_(("sent", "uncertain")))
            .values(state="failed", reply=f"returned: {sighting.status}")
        )
    return "bounce" if changed.rowcount else "known"


def _sightings(mail: Mail, domain: str) -> Iterator[Sighting]:
    """Yield the messages of the desk that a mail may be about, the surest first."""
    status, failed = _report(mail)
    escaped = re.escape(domain)
    numbers: dict[str, None] = {}
    places = [(name, rf"bounces\+([a-z0-9.-]{{1,60}})@{escaped}") for name in _ENVELOPE]
    places += [(name, rf"<([a-z0-9.-]{{1,60}})@{escaped}>") for name in _THREAD]
    for name, pattern in places:
        for header in mail.get_all(name, []):
            numbers |= dict.fromkeys(re.findall(pattern, str(header)[:10_000], re.IGNORECASE))
    if status is not None:
        for part in mail.walk():
            named = (part.get("Message-ID"), part.get("Return-Path")) if part is not mail else ()
            for value in named:
                numbers |= dict.fromkeys(
                    re.findall(rf"<(?:bounces\+)?([a-z0-9.-]{{1,60}})@{escaped}>", str(value or ""))
                )
            if part.get_content_type() == "text/rfc822-headers":
                words = str(part.get_payload())[:50_000]
                numbers |= dict.fromkeys(
                    re.findall(rf"^Message-ID:\s*<([a-z0-9.-]{{1,60}})@{escaped}>", words, re.I | re.M)
                )
    for number in numbers:
        yield Sighting(number.lower(), status, failed)


def _report(mail: Mail) -> tuple[str | None, bool]:
    """Return the status of a delivery report (RFC 3464) and whether delivery failed for good; (None, False) for other mail."""
    if mail.get_content_type() != "multipart/report" or mail.get_param("report-type") != "delivery-status":
        return None, False
    for part in mail.walk():
        blocks = part.get_payload() if part.get_content_type() == "message/delivery-status" else None
        for block in blocks if isinstance(blocks, list) else ():
            action = str(block.get("Action", "")).strip().lower() if isinstance(block, Mail) else ""
            if isinstance(block, Mail) and action:
                status = _STATUS.search(str(block.get("Status", "")))
                return status.group() if status else "unknown", action == "failed"
    return "unknown", False


def _mails(source: Path) -> Iterator[bytes]:
    """Yield the mails of a Maildir, an mbox file or a folder of .eml files."""
    if source.is_file():
        box = mailbox.mbox(source, create=False)
        try:
            yield from (box.get_bytes(key) for key in box.keys())  # noqa: SIM118  iterating gives mails, not keys
        finally:
            box.close()
        return
    folders = [source / part for part in ("new", "cur")] if (source / "new").is_dir() else [source]
    for folder in folders:
        for file in sorted(folder.iterdir()) if folder.is_dir() else ():
            if file.is_file() and (folder != source or file.suffix == ".eml") and file.stat().st_size <= MOST_BYTES:
                yield file.read_bytes()


def _copy(content: bytes, folder: Path) -> None:
    name = sha256(content).hexdigest()[:32]
    if _find(folder, name) is not None:
        return
    draft = folder / "tmp" / name
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    draft.rename(folder / "new" / name)
