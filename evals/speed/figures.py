"""What the speed suite found: figures, each with what stands beside it and the ratio it should keep."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the desk. `beside` is the stock pipeline's, or what `beside_name` says; None if it was not measured.

    `unit` is of both. The ratio is ours over beside: `most` and `least` are its targets, None where there is none.
    """

    group: str
    name: str
    unit: str
    ours: float
    beside: float | None = None
    beside_name: str = "stock"
    most: float | None = None
    least: float | None = None

    @property
    def ratio(self) -> float | None:
        """Ours over what stands beside it."""
        return None if self.beside is None or self.beside == 0 else self.ours / self.beside

    @property
    def target(self) -> str:
        """The target in words, "" without one."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return f"at least {self.least:g}" if self.least is not None else ""

    @property
    def is_met(self) -> bool | None:
        """True if the ratio keeps its target, None without target or ratio."""
        if self.ratio is None or (self.most is None and self.least is None):
            return None
        return self.ratio <= (self.most if self.most is not None else math.inf) and self.ratio >= (self.least or 0.0)


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """All figures in the order of their groups. `notes` say how they were measured and what was left out."""

    figures: tuple[Figure, ...]
    notes: tuple[str, ...]
    cores: int

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON object."""
        rows = [
            {**asdict(figure), "ratio": figure.ratio, "target": figure.target or None, "met": figure.is_met}
            for figure in self.figures
        ]
        return {"cores": self.cores, "figures": rows, "notes": list(self.notes)}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0-1) of the values do not exceed. Raises ValueError without values."""
    if not values:
        raise ValueError("no values, no percentile")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
