"""How well requests are told apart: precision, recall and F1 of every request type. Owns no single case's score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.reply import Answer
from evals.case import NOT_A_REQUEST, Case
from evals.confusion import Confusion, confusion
from evals.interval import Mean, interval_of, resampled_counts
from evals.metrics import request_type
from evals.outcome import Judged


@dataclass(frozen=True, slots=True)
class TypeScore:
    """One request type: how many cases expect it, and its precision, recall and F1, 0-1."""

    name: str
    n: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Intents:
    """All request types, "not_a_request" among them. `macro_f1` is the mean of their F1; None if no case is about requests."""

    matrix: Confusion
    types: tuple[TypeScore, ...]
    macro_f1: Mean | None


def intents(judged: Sequence[Judged]) -> Intents:
    """Return how well the request types were told apart, over the cases that expect one or expect none.

    A tolerated type counts as the expected one. As in scikit-learn, the macro mean runs over every type that is expected or given,
    and an F1 of 0/0 is 0. The interval is over cases.
    """
    about = [one for one in judged if request_type(one.case, one.outcome) is not None]
    pairs = [(*_expected_and_given(one.case, one.outcome.answer), one.case.id) for one in about]
    if not pairs:
        return Intents(confusion(()), (), None)
    names = sorted({name for expected, given, _ in pairs for name in (expected, given)})
    expected = np.array([[pair[0] == name for name in names] for pair in pairs], dtype=float)
    given = np.array([[pair[1] == name for name in names] for pair in pairs], dtype=float)
    once = np.ones((1, len(pairs)))
    hits, called, wanted = (once @ (expected * given))[0], (once @ given)[0], (once @ expected)[0]
    f1 = _f1(once, expected, given)[0]
    types = tuple(
        TypeScore(
            name,
            int(wanted[place]),
            float(hits[place] / called[place]) if called[place] else 0.0,
            float(hits[place] / wanted[place]) if wanted[place] else 0.0,
            float(f1[place]),
        )
        for place, name in enumerate(names)
    )
    low, high = _interval(expected, given)
    return Intents(confusion(pairs, names, names), types, Mean(len(pairs), float(f1.mean()), low, high))


def _expected_and_given(case: Case, answer: Answer) -> tuple[str, str]:
    """Return the type expected and the type given, equal where the given one is tolerated."""
    offered = answer.request.type if answer.request else NOT_A_REQUEST
    # A question may be answered with an offer beside it: that is no request taken for one.
    given = NOT_A_REQUEST if NOT_A_REQUEST in case.request_types and answer.status != "request" else offered
    return (given if given in case.request_types else case.request_type or NOT_A_REQUEST), given


def _f1(counts: NDArray[np.float64], expected: NDArray[np.float64], given: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the F1 of every type, a row for each row of counts."""
    hits, either = counts @ (expected * given), counts @ (expected + given)
    return np.divide(2 * hits, either, out=np.zeros_like(hits), where=either > 0)


def _interval(expected: NDArray[np.float64], given: NDArray[np.float64]) -> tuple[float, float]:
    """Return the interval of the macro F1; a resample averages over the types that occur in it."""
    counts = resampled_counts(len(expected))
    occurring = (counts @ (expected + given)) > 0
    return interval_of(_f1(counts, expected, given).sum(axis=1) / occurring.sum(axis=1))
