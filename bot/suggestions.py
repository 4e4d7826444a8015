"""Questions to offer: a bank of plain ones, kept where the policy answers them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vectorstore.lexical import words_of
from vectorstore.policy import Policy

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
    "How do I contact {company} about privacy?",
    "When did {company} last update its policy?",
)


def suggest(policies: Sequence[Policy], answerable: Callable[[Policy], list[str]], most: int, unlike: Sequence[str] = ()) -> list[str]:
    """Return up to `most` answerable questions, taking turns over the policies; none that shares half its words with `unlike` (stems)."""
    asked = set(unlike)
    banks = [[q for q in answerable(policy) if not _alike(q, policy.company, asked)] for policy in policies]
    mixed = [bank[turn] for turn in range(len(STARTERS)) for bank in (banks[turn % len(banks) :] + banks[: turn % len(banks)]) if turn < len(bank)] if banks else []
    return list(dict.fromkeys(mixed))[:most]


def _alike(question: str, company: str, asked: set[str]) -> bool:
    words = set(words_of(question, frozenset(company.lower().split())))
    return bool(words) and len(words & asked) * 2 >= len(words)
