"""Questions to offer: a bank of plain ones, kept where the policy answers them and unlike what was just asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

STARTERS = (
    "Does {company} sell my personal information?",
    "How do I ask {company} to delete my data?",
    "What personal information does {company} collect?",
    "Who does {company} share my data with?",
    "How does {company} use cookies?",
    "How do I opt out of marketing e-mail from {company}?",
    "How does {company} protect my data?",
    "What does {company} say about children?",
    "How long does {company} keep my data?",
    "When did {company} last update its policy?",
)
ALIKE = 0.6  # cosine from which two questions ask the same


@dataclass(frozen=True, slots=True, eq=False)
class Starter:
    """A question that a policy answers, and its vector."""

    text: str
    vector: np.ndarray


def suggest(banks: Sequence[Sequence[Starter]], most: int, unlike: np.ndarray | None = None) -> list[str]:
    """Return up to `most` questions, taking turns over the banks (one a policy), none close to the vector `unlike`."""
    fresh = [[one.text for one in bank if unlike is None or float(one.vector @ unlike) < ALIKE] for bank in banks]
    if len(fresh) > 1:
        # Two companies side by side are more telling with two different questions.
        fresh = [bank[place:] + bank[:place] for place, bank in enumerate(fresh)]
    longest = max((len(bank) for bank in fresh), default=0)
    return [bank[turn] for turn in range(longest) for bank in fresh if turn < len(bank)][:most]
