"""Means with 95 % intervals. Owns the resampling, not what is averaged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
SEED = 20_260_101  # every interval draws from its own generator with this seed, so that no figure depends on another
TAILS = (2.5, 97.5)  # percentiles of a two-sided 95 % interval
Z95 = 1.959964  # the same as a quantile of the standard normal


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over `n` cases with its 95 % interval, in the unit of what is averaged."""

    n: int
    mean: float
    low: float
    high: float


def mean_of(values: Sequence[float], seed: int = SEED, *, shares: bool = True) -> Mean:
    """Return the mean with its percentile bootstrap interval (Efron, Ann. Stat. 7 (1979) 1).

    Where all scores are 0, or all are 1, resampling knows no doubt and would give an interval of no width; there it is Wilson's
    (J. Am. Stat. Assoc. 22 (1927) 209). `shares` False is for values that do not run from 0 to 1. Raises ValueError if there is no value.
    """
    if not values:
        raise ValueError("the mean of no score")
    n, mean = len(values), sum(values) / len(values)
    if shares and set(values) in ({0.0}, {1.0}):
        edge = Z95**2 / (n + Z95**2)
        return Mean(n, mean, 1.0 - edge if mean else 0.0, 1.0 if mean else edge)
    low, high = _resampled(np.asarray(values, dtype=float), seed)
    return Mean(n, mean, low, high)


def difference_of(before: Sequence[float], after: Sequence[float], seed: int = SEED) -> Mean:
    """Return the mean of `after` less `before`, case by case: resampling keeps the two scores of a case together.

    The interval has no width where every case changed by the same amount. Raises ValueError if there is no pair.
    """
    if not before:
        raise ValueError("the mean of no score")
    changes = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    low, high = _resampled(changes, seed)
    return Mean(len(changes), float(changes.mean()), low, high)


def resampled_counts(n: int, seed: int = SEED) -> NDArray[np.float64]:
    """Return how often each of `n` cases is drawn in each resample, shape (RESAMPLES, n).

    For figures that are no mean over cases: compute them from the counts of every row.
    """
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=RESAMPLES).astype(float)


def interval_of(figures: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a figure computed on every resample."""
    low, high = np.percentile(figures, TAILS)
    return float(low), float(high)


def _resampled(values: NDArray[np.float64], seed: int) -> tuple[float, float]:
    if math.isclose(values.min(), values.max(), abs_tol=1e-12):
        return float(values[0]), float(values[0])
    picks = np.random.default_rng(seed).integers(0, len(values), size=(RESAMPLES, len(values)))
    return interval_of(values[picks].mean(axis=1))
