"""What was expected against what was said, case by case: verdicts, silence, companies. Owns the counting, not its printing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evals.interval import Mean, mean_of
from evals.metrics import behaviour, verdict_not_inverted
from evals.outcome import Judged, quotes_of

NONE = "none"
NOTHING = "nothing quoted"
VERDICTS = ("yes", "no", "conditional", NONE)
STATUSES = ("answered", "request", "silent", "damaged", "needs_policy", "out_of_scope")
# What a person gets when the desk holds back, whatever it calls that.
HELD_BACK = frozenset({"silent", "damaged", "needs_policy", "out_of_scope"})
ANSWER_EXPECTED = frozenset({"answer", "answer_from_policy"})
SILENCE_EXPECTED = frozenset({"abstain", "redirect", "refuse"})


@dataclass(frozen=True, slots=True)
class Cell:
    """The ids of the cases that expected one thing and got another, or the same."""

    expected: str
    said: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """Expected (rows) against said (columns). `cells` hold what occurred, in the order of rows and columns."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def n(self) -> int:
        """How many cases were counted."""
        return sum(len(cell.cases) for cell in self.cells)

    def cases(self, expected: str, said: str) -> tuple[str, ...]:
        """Return the ids in one place; empty where nothing occurred."""
        return next((cell.cases for cell in self.cells if (cell.expected, cell.said) == (expected, said)), ())


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The first verdict of each yes/no case against the one given.

    `inverted` are the ids where yes was said for no, or no for yes, and not tolerated; `tolerated` those where a verdict other
    than the first was given that the case accepts too.
    """

    matrix: Confusion
    inverted: tuple[str, ...]
    tolerated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Abstention:
    """Whether the desk spoke where it should and held back where it should.

    `false_silence` is the share held back among the cases that expect an answer; `false_answer` the share answered among those
    that expect silence; `right_silence` the share of the latter with a fitting status. None where no case expects that.
    """

    matrix: Confusion
    false_silence: Mean | None
    false_answer: Mean | None
    right_silence: Mean | None


@dataclass(frozen=True, slots=True)
class Companies:
    """The policies meant against those quoted; `wrong` are the ids of the cases where another than a meant one is quoted."""

    matrix: Confusion
    wrong: tuple[str, ...]


def confusion(
    pairs: Iterable[tuple[str, str, str]], rows: Sequence[str] = (), columns: Sequence[str] = ()
) -> Confusion:
    """Count (expected, said, case id). Rows and columns keep the order given; others follow in the order they occur."""
    found: dict[tuple[str, str], list[str]] = {}
    for expected, said, case_id in pairs:
        found.setdefault((expected, said), []).append(case_id)
    occurring = dict.fromkeys(expected for expected, _ in found)
    # A class that occurs nowhere would only widen the table.
    ordered_rows = [*(row for row in rows if row in occurring), *(row for row in occurring if row not in rows)]
    said_any = dict.fromkeys(said for _, said in found)
    ordered_columns = [
        *(c for c in columns if c in said_any or c in occurring),
        *(c for c in said_any if c not in columns),
    ]
    cells = [
        Cell(row, column, tuple(found[row, column]))
        for row in ordered_rows
        for column in ordered_columns
        if (row, column) in found
    ]
    return Confusion(tuple(ordered_rows), tuple(ordered_columns), tuple(cells))


def verdicts(judged: Sequence[Judged]) -> Verdicts:
    """Return the verdicts of the yes/no cases."""
    asked = [one for one in judged if one.case.yesno]
    said = [(one, one.outcome.answer.verdict or NONE) for one in asked]
    return Verdicts(
        confusion(((one.case.yesno or NONE, given, one.case.id) for one, given in said), VERDICTS, VERDICTS),
        tuple(one.case.id for one in asked if verdict_not_inverted(one.case, one.outcome) == 0),
        tuple(one.case.id for one, given in said if given != one.case.yesno and given in one.case.verdicts),
    )


def abstention(judged: Sequence[Judged]) -> Abstention:
    """Return what became of the cases that expect an answer, and of those that expect silence."""
    speak = [one for one in judged if one.case.expected_behavior in ANSWER_EXPECTED]
    hold = [one for one in judged if one.case.expected_behavior in SILENCE_EXPECTED]
    pairs = [
        (name, _spoke(one), one.case.id) for name, group in (("answer", speak), ("silence", hold)) for one in group
    ]
    return Abstention(
        confusion(pairs, ("answer", "silence"), ("answered", "request card", "held back")),
        _share(speak, lambda one: one.outcome.answer.status in HELD_BACK),
        _share(hold, lambda one: one.outcome.answer.status == "answered"),
        _share(hold, lambda one: behaviour(one.case, one.outcome) == 1),
    )


def behaviours(judged: Sequence[Judged]) -> Confusion:
    """Return every expected behaviour against the status given."""
    return confusion(
        ((one.case.expected_behavior, one.outcome.answer.status, one.case.id) for one in judged), columns=STATUSES
    )


def companies(judged: Sequence[Judged]) -> Companies:
    """Return the policies meant against those quoted, over the cases that say which may be cited."""
    pairs, wrong = [], []
    for one in judged:
        if one.case.citable is None:
            continue
        quoted = {quote.policy_id for quote in quotes_of(one.outcome.answer)}
        pairs.append((_together(one.case.citable) or NOTHING, _together(quoted) or NOTHING, one.case.id))
        if not quoted <= set(one.case.citable):
            wrong.append(one.case.id)
    return Companies(confusion(pairs), tuple(wrong))


def _spoke(one: Judged) -> str:
    status = one.outcome.answer.status
    return "held back" if status in HELD_BACK else "request card" if status == "request" else "answered"


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> Mean | None:
    return mean_of([float(holds(one)) for one in judged]) if judged else None


def _together(names: Iterable[str]) -> str:
    return " + ".join(sorted(set(names)))
