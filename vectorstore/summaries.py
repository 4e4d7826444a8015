"""A policy in one row, for lists of the library."""

from __future__ import annotations

from dataclasses import dataclass

from vectorstore.policy import Policy


@dataclass(frozen=True, slots=True)
class PolicySummary:
    """A row of the library: counts are of the current version; `updated` is YYYY-MM-DD, None if not stated.

    `language` is an ISO 639-1 code.
    """

    id: str
    version: str
    title: str
    company: str
    url: str | None
    updated: str | None
    clauses: int
    passages: int
    channels: int
    damage: int
    language: str = "en"


def summary_of(policy: Policy, passages: int) -> PolicySummary:
    """Return the row of a policy that is stored with that many passages."""
    dated = policy.date("updated") or policy.date("effective")
    return PolicySummary(
        id=policy.id,
        version=policy.version,
        title=policy.title,
        company=policy.company,
        url=policy.url,
        updated=dated.iso if dated else None,
        clauses=sum(clause.is_read for clause in policy.clauses),
        passages=passages,
        channels=len(policy.channels),
        damage=len(policy.damage),
        language=policy.language,
    )
