"""The metrics: pure functions (case, outcome) -> 0-1, higher is better, None where the metric does not apply."""

from __future__ import annotations

from collections.abc import Callable

from bot.reply import Answer
from evals import addresses, channels, evidence
from evals.case import NOT_A_REQUEST, Case
from evals.outcome import TIGHT, USUAL, Outcome, distinct, quotes_of, single_spaced

OPPOSITE = {"yes": "no", "no": "yes"}


def quote_exact(case: Case, outcome: Outcome) -> float | None:
    """1 if every quote equals the stored text between its positions; None if nothing is quoted."""
    quotes = quotes_of(outcome.answer)
    if not quotes:
        return None
    for quote in quotes:
        policy = outcome.policies.get((quote.policy_id, quote.version))
        if policy is None or not 0 <= quote.start < quote.end or policy.text[quote.start : quote.end] != quote.quote:
            return 0.0
    return 1.0


def right_policy(case: Case, outcome: Outcome) -> float | None:
    """1 if every quote is from a citable policy; None if nothing is quoted or the case does not say."""
    quotes = quotes_of(outcome.answer)
    if not quotes or case.citable is None:
        return None
    return float(all(quote.policy_id in case.citable for quote in quotes))


def addresses_exact(case: Case, outcome: Outcome) -> float | None:
    """1 if every address the answer gives is the policy's or the operator's; None if it gives none."""
    given = addresses.given(outcome.answer)
    if not given:
        return None
    return float(all(addresses.is_known(address, outcome.policies.values()) for address in given))


def must_mention(case: Case, outcome: Outcome) -> float | None:
    """1 if the answer holds every word asked for; None if the case asks for none."""
    if not case.must_mention:
        return None
    read = _folded("\n".join(_shown_words(outcome.answer)))
    return float(all(_folded(words) in read for words in case.must_mention))


def must_not_mention(case: Case, outcome: Outcome) -> float | None:
    """1 if the answer, its drafts and its suggestions hold none of the forbidden words; None if none are forbidden."""
    if not case.must_not_mention:
        return None
    answer = outcome.answer
    words = [*_shown_words(answer), *answer.follow_ups]
    if request := answer.request:
        words += [request.right or "", request.expect or ""]
        words += [part for draft in request.drafts for part in (draft.subject, draft.body, draft.mailto or "")]
    read = _folded("\n".join(words))
    return float(not any(_folded(words) in read for words in case.must_not_mention))


def evidence_all(case: Case, outcome: Outcome) -> float | None:
    """1 if each group of gold quotes is shown within the budget; None if the case has no gold."""
    return None if not case.gold_quotes else float(not evidence.missing_groups(case, outcome))


def evidence_recall(case: Case, outcome: Outcome) -> float | None:
    """Share of the groups of gold quotes shown within the budget; None if the case has no gold."""
    if not case.gold_quotes:
        return None
    return 1.0 - len(evidence.missing_groups(case, outcome)) / len(case.gold_quotes)


def evidence_all_tight(case: Case, outcome: Outcome) -> float | None:
    """1 if each group of gold quotes is shown in the first three quotes and 600 characters; None if there is no gold."""
    return None if not case.gold_quotes else float(not evidence.missing_groups(case, outcome, TIGHT))


def quotes_within_budget(case: Case, outcome: Outcome) -> float | None:
    """1 if the distinct quotes are at most five and 1,200 characters together; None if nothing is quoted."""
    quotes = distinct(quotes_of(outcome.answer))
    if not quotes:
        return None
    return float(len(quotes) <= USUAL.quotes and sum(len(quote.quote) for quote in quotes) <= USUAL.characters)


def verdict(case: Case, outcome: Outcome) -> float | None:
    """1 if the verdict is a tolerated one; None if the question is not yes/no."""
    return float(outcome.answer.verdict in case.verdicts) if case.verdicts else None


def verdict_not_inverted(case: Case, outcome: Outcome) -> float | None:
    """0 if the answer says yes where only no is tolerated, or no where only yes; None if neither is the verdict."""
    if not case.verdicts & OPPOSITE.keys():
        return None
    said = outcome.answer.verdict or ""
    return float(said in case.verdicts or OPPOSITE.get(said) not in case.verdicts)


def behaviour(case: Case, outcome: Outcome) -> float | None:
    """1 if the status fits what the case expects the desk to do."""
    return float(BEHAVIOURS[case.expected_behavior](case, outcome.answer))


def no_false_answer(case: Case, outcome: Outcome) -> float | None:
    """0 if a question that the policies do not answer is answered; None if they answer it."""
    return None if case.answerable else float(outcome.answer.status != "answered")


def request_type(case: Case, outcome: Outcome) -> float | None:
    """1 if the intent is a tolerated one; None if requests do not matter, or the desk rightly asked back."""
    answer = outcome.answer
    if not case.request_types or _asked_back(case, answer):
        return None
    if NOT_A_REQUEST in case.request_types and answer.status != "request":
        return 1.0
    return float(answer.request is not None and answer.request.type in case.request_types)


def request_channels(case: Case, outcome: Outcome) -> float | None:
    """1 if every expected channel is offered and none but expected and acceptable ones; None if the case names none."""
    entries = (*case.expected_channels, *case.acceptable_channels)
    if not entries or _asked_back(case, outcome.answer):
        return None
    meets = [channels.met(offer, entries) for offer in channels.offers_of(outcome.answer)]
    expected = set(range(len(case.expected_channels)))
    return float(all(meets) and expected <= set().union(*meets))


def request_right(case: Case, outcome: Outcome) -> float | None:
    """1 if intent and channels are both right; None if the intent is not judged."""
    kind, offered = request_type(case, outcome), request_channels(case, outcome)
    return None if kind is None else min(kind, 1.0 if offered is None else offered)


def _shown_words(answer: Answer) -> list[str]:
    """Return the text, the quotes, and the addresses, steps and conditions of the request card."""
    words = [answer.text, *(quote.quote for quote in quotes_of(answer))]
    if request := answer.request:
        for channel in request.channels:
            words += [channel.value or "", channel.conditions or ""]
        words += [step.step for step in request.self_service] + [condition.text for condition in request.conditions]
    return words


def _folded(text: str) -> str:
    return single_spaced(text).casefold()


def _asked_back(case: Case, answer: Answer) -> bool:
    """Return True if the case lets the desk ask which company, and it did so without offering anything."""
    return case.expected_behavior == "clarify_or_both" and answer.status == "needs_policy" and answer.request is None


def _answers(case: Case, answer: Answer) -> bool:
    return answer.status == "answered" or (answer.status == "request" and bool(case.request_types - {NOT_A_REQUEST}))


def _routes(case: Case, answer: Answer) -> bool:
    if NOT_A_REQUEST in case.request_types and answer.status == "answered":
        return True
    if case.request_types == {NOT_A_REQUEST}:
        return False
    return answer.status == "request" or (answer.status == "answered" and answer.request is not None)


def _refuses(case: Case, answer: Answer) -> bool:
    """A request card is a refusal only while it claims nothing."""
    return answer.status in {"out_of_scope", "silent"} or (answer.status == "request" and answer.verdict is None)


def _clarifies_or_covers(case: Case, answer: Answer) -> bool:
    if answer.status == "needs_policy":
        return True
    quoted = {quote.policy_id for quote in quotes_of(answer)}
    return answer.status in {"answered", "request"} and quoted >= set(case.citable or ())


# What each expected behaviour accepts.
BEHAVIOURS: dict[str, Callable[[Case, Answer], bool]] = {
    "answer": _answers,
    "abstain": lambda case, answer: answer.status in {"silent", "damaged"},
    "route": _routes,
    "redirect": lambda case, answer: answer.status in {"out_of_scope", "silent"},
    "refuse": _refuses,
    "clarify_or_both": _clarifies_or_covers,
    "answer_from_policy": lambda case, answer: answer.status == "answered",
}

Metric = Callable[[Case, Outcome], float | None]
METRICS: dict[str, Metric] = {
    "quote_exact": quote_exact,
    "right_policy": right_policy,
    "addresses_exact": addresses_exact,
    "must_not_mention": must_not_mention,
    "verdict_not_inverted": verdict_not_inverted,
    "no_false_answer": no_false_answer,
    "behaviour": behaviour,
    "evidence_all": evidence_all,
    "evidence_recall": evidence_recall,
    "evidence_all_tight": evidence_all_tight,
    "evidence_precision": evidence.precision,
    "quotes_within_budget": quotes_within_budget,
    "must_mention": must_mention,
    "verdict": verdict,
    "request_type": request_type,
    "channels": request_channels,
    "request_right": request_right,
}
# The laws, and what does a person harm: no case may get worse in one of these.
MUST_HOLD = ("quote_exact", "right_policy", "addresses_exact", "must_not_mention", "verdict_not_inverted")


def score(case: Case, outcome: Outcome) -> dict[str, float | None]:
    """Return every metric of METRICS for one case, in the table's order."""
    return {name: metric(case, outcome) for name, metric in METRICS.items()}
