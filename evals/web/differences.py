"""Two runs case by case: whose scores or answers are not what they were, and which evidence each found. Owns no markup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals import evidence
from evals.case import Case
from evals.compare import CaseChange, Comparison
from evals.outcome import Judged, Quote, Result, quotes_of


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer shows of a case's evidence.

    `found` says for each group of gold quotes whether it is shown; `extra` are the quotes that hold neither gold nor tolerated
    evidence.
    """

    found: tuple[bool, ...]
    quotes: tuple[Quote, ...]
    extra: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that is not what it was. `before` None: that run kept no words of it, or did not have it.

    `changes` are the scores that changed; none where only the answer did. `breaks` is True where what must hold was lost.
    """

    before: Judged | None
    after: Judged
    changes: tuple[CaseChange, ...]
    breaks: bool

    @property
    def tone(self) -> str:
        """Return "worse", "better", "mixed", or "other" where no score changed."""
        fell = any(change.before is None or change.after < change.before for change in self.changes)
        rose = any(change.before is not None and change.after > change.before for change in self.changes)
        return "mixed" if fell and rose else "worse" if fell else "better" if rose else "other"


def differences(comparison: Comparison, before: Sequence[Result], after: Sequence[Judged]) -> list[Difference]:
    """Return every case that both runs have and that differs: what breaks first, then worse, mixed, better, other."""
    former = {result.id: result for result in before}
    changes: dict[str, list[CaseChange]] = {}
    for change in (*comparison.worse, *comparison.better):
        changes.setdefault(change.case_id, []).append(change)
    broken = {regression.case_id for regression in comparison.regressions if regression.case_id is not None}
    found = []
    for one in after:
        name = one.case.id
        if name not in former:
            continue
        earlier = _with_case(former[name], one.case)
        if name in changes or (earlier is not None and _said(earlier) != _said(one)):
            found.append(Difference(earlier, one, tuple(changes.get(name, ())), name in broken))
    order = ("worse", "mixed", "better", "other")
    return sorted(found, key=lambda one: (not one.breaks, order.index(one.tone)))


def shown_evidence(one: Judged) -> Shown:
    """Return which of a case's evidence its answer shows, and what it shows besides."""
    missing = evidence.missing_groups(one.case, one.outcome)
    wanted = [gold for group in one.case.gold_quotes for gold in group] + list(one.case.related_quotes)
    quotes = tuple(quotes_of(one.outcome.answer))
    extra = tuple(quote for quote in quotes if wanted and not evidence.spans(quote.quote, wanted))
    return Shown(tuple(group not in missing for group in one.case.gold_quotes), quotes, extra)


def _with_case(result: Result, case: Case) -> Judged | None:
    """Return a kept line, with the case of the later run where it has none of its own."""
    return Judged.kept(result if result.case is not None else result.model_copy(update={"case": case}))


def _said(one: Judged) -> tuple[object, ...]:
    answer = one.outcome.answer
    request = answer.request.type if answer.request else None
    return answer.status, answer.verdict, answer.text, request, [quote.quote for quote in quotes_of(answer)]
