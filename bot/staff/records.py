"""Who works at the desk: members and their roles. Nouns only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["agent", "evaluator", "admin"]


@dataclass(frozen=True, slots=True)
class Member:
    """A person who signs in. `name` is how colleagues and visitors see them."""

    id: str
    name: str
    roles: frozenset[Role]
