"""When each version of a policy was in force. Pure: works on observations, knows no SQL and no text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vectorstore.policy import PolicyDate

INGEST = "ingest"
ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Observation:
    """A version seen in public, or made current by the operator. Dates are YYYY-MM-DD.

    `stated` is the date that the text gives for itself, None without one. `seen` is the day on which it was known to be
    public (the operator's or the file's date), None where only the day of ingest, `recorded`, is known. `position` counts the
    observations of a policy in the order of recording. `kind` is "ingest" or "rollback".
    """

    position: int
    version: str
    stated: str | None
    seen: str | None
    recorded: str
    kind: str = INGEST

    @property
    def known(self) -> str:
        """The day on which it was known: seen, else recorded."""
        return self.seen or self.recorded


@dataclass(frozen=True, slots=True)
class Term:
    """A version and the day from which it was in force, YYYY-MM-DD; it lasts until the next term."""

    version: str
    start: str
    position: int = 0


def stated_date(dates: Sequence[PolicyDate]) -> str | None:
    """Return the day from which a document is in force: by its text, else the day its text was updated, else the operator's.

    None without any. The operator's date has no place in the text.
    """
    known = [(date.kind, date.end > 0, date.iso) for date in dates]
    wanted = (("effective", True), ("updated", True), ("effective", False))
    return next((iso for one in wanted for kind, in_text, iso in known if (kind, in_text) == one), None)


def terms(observations: Iterable[Observation]) -> list[Term]:
    """Return the terms of a policy's versions, oldest first.

    A version is in force from its stated date. Where an earlier version already carries that date or a later one, the words
    were changed without a new date: such a version is in force from the day it was seen. A document that states an older
    date than what is known, and of which nobody knows when it was seen, is an old document, in force from that older date.
    """
    placed: list[tuple[str, int, Term]] = []
    latest_stated, latest = "", ""
    in_order = sorted(observations, key=lambda one: (one.known, one.position))
    for number, one in enumerate(in_order):
        if one.kind == ROLLBACK or one.stated is None:
            start = one.known
        elif one.stated > latest or (one.seen is None and one.stated < latest_stated):
            start = one.stated
        else:
            start = max(one.known, latest)
        latest_stated = max(latest_stated, one.stated or "")
        latest = max(latest, start)
        placed.append((start, number, Term(one.version, start, one.position)))
    return [term for _, _, term in sorted(placed, key=lambda entry: entry[:2])]


def in_force(known: Sequence[Term], day: str) -> Term | None:
    """Return the term in force on that day, None before the first."""
    return next((term for term in reversed(known) if term.start <= day), None)


def start_of(known: Sequence[Term], version: str) -> str | None:
    """Return the first day on which that version was in force, None for an unknown version."""
    return next((term.start for term in known if term.version == version), None)
