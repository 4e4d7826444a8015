"""Proof that a mailbox is the person's: one-time codes, their limits, and the block list of "this was not me"."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, update

from bot.requests.chain import stamp
from bot.requests.couriers.mail import Mail, return_path
from bot.requests.couriers.mime import build
from bot.requests.errors import CodeError, RequestError, TooManyError
from bot.requests.fields import same_mailbox
from bot.requests.ledger import tables as db
from bot.requests.ledger.clock import Now
from bot.requests.ledger.database import Database, insert_once
from bot.requests.ledger.keys import Key
from bot.requests.ledger.putting import put_code, put_message
from bot.requests.ledger.steps import Held, confirm, hold, take
from bot.requests.records import HAND_OVER, RequestRecord
from bot.requests.settings import RequestSettings

DIGITS = 8
WRONG = "This code does not fit. Look for the newest mail, type its eight digits, or ask for a new code."
SAME_REPLY = (
    "If this address can get mail from us, a code is on its way to it. It works for 15 minutes. "
    "If none comes, look in the spam folder, check the address, or send the request yourself."
)
_SUBJECT = "Your code for a privacy request"
_BODY = """Hello,

someone - you, we hope - prepared a privacy request to {company} and gave this address as theirs.
It is sent only if this code is typed in:

    {code}

The code works once, for {minutes} minutes, and only in the window where it was asked for.
We never ask for it by phone or mail.

{not_me}
"""
_NOT_ME = "If this was not you, do nothing: nothing is sent. To get no more of these mails, open\n{link}"
_NO_LINK = "If this was not you, do nothing: nothing is sent."
_TOKEN_BYTES = 16
_CODES, _PROOFS = db.codes.c, db.proofs.c
# Statements are built once: building one costs more than running it.
_ADD = insert(db.codes)
_BY_ID = select(db.codes).where(_CODES.id == bindparam("wanted"))
_NEWEST = (
    select(db.codes)
    .where(_CODES.request_id == bindparam("wanted"))
    .order_by(_CODES.created.desc(), _CODES.id.desc())
    .limit(1)
)
_TRIED = update(db.codes).where(_CODES.id == bindparam("wanted"))
_COUNTS = select(
    select(func.count())
    .where(_CODES.block_key == bindparam("block"), _CODES.created > bindparam("hour_ago"))
    .scalar_subquery()
    .label("of_block"),
    select(func.count()).where(_CODES.created > bindparam("hour_ago")).scalar_subquery().label("of_all"),
    select(func.count()).where(_CODES.request_id == bindparam("request")).scalar_subquery().label("of_request"),
    select(func.count())
    .where(_CODES.mailbox_key == bindparam("mailbox"), _CODES.created > bindparam("day_ago"), _CODES.mailed == 1)
    .scalar_subquery()
    .label("of_mailbox"),
    select(func.count())
    .where(db.blocked_mailboxes.c.mailbox_key == bindparam("mailbox"))
    .scalar_subquery()
    .label("blocked"),
)
_PROOF = select(db.proofs).where(
    _PROOFS.session_key == bindparam("session"), _PROOFS.mailbox_key == bindparam("mailbox")
)
_FORGET_PROOF = delete(db.proofs).where(
    _PROOFS.session_key == bindparam("session"), _PROOFS.mailbox_key == bindparam("mailbox")
)
_ADD_PROOF = insert(db.proofs)
_BLOCKED = select(db.blocked_mailboxes.c.at).where(db.blocked_mailboxes.c.mailbox_key == bindparam("mailbox"))


@dataclass(frozen=True, slots=True)
class CodeNotice:
    """What is said after a code was asked for: the same for every mailbox. `expires` is in UTC."""

    message: str
    expires: dt.datetime


class Verification:
    """Codes of requests. What is stored of a code is its HMAC; the mail is made from the key again whenever it is sent."""

    def __init__(self, database: Database, settings: RequestSettings, key: Key, now: Now) -> None:
        self._database = database
        self._settings = settings
        self._key = key
        self._now = now

    def send_code(self, request_id: str, session: str | None, address: str | None) -> CodeNotice:
        """Put a mail with a fresh code in the outbox. The request has to be confirmed, and its session's.

        `address` is the visitor's IP address, None where there is none (the operator's own command). Raises
        UnknownRequestError, CodeError for another session, RequestError, and TooManyError for the limits of the
        address block, of the hour and of the request. The mailbox's own limit and a block are not told.
        """
        at = self._now()
        self._need_delivery()
        with self._database.writing() as connection:
            return self._send_code(connection, hold(connection, request_id), session, address, at)

    def confirm(
        self, request_id: str, digest: str, version: str, session: str | None, address: str | None
    ) -> RequestRecord | CodeNotice:
        """Confirm the message as `Ledger.confirm` does; queue it where the session proved its mailbox before, else send a code.

        It is one transaction: all of it or nothing. Raises what `Ledger.confirm` and `send_code` do.
        """
        at = self._now()
        self._need_delivery()
        with self._database.writing() as connection:
            held = confirm(connection, hold(connection, request_id), digest, version, at)
            proved = self._by_proof(connection, held, session, at)
            return proved or self._send_code(connection, held, session, address, at)

    def _need_delivery(self) -> None:
        if not self._settings.delivery or self._settings.desk_mailbox is None:
            raise RequestError("This desk sends nothing: please send the request yourself.")

    def _send_code(
        self, connection: Connection, held: Held, session: str | None, address: str | None, at: dt.datetime
    ) -> CodeNotice:
        self._same_session(held, session)
        if held.record.state != "confirmed" or held.record.message is None or held.mailbox_key is None:
            raise RequestError("A code is sent once the message is confirmed.")
        block_key = self._key.digest("block", address_block(address))
        mailed, number = self._keep_limits(connection, held, block_key, at)
        expires = at + dt.timedelta(seconds=self._settings.code_seconds)
        # The number in front makes the newest of one moment the last in order.
        code_id = f"{number:03}{secrets.token_hex(12)}"
        code = {
            "id": code_id,
            "request_id": held.record.id,
            "digest": self._check(held.record, self._code(code_id)),
            "mailbox_key": held.mailbox_key,
            "block_key": block_key,
            "mailed": int(mailed),
            "tries": 0,
            "created": stamp(at),
            "expires": stamp(expires),
        }
        connection.execute(_ADD, code)
        put_code(connection, held.record, code_id, self._settings.mail_route, "waiting" if mailed else "withheld", at)
        return CodeNotice(SAME_REPLY, expires)

    def verify(self, request_id: str, session: str | None, code: str) -> RequestRecord:
        """Take the newest code of the request; where it fits, the request is verified and queued in one transaction.

        Raises CodeError, in the same words whatever does not fit; every try counts. Raises UnknownRequestError, StepError.
        """
        at = self._now()
        typed = "".join(one for one in code[:40] if one not in " -\u2009\u00a0")
        with self._database.writing() as connection:
            held = hold(connection, request_id)
            row = self._newest(connection, request_id)
            if row is not None and row.used is None and row.tries < self._settings.code_tries:
                fits = self._fits(held, row, session, typed, at)
                tried = {"tries": row.tries + 1, "used": stamp(at) if fits else None}
                connection.execute(_TRIED, {**tried, "wanted": row.id})
                if fits:
                    self._prove(connection, held, session, at)
                    return self._verified(connection, held, at, f"code={row.id}")
        raise CodeError(WRONG)

    def verify_again(self, request_id: str, session: str | None) -> RequestRecord | None:
        """Verify and queue a confirmed request by the proof its session gave for the same mailbox before.

        Returns None where there is no such proof, or it is too old: then a code is needed.
        """
        at = self._now()
        with self._database.writing() as connection:
            return self._by_proof(connection, hold(connection, request_id), session, at)

    def _by_proof(
        self, connection: Connection, held: Held, session: str | None, at: dt.datetime
    ) -> RequestRecord | None:
        if session is None or held.record.session != session or held.mailbox_key is None:
            return None
        oldest = stamp(at - dt.timedelta(seconds=self._settings.proof_seconds))
        mine = {"session": self._key.digest("session", session), "mailbox": held.mailbox_key}
        proof = connection.execute(_PROOF, mine).one_or_none()
        if proof is None or proof.at <= oldest or _blocked(connection, held.mailbox_key):
            return None
        return self._verified(connection, held, at, "proof of this session")

    def block(self, token: str) -> None:
        """Send no more mail to the mailbox whose owner opened "this was not me". Raises RequestError for a wrong token.

        Requests that wait for its code are withdrawn.
        """
        mailbox_key = self._read_token(token)
        at = self._now()
        with self._database.writing() as connection:
            insert_once(connection, db.blocked_mailboxes, {"mailbox_key": mailbox_key, "at": stamp(at)})
            connection.execute(delete(db.proofs).where(db.proofs.c.mailbox_key == mailbox_key))
            waiting = select(db.requests.c.id).where(
                db.requests.c.mailbox_key == mailbox_key, db.requests.c.state.in_(("drafted", "confirmed", "verified"))
            )
            for request_id in connection.execute(waiting.order_by(db.requests.c.id)).scalars().all():
                held = hold(connection, request_id)
                if held.record.state in {"drafted", "confirmed", "verified"}:
                    take(connection, held, "withdraw", "person", "not the owner of the mailbox", at)
                    connection.execute(
                        update(db.outbox)
                        .where(db.outbox.c.request_id == request_id, db.outbox.c.state == "waiting")
                        .values(state="cancelled")
                    )

    def unblock(self, mailbox: str) -> bool:
        """Let mail go to a mailbox again; return whether it was blocked."""
        wanted = db.blocked_mailboxes.c.mailbox_key == self.mailbox_key(mailbox)
        with self._database.writing() as connection:
            return connection.execute(delete(db.blocked_mailboxes).where(wanted)).rowcount == 1

    def mailbox_key(self, mailbox: str) -> str:
        """Return what stands for a checked mailbox in limits and look-ups."""
        return self._key.digest("mailbox", same_mailbox(mailbox))

    def mail(self, record: RequestRecord, code_id: str) -> Mail:
        """Return the mail with the code, the same bytes every time. It holds no word that a visitor typed."""
        with self._database.reading() as connection:
            row = connection.execute(_BY_ID, {"wanted": code_id}).one_or_none()
        desk = self._settings.desk_mailbox
        if row is None or record.person is None or desk is None:
            raise ValueError(f"the code {code_id} can no longer be sent")
        code = self._code(code_id)
        not_me = _NO_LINK
        if self._settings.public_url:
            link = f"{self._settings.public_url.rstrip('/')}/requests/not-me/{self.token(row.mailbox_key)}"
            not_me = _NOT_ME.format(link=link)
        body = _BODY.format(
            company=" ".join(record.company.split())[:80],
            code=f"{code[:4]} {code[4:]}",
            minutes=int(self._settings.code_seconds // 60),
            not_me=not_me,
        )
        message_id = code_message_id(code_id, desk)
        content = build(
            sender=desk,
            recipient=record.person.email,
            reply_to=None,
            subject=_SUBJECT,
            body=body,
            date=dt.datetime.fromisoformat(row.created),
            message_id=message_id,
            automatic=True,
        )
        return Mail(message_id, return_path(f"code-{code_id}", desk.rpartition("@")[2]), record.person.email, content)

    def token(self, mailbox_key: str) -> str:
        """Return the token of the link "this was not me" for a mailbox."""
        signed = bytes.fromhex(mailbox_key) + bytes.fromhex(self._key.digest("not me", mailbox_key))[:_TOKEN_BYTES]
        return base64.urlsafe_b64encode(signed).decode()

    def _read_token(self, token: str) -> str:
        try:
            signed = base64.b64decode(token[:200].encode("ascii", "replace"), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            signed = b""
        mailbox_key = signed[:-_TOKEN_BYTES].hex()
        if not hmac.compare_digest(self.token(mailbox_key).encode(), token.encode("utf-8", "replace")):
            raise RequestError("This link is not complete. Please open it as it stands in the mail.")
        return mailbox_key

    def _code(self, code_id: str) -> str:
        return self._key.number("code", code_id, DIGITS)

    def _check(self, record: RequestRecord, code: str) -> str:
        digest = record.message.digest if record.message is not None else ""
        return self._key.digest("check", record.id, record.session or "", digest, code)

    def _fits(self, held: Held, row: Row[Any], session: str | None, typed: str, at: dt.datetime) -> bool:
        same = hmac.compare_digest(row.digest, self._check(held.record, typed))
        timely = row.expires > stamp(at)
        return same and timely and held.record.session == session and held.record.state == "confirmed"

    def _verified(self, connection: Connection, held: Held, at: dt.datetime, detail: str) -> RequestRecord:
        held = take(connection, held, "verify", "person", detail, at, record=replace(held.record, verified=at))
        if held.record.route == HAND_OVER:
            return held.record
        return queue(connection, held, at).record

    def _prove(self, connection: Connection, held: Held, session: str | None, at: dt.datetime) -> None:
        if session is None or held.mailbox_key is None:
            return
        session_key = self._key.digest("session", session)
        connection.execute(_FORGET_PROOF, {"session": session_key, "mailbox": held.mailbox_key})
        connection.execute(_ADD_PROOF, {"session_key": session_key, "mailbox_key": held.mailbox_key, "at": stamp(at)})

    def _same_session(self, held: Held, session: str | None) -> None:
        if held.record.session != session:
            raise CodeError(WRONG)

    def _newest(self, connection: Connection, request_id: str) -> Row[Any] | None:
        return connection.execute(_NEWEST, {"wanted": request_id}).one_or_none()

    def _keep_limits(self, connection: Connection, held: Held, block_key: str, at: dt.datetime) -> tuple[bool, int]:
        """Return whether the mailbox may get one more mail, at the same cost whatever the answer is, and the code's number.

        Raises TooManyError for the other limits, which tell nothing of a mailbox.
        """
        counted = connection.execute(
            _COUNTS,
            {
                "block": block_key,
                "request": held.record.id,
                "mailbox": held.mailbox_key,
                "hour_ago": stamp(at - dt.timedelta(hours=1)),
                "day_ago": stamp(at - dt.timedelta(days=1)),
            },
        ).one()
        if counted.of_block >= self._settings.codes_per_block:
            raise TooManyError("Too many codes were asked for from here. Please try again in an hour.", 3600)
        if counted.of_all >= self._settings.codes_per_hour:
            raise TooManyError("The desk is very busy. Please try again in an hour.", 3600)
        if counted.of_request >= self._settings.codes_per_request:
            raise TooManyError("No more codes are sent for this request. Please send it yourself.", None)
        mailed = not counted.blocked and counted.of_mailbox < self._settings.codes_per_mailbox
        return bool(mailed), counted.of_request + 1


def queue(connection: Connection, held: Held, at: dt.datetime) -> Held:
    """Put a verified request in the outbox, in the same transaction as its state."""
    detail = f"message={held.confirmed_digest} id={held.record.message_id}"
    held = take(connection, held, "queue", "person", detail, at, record=replace(held.record, queued=at))
    put_message(connection, held.record, at)
    return held


def address_block(address: str | None) -> str:
    """Return the /24 (IPv4) or /48 (IPv6) of an IP address; "" where it is none."""
    try:
        known = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return ""
    if isinstance(known, ipaddress.IPv6Address) and known.ipv4_mapped is not None:
        known = known.ipv4_mapped
    return str(ipaddress.ip_network(f"{known}/{24 if known.version == 4 else 48}", strict=False))


def code_message_id(code_id: str, desk: str) -> str:
    """Return the Message-ID of the mail with a code."""
    return f"<code-{code_id}@{desk.rpartition('@')[2]}>"


def _blocked(connection: Connection, mailbox_key: str) -> bool:
    return connection.execute(_BLOCKED, {"mailbox": mailbox_key}).one_or_none() is not None
