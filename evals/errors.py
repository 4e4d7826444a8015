"""What can go wrong with the files of an evaluation. Owns no bot or store error.

EvalError
    FileError        a file cannot be used; holds every fault found, with its line
        SetError     a regression set
        ResultsError a file of results or a baseline
        BenchmarkError a SQuAD-format benchmark
        TruthError   a list of what documents hold, or the documents of such lists
        ScoresError  a file of answer scores
    JudgeError       the chat model that judges gave no usable opinion
    BenchError       a speed measurement cannot be made here
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SHOWN_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a file; `line` counts from 1, 0 means the file as a whole."""

    line: int
    reason: str


class EvalError(Exception):
    """Base of everything the evals room raises on its own account."""


class FileError(EvalError):
    """A file cannot be used. `faults` holds all that is wrong with it; `line` and `reason` are those of the first."""

    def __init__(self, path: Path, faults: Sequence[Fault]) -> None:
        self.path = path
        self.faults = tuple(faults)
        self.line = self.faults[0].line
        self.reason = self.faults[0].reason
        lines = [f"{path}:{fault.line}: {fault.reason}" for fault in self.faults[:SHOWN_FAULTS]]
        if len(self.faults) > SHOWN_FAULTS:
            lines.append(f"... and {len(self.faults) - SHOWN_FAULTS} more")
        super().__init__("\n".join(lines))


class SetError(FileError):
    """A regression set cannot be used."""


class ResultsError(FileError):
    """A file of results cannot be used."""


class BenchmarkError(FileError):
    """A benchmark file cannot be used."""


class TruthError(FileError):
    """A list of what was found by eye in documents, or the folder of those documents, cannot be used."""


class ScoresError(FileError):
    """A file of answer scores for the curve of silence cannot be used."""


class JudgeError(EvalError):
    """The judging model failed or replied with something else than was asked for; never holds words of the case."""

    def __init__(self, case_id: str, reason: str) -> None:
        self.case_id = case_id
        self.reason = reason
        super().__init__(f"case {case_id}: {reason}")


class BenchError(EvalError):
    """A speed measurement cannot be made here, or one of its processes broke; the message says which."""
