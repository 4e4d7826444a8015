"""Questions that no policy answered, and what visitors thought of answers: kept for 30 days, never in a log.

Owns keeping, listing and letting go. Who asked is not kept; e-mail addresses and long numbers are taken out of the words.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import secrets
import weakref
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from bot.reply import Answer
from bot.requests.chain import stamp
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.database import Database
from bot.staff.desk_tables import feedback as feedback_table
from bot.staff.desk_tables import open_tables
from bot.staff.desk_tables import unanswered_questions as table
from bot.staff.entry_errors import StaffEntryError

DAYS_KEPT = 30
MOST_KEPT = 5_000
"""Questions kept at a time: a stranger who asks without end drives out the oldest, and fills no disk."""

LONGEST = 2_000
UNANSWERED = frozenset({"silent", "damaged"})
EMAIL = re.compile(r"[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+")
NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){5,}")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question that was not answered, how often it was asked, and since when; `done` is None while it is open."""

    id: str
    question: str
    policy_ids: tuple[str, ...]
    status: str
    count: int
    first: dt.datetime
    last: dt.datetime
    done: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a visitor thought of an answer. `words` is None where nothing was written."""

    id: str
    at: dt.datetime
    helpful: bool
    question: str
    status: str
    verdict: str | None
    policy_ids: tuple[str, ...]
    words: str | None = None


class QuestionLog:
    """Unanswered questions and opinions in SQL. Opened with `open`; safe to use from several threads and processes."""

    def __init__(self, database: Database, now: Now = utc_now) -> None:
        self._database = database
        self._now = now
        weakref.finalize(self, database.close)

    @classmethod
    def open(cls, url: str, now: Now = utc_now) -> QuestionLog:
        """Open the log of the database at `url`. Raises StoreUnavailableError."""
        return cls(open_tables(url), now)

    def note(self, answer: Answer) -> None:
        """Keep the question of an answer that was none; others leave no trace. Raises StoreUnavailableError."""
        if answer.status not in UNANSWERED:
            return
        words = masked(answer.question)
        key = json.dumps([re.sub(r"[\W_]+", " ", words.casefold()).strip(), sorted(answer.policy_ids)])
        digest = hashlib.sha256(key.encode()).hexdigest()
        at = stamp(self._now())
        with self._database.writing() as connection:
            self._let_go(connection)
            known = connection.execute(select(table.c.asked).where(table.c.id == digest)).scalar_one_or_none()
            if known is None:
                _make_room(connection)
                row = {"id": digest, "question": words, "policy_ids": json.dumps(answer.policy_ids)}
                row |= {"status": answer.status, "first": at, "last": at}
                connection.execute(insert(table).values(**row, asked=1))
            else:
                changed = {"asked": known + 1, "last": at, "done": None, "status": answer.status}
                connection.execute(update(table).where(table.c.id == digest).values(**changed))

    def feedback(self, answer: Answer, helpful: bool, words: str | None = None) -> str:
        """Keep what a visitor thought of an answer; return the entry's id. Raises StoreUnavailableError."""
        cited = [
            {"policy_id": c.policy_id, "version": c.version, "start": c.start, "end": c.end} for c in answer.citations
        ]
        made = secrets.token_hex(8)
        with self._database.writing() as connection:
            self._let_go(connection)
            _make_room_for_opinions(connection)
            connection.execute(
                insert(feedback_table).values(
                    id=made,
                    at=stamp(self._now()),
                    helpful=int(helpful),
                    question=masked(answer.question),
                    status=answer.status,
                    verdict=answer.verdict,
                    policy_ids=json.dumps(answer.policy_ids),
                    cited=json.dumps(cited),
                    words=masked(words) if words and words.strip() else None,
                )
            )
        return made

    def unanswered(self, limit: int = 200) -> list[Unanswered]:
        """Return the open questions, the most asked first."""
        order = (table.c.asked.desc(), table.c.last.desc())
        with self._database.reading() as connection:
            since = stamp(self._now() - dt.timedelta(days=DAYS_KEPT))
            rows = connection.execute(
                select(table).where(table.c.done.is_(None), table.c.last >= since).order_by(*order).limit(limit)
            ).all()
        return [
            Unanswered(
                row.id, row.question, tuple(json.loads(row.policy_ids)), row.status, row.asked,
                dt.datetime.fromisoformat(row.first), dt.datetime.fromisoformat(row.last),
            )
            for row in rows
        ]  # fmt: skip

    def get(self, question_id: str) -> Unanswered:
        """Return one open question. Raises StaffEntryError for an unknown one."""
        found = next((one for one in self.unanswered(MOST_KEPT) if one.id == question_id), None)
        if found is None:
            raise StaffEntryError("That question is no longer on the list.")
        return found

    def done(self, question_id: str) -> None:
        """Take a question off the list until it is asked again. Raises StaffEntryError for an unknown one."""
        with self._database.writing() as connection:
            changed = update(table).where(table.c.id == question_id).values(done=stamp(self._now()))
            if connection.execute(changed).rowcount == 0:
                raise StaffEntryError("That question is no longer on the list.")

    def opinions(self, limit: int = 200) -> list[Opinion]:
        """Return what visitors thought, newest first."""
        with self._database.reading() as connection:
            since = stamp(self._now() - dt.timedelta(days=DAYS_KEPT))
            rows = connection.execute(
                select(feedback_table)
                .where(feedback_table.c.at >= since)
                .order_by(feedback_table.c.at.desc())
                .limit(limit)
            ).all()
        return [
            Opinion(
                row.id, dt.datetime.fromisoformat(row.at), bool(row.helpful), row.question, row.status, row.verdict,
                tuple(json.loads(row.policy_ids)), row.words,
            )
            for row in rows
        ]  # fmt: skip

    def expire(self) -> None:
        """Erase what is older than DAYS_KEPT. Every new entry does so too."""
        with self._database.writing() as connection:
            self._let_go(connection)

    def _let_go(self, connection: Connection) -> None:
        before = stamp(self._now() - dt.timedelta(days=DAYS_KEPT))
        connection.execute(delete(table).where(table.c.last < before))
        connection.execute(delete(feedback_table).where(feedback_table.c.at < before))


def masked(words: str) -> str:
    """Return the words on one line without e-mail addresses and numbers of six digits or more, at most LONGEST characters."""
    plain = " ".join(words.encode("utf-8", "replace").decode().replace("\x00", " ").split())[:LONGEST]
    return NUMBER.sub("[number]", EMAIL.sub("[e-mail]", plain))


def _make_room(connection: Connection) -> None:
    kept = select(table.c.id).order_by(table.c.last.desc()).limit(MOST_KEPT - 1)
    connection.execute(delete(table).where(table.c.id.not_in(kept)))


def _make_room_for_opinions(connection: Connection) -> None:
    kept = select(feedback_table.c.id).order_by(feedback_table.c.at.desc()).limit(MOST_KEPT - 1)
    connection.execute(delete(feedback_table).where(feedback_table.c.id.not_in(kept)))
