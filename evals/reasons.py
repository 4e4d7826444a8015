"""Why a case is not right, in plain words: what was expected and what was said. Owns no score."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from evals import addresses, evidence
from evals.case import NOT_A_REQUEST, ExpectedChannel
from evals.channels import offers_of
from evals.metrics import METRICS, MUST_HOLD
from evals.outcome import Judged, distinct, quotes_of

# The metrics that say right or wrong. Shares, budgets and what follows from others are figures to watch, no failures.
DECISIVE = (
    *MUST_HOLD,
    "no_false_answer",
    "behaviour",
    "evidence_all",
    "must_mention",
    "verdict",
    "request_type",
    "channels",
)
LONGEST = 160  # characters of a quote in a reason
BEHAVIOURS = {
    "answer": "an answer",
    "abstain": "silence, because the policy does not say",
    "route": "a request card",
    "redirect": "a pointer that this is not a matter of these policies",
    "refuse": "a refusal",
    "clarify_or_both": "a question which company is meant, or all of them answered",
    "answer_from_policy": "an answer from the policy's own words",
}
STATUSES = {
    "answered": "it answered",
    "silent": "it said that the policy does not say",
    "damaged": "it said that the stored passage is damaged",
    "needs_policy": "it asked which company is meant",
    "out_of_scope": "it said that this is not a matter of these policies",
    "request": "it showed a request card",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One decisive metric that failed, with what was expected and what was said, each half a sentence."""

    metric: str
    expected: str
    said: str

    def __str__(self) -> str:
        return f"expected {self.expected}; {self.said}"


def is_right(one: Judged) -> bool:
    """Return True if no decisive metric failed."""
    return not any(one.scores.get(name) not in (None, 1.0) for name in DECISIVE)


def reasons(one: Judged) -> list[Reason]:
    """Return a reason for every decisive metric below 1, in the order of DECISIVE."""
    failed = [name for name in DECISIVE if one.scores.get(name) not in (None, 1.0)]
    return [Reason(name, *TOLD[name](one)) for name in failed]


def _quote_exact(one: Judged) -> tuple[str, str]:
    return "quotes that are the stored text, character for character", "one or more are not"


def _right_policy(one: Judged) -> tuple[str, str]:
    citable = one.case.citable or ()
    others = sorted({quote.policy_id for quote in quotes_of(one.outcome.answer)} - set(citable))
    return f"quotes from {_listed(citable) or 'no policy'} only", f"it quoted {_listed(others)}"


def _addresses_exact(one: Judged) -> tuple[str, str]:
    given = _listed(addresses.given(one.outcome.answer))
    return "addresses that stand in the policy", f"one or more of these do not: {given}"


def _must_not_mention(one: Judged) -> tuple[str, str]:
    found = [words for words in one.case.must_not_mention if _scored(one, "must_not_mention", (words,)) == 0]
    return f"no mention of {_quoted(one.case.must_not_mention)}", f"it mentioned {_quoted(found)}"


def _must_mention(one: Judged) -> tuple[str, str]:
    missing = [words for words in one.case.must_mention if _scored(one, "must_mention", (words,)) == 0]
    return f"the words {_quoted(one.case.must_mention)}", f"it did not mention {_quoted(missing)}"


def _verdict(one: Judged) -> tuple[str, str]:
    wanted = [one.case.yesno or "", *one.case.yesno_alt]
    said = one.outcome.answer.verdict
    return f"the verdict {_either(wanted)}", f'it said "{said}"' if said else "it gave no verdict"


def _inverted(one: Judged) -> tuple[str, str]:
    expected, said = _verdict(one)
    return expected, f"{said}, which is the opposite"


def _no_false_answer(one: Judged) -> tuple[str, str]:
    return "no answer, because the policies hold none", STATUSES[one.outcome.answer.status]


def _behaviour(one: Judged) -> tuple[str, str]:
    return BEHAVIOURS[one.case.expected_behavior], STATUSES[one.outcome.answer.status]


def _evidence_all(one: Judged) -> tuple[str, str]:
    missing = evidence.missing_groups(one.case, one.outcome)
    wanted = ", and ".join(_either([_short(gold) for gold in group]) for group in missing)
    shown = [_short(quote.quote) for quote in distinct(quotes_of(one.outcome.answer))]
    return f"the quote {wanted}", f"it showed {_quoted(shown)}" if shown else "it quoted nothing"


def _request_type(one: Judged) -> tuple[str, str]:
    wanted = [one.case.request_type or "", *one.case.request_type_alt]
    named = ["no request" if name == NOT_A_REQUEST else f'the request "{name}"' for name in wanted]
    request = one.outcome.answer.request
    return " or ".join(named), f'it offered "{request.type}"' if request else "it offered no request"


def _channels(one: Judged) -> tuple[str, str]:
    offers = [f"{offer.type} {offer.value or '(no address)'}" for offer in offers_of(one.outcome.answer)]
    expected = _listed(_named(channel) for channel in one.case.expected_channels) or "no channel at all"
    more = _listed(_named(channel) for channel in one.case.acceptable_channels)
    allowed = f" (and at most {more} besides)" if more else " and no other"
    return f"{expected}{allowed}", f"it offered {_listed(offers) or 'none'}"


TOLD: dict[str, Callable[[Judged], tuple[str, str]]] = {
    "quote_exact": _quote_exact,
    "right_policy": _right_policy,
    "addresses_exact": _addresses_exact,
    "must_not_mention": _must_not_mention,
    "verdict_not_inverted": _inverted,
    "no_false_answer": _no_false_answer,
    "behaviour": _behaviour,
    "evidence_all": _evidence_all,
    "must_mention": _must_mention,
    "verdict": _verdict,
    "request_type": _request_type,
    "channels": _channels,
}


def _scored(one: Judged, metric: str, words: tuple[str, ...]) -> float | None:
    """Return the metric as if the case asked for these words only."""
    return METRICS[metric](one.case.model_copy(update={metric: words}), one.outcome)


def _named(channel: ExpectedChannel) -> str:
    return f"{channel.type} {channel.value}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


def _either(words: Sequence[str]) -> str:
    return " or ".join(f'"{word}"' for word in words)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
