"""The fields a person fills in: only what the request type and the policy's own verification need, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.requests.fields import BLANK_CHARACTERS, MAILBOX_CHARACTERS, NAME_CHARACTERS
from bot.requests.records import PinnedQuote
from bot.requests.rendering.content import RESIDENCE_LABEL, needs_of, one_line, residence_condition
from vectorstore.policy import Condition, Policy


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `name` is its key ("name", "email", "residence", "blank1" ...), `why` says what it is for, `asked_by` are the policy's
    words that make it needed, None where none does. `longest` counts characters; `lines` is more than 1 for a text."""

    name: str
    label: str
    why: str
    required: bool
    longest: int
    lines: int = 1
    asked_by: PinnedQuote | None = None


def needed_fields(policy: Policy, request_type: str, conditions: Sequence[Condition]) -> tuple[Field, ...]:
    """Return the fields of a request, in the order of the form. Raises ValueError for an unknown request type."""
    company = one_line(policy.company)
    fields = [
        Field("name", "Your name", f"So that {company} knows who asks.", True, NAME_CHARACTERS),
        Field(
            "email",
            f"E-mail you used with {company}",
            "So that they find your data and can answer you.",
            True,
            MAILBOX_CHARACTERS,
        ),
    ]
    condition = residence_condition(request_type, conditions)
    if condition is not None:
        quote = PinnedQuote(
            policy.id, policy.version, condition.start, condition.end, policy.text[condition.start : condition.end]
        )
        why = "The policy grants this to people who live in some places only."
        fields.append(Field("residence", RESIDENCE_LABEL, why, True, NAME_CHARACTERS, asked_by=quote))
    for place, need in enumerate(needs_of(request_type), start=1):
        fields.append(
            Field(f"blank{place}", need.label, need.hint[:1].upper() + need.hint[1:], False, BLANK_CHARACTERS, 3)
        )
    return tuple(fields)
