"""Whether the same question in other words gets the same answer. Owns the groups, not the metrics of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from bot.reply import Answer
from evals.case import Case
from evals.interval import Mean, mean_of
from evals.outcome import Judged, quotes_of


@dataclass(frozen=True, slots=True)
class Paraphrases:
    """One question in several wordings. All scores are 0-1.

    `same_verdict` is None where no wording expects a verdict; `overlap` is the mean over pairs of the cited characters that both
    cite, as a share of those that either does, None where no wording is answered with a quote.
    """

    name: str
    cases: tuple[str, ...]
    same_status: float
    same_verdict: float | None
    overlap: float | None


@dataclass(frozen=True, slots=True)
class Consistency:
    """All groups of wordings and the means over groups; None where no group has the score."""

    groups: tuple[Paraphrases, ...]
    same_status: Mean | None
    same_verdict: Mean | None
    overlap: Mean | None


def consistency(judged: Sequence[Judged]) -> Consistency:
    """Return how alike the answers to paraphrases are; a group of one wording says nothing and is left out."""
    groups: dict[str, list[Judged]] = {}
    names = group_names([one.case for one in judged])
    for one in judged:
        if name := names.get(one.case.id):
            groups.setdefault(name, []).append(one)
    found = tuple(_compared(name, members) for name, members in groups.items() if len(members) > 1)
    return Consistency(
        found,
        _mean([group.same_status for group in found]),
        _mean([group.same_verdict for group in found]),
        _mean([group.overlap for group in found]),
    )


def group_names(cases: Sequence[Case]) -> dict[str, str]:
    """Return the group's name by case id. A paraphrase belongs to the group of what it paraphrases, however often removed."""
    points_to = {case.id: case.paraphrase_of for case in cases if case.paraphrase_of}
    named = {case.id: str(case.group) for case in cases if case.group is not None}
    found: dict[str, str] = {}
    for case in cases:
        root, seen = case.id, {case.id}
        while (above := points_to.get(root)) and above not in seen:
            seen.add(above)
            root = above
        if root in named or case.id in named:
            found[case.id] = named.get(root) or named[case.id]
        elif case.id in points_to or case.id in points_to.values():
            found[case.id] = root
    return found


def _compared(name: str, members: Sequence[Judged]) -> Paraphrases:
    answers = [one.outcome.answer for one in members]
    cited = [_characters(answer) for answer in answers]
    shares = [len(one & other) / len(one | other) for one, other in combinations(cited, 2) if one | other]
    asks_verdict = any(one.case.yesno for one in members)
    return Paraphrases(
        name,
        tuple(one.case.id for one in members),
        float(len({answer.status for answer in answers}) == 1),
        float(len({answer.verdict for answer in answers}) == 1) if asks_verdict else None,
        sum(shares) / len(shares) if shares else None,
    )


def _characters(answer: Answer) -> set[tuple[str, int]]:
    return {(quote.policy_id, at) for quote in quotes_of(answer) for at in range(quote.start, quote.end)}


def _mean(values: Sequence[float | None]) -> Mean | None:
    known = [value for value in values if value is not None]
    return mean_of(known) if known else None
