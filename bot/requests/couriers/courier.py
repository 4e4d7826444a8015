"""What every courier does: take one parcel to one place, and say exactly how that went."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from bot.requests.records import RequestRecord


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The other side took the message over. `reply` is its words or status line; `reference` its number for the request,
    None where it gives none."""

    reply: str
    reference: str | None = None


class Courier(ABC):
    """A way out. One thread uses it at a time; it holds no state of requests."""

    name: str
    """The route it serves, as RequestRecord.route."""

    @abstractmethod
    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Hand over the request's stored message, nothing else; `attempt` counts from 1.

        Raises TemporaryRefusalError and PermanentRefusalError where nothing was taken over, DoubtfulDeliveryError where it
        may have been. Whatever else it raises is read as doubt.
        """

    def rest(self) -> None:  # noqa: B027  most hold nothing open
        """Let go of what is held open between parcels: nothing more is due for now."""
