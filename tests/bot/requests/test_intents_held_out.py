"""Recognition measured on the fifth of the story-and-question utterances that training never sees, whole groups at a time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.requests import intent as intent_module
from bot.requests.intent import Intent, IntentRecogniser
from vectorstore.embeddings import open_embedder
from vectorstore.policy import REQUEST_TYPES

HELD_OUT = Path(__file__).parent / "held_out_intents.jsonl"
TRAINED = Path(intent_module.__file__).parent / "intents"


def lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def found() -> list[tuple[dict[str, str], Intent]]:
    recogniser = IntentRecogniser.open(open_embedder("onnx"))
    return [(row, recogniser.recognise(row["text"])) for row in lines(HELD_OUT)]


def test_questions_that_speak_of_a_request_are_seldom_taken_for_one(found: list[tuple[dict[str, str], Intent]]) -> None:
    taken = [seen.is_request for row, seen in found if row["label"] == "question"]
    assert len(taken) > 80
    assert sum(taken) / len(taken) <= 0.05


def test_most_requests_in_rude_and_roundabout_words_are_seen(found: list[tuple[dict[str, str], Intent]]) -> None:
    asked = [(row, seen) for row, seen in found if row["label"] in REQUEST_TYPES]
    assert len(asked) > 90
    assert sum(seen.is_request for _, seen in asked) / len(asked) >= 0.75
    assert sum(seen.label == row["label"] for row, seen in asked) / len(asked) >= 0.68


def test_no_held_out_group_or_wording_was_trained_on() -> None:
    trained = [row for path in TRAINED.glob("*.jsonl") for row in lines(path)]
    held = lines(HELD_OUT)
    assert not {row["group"] for row in held} & {row.get("group") for row in trained}
    assert not {row["text"].lower() for row in held} & {row["text"].lower() for row in trained}
