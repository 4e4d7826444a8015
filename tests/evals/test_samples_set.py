"""The bundled regression set over the bundled policies: what must always hold, and how good answers are at least."""

from pathlib import Path

import pytest

import evals
from bot.build import build_bot
from ingest import ingest_sources
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]
MUST_HOLD = ("quote_exact", "right_policy", "addresses_exact", "verdict_not_inverted")
# Measured when the set was accepted, less what another processor's int8 rounding may move.
AT_LEAST = {
    "evidence_all": 0.85,
    "behaviour": 0.85,
    "request_type": 0.95,
    "request_right": 0.80,
    "no_false_answer": 0.75,
}


@pytest.fixture(scope="module")
def means(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    bot = build_bot(StoreSettings(tmp_path_factory.mktemp("library")))
    ingest_sources([ROOT / "policies" / "policies.yaml"], bot.library)
    results = [one.result for one in evals.run_set(bot, evals.load_cases(ROOT / "evals" / "sets" / "samples.jsonl"))]
    names = {name for result in results for name in result.scores}
    scored = {name: [s for r in results if (s := r.scores.get(name)) is not None] for name in names}
    return {name: sum(values) / len(values) for name, values in scored.items() if values}


@pytest.mark.parametrize("metric", MUST_HOLD)
def test_what_must_hold_holds_in_every_case(means, metric):
    assert means[metric] == 1.0


@pytest.mark.parametrize(("metric", "floor"), AT_LEAST.items())
def test_answers_are_as_good_as_they_were(means, metric, floor):
    assert means[metric] >= floor
