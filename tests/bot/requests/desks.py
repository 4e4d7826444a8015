"""Requests for tests: a ledger over a fictional firm, a clock that is set by hand, couriers that keep what they get."""

from __future__ import annotations

import datetime as dt
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select

from bot.requests.couriers.courier import Acceptance
from bot.requests.couriers.mail import Mail, MailCourier
from bot.requests.errors import PermanentRefusalError, TemporaryRefusalError
from bot.requests.ledger import Ledger, NewRequest, new_request_id
from bot.requests.ledger import tables as db
from bot.requests.records import Message, Person, PinnedChannel, PinnedQuote, RequestRecord
from bot.requests.settings import RequestSettings

FIRM = "privacy@ashgrove.example"
DESK = "desk@policydesk.example"
WORDS = "write to privacy@ashgrove.example"


@dataclass
class HandClock:
    """Stands still until it is moved."""

    at: dt.datetime = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.at

    def move(self, seconds: float) -> None:
        self.at += dt.timedelta(seconds=seconds)


@dataclass
class KeptCourier(MailCourier):
    """Keeps the mails it gets; raises the queued errors first, then takes everything."""

    name: str = "maildir"
    sent: list[Mail] = field(default_factory=list)
    answers: deque[Exception | None] = field(default_factory=deque)

    def post(self, mail: Mail) -> Acceptance:
        answer = self.answers.popleft() if self.answers else None
        # What is in doubt did arrive: the worst case for the number of copies.
        if not isinstance(answer, (TemporaryRefusalError, PermanentRefusalError)):
            self.sent.append(mail)
        if answer is not None:
            raise answer
        return Acceptance("250 taken")


def settings_in(folder: Path, **others: Any) -> RequestSettings:
    chosen = {"delivery": True, "desk_mailbox": DESK, "public_url": "https://desk.example", "poll_seconds": 0.01}
    return RequestSettings(folder / "data", **{**chosen, **others})


def new_request(
    name: str = "Ottoline Varga",
    email: str = "ottoline@mailbox.example",
    route: str = "maildir",
    session: str | None = "session-1",
    firm: str = "ashgrove",
    **others: Any,
) -> NewRequest:
    quote = PinnedQuote(firm, "2026-01-01", 40, 40 + len(WORDS), WORDS)
    person = Person(name, email, "California", (("Order", "No. 4711"),))
    body = f"Hello,\n\nplease delete the personal information you hold about me.\n\nName: {name}\nE-mail: {email}\n"
    chosen: dict[str, Any] = {
        "id": new_request_id(),
        "session": session,
        "policy_id": firm,
        "version": "2026-01-01",
        "company": "Ashgrove",
        "type": "delete",
        "regime": "CCPA",
        "right": "deletion",
        "channel": PinnedChannel("email", FIRM, None, quote),
        "route": route,
        "person": person,
        "message": Message("email", FIRM, "Request to delete my personal information", body, DESK, email),
        "quotes": (quote,),
    }
    return NewRequest(**{**chosen, **others})


# Built once: a test of the pace calls it for every request.
_NEWEST_CODE = (
    select(db.codes.c.id)
    .where(db.codes.c.request_id == bindparam("wanted"))
    .order_by(db.codes.c.created.desc(), db.codes.c.id.desc())
)


def code_of(ledger: Ledger, request_id: str) -> str:
    """Return the code of the request's newest mail, as the person reads it there."""
    with ledger.database.reading() as connection:
        code_id = connection.execute(_NEWEST_CODE, {"wanted": request_id}).scalars().first()
    assert code_id is not None
    return ledger.codes._code(code_id)


def confirmed(ledger: Ledger, new: NewRequest) -> RequestRecord:
    record = ledger.draft(new)
    assert record.message is not None
    return ledger.confirm(record.id, record.message.digest, record.version)


def queued(ledger: Ledger, new: NewRequest) -> RequestRecord:
    """Take a request from its draft into the outbox, as a person does."""
    record = ledger.draft(new)
    assert record.message is not None
    told = ledger.codes.confirm(record.id, record.message.digest, record.version, record.session, None)
    if isinstance(told, RequestRecord):
        return told  # the session proved this mailbox before
    return ledger.codes.verify(record.id, record.session, code_of(ledger, record.id))


def hurried(ledger: Ledger) -> Ledger:
    """Let the database skip waiting for the disk: for long walks that kill nothing."""
    from sqlalchemy import event

    engine = ledger.database._engine
    told = "SET synchronous_commit=off" if engine.dialect.name == "postgresql" else "PRAGMA synchronous=OFF"

    def hurry(connection: Any, _record: object) -> None:
        connection.execute(told)
        connection.commit()

    ledger.database.close()
    event.listen(engine, "connect", hurry)
    return ledger
