"""Errors of the answering side.

BotError
    QuestionError    the question cannot be read: empty or too long; `message` is for the person who asked
    QuoteLawError    a quote is not the stored text at its place; the answer is withheld
"""

from __future__ import annotations


class BotError(Exception):
    """Base of everything the bot raises on its own account."""


class QuestionError(BotError, ValueError):
    """The question cannot be answered as it stands; `message` says why, in words for the person who asked."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class QuoteLawError(BotError):
    """A quote differs from the stored text at its offsets."""

    def __init__(self, policy_id: str, version: str, start: int, end: int) -> None:
        super().__init__(f"the quote at {start}-{end} of {policy_id} {version} is not the stored text")
        self.policy_id = policy_id
        self.version = version
        self.start = start
        self.end = end
