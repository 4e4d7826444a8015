"""The state of the library: damage, unresolved channels, addresses that wait, policies nobody has renewed, the index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vectorstore.approvals import PENDING, REFUSED, ChannelDecision
from vectorstore.library import PolicyLibrary
from vectorstore.policy import ContactChannel, Damage, Policy

PAGE = 25
"""Policies on one page."""

OLD_DAYS = 365
"""Days after which a policy counts as old: the CCPA has companies update theirs every 12 months (Civ. Code 1798.130(a)(5))."""


@dataclass(frozen=True, slots=True)
class PolicyHealth:
    """One policy as it is now. `damage` holds what makes words unreliable first; `waiting` are addresses to be decided on.

    `stated` is the date the policy gives itself, None if none; `age` its days until today. `versions` counts stored ones.
    """

    policy: Policy
    damage: tuple[Damage, ...]
    unresolved: tuple[ContactChannel, ...]
    waiting: tuple[ChannelDecision, ...]
    refused: tuple[ChannelDecision, ...]
    versions: int
    stated: date | None
    age: int | None

    @property
    def is_old(self) -> bool:
        """True if the policy gives itself no date, or one older than OLD_DAYS."""
        return self.age is None or self.age > OLD_DAYS

    @property
    def needs_a_look(self) -> bool:
        """True if there is something for a person to do or to know."""
        return bool(self.damage or self.unresolved or self.waiting) or self.is_old


@dataclass(frozen=True, slots=True)
class LibraryHealth:
    """One page of policies, and the index. `total` counts policies, `index_serves` is False while searches scan instead."""

    policies: tuple[PolicyHealth, ...]
    total: int
    page: int
    revision: int
    model: str
    index_serves: bool

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def library_health(library: PolicyLibrary, page: int = 1) -> LibraryHealth:
    """Return the state of the library, `page` counted from 1: policies by id."""
    current = library.current_versions()
    page = min(max(1, page), max(1, -(-len(current) // PAGE)))
    shown = current[(page - 1) * PAGE : page * PAGE]
    rows = tuple(policy_health(library, policy_id) for policy_id, _ in shown)
    serves = not library.index_needs_repair
    return LibraryHealth(rows, len(current), page, library.revision, library.embedder.name, serves)


def policy_health(library: PolicyLibrary, policy_id: str) -> PolicyHealth:
    """Return the state of one policy. Raises UnknownPolicyError."""
    policy = library.get(policy_id)
    decided = library.history.channels(policy_id)
    dated = policy.date("updated") or policy.date("effective")
    stated = _day(dated.iso) if dated else None
    return PolicyHealth(
        policy,
        tuple(sorted(policy.damage, key=lambda flaw: (not flaw.unreliable, flaw.start))),
        tuple(channel for channel in policy.channels if channel.value is None),
        tuple(one for one in decided if one.state == PENDING),
        tuple(one for one in decided if one.state == REFUSED),
        len(library.versions(policy_id)),
        stated,
        (library.history.today - stated).days if stated else None,
    )


def _day(iso: str) -> date | None:
    try:
        return date.fromisoformat(iso)
    except ValueError:
        return None
