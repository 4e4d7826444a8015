"""Retrieval scores that `eval policyqa --json` wrote, read back for the page of figures. Owns no measuring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from evals.errors import BenchmarkError, Fault
from evals.fault_words import reason


class Ranking(BaseModel):
    """Means over all pairs, 0-1; recall by how many paragraphs are looked at."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    recall: dict[int, float]
    mrr: float
    ndcg: float


class _Scores(BaseModel):
    """What one model scored. Its rankings are those fields that are one, by whatever name: benchmarks may add some."""

    model_config = ConfigDict(extra="allow", frozen=True)

    pairs: int
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The rankings of one model over `pairs` pairs of policy and question, by what was ranked."""

    name: str
    pairs: int
    rankings: dict[str, Ranking]


def read_retrieval(path: Path) -> list[Retrieval]:
    """Return the models of a file, one object or a list of them; one without a name is called as the file. Raises BenchmarkError."""
    try:
        found = TypeAdapter(list[_Scores] | _Scores).validate_json(path.read_bytes())
    except OSError as error:
        raise BenchmarkError(path, [Fault(0, f"cannot be read: {error.strerror}")]) from error
    except ValidationError as error:
        raise BenchmarkError(path, [Fault(0, reason(detail)) for detail in error.errors(include_url=False)]) from error
    return [
        Retrieval(scores.model or path.stem, scores.pairs, _rankings(scores.model_extra or {}))
        for scores in (found if isinstance(found, list) else [found])
    ]


def _rankings(fields: dict[str, object]) -> dict[str, Ranking]:
    named = {name: value for name, value in fields.items() if isinstance(value, dict) and "ndcg" in value}
    return {name.replace("_", " "): Ranking.model_validate(value) for name, value in named.items()}
