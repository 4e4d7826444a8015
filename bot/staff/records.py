"""Who works at the desk: members and their roles. Nouns only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Role = Literal["agent", "evaluator", "admin"]
ROLES: tuple[Role, ...] = ("agent", "evaluator", "admin")


@dataclass(frozen=True, slots=True)
class Member:
    """A person who signs in. `name` is how colleagues and visitors see them."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, role: Role) -> bool:
        """Return whether the member may do what `role` does; an admin may do everything."""
        return role in self.roles or "admin" in self.roles


@dataclass(frozen=True, slots=True)
class Account:
    """A member as the desk's admins see them. Times are in UTC.

    `second_factor` is True where a code of an app is asked for; `outside` where they sign in elsewhere (OIDC) and have no
    password here; `disabled` is when they were shut out, None while they may sign in.
    """

    member: Member
    second_factor: bool
    outside: bool
    created: dt.datetime
    disabled: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `form_token` stands in every form of its pages."""

    member: Member
    form_token: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key for programs, without the key itself. `used` and `revoked` are None where that never happened."""

    id: str
    member_id: str
    label: str
    created: dt.datetime
    used: dt.datetime | None
    revoked: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Act:
    """An entry of the audit trail: who did what to what. Names and numbers only; `member_id` is "" for the command line."""

    number: int
    at: dt.datetime
    member_id: str
    action: str
    subject: str
