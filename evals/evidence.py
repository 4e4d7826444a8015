"""Which gold evidence an answer shows. Owns the matching of quotes, not where quotes come from."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evals.case import Case
from evals.outcome import USUAL, Budget, Outcome, distinct, quotes_of, single_spaced, within_budget

PART_OF_GOLD = 0.6  # share of the gold's words that a shorter quote inside it must hold
LEFT_OUT = "[…]"  # in a set's quote: words of the policy that the set does not repeat
MAX_LEFT_OUT = 2_000  # characters that one mark may stand for


def shows(quote: str, gold: str) -> bool:
    """Return True if the gold is inside the quote, or the quote inside the gold with most of its words.

    White space is normalised first; case and punctuation count. A gold with words left out must be inside the quote.
    """
    if LEFT_OUT in gold:
        return pattern_of(gold).search(quote) is not None
    quote, gold = single_spaced(quote).strip(), single_spaced(gold).strip()
    if gold in quote:
        return True
    return quote in gold and len(quote.split()) >= PART_OF_GOLD * len(gold.split())


def pattern_of(quote: str) -> re.Pattern[str]:
    """Return what finds a set's quote in a policy: any white space for a blank, any words for LEFT_OUT."""
    parts = [r"\s+".join(re.escape(word) for word in part.split()) for part in quote.split(LEFT_OUT)]
    return re.compile(rf"\s.{{1,{MAX_LEFT_OUT}}}?\s".join(parts), re.DOTALL)


def finds(words: str, text: str) -> bool:
    """Return True if the text holds the words, whatever white space stands between them."""
    return pattern_of(words).search(text) is not None


def spans(quote: str, wanted: Sequence[str]) -> list[tuple[int, int]]:
    """Return where a quote holds wanted words, characters into it, end excluded: all of it where it is a part of them."""
    found = [match.span() for words in wanted for match in pattern_of(words).finditer(quote)]
    plain = single_spaced(quote).strip()
    if plain and any(plain in single_spaced(words) for words in wanted):
        found.append((0, len(quote)))
    return found


def missing_groups(case: Case, outcome: Outcome, budget: Budget = USUAL) -> list[tuple[str, ...]]:
    """Return the groups of gold quotes none of which is shown within the budget."""
    shown = within_budget(distinct(quotes_of(outcome.answer)), budget)
    return [group for group in case.gold_quotes if not any(shows(quote, gold) for gold in group for quote in shown)]


def precision(case: Case, outcome: Outcome) -> float | None:
    """Return the share of the cited characters that belong to gold or related evidence.

    None if the case names no evidence, or no citation stands in a stored policy. Only citations count: a channel's
    quote is judged with its channel. Positions come from the stored text, so a half-covered gold quote counts half.
    """
    wanted = [gold for group in case.gold_quotes for gold in group] + list(case.related_quotes)
    cited = [
        (policy, citation.start, citation.end)
        for citation in outcome.answer.citations
        if (policy := outcome.policies.get((citation.policy_id, citation.version))) is not None
    ]
    if not wanted or not cited:
        return None
    patterns = [pattern_of(gold) for gold in wanted]
    marks: dict[tuple[str, str], set[int]] = {}
    for policy, _, _ in cited:
        if (policy.id, policy.version) not in marks:
            spans = [match.span() for pattern in patterns for match in pattern.finditer(policy.text)]
            marks[policy.id, policy.version] = {at for start, end in spans for at in range(start, end)}
    characters = {(policy.id, policy.version, at) for policy, start, end in cited for at in range(start, end)}
    if not characters:
        return None
    return sum(at in marks[policy_id, version] for policy_id, version, at in characters) / len(characters)
