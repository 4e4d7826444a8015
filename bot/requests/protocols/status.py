"""What another side's word about a request means for the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.requests.states import STEPS

# DRP 1.0 s.3.02; OpenDSR 2.0 status table. None: nothing to record.
DRP_ACTIONS: Mapping[str, str | None] = MappingProxyType(
    {
        "open": None,
        "in_progress": "acknowledge",
        "fulfilled": "fulfil",
        "denied": "deny",
        "expired": "expire",
        "revoked": "withdraw",
    }
)
OPENDSR_ACTIONS: Mapping[str, str | None] = MappingProxyType(
    {"pending": None, "in_progress": "acknowledge", "completed": "fulfil", "cancelled": "withdraw"}
)


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A step that the other side reports. `reason` is its code word, None where it gives none or one not in the table."""

    request_id: str
    action: str
    reason: str | None = None


def is_news(state: str, action: str) -> bool:
    """Return whether the step would change a request that is in `state`: callbacks come at least once, and are replayed."""
    return STEPS[action].get(state, state) != state
