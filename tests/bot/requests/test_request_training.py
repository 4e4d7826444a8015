"""Training of the intent head: grouping, disguises, and a head that opens with the model it was trained for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.requests import train_intent
from bot.requests.cues import ACTS
from bot.requests.intent import IntentModelError, IntentRecogniser
from bot.requests.train_intent import Forms, bare, load, toggled, train
from vectorstore.embeddings import HashEmbedder, open_embedder
from vectorstore.policy import REQUEST_TYPES

INTENTS = Path(train_intent.__file__).parent / "intents"


def write(folder: Path, *rows: dict[str, str]) -> Path:
    (folder / "some.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return folder


def test_the_shipped_utterances_cover_every_label_once_each() -> None:
    utterances = load(INTENTS)
    assert {one.label for one in utterances} == {*REQUEST_TYPES, *ACTS} - {"request"}
    assert {one.about for one in utterances} <= {None, *REQUEST_TYPES}
    texts = [one.text.lower() for one in utterances]
    assert len(texts) == len(set(texts))


def test_near_copies_fall_into_one_group_and_named_groups_stay(tmp_path: Path) -> None:
    rows = [
        {"text": "Please delete my account today", "label": "delete"},
        {"text": "please delete my account", "label": "delete"},
        {"text": "what is the weather", "label": "out_of_scope"},
        {"text": "do they delete accounts", "label": "question", "group": "pair", "about": "delete"},
    ]
    found = load(write(tmp_path, *rows))
    assert found[0].group == found[1].group
    assert found[2].group != found[0].group
    assert (found[3].group, found[3].act, found[3].right) == ("pair", "question", "delete")


def test_an_unknown_label_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="erase_me"):
        load(write(tmp_path, {"text": "delete me", "label": "erase_me"}))


def test_disguises_take_away_the_marks_and_keep_the_words() -> None:
    assert bare("Hey, DON'T sell my info!") == "hey don't sell my info"
    assert toggled("do they sell it? ") == "do they sell it"
    assert toggled("Stop selling it.") == "Stop selling it?"


def test_a_head_opens_only_with_the_model_it_was_trained_for(tmp_path: Path) -> None:
    embedder = HashEmbedder()
    utterances = load(INTENTS)[::5]
    train(embedder, utterances, Forms.build(embedder, [one.text for one in utterances]), tmp_path)
    recogniser = IntentRecogniser.open(embedder, tmp_path)
    assert recogniser.recognise("please delete my data").label == "delete"
    assert recogniser.recognise("does the policy say how long they keep emails").label == "question"
    with pytest.raises(IntentModelError, match="trained for 'hash'"):
        IntentRecogniser.open(open_embedder("onnx"), tmp_path)
