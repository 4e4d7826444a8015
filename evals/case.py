"""The case of a regression set, as a file carries it. Owns the form and the loader, not what is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from evals.errors import Fault, SetError
from evals.jsonl import read_numbered, survey
from vectorstore.policy import REQUEST_TYPES

Kind = Literal[
    "factual",
    "yesno",
    "list",
    "comparison",
    "unanswerable",
    "out_of_scope",
    "request",
    "followup",
    "injection",
    "ambiguous_company",
]
Behavior = Literal["answer", "abstain", "route", "redirect", "refuse", "clarify_or_both", "answer_from_policy"]
Verdict = Literal["yes", "no", "conditional"]
# " form" with its blank is a fair substring to ask for; blanks alone are not.
Words = Annotated[str, StringConstraints(pattern=r"\S")]
AnyOf = Annotated[tuple[Words, ...], Field(min_length=1)]

NOT_A_REQUEST = "not_a_request"


def _known_request(name: str) -> str:
    if name not in (*REQUEST_TYPES, NOT_A_REQUEST):
        raise ValueError(f"unknown request type {name!r}: known are {', '.join((*REQUEST_TYPES, NOT_A_REQUEST))}")
    return name


KnownRequest = Annotated[str, AfterValidator(_known_request)]


class SetRecord(BaseModel):
    """Base of what a set carries: fields of the user's own are kept."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)


class ExpectedChannel(SetRecord):
    """A channel or step that a case expects. `policy` None means any of the case's policies."""

    type: Literal["email", "phone", "mail", "web_form", "api", "self_service"]
    value: Words
    policy: str | None = None


class Case(SetRecord):
    """One question and what a right answer to it is; see the contract for each field.

    `policies` None means that the case does not say which policies may be cited. `paraphrase_of` is the id of a case that asks
    the same in other words; cases of one `group` all ask the same. Extra fields stay in `model_extra`.
    """

    id: Words
    kind: Kind
    policy: str | None = None
    policies: tuple[str, ...] | None = None
    question: str = ""
    turns: tuple[Words, ...] = ()
    scope: Literal["given"] | None = None
    answerable: bool
    expected_behavior: Behavior
    gold_quotes: tuple[AnyOf, ...] = ()
    related_quotes: tuple[Words, ...] = ()
    yesno: Verdict | None = None
    yesno_alt: tuple[Verdict, ...] = ()
    must_mention: tuple[Words, ...] = ()
    must_not_mention: tuple[Words, ...] = ()
    request_type: KnownRequest | None = None
    request_type_alt: tuple[KnownRequest, ...] = ()
    expected_channels: tuple[ExpectedChannel, ...] = ()
    acceptable_channels: tuple[ExpectedChannel, ...] = ()
    paraphrase_of: str | None = None
    group: str | int | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        """Refuse what no answer could satisfy."""
        if not self.question.strip() and not self.turns:
            raise ValueError("neither 'question' nor 'turns' says what is asked")
        return self

    @property
    def asked(self) -> tuple[str, ...]:
        """The questions in order; the last one is judged."""
        return self.turns or (self.question,)

    @property
    def citable(self) -> tuple[str, ...] | None:
        """The policies whose text may be cited; None if the case does not say."""
        if self.policies is not None:
            return self.policies
        return (self.policy,) if self.policy else None

    @property
    def given_policies(self) -> tuple[str, ...]:
        """What is passed to the bot as a filter: nothing, unless the case carries "scope": "given"."""
        if self.scope != "given":
            return ()
        return (self.policy,) if self.policy else (self.policies or ())

    @property
    def verdicts(self) -> frozenset[str]:
        """All tolerated verdicts; empty where the question is not yes/no."""
        return frozenset((self.yesno, *self.yesno_alt)) if self.yesno else frozenset()

    @property
    def request_types(self) -> frozenset[str]:
        """All tolerated request types, NOT_A_REQUEST among them; empty where the case says nothing of requests."""
        return frozenset((self.request_type, *self.request_type_alt)) if self.request_type else frozenset()


def load_cases(path: Path) -> list[Case]:
    """Return the cases of a set in the file's order. Raises SetError with every fault and its line."""
    return [case for _, case in load_numbered(path)]


def load_numbered(path: Path) -> list[tuple[int, Case]]:
    """Return the cases of a set with the line each stands on, from 1. Raises SetError with every fault and its line."""
    return read_numbered(path, Case, lambda case: case.id, SetError)


def survey_cases(path: Path) -> tuple[list[tuple[int, Case]], list[Fault]]:
    """Return the good cases of a set with their lines, and every fault of the others."""
    return survey(path, Case, lambda case: case.id)
