"""The training material: what refers to what, and a split that keeps held-out topics out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from vectorstore.training.material import DATA_FOLDER, find_overlaps, load_material, split_sentences


def test_practices_refer_to_topics_and_practices_that_exist() -> None:
    training, held_out = load_material()
    practices = {practice.id for practice in training.practices}
    topics = {topic.id for topic in (*training.topics, *held_out.topics)}
    assert len(practices) == len(training.practices) >= 60
    for practice in training.practices:
        assert practice.topics <= topics, practice.id
        assert practice.unsure <= topics | practices, practice.id
        assert len(practice.questions) == len(set(practice.questions)) >= 4, practice.id
        assert not practice.topics & practice.unsure, practice.id


def test_every_practice_is_told_by_paragraphs_and_every_paragraph_tells_of_one() -> None:
    training, _ = load_material()
    practices = {practice.id for practice in training.practices}
    texts = [paragraph.text for paragraph in training.paragraphs]
    assert len(texts) == len(set(texts)) >= 250
    for paragraph in training.paragraphs:
        assert paragraph.practices, paragraph.text
        assert paragraph.practices <= practices, paragraph.text
    for practice in practices:
        assert sum(practice in paragraph.practices for paragraph in training.paragraphs) >= 3, practice


def test_no_topic_and_no_cell_stands_on_both_sides_of_the_split() -> None:
    training, held_out = load_material()
    assert not {topic.id for topic in training.topics} & {topic.id for topic in held_out.topics}
    assert not {cell[0].cell for cell in training.cells} & {cell[0].cell for cell in held_out.cells}
    assert (len(held_out.topics), len(held_out.cells)) == (27, 17)


def test_a_folder_is_read_as_it_stands(tmp_path: Path) -> None:
    def write(name: str, *lines: dict[str, object]) -> None:
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    write("topics_a.jsonl", {"topic": "a01", "yesno": "Do you?", "questions": ["why"], "clauses": [{"text": "We do."}]})
    write("topics_b.jsonl", {"topic": "a01", "yesno": "Do they?", "questions": [], "clauses": [{"text": "They do."}]})
    write("answerability.jsonl")
    write("practices.jsonl", {"practice": "share", "questions": ["who?"], "topics": ["a01"], "unsure": ["use"]})
    write("paragraphs.jsonl", {"text": "We share.", "practices": ["share", "use"]})
    training, held_out = load_material(tmp_path)
    assert [(t.id, t.questions, t.clauses) for t in training.topics] == [
        ("a01", ("Do you?", "why", "Do they?"), ("We do.", "They do."))
    ]
    assert [(p.id, p.questions, p.topics, p.unsure) for p in training.practices] == [
        ("share", ("who?",), frozenset({"a01"}), frozenset({"use"}))
    ]
    assert [(p.text, p.practices) for p in training.paragraphs] == [("We share.", frozenset({"share", "use"}))]
    assert held_out.topics == ()


def test_sentences_of_a_clause_lose_short_headings() -> None:
    assert split_sentences("Cookies. We set cookies to know you again. You may turn them off in the browser.") == [
        "We set cookies to know you again.",
        "You may turn them off in the browser.",
    ]


def test_overlaps_are_found_after_the_common_direction_is_taken_off() -> None:
    centres = np.array([[1.0, 0.1, 0.0], [1.0, 0.11, 0.0], [1.0, -0.1, 0.1], [1.0, -0.1, -0.1]], dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    assert find_overlaps(centres, 0.55).tolist() == [
        [True, True, False, False],
        [True, True, False, False],
        [False, False, True, False],
        [False, False, False, True],
    ]


def test_the_shipped_folder_holds_the_material() -> None:
    assert {path.name for path in DATA_FOLDER.glob("*.jsonl")} >= {"practices.jsonl", "paragraphs.jsonl"}
