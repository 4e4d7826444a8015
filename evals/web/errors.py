"""What the bench refuses, in words for the evaluator.

BenchPageError
    UnknownNameError    no set, run or baseline of that name
    SetRefusedError     a set or a line with faults; `faults` names them all with their lines
    EntryError          what was filled in cannot be used
    QueueFullError      too many runs wait already
"""

from __future__ import annotations

from collections.abc import Sequence

from evals.errors import EvalError, Fault


class BenchPageError(EvalError):
    """Base of what the bench refuses; `message` is for the evaluator."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownNameError(BenchPageError):
    """There is nothing of that name."""


class SetRefusedError(BenchPageError):
    """A set or a line has faults."""

    def __init__(self, message: str, faults: Sequence[Fault]) -> None:
        super().__init__(message)
        self.faults = tuple(faults)


class EntryError(BenchPageError):
    """What was filled in cannot be used."""


class QueueFullError(BenchPageError):
    """Too many runs wait already."""
