"""What came of asking a case, and the quotes a person is shown. Owns what metrics look at, not the metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.reply import Answer, Channel, RequestCondition, SelfService
from evals.case import Case
from vectorstore.policy import Policy

MAX_QUOTES = 5
MAX_CHARACTERS = 1_200  # of all quotes together


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote as shown; `version` None stands for the current version (request items carry none)."""

    policy_id: str
    version: str | None
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """The judged answer. `latency_ms` is wall time around the last turn, in milliseconds.

    `policies` holds every stored policy version the answer points to, by (id, version or None); what the library does
    not have is absent.
    """

    answer: Answer
    latency_ms: float
    policies: Mapping[tuple[str, str | None], Policy]


class Result(BaseModel):
    """A line of a results file. A baseline has no latency, and may have no answer."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    id: str
    answer: Answer | None = None
    latency_ms: float | None = None
    scores: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with its outcome and scores, in the order of METRICS; None where a metric does not apply."""

    case: Case
    outcome: Outcome
    scores: Mapping[str, float | None]

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the metrics below 1."""
        return tuple(name for name, score in self.scores.items() if score is not None and score < 1)

    @property
    def result(self) -> Result:
        """The line that is written for the case: milliseconds to 0.1, scores to six places."""
        scores = {name: None if score is None else round(score, 6) for name, score in self.scores.items()}
        return Result(
            id=self.case.id, answer=self.outcome.answer, latency_ms=round(self.outcome.latency_ms, 1), scores=scores
        )


def quotes_of(answer: Answer) -> list[Quote]:
    """Return every quote of an answer in reading order: citations, then channels, steps and conditions."""
    quotes = [Quote(c.policy_id, c.version, c.quote, c.start, c.end) for c in answer.citations]
    if request := answer.request:
        # Request items carry no version: they belong to the version that the answer cites, else to the current one.
        cited = {c.policy_id: c.version for c in answer.citations}
        items: list[Channel | SelfService | RequestCondition] = [
            *request.channels,
            *request.self_service,
            *request.conditions,
        ]
        quotes += [Quote(i.policy_id, cited.get(i.policy_id), i.quote, i.start, i.end) for i in items]
    return quotes


def distinct(quotes: list[Quote]) -> list[Quote]:
    """Drop quotes whose words an earlier quote of the same policy already shows."""
    kept: list[Quote] = []
    for quote in quotes:
        if not any(k.policy_id == quote.policy_id and quote.quote in k.quote for k in kept):
            kept.append(quote)
    return kept


def within_budget(quotes: list[Quote]) -> list[str]:
    """Return the words of the first MAX_QUOTES quotes, cut where MAX_CHARACTERS are used up."""
    words, left = [], MAX_CHARACTERS
    for quote in quotes[:MAX_QUOTES]:
        if left <= 0:
            break
        words.append(quote.quote[:left])
        left -= len(quote.quote)
    return words


def single_spaced(text: str) -> str:
    """Collapse every run of white space to one blank; blanks at the ends stay, as one."""
    return re.sub(r"\s+", " ", text)
