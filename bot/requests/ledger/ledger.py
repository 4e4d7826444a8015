"""The ledger of requests: the only way to begin, change and read them. Every change is one transaction with its event."""

from __future__ import annotations

import datetime as dt
import secrets
import weakref
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from bot.requests.chain import first_fault, stamp
from bot.requests.errors import RequestError, UnknownRequestError
from bot.requests.fields import check_message, check_person
from bot.requests.ledger import tables as db
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.codes import Verification
from bot.requests.ledger.database import Database
from bot.requests.ledger.keys import Key
from bot.requests.ledger.outbox import Outbox, failed_channel
from bot.requests.ledger.putting import MESSAGE, settle_row
from bot.requests.ledger.steps import begin, confirm, drafted, hold, take
from bot.requests.ledger.stored import event_of, record_of
from bot.requests.records import HAND_OVER, EventRecord, Message, Person, PinnedChannel, PinnedQuote, RequestRecord
from bot.requests.settings import RequestSettings

# Steps that need no more than the state; the others have functions of their own, which check what they need.
OPEN_STEPS = frozenset({"report_sent", "acknowledge", "extend", "fulfil", "deny", "expire", "withdraw"})
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: nothing that is misread
_ID_CHARACTERS = 20


def new_request_id() -> str:
    """Return a receipt number that cannot be guessed: 20 letters and digits, 100 bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_ID_CHARACTERS))


@dataclass(frozen=True, slots=True)
class NewRequest:
    """A request that begins; the fields are those of RequestRecord. `id` comes from `new_request_id`."""

    id: str
    session: str | None = field(repr=False)
    policy_id: str
    version: str
    company: str
    type: str
    regime: str | None
    right: str | None
    channel: PinnedChannel
    route: str
    person: Person
    message: Message
    quotes: tuple[PinnedQuote, ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a request's rows do not fit together. `number` is the event's, None where it is the request's row."""

    request_id: str
    number: int | None
    reason: str


class Ledger:
    """Requests in SQL. Opened with `open`; safe to use from several threads and processes.

    `codes` proves mailboxes, `outbox` is what senders and the desk's brakes use.
    """

    def __init__(self, database: Database, settings: RequestSettings, key: Key, now: Now = utc_now) -> None:
        self.settings = settings
        self.codes = Verification(database, settings, key, now)
        self.outbox = Outbox(database, settings, now)
        self.database = database
        self.now = now
        weakref.finalize(self, database.close)

    @classmethod
    def open(cls, settings: RequestSettings, now: Now = utc_now) -> Ledger:
        """Open the requests of `settings`, making the tables and the key file where there are none.

        Raises StoreUnavailableError if the database or the key file cannot be used.
        """
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = Key.open(settings.data_dir)
        return cls(
            Database.open(settings.url, db.metadata, db.CREATION_LOCK, settings.lock_seconds), settings, key, now
        )

    def draft(self, new: NewRequest) -> RequestRecord:
        """Begin a request. Raises FieldError for what a person may not write or a message may not hold."""
        person = check_person(new.person)
        at = self.now()
        record = RequestRecord(
            id=new.id,
            session=new.session,
            policy_id=new.policy_id,
            version=new.version,
            company=new.company,
            type=new.type,
            regime=new.regime,
            right=new.right,
            channel=new.channel,
            route=new.route,
            person=person,
            message=check_message(new.message),
            quotes=new.quotes,
            state="",
            message_id=self._message_id(new.id, 1),
            created=at,
            changed=at,
        )
        with self.database.writing() as connection:
            return begin(connection, record, self.codes.mailbox_key(person.email), "person", at)

    def revise(
        self,
        request_id: str,
        *,
        message: Message,
        person: Person | None = None,
        channel: PinnedChannel | None = None,
        route: str | None = None,
        version: str | None = None,
        quotes: tuple[PinnedQuote, ...] | None = None,
    ) -> RequestRecord:
        """Change what an unsent or failed request says or where it goes (None: as before); it has to be confirmed again.

        Raises FieldError, StepError, UnknownRequestError.
        """
        at = self.now()
        check_message(message)
        checked = check_person(person) if person is not None else None
        with self.database.writing() as connection:
            held = hold(connection, request_id)
            before = held.record
            if before.person is None:
                raise RequestError("The person's data of this request were erased.")
            # A message that went out keeps its Message-ID to itself: another message has another.
            edition = held.edition + (before.state == "failed")
            record = replace(
                before,
                message=message,
                person=checked or before.person,
                channel=channel or before.channel,
                route=route or before.route,
                version=version or before.version,
                quotes=before.quotes if quotes is None else quotes,
                message_id=self._message_id(request_id, edition),
            )
            mailbox_key = self.codes.mailbox_key(record.person.email) if record.person else held.mailbox_key
            return take(
                connection,
                held,
                "revise",
                "person",
                drafted(record),
                at,
                record=record,
                edition=edition,
                mailbox_key=mailbox_key,
            ).record

    def confirm(self, request_id: str, digest: str, version: str) -> RequestRecord:
        """Confirm the message with that digest, as seen beside that policy version.

        Raises ChangedError where either is no longer what is stored, StepError, UnknownRequestError.
        """
        at = self.now()
        with self.database.writing() as connection:
            return confirm(connection, hold(connection, request_id), digest, version, at).record

    def show(self, request_id: str) -> RequestRecord:
        """Record that the message was handed to the person, who sends it alone; the desk will not."""
        at = self.now()
        with self.database.writing() as connection:
            held = hold(connection, request_id)
            record = replace(held.record, route=HAND_OVER)
            return take(connection, held, "show", "person", drafted(record), at, record=record).record

    def apply(
        self, request_id: str, action: str, actor: str, detail: str = "", *, reference: str | None = None
    ) -> RequestRecord:
        """Take one of OPEN_STEPS. `detail` holds ids and digests, never a person's words; `reference` is the other side's
        number for the request. Raises ValueError for another step, StepError, UnknownRequestError.
        """
        if action not in OPEN_STEPS:
            raise ValueError(f"{action!r} is not a step of its own: known are {', '.join(sorted(OPEN_STEPS))}")
        at = self.now()
        with self.database.writing() as connection:
            held = hold(connection, request_id)
            record = replace(held.record, reference=reference or held.record.reference)
            if action == "report_sent" and record.started is None:
                record = replace(record, started=at)
            if action == "extend":
                record = replace(record, extended=record.extended or at)
            held = take(connection, held, action, actor, detail, at, record=record)
            if action == "withdraw":
                settle_row(connection, request_id, "cancelled")
            return held.record

    def bounce(self, request_id: str, actor: str, detail: str) -> RequestRecord:
        """Record that the message came back: the request failed, its channel is noted, the next one can be drafted."""
        at = self.now()
        with self.database.writing() as connection:
            held = hold(connection, request_id)
            record = failed_channel(held.record)
            held = take(connection, held, "bounce", actor, detail, at, record=record)
            settle_row(connection, request_id, "failed", reply="returned")
            return held.record

    def resolve(self, request_id: str, *, arrived: bool) -> RequestRecord:
        """Settle a request in doubt by a person's word: it arrived, or it did not and is sent again."""
        at = self.now()
        with self.database.writing() as connection:
            held = hold(connection, request_id)
            if arrived:
                record = replace(held.record, started=held.record.queued or at)
                held = take(connection, held, "settle", "desk", "arrived", at, record=record)
                settle_row(connection, request_id, "sent")
            else:
                if held.record.state != "uncertain":
                    raise RequestError("Only a request in doubt can be resolved.")
                held = take(connection, held, "resend", "desk", "did not arrive", at)
                settle_row(connection, request_id, "waiting", due=stamp(at), doubts=0, attempts=0, created=stamp(at))
            return held.record

    def retry(self, request_id: str) -> RequestRecord:
        """Send a failed, waiting or rehearsed message now. Raises RequestError in any other state."""
        at = self.now()
        with self.database.writing() as connection:
            held = hold(connection, request_id)
            if held.record.state not in {"failed", "queued"} or held.record.message is None:
                raise RequestError("Only a message that failed or waits can be sent again.")
            if held.record.state == "failed":
                held = take(connection, held, "resend", "desk", "sent again", at)
            settle_row(connection, request_id, "waiting", due=stamp(at), created=stamp(at))
            return held.record

    def get(self, request_id: str) -> RequestRecord:
        """Return a request. Raises UnknownRequestError."""
        with self.database.reading() as connection:
            row = connection.execute(select(db.requests).where(db.requests.c.id == request_id)).one_or_none()
        if row is None:
            raise UnknownRequestError(request_id)
        return record_of(row)

    def find(
        self,
        *,
        states: Collection[str] | None = None,
        policy_id: str | None = None,
        session: str | None = None,
        before: dt.datetime | None = None,
        limit: int = 100,
    ) -> list[RequestRecord]:
        """Return the requests that meet every given filter, the newest first. `before` is of `created`, for paging."""
        columns = db.requests.c
        query = select(db.requests).order_by(columns.created.desc(), columns.id).limit(limit)
        if states is not None:
            query = query.where(columns.state.in_(states))
        if policy_id is not None:
            query = query.where(columns.policy_id == policy_id)
        if session is not None:
            query = query.where(columns.session == session)
        if before is not None:
            query = query.where(columns.created < stamp(before))
        with self.database.reading() as connection:
            return [record_of(row) for row in connection.execute(query)]

    def events(self, request_id: str) -> list[EventRecord]:
        """Return the events of a request, the first one first; none where it is unknown."""
        columns = db.request_events.c
        query = select(db.request_events).where(columns.request_id == request_id).order_by(columns.number)
        with self.database.reading() as connection:
            return [event_of(row) for row in connection.execute(query)]

    def verify_chain(self, request_id: str) -> Fault | None:
        """Return where the request's rows do not fit together, None where they do. Raises UnknownRequestError."""
        with self.database.reading() as connection:
            row = connection.execute(select(db.requests).where(db.requests.c.id == request_id)).one_or_none()
            if row is None:
                raise UnknownRequestError(request_id)
            columns = db.request_events.c
            query = select(db.request_events).where(columns.request_id == request_id).order_by(columns.number)
            events = [event_of(one) for one in connection.execute(query)]
            waiting = connection.execute(
                select(db.outbox.c.state).where(db.outbox.c.key == f"{request_id}:{MESSAGE}")
            ).scalar_one_or_none()
        broken = first_fault(events)
        if broken is not None:
            return Fault(request_id, broken, "the event does not follow from those before it")
        if not events or (row.events, row.head, row.state) != (len(events), events[-1].digest, events[-1].state):
            return Fault(request_id, None, "the request is not where its last event left it")
        reason = _contradiction(record_of(row), row.confirmed_digest, events, waiting)
        return Fault(request_id, None, reason) if reason else None

    def _message_id(self, request_id: str, edition: int) -> str:
        return f"<{request_id}.{edition}@{self.settings.mail_domain}>"


def _contradiction(
    record: RequestRecord, confirmed: str | None, events: list[EventRecord], waiting: str | None
) -> str | None:
    """Return in what a request's row contradicts its events, None where it does not."""
    last = {event.action: event for event in events}
    set_by = max((last[one] for one in ("draft", "revise", "show") if one in last), key=lambda event: event.number)
    if record.message is not None and set_by.detail != drafted(record):
        return "the message, its version or its route is not the one of its event"
    begun = max(last[one].number for one in ("draft", "revise") if one in last)
    confirmation = last.get("confirm")
    if confirmation is not None and confirmation.number > begun:
        if confirmation.detail != f"message={confirmed}":
            return "what is marked as confirmed is not what was confirmed"
    elif confirmed is not None:
        return "nothing was confirmed"
    proof = last.get("verify")
    if proof is not None and proof.number > begun:
        if record.verified != proof.at:
            return "the mailbox was verified at another time"
    elif record.verified is not None:
        return "no mailbox was verified"
    if waiting in {"waiting", "sending"} and record.state not in {"queued", "sending"}:
        return "the outbox holds a message that is not queued"
    return None
