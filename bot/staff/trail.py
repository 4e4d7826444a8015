"""Where the agents' pages note what was done. The trail itself is kept elsewhere; this is what they need of it."""

from __future__ import annotations

from typing import Protocol


class Trail(Protocol):
    """Notes who did what to what. All three are names and numbers, never the words of people or policies."""

    def note(self, member_id: str, action: str, subject: str) -> None:
        """Keep one entry; the time is now."""
