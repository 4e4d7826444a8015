"""Approved answers: quotes that an agent chose for a question. Each is compared with the stored text whenever it is used.

Owns keeping, changing and finding them. What is said around the quotes is the desk's template, as in every other answer.
"""

from __future__ import annotations

import logging
import secrets
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import func, insert, select, update

from bot.citations import cite
from bot.compose import answer_text
from bot.errors import QuestionError
from bot.evidence import Quote
from bot.reply import Answer
from bot.requests.chain import stamp
from bot.requests.ledger.clock import Now, utc_now
from bot.requests.ledger.database import Database
from bot.scope import ScopeFinder
from bot.staff.approved_records import ApprovedAnswer, Standing, answer_of, row_of
from bot.staff.desk_tables import approved_answers as table
from bot.staff.desk_tables import open_tables
from bot.staff.entry_errors import StaffEntryError
from bot.staff.spans import ChosenSpan, clause_of, quote_at, standing_place
from bot.staff.wording import LONGEST, Form, cosine, form_of, same_question
from vectorstore.errors import StoreUnavailableError, UnknownPolicyError
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy

logger = logging.getLogger(__name__)

MOST_WORDINGS = 20
MOST_SPANS = 5
MOST_QUOTED = 1_200
"""Characters of all quotes together, as in other answers."""

VERDICTS = ("yes", "no", "conditional")
CHECKED = " (Chosen and checked by a person of this desk.)"


@dataclass(frozen=True, slots=True, eq=False)
class _Wording:
    """One wording of an approved answer, read and embedded."""

    answer: ApprovedAnswer
    form: Form
    vector: np.ndarray


class ApprovedAnswers:
    """Approved answers in SQL over a library. Opened with `open`; safe to use from several threads and processes."""

    def __init__(self, database: Database, library: PolicyLibrary, now: Now = utc_now) -> None:
        self._database = database
        self._library = library
        self._now = now
        self._read: tuple[tuple[int, str | None, int], dict[str, list[_Wording]]] | None = None
        weakref.finalize(self, database.close)

    @classmethod
    def open(cls, url: str, library: PolicyLibrary, now: Now = utc_now) -> ApprovedAnswers:
        """Open the approved answers of the database at `url`. Raises StoreUnavailableError."""
        return cls(open_tables(url), library, now)

    def add(
        self,
        member_id: str,
        policy_id: str,
        wordings: Sequence[str],
        places: Sequence[tuple[int, int]],
        verdict: str | None = None,
    ) -> ApprovedAnswer:
        """Keep a new one for the current version. `places` are (start, end) of whole sentences or clauses, in order.

        Raises StaffEntryError for what cannot be kept, UnknownPolicyError.
        """
        at = self._now()
        made = ApprovedAnswer(secrets.token_hex(6), policy_id, "", (), (), verdict, member_id, at, at)
        made = self._checked(made, wordings, places)
        with self._database.writing() as connection:
            connection.execute(insert(table).values(**row_of(made)))
        return made

    def change(
        self,
        answer_id: str,
        member_id: str,
        wordings: Sequence[str],
        places: Sequence[tuple[int, int]],
        verdict: str | None = None,
    ) -> ApprovedAnswer:
        """Change wordings, quotes and verdict; the places are those of the version that is current now.

        Raises as `add`, and StaffEntryError for an unknown one.
        """
        known = self.get(answer_id)
        made = replace(known, verdict=verdict, member=member_id, changed=self._now(), retired=None)
        made = self._checked(made, wordings, places)
        with self._database.writing() as connection:
            connection.execute(update(table).where(table.c.id == answer_id).values(**row_of(made)))
        return made

    def retire(self, answer_id: str, member_id: str) -> None:
        """Take one out of use; it stays readable. Raises StaffEntryError for an unknown one."""
        self.get(answer_id)
        at = stamp(self._now())
        with self._database.writing() as connection:
            changed = {"retired": at, "changed": at, "member": member_id}
            connection.execute(update(table).where(table.c.id == answer_id).values(**changed))

    def get(self, answer_id: str) -> ApprovedAnswer:
        """Return one. Raises StaffEntryError for an unknown one."""
        with self._database.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == answer_id)).one_or_none()
        if row is None:
            raise StaffEntryError("There is no approved answer of that number.")
        return answer_of(row)

    def all(self) -> list[Standing]:
        """Return every approved answer as it stands now: stale first, then valid, then retired; newest first in each."""
        with self._database.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.changed.desc())).all()
        order = ("stale", "valid", "retired")
        return sorted((self.standing(answer_of(row)) for row in rows), key=lambda one: order.index(one.state))

    def standing(self, answer: ApprovedAnswer) -> Standing:
        """Compare an approved answer, byte for byte, with the version that is current now."""
        try:
            policy = self._library.get(answer.policy_id)
        except UnknownPolicyError:
            return Standing(answer, "retired" if answer.retired else "stale", None)
        quotes = self._quotes(answer, policy)
        state = "retired" if answer.retired else "valid" if quotes else "stale"
        return Standing(answer, state, policy.version, quotes if state == "valid" else ())

    def find(self, question: str, policy_ids: Sequence[str]) -> Answer | None:
        """Return the valid approved answer to that question about that one policy; None where there is none.

        None, too, while the database cannot be read: the desk answers on without it.
        """
        if len(policy_ids) != 1 or len(question) > LONGEST:
            return None
        try:
            known = self._wordings().get(policy_ids[0], [])
            if not known:
                return None
            policy = self._library.get(policy_ids[0])
            bare = _bare(question, policy)
            form = form_of(bare)
        except StoreUnavailableError as error:
            logger.warning("approved answers cannot be read: %s", error)
            return None
        except QuestionError:
            return None
        alike = [one for one in known if one.form.asks_like(form)]
        if not alike:
            return None
        vector = self._library.embedder.encode([bare])[0]
        best = max(alike, key=lambda one: cosine(one.vector, vector))
        if not same_question(best.form, form, cosine(best.vector, vector)):
            return None
        quotes = self._quotes(best.answer, policy)
        return self._said(best.answer, question, quotes) if quotes else None

    def _said(self, answer: ApprovedAnswer, question: str, quotes: Sequence[Quote]) -> Answer:
        return Answer(
            question=question,
            status="answered",
            verdict=answer.verdict,  # type: ignore[arg-type]
            text=answer_text(answer.verdict, quotes, CHECKED),
            citations=cite(quotes),
            policy_ids=[answer.policy_id],
        )

    def _quotes(self, answer: ApprovedAnswer, policy: Policy) -> tuple[Quote, ...]:
        """Return the quotes as they stand in `policy`; none at all where one of them does not stand there."""
        found = []
        for chosen in answer.spans:
            place: tuple[int, int] | None = (chosen.start, chosen.end)
            if policy.version != answer.version or policy.text[chosen.start : chosen.end] != chosen.quote:
                place = standing_place(policy, chosen)
            quote = quote_at(policy, *place) if place else None
            if quote is None or quote.text != chosen.quote or policy.is_damaged(quote.start, quote.end):
                return ()
            found.append(quote)
        return tuple(found)

    def _wordings(self) -> dict[str, list[_Wording]]:
        """Return the wordings in use by policy, read and embedded once for a state of the table and the library."""
        with self._database.reading() as connection:
            count, changed = connection.execute(select(func.count(), func.max(table.c.changed))).one()
            state = (count, changed, self._library.revision)
            if self._read is not None and self._read[0] == state:
                return self._read[1]
            rows = connection.execute(select(table).where(table.c.retired.is_(None)).order_by(table.c.changed.desc()))
            answers = [answer_of(row) for row in rows]
        found: dict[str, list[_Wording]] = {}
        for answer in answers:
            standing = self.standing(answer)
            if standing.state == "valid":
                policy = standing.quotes[0].policy
                bare = [_bare(words, policy) for words in answer.wordings]
                vectors = self._library.embedder.encode(bare)
                made = [_Wording(answer, form_of(words), vectors[row]) for row, words in enumerate(bare)]
                found.setdefault(answer.policy_id, []).extend(made)
        self._read = (state, found)
        return found

    def _checked(
        self, made: ApprovedAnswer, wordings: Sequence[str], places: Sequence[tuple[int, int]]
    ) -> ApprovedAnswer:
        """Return it with its wordings and quotes, or say what is wrong with them."""
        policy = self._library.get(made.policy_id)
        kept = tuple(dict.fromkeys(words for words in (" ".join(one.split()) for one in wordings) if words))
        if not kept:
            raise StaffEntryError("Write at least one wording of the question.")
        if len(kept) > MOST_WORDINGS:
            raise StaffEntryError(f"An approved answer can have up to {MOST_WORDINGS} wordings.")
        if made.verdict is not None and made.verdict not in VERDICTS:
            raise StaffEntryError(f"The verdict is one of {', '.join(VERDICTS)}, or none.")
        forms = [self._form(words, policy) for words in kept]
        self._refuse_taken(made, kept, forms, policy)
        return replace(made, version=policy.version, wordings=kept, spans=_chosen(policy, places))

    def _form(self, words: str, policy: Policy) -> Form:
        if len(words) > LONGEST:
            raise StaffEntryError(f"A wording can have up to {LONGEST} characters.")
        try:
            form = form_of(_bare(words, policy))
        except QuestionError as error:
            raise StaffEntryError(f"“{words}” cannot be read as a question: {error.message}") from error
        if len(form.stems) < 2:
            raise StaffEntryError(f"“{words}” says too little to know the question again. Write it out in full.")
        return form

    def _refuse_taken(self, made: ApprovedAnswer, kept: Sequence[str], forms: Sequence[Form], policy: Policy) -> None:
        vectors = self._library.embedder.encode([_bare(words, policy) for words in kept])
        for words, form, vector in zip(kept, forms, vectors, strict=True):
            for known in self._wordings().get(made.policy_id, []):
                if known.answer.id != made.id and same_question(known.form, form, cosine(known.vector, vector)):
                    raise StaffEntryError(
                        f"“{words}” is answered already, by the approved answer {known.answer.id}. Change that one."
                    )


def _chosen(policy: Policy, places: Sequence[tuple[int, int]]) -> tuple[ChosenSpan, ...]:
    """Return the places with their words, read from the stored text."""
    wanted = list(dict.fromkeys(places))
    if not wanted:
        raise StaffEntryError("Choose at least one passage of the policy.")
    if len(wanted) > MOST_SPANS:
        raise StaffEntryError(f"Choose up to {MOST_SPANS} passages.")
    if sum(end - start for start, end in wanted) > MOST_QUOTED:
        raise StaffEntryError(f"The passages are too long together: up to {MOST_QUOTED:,} characters are quoted.")
    spans = []
    for start, end in wanted:
        clause = clause_of(policy, start, end)
        if clause is None:
            raise StaffEntryError("A passage is no longer where it was: the policy has changed. Choose again.")
        if policy.is_damaged(start, end):
            raise StaffEntryError("A passage is damaged in the stored copy, so it cannot be quoted. Choose another.")
        spans.append(ChosenSpan(start, end, policy.text[start:end], clause.path))
    if any(one.start < other.end and other.start < one.end for i, one in enumerate(spans) for other in spans[:i]):
        raise StaffEntryError("Two of the passages overlap. Choose the longer one only.")
    return tuple(spans)


def _bare(question: str, policy: Policy) -> str:
    """Return the question without the company's name, which says which policy is meant and nothing else."""
    return ScopeFinder((policy,)).without_names(question) or question
