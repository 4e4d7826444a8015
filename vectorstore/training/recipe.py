"""The settings of the training: everything beside data and code that decides the weights."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """What decides the result.

    Of all batches, `answer_share` are answerability cells with their near misses, `policy_share` invented policies, the
    rest topics. `joined_share` is the share of an invented policy's clauses that are put together to a longer one.
    `average` is the last part of the steps whose weights are averaged, `keep` the share of the result in the final
    average with the base.
    """

    steps: int = 200
    seed: int = 7
    rate: float = 8e-5
    frozen_layers: int = 2
    scale: float = 20.0
    topics_in_batch: int = 24
    cells_in_batch: int = 20
    paragraphs_in_policy: int = 16
    topics_in_policy: int = 12
    practices_in_policy: int = 32
    overlap: float = 0.55
    answer_share: float = 0.2
    policy_share: float = 0.5
    joined_share: float = 0.3
    sentence_share: float = 0.5
    single: bool = False
    average: float = 0.4
    keep: float = 1.0
