"""The states of a request and the steps between them: one table, no storage. What is not in it cannot happen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.requests.errors import StepError

FINAL = frozenset({"fulfilled", "denied", "expired", "withdrawn"})
_UNSENT = ("drafted", "confirmed", "verified", "shown")
_OUT = ("sent", "shown", "acknowledged")

_STEPS: dict[str, dict[str, str]] = {
    # action: state before -> state after. "" is the state of a request that does not exist yet.
    "draft": {"": "drafted"},
    # Another channel, other words: whatever was confirmed before is void.
    "revise": {**dict.fromkeys(_UNSENT, "drafted"), "failed": "drafted"},
    "show": {"drafted": "shown", "shown": "shown", "failed": "shown"},
    "report_sent": {"shown": "shown"},
    "confirm": {"drafted": "confirmed"},
    "verify": {"confirmed": "verified"},
    "queue": {"verified": "queued"},
    "claim": {"queued": "sending"},
    "accept": {"sending": "sent"},
    "defer": {"sending": "queued"},
    # Found in "sending" after a crash or a lost connection: once more with the same Message-ID, then a person decides.
    "resend": {"sending": "queued", "uncertain": "queued", "failed": "queued"},
    "doubt": {"sending": "uncertain"},
    "refuse": {"sending": "failed"},
    "settle": {"uncertain": "sent"},
    "bounce": {"sent": "failed", "uncertain": "failed"},
    "acknowledge": dict.fromkeys(_OUT, "acknowledged"),
    "extend": {"acknowledged": "acknowledged", "sent": "acknowledged", "shown": "acknowledged"},
    "fulfil": dict.fromkeys(_OUT, "fulfilled"),
    "deny": dict.fromkeys(_OUT, "denied"),
    "expire": dict.fromkeys((*_UNSENT, *_OUT, "failed"), "expired"),
    "withdraw": dict.fromkeys((*_UNSENT, *_OUT, "queued", "failed", "uncertain"), "withdrawn"),
    # These change no state: written as if sent, answered by the other side, the person's data erased.
    "rehearse": {"queued": "queued"},
    "reply": {state: state for state in (*_OUT, "uncertain", "failed", *sorted(FINAL))},
    "erase": {state: state for state in (*_UNSENT, *_OUT, "queued", "sending", "uncertain", "failed", *sorted(FINAL))},
}
STEPS: Mapping[str, Mapping[str, str]] = MappingProxyType({k: MappingProxyType(v) for k, v in _STEPS.items()})
STATES = tuple(dict.fromkeys(state for step in STEPS.values() for pair in step.items() for state in pair if state))


def after(state: str, action: str) -> str:
    """Return the state that `action` leads to from `state`. Raises StepError where it leads nowhere, ValueError where
    there is no such action."""
    if action not in STEPS:
        raise ValueError(f"unknown step {action!r}: known are {', '.join(STEPS)}")
    reached = STEPS[action].get(state)
    if reached is None:
        raise StepError(
            state,
            action,
            f"This request is {state.replace('_', ' ') or 'not begun'}: it cannot be {_PAST[action]} now.",
        )
    return reached


_PAST = {
    "draft": "begun",
    "revise": "changed",
    "show": "handed over",
    "report_sent": "marked as sent by you",
    "confirm": "confirmed",
    "verify": "verified",
    "queue": "queued",
    "claim": "sent",
    "accept": "marked as sent",
    "defer": "put off",
    "resend": "sent again",
    "doubt": "marked as uncertain",
    "refuse": "marked as refused",
    "settle": "marked as arrived",
    "bounce": "marked as returned",
    "acknowledge": "acknowledged",
    "extend": "extended",
    "fulfil": "marked as fulfilled",
    "deny": "marked as denied",
    "expire": "marked as expired",
    "withdraw": "withdrawn",
    "rehearse": "rehearsed",
    "reply": "answered",
    "erase": "erased",
}
