"""Errors of the front.

FrontError
    BusyError           no turn now; `message` is for the person, `retry_after` says when to come back
    ServiceFileError    service.yaml cannot be used; `faults` name the lines
"""

from __future__ import annotations


class FrontError(Exception):
    """Base of what the front raises on its own account."""


class BusyError(FrontError):
    """There is no turn for this client now. `retry_after` is in whole seconds, at least 1."""

    def __init__(self, message: str, retry_after: int, reason: str) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after = max(1, retry_after)
        self.reason = reason


class ServiceFileError(FrontError):
    """The settings file cannot be used; every fault is told at once."""

    def __init__(self, name: str, faults: tuple[str, ...]) -> None:
        super().__init__(f"{name}: {'; '.join(faults)}")
        self.faults = faults
