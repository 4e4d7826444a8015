"""Where the desk falls silent: false silence against false answers over every threshold. Owns no score and no setting."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from pydantic import BaseModel, ConfigDict

from bot.reply import Turn
from evals.case import Case
from evals.errors import Fault, ScoresError
from evals.interval import Mean, mean_of
from evals.jsonl import read_records


class Scored(BaseModel):
    """A question's best score in its policy, in the unit of the desk's threshold, and whether the policy answers it."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    score: float
    answerable: bool


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold does; the desk answers from it on. Shares 0-1 with n."""

    threshold: float
    false_silence: Mean
    false_answer: Mean


@dataclass(frozen=True, slots=True)
class Curve:
    """All points by rising threshold, one below every score and one above every score among them.

    `area` is the chance that an answerable question scores higher than an unanswerable one (area under the ROC curve, ties half).
    """

    answerable: int
    unanswerable: int
    thresholds: tuple[float, ...]
    false_silence: tuple[float, ...]
    false_answer: tuple[float, ...]
    area: float


class Scorer(Protocol):
    """What gives a question's best score: PolicyBot, or a double."""

    def best_score(self, question: str, policy_ids: Sequence[str] = (), history: Sequence[Turn] = ()) -> float | None:
        """Return the score, None without a policy to look in."""
        ...


# Kinds of cases whose answer stands or falls with finding the words in one policy.
SCORED_KINDS = ("factual", "yesno", "list", "unanswerable")


def write_scores(path: Path, scorer: Scorer, cases: Sequence[Case]) -> int:
    """Write one line for each case of SCORED_KINDS that has a policy; return how many."""
    lines = [line for case in cases if (line := score_line(scorer, case)) is not None]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


def score_line(scorer: Scorer, case: Case) -> str | None:
    """Return the line of one case, None for a case that is not of SCORED_KINDS or has no policy to look in."""
    if case.kind not in SCORED_KINDS or not case.policy or len(case.asked) != 1:
        return None
    found = scorer.best_score(case.asked[0], (case.policy,))
    if found is None:
        return None
    return json.dumps({"id": case.id, "score": round(found, 4), "answerable": case.answerable})


def read_scores(path: Path) -> list[Scored]:
    """Return the lines of a JSONL file, each {"score": number, "answerable": true or false}; other fields may stand beside.

    Raises ScoresError with every fault and its line, or if one of the two sorts is missing: a curve needs both.
    """
    scored = read_records(path, Scored, None, ScoresError)
    for wanted, name in ((True, "answerable"), (False, "unanswerable")):
        if not any(one.answerable is wanted for one in scored):
            raise ScoresError(
                path, [Fault(0, f"no {name} question among the {len(scored)} lines: a curve needs both sorts")]
            )
    return scored


def curve_of(scored: Sequence[Scored]) -> Curve:
    """Return the curve over every score that occurs. Raises ValueError unless both sorts of questions are among them."""
    yes, no = (np.sort([one.score for one in scored if one.answerable is sort]) for sort in (True, False))
    if not len(yes) or not len(no):
        raise ValueError("a curve needs answerable and unanswerable questions")
    known = np.unique(np.concatenate([yes, no]))
    thresholds = np.append(known, np.nextafter(known[-1], np.inf))
    silent = np.searchsorted(yes, thresholds, side="left") / len(yes)
    answered = 1 - np.searchsorted(no, thresholds, side="left") / len(no)
    above = np.searchsorted(no, yes, side="left") + np.searchsorted(no, yes, side="right")
    area = float(above.sum() / (2 * len(yes) * len(no)))
    return Curve(
        answerable=len(yes),
        unanswerable=len(no),
        thresholds=tuple(map(float, thresholds)),
        false_silence=tuple(map(float, silent)),
        false_answer=tuple(map(float, answered)),
        area=area,
    )


def point_at(scored: Sequence[Scored], threshold: float) -> Point:
    """Return what the desk does with a threshold, with intervals. Raises ValueError unless both sorts are among the scores."""
    return Point(
        threshold,
        mean_of([float(one.score < threshold) for one in scored if one.answerable]),
        mean_of([float(one.score >= threshold) for one in scored if not one.answerable]),
    )


def format_curve(scored: Sequence[Scored], threshold: float) -> str:
    """Return the curve as a table of evenly spread thresholds around the operating one, which is marked."""
    curve = curve_of(scored)
    lines = [
        f"{'answers from':<14}{'false silence':>14}{'95 % interval':>17}{'false answers':>15}{'95 % interval':>17}"
    ]
    for at in around(threshold):
        point = point_at(scored, at)
        cells = "".join(
            f"{mean.mean:>{width}.3f}{f'{mean.low:.3f} - {mean.high:.3f}':>17}"
            for mean, width in ((point.false_silence, 14), (point.false_answer, 15))
        )
        lines.append(f"{at:<14.3f}{cells}{'  <- the desk' if at == threshold else ''}")
    lines.append(
        f"n: {curve.answerable} answerable, {curve.unanswerable} unanswerable questions; "
        f"an answerable one scores higher in {curve.area:.3f} of the pairs"
    )
    return "\n".join(lines)


def around(threshold: float, step: float = 0.05, each_side: int = 4) -> list[float]:
    """Return thresholds on both sides of one, itself in the middle."""
    return [
        threshold if not place else round(threshold + place * step, 6) for place in range(-each_side, each_side + 1)
    ]
