"""What waits to be sent: claimed by one sender at a time, finished; brakes and caps. Sends nothing itself."""

from __future__ import annotations

import datetime as dt
import logging
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.requests.chain import stamp
from bot.requests.couriers.courier import Acceptance
from bot.requests.errors import (
    CourierError,
    PermanentRefusalError,
    RequestError,
    TemporaryRefusalError,
)
from bot.requests.ledger import tables as db
from bot.requests.ledger.clock import Now
from bot.requests.ledger.database import Database
from bot.requests.ledger.putting import CHANGE, CODE, MESSAGE
from bot.requests.ledger.steps import Held, hold, take
from bot.requests.ledger.taking import (
    AT_WORK,
    BEFORE,
    BY_KEY,
    EXPIRES,
    MINE,
    MY_LANE,
    NEXT,
    STOPPED,
    STOPPED_SWITCH,
    TAKE_LANE,
    WIN,
)  # fmt: skip
from bot.requests.records import Person, RequestRecord
from bot.requests.settings import RequestSettings

logger = logging.getLogger(__name__)

# A second doubt is a person's to resolve: the first copy may have arrived, and so may the second.
MOST_DOUBTS = 2


@dataclass(frozen=True, slots=True)
class Claimed:
    """One row of the outbox in one sender's hands. `code_id` is None for a message. `attempt` counts from 1."""

    key: str
    kind: str
    route: str
    lane: str
    owner: str
    attempt: int
    code_id: str | None
    request: RequestRecord


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row of the outbox for people: no address, no words. `reply` is the other side's last one."""

    key: str
    request_id: str
    kind: str
    policy_id: str
    route: str
    state: str
    attempts: int
    doubts: int
    due: dt.datetime
    reply: str | None


class Outbox:
    """The outbox as senders and the desk use it."""

    def __init__(self, database: Database, settings: RequestSettings, now: Now) -> None:
        self._database = database
        self._settings = settings
        self._now = now

    def stop(self, reason: str) -> None:
        """Stop every sender before its next message, in every process, until `resume`."""
        with self._database.writing() as connection:
            connection.execute(delete(db.switches).where(db.switches.c.name == STOPPED_SWITCH))
            connection.execute(insert(db.switches).values(name=STOPPED_SWITCH, value=reason))

    def resume(self) -> None:
        """Let senders go on."""
        with self._database.writing() as connection:
            connection.execute(delete(db.switches).where(db.switches.c.name == STOPPED_SWITCH))

    def stopped(self) -> str | None:
        """Return the reason why sending is stopped, None where it is not."""
        with self._database.reading() as connection:
            return _stopped(connection)

    def rows(self, states: Collection[str], limit: int = 100) -> list[Waiting]:
        """Return the rows in those states, oldest first; ("failed", "uncertain") are the dead letters."""
        query = select(db.outbox).where(db.outbox.c.state.in_(states)).order_by(db.outbox.c.created).limit(limit)
        with self._database.reading() as connection:
            return [_waiting(row) for row in connection.execute(query)]

    def claim(self, owner: str, routes: Collection[str]) -> Claimed | None:
        """Take one due row of a lane nobody else works, and commit that it is being sent; None where there is none.

        Rows that a dead sender left in "sending" are settled first: sent once more, or parked as uncertain.
        """
        with self._database.writing() as connection:
            return self._claim(connection, owner, routes)

    def _claim(
        self, connection: Connection, owner: str, routes: Collection[str], held_lane: str | None = None
    ) -> Claimed | None:
        """Claim the next row. `held_lane` is this owner's already, and is left unless that row waits in it."""
        at = self._now()
        values = {"me": owner, "now": stamp(at), "hour_ago": stamp(at - dt.timedelta(hours=1))}
        before = connection.execute(BEFORE, values).one()
        row = None
        if before.stopped is None:
            if before.abandoned is not None:
                self._settle_abandoned(connection, before.abandoned, owner, held_lane, at)
            if before.claimed < self._settings.total_per_hour:
                row = self._next(connection, routes, values)
        kept = held_lane is not None and row is not None and row.lane == held_lane
        if held_lane is not None and not kept:
            self._leave_lane(connection, held_lane, owner)
        if row is None or not (kept or self._take_lane(connection, row.lane, owner, at)):
            return None
        return self._start(connection, row, owner, at)

    def due(self, routes: Collection[str]) -> int:
        """Return how many rows could be sent now or were left behind, whoever holds their lanes."""
        values = {"now": stamp(self._now()), "routes": list(routes)}
        with self._database.reading() as connection:
            return int(connection.execute(AT_WORK, values).scalar_one())

    def renew(self, claimed: Claimed) -> None:
        """Say that the sender is still alive."""
        with self._database.writing() as connection:
            self._renew(connection, claimed)

    def finish(self, claimed: Claimed, result: Acceptance | BaseException) -> str | None:
        """Record how it went and return the row's new state; None where another sender had taken the row over."""
        with self._database.writing() as connection:
            self._leave_lane(connection, claimed.lane, claimed.owner)
            return self._finish(connection, claimed, result)

    def exchange(self, claimed: Claimed, result: Acceptance | BaseException, routes: Collection[str]) -> Claimed | None:
        """Record how it went and claim the next row, in one transaction; None where there is none."""
        with self._database.writing() as connection:
            # The lane is locked first, as everywhere, and kept for the next row where that waits in it too.
            held = self._renew(connection, claimed)
            self._finish(connection, claimed, result)
            return self._claim(connection, claimed.owner, routes, claimed.lane if held else None)

    def rehearse(self, routes: Collection[str], write: Callable[[Claimed], None]) -> bool:
        """Let `write` have what would be sent next, and mark it so; its request stays queued. False where nothing is due."""
        at = self._now()
        with self._database.writing() as connection:
            values = {"me": "rehearsal", "now": stamp(at), "hour_ago": stamp(at - dt.timedelta(hours=1))}
            row = self._next(connection, routes, values) if _stopped(connection) is None else None
            if row is None:
                return False
            held = hold(connection, row.request_id)
            if row.kind == MESSAGE:
                held = take(connection, held, "rehearse", "courier", "written, not sent", at)
            write(Claimed(row.key, row.kind, row.route, row.lane, "", row.attempts, row.code_id, held.record))
            self._update(connection, row.key, state="rehearsed", reply="written, not sent")
        return True

    def _finish(self, connection: Connection, claimed: Claimed, result: Acceptance | BaseException) -> str | None:
        at = self._now()
        held = hold(connection, claimed.request.id)
        mine = {"wanted": claimed.key, "me": claimed.owner, "attempt": claimed.attempt}
        row = connection.execute(MINE, mine).one_or_none()
        if row is None:
            logger.warning("request %s: attempt %s was taken over by another sender", held.record.id, claimed.attempt)
            return None
        # Its words may have been erased meanwhile: the ones that were sent are left out of the reply.
        return self._settle(connection, held, row, result, claimed.request.person, at)

    def _settle(
        self,
        connection: Connection,
        held: Held,
        row: Row[Any],
        result: Acceptance | BaseException,
        person: Person | None,
        at: dt.datetime,
    ) -> str:
        doubts = row.doubts
        if isinstance(result, Acceptance):
            state, reply = "sent", result.reply
        elif isinstance(result, PermanentRefusalError):
            state, reply = "failed", result.reply
        elif isinstance(result, TemporaryRefusalError):
            state, reply = "waiting", result.reply
        else:
            doubts += 1
            reply = result.reply if isinstance(result, CourierError) else f"fault: {type(result).__name__}"
            state = "uncertain" if doubts >= MOST_DOUBTS else "waiting"
        reply = without_person(reply, person)
        due = at
        if state == "waiting":
            due = at + dt.timedelta(seconds=self._delay(row))
            if due > self._give_up(row):
                state = "failed" if doubts == 0 else "uncertain"
        # With one doubt a later refusal does not make the first copy unsent.
        if state == "failed" and row.doubts > 0:
            state = "uncertain"
        if row.kind == MESSAGE:
            action = {"sent": "accept", "failed": "refuse", "uncertain": "doubt", "waiting": "defer"}[state]
            action = "resend" if state == "waiting" and doubts > row.doubts else action
            record = held.record
            if state == "sent":
                reference = result.reference if isinstance(result, Acceptance) else None
                record = replace(record, started=at, reference=reference or record.reference)
            if state == "failed":
                record = failed_channel(record)
            take(connection, held, action, "courier", f"attempt={row.attempts} {reply}", at, record=record)
        self._update(connection, row.key, state=state, due=stamp(due), doubts=doubts, reply=reply)
        logger.info("request %s: %s attempt %s is %s", row.request_id, row.kind, row.attempts, state)
        return state

    def _start(self, connection: Connection, row: Row[Any], owner: str, at: dt.datetime) -> Claimed | None:
        held = hold(connection, row.request_id)
        attempt = row.attempts + 1
        claim = {"state": "sending", "owner": owner, "attempts": attempt, "claimed": stamp(at)}
        won = connection.execute(WIN, {**claim, "wanted": row.key, "before": row.attempts})
        if won.rowcount == 0:
            self._leave_lane(connection, row.lane, owner)
            return None
        if row.kind == CODE:
            expires = connection.execute(EXPIRES, {"wanted": row.code_id}).scalar_one_or_none()
            if expires is None or expires <= stamp(at) or held.record.person is None:
                self._update(connection, row.key, state="failed", reply="the code had expired")
                self._leave_lane(connection, row.lane, owner)
                return None
        else:
            try:
                held = take(connection, held, "claim", "courier", f"attempt={attempt}", at)
            except RequestError as error:
                # The send law stands against it: whatever put the row here, it does not go out.
                self._update(connection, row.key, state="failed", reply=f"not sent: {type(error).__name__}")
                self._leave_lane(connection, row.lane, owner)
                logger.error("request %s: the row in the outbox is not what was confirmed; not sent", row.request_id)
                return None
        return Claimed(row.key, row.kind, row.route, row.lane, owner, attempt, row.code_id, held.record)

    def _settle_abandoned(
        self, connection: Connection, key: str, owner: str, held_lane: str | None, at: dt.datetime
    ) -> None:
        row = connection.execute(BY_KEY, {"wanted": key}).one_or_none()
        if row is not None and self._take_lane(connection, row.lane, owner, at):
            self._pick_up(connection, key, at)
            if row.lane != held_lane:
                self._leave_lane(connection, row.lane, owner)

    def _pick_up(self, connection: Connection, key: str, at: dt.datetime) -> None:
        """Settle a row whose sender died: whether it was sent is not known."""
        held = hold(connection, key.partition(":")[0])
        row = connection.execute(BY_KEY, {"wanted": key}).one_or_none()
        if row is None or row.state != "sending":
            return
        doubts = row.doubts + 1
        state = "uncertain" if doubts >= MOST_DOUBTS else "waiting"
        if row.kind == MESSAGE:
            if state == "waiting" and held.record.message is None:
                state = "uncertain"
            action = "doubt" if state == "uncertain" else "resend"
            take(connection, held, action, "clock", f"attempt={row.attempts} the sender stopped", at)
        self._update(connection, key, state=state, due=stamp(at), doubts=doubts, reply="the sender stopped")
        logger.warning("request %s: %s attempt %s was left behind: %s", row.request_id, row.kind, row.attempts, state)

    def _next(self, connection: Connection, routes: Collection[str], values: dict[str, Any]) -> Row[Any] | None:
        for kind, query in NEXT.items():
            others = {"most": self._settings.company_per_hour} if kind == MESSAGE else {}
            chosen = {**values, **others, "routes": list(routes), "wanted": kind}
            found = connection.execute(query, chosen).one_or_none()
            if found is not None:
                return found
        return None

    def _renew(self, connection: Connection, claimed: Claimed) -> bool:
        until = stamp(self._now() + dt.timedelta(seconds=self._settings.lease_seconds))
        mine = {"until": until, "wanted": claimed.lane, "me": claimed.owner}
        return connection.execute(MY_LANE, mine).rowcount == 1

    def _take_lane(self, connection: Connection, lane: str, owner: str, at: dt.datetime) -> bool:
        until = stamp(at + dt.timedelta(seconds=self._settings.lease_seconds))
        taken = {"owner": owner, "until": until, "wanted": lane, "me": owner, "now": stamp(at)}
        return connection.execute(TAKE_LANE, taken).rowcount == 1

    def _leave_lane(self, connection: Connection, lane: str, owner: str) -> None:
        connection.execute(MY_LANE, {"owner": "", "until": "", "wanted": lane, "me": owner})

    def _update(self, connection: Connection, key: str, **values: str | int | None) -> None:
        connection.execute(CHANGE, {**values, "wanted": key})

    def _delay(self, row: Row[Any]) -> float:
        steps = self._settings.retry_seconds
        return steps[min(row.attempts, len(steps)) - 1]

    def _give_up(self, row: Row[Any]) -> dt.datetime:
        seconds = self._settings.code_seconds if row.kind == CODE else self._settings.give_up_seconds
        return dt.datetime.fromisoformat(row.created) + dt.timedelta(seconds=seconds)


def failed_channel(record: RequestRecord) -> RequestRecord:
    """Return the record with its channel noted as tried in vain: the company never had it, so its clock stands still."""
    tried = tuple(dict.fromkeys((*record.tried, record.channel.value or record.route)))
    return replace(record, tried=tried, started=None, extended=None)


def without_person(reply: str, person: Person | None) -> str:
    """Return what the other side said without the person's words: servers repeat what they were told."""
    words = (person.name, person.email, *(text for _, text in person.blanks)) if person is not None else ()
    for said in words:
        if said.strip():
            reply = re.sub(re.escape(said), "(left out)", reply, flags=re.IGNORECASE)
    return reply


def _stopped(connection: Connection) -> str | None:
    return connection.execute(STOPPED).scalar_one_or_none()


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        key=row.key,
        request_id=row.request_id,
        kind=row.kind,
        policy_id=row.policy_id,
        route=row.route,
        state=row.state,
        attempts=row.attempts,
        doubts=row.doubts,
        due=dt.datetime.fromisoformat(row.due),
        reply=row.reply,
    )
