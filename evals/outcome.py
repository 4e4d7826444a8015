"""What came of asking a case, and the quotes a person is shown. Owns what metrics look at, not the metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, field_serializer

from bot.reply import Answer, Channel, RequestCondition, SelfService
from evals.case import Case
from vectorstore.policy import Policy


@dataclass(frozen=True, slots=True)
class Budget:
    """How much a person is willing to read: so many quotes, so many characters of all of them together."""

    quotes: int
    characters: int


USUAL = Budget(5, 1_200)
TIGHT = Budget(3, 600)


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
    """The judged answer. `latency_ms` is wall time around the last turn, in milliseconds; None where it was not kept.

    `policies` holds every stored policy version the answer points to, by (id, version or None); what the library does
    not have is absent, and so is everything in an outcome read from a file.
    """

    answer: Answer
    latency_ms: float | None
    policies: Mapping[tuple[str, str | None], Policy]


class Result(BaseModel):
    """A line of a results file. A baseline has no latency; one without words has no answer and no case either.

    The case goes into the file so that reports are made from the file alone, and fit the set as it was when it was run.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    id: str
    answer: Answer | None = None
    latency_ms: float | None = None
    scores: dict[str, float | None]
    case: Case | None = None

    @field_serializer("case")
    def _short(self, case: Case | None) -> dict[str, object] | None:
        """Leave out what a case does not say."""
        return None if case is None else case.model_dump(mode="json", exclude_defaults=True)

    @property
    def timeless(self) -> Result:
        """The same line without its times, so that equal runs give equal files."""
        answer = None if self.answer is None else self.answer.model_copy(update={"latency_ms": 0.0})
        return self.model_copy(update={"latency_ms": None, "answer": answer})


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
        latency = self.outcome.latency_ms
        return Result(
            id=self.case.id,
            answer=self.outcome.answer,
            latency_ms=None if latency is None else round(latency, 1),
            scores=scores,
            case=self.case,
        )

    @classmethod
    def kept(cls, result: Result) -> Judged | None:
        """Return what a line of a results file holds; None if it carries no answer or no case."""
        if result.answer is None or result.case is None:
            return None
        return cls(result.case, Outcome(result.answer, result.latency_ms, {}), result.scores)


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


def within_budget(quotes: list[Quote], budget: Budget = USUAL) -> list[str]:
    """Return the words of the first quotes of a budget, cut where its characters are used up."""
    words, left = [], budget.characters
    for quote in quotes[: budget.quotes]:
        if left <= 0:
            break
        words.append(quote.quote[:left])
        left -= len(quote.quote)
    return words


def single_spaced(text: str) -> str:
    """Collapse every run of white space to one blank; blanks at the ends stay, as one."""
    return re.sub(r"\s+", " ", text)
