"""Errors of what the staff keeps.

StaffEntryError    what an agent typed or chose cannot be kept; `message` says why, in words for the agent
"""

from __future__ import annotations

from bot.errors import BotError


class StaffEntryError(BotError, ValueError):
    """What was typed or chosen cannot be kept; `message` says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
