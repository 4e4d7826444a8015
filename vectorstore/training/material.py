"""Training material: topics and cells from data/*.jsonl, the split, and which of them overlap. No torch."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

DATA_FOLDER = Path(__file__).parent / "data"
# Every 8th topic and cell is kept out of training, to choose by and to report.
HELD_OUT_EVERY = 8
# Topics their authors know to overlap: a clause of one may answer a question of the other.
KNOWN_OVERLAPS = (
    ("d08", "d09"),
    ("d22", "d23"),
    ("d18", "d19"),
    ("d18", "d35"),
    ("d19", "d35"),
    ("b03", "b24"),
    ("b03", "b21"),
    ("b20", "b25"),
    ("b01", "b31"),
    ("b02", "b06"),
    ("b02", "a31"),
    ("b01", "c16"),
    ("c01", "c32"),
    ("c10", "c13"),
)


@dataclass(frozen=True, slots=True)
class Topic:
    """Questions and clauses on one subject: any of the clauses is relevant to any of the questions."""

    id: str
    questions: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, the sentence that answers it, and sentences that share its words and do not. `cell` is the need."""

    cell: str
    question: str
    answer: str
    near_misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice that policies tell of, with general questions on it ("who receives the data?").

    The clauses of `topics` and the paragraphs marked with `id` answer the questions. Whether those of `unsure` (ids of
    topics or practices) do is left open.
    """

    id: str
    questions: tuple[str, ...]
    topics: frozenset[str]
    unsure: frozenset[str]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph as policies draft them, which often tells of several practices at once."""

    text: str
    practices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Material:
    """One side of the split. Practices and paragraphs are for training only."""

    topics: tuple[Topic, ...]
    cells: tuple[tuple[Pair, ...], ...]
    practices: tuple[Practice, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()


def read_lines(path: Path) -> list[dict[str, object]]:
    """Return the objects of a JSON-lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def load_material(folder: Path = DATA_FOLDER) -> tuple[Material, Material]:
    """Return (training part, held-out part). Files of one topic are merged; topics and cells stay whole."""
    questions: dict[str, list[str]] = {}
    clauses: dict[str, list[str]] = {}
    for path in sorted(folder.glob("topics_*.jsonl")):
        for line in read_lines(path):
            topic = str(line["topic"])
            questions.setdefault(topic, []).extend([str(line["yesno"]), *line["questions"]])  # type: ignore[misc]
            clauses.setdefault(topic, []).extend(clause["text"] for clause in line["clauses"])  # type: ignore[attr-defined]
    cells: dict[str, list[Pair]] = {}
    for line in read_lines(folder / "answerability.jsonl"):
        pair = Pair(str(line["cell"]), str(line["question"]), str(line["answer"]), tuple(line["near_misses"]))  # type: ignore[arg-type]
        cells.setdefault(pair.cell, []).append(pair)
    topics = [Topic(id, tuple(questions[id]), tuple(clauses[id])) for id in sorted(questions)]
    groups = [tuple(cells[name]) for name in sorted(cells)]
    kept = Material(
        tuple(t for i, t in enumerate(topics) if i % HELD_OUT_EVERY != 3),
        tuple(c for i, c in enumerate(groups) if i % HELD_OUT_EVERY != 3),
        load_practices(folder),
        tuple(
            Paragraph(str(line["text"]), frozenset(_strings(line, "practices")))
            for line in read_lines(folder / "paragraphs.jsonl")
        ),
    )
    held = Material(tuple(topics[3::HELD_OUT_EVERY]), tuple(groups[3::HELD_OUT_EVERY]))
    return kept, held


def load_practices(folder: Path) -> tuple[Practice, ...]:
    """Return the practices of practices.jsonl."""
    return tuple(
        Practice(
            str(line["practice"]),
            tuple(_strings(line, "questions")),
            frozenset(_strings(line, "topics")),
            frozenset(_strings(line, "unsure")),
        )
        for line in read_lines(folder / "practices.jsonl")
    )


def _strings(line: dict[str, object], field: str) -> list[str]:
    """Return a list of strings of a line."""
    return cast(list[str], line[field])


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a clause of at least 25 characters; short run-in headings are dropped."""
    return [part for part in re.split(r"(?<=[.!?])\s+(?=[\"'A-Z0-9])", text) if len(part) >= 25]


def find_overlaps(centres: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """Return which rows of `centres` (unit vectors of topics or cells) lie too close to serve as each other's negatives.

    Cosine is taken after the common mean is removed, else all of a narrow domain looks alike. The diagonal is True.
    """
    spread = centres - centres.mean(axis=0)
    spread /= np.linalg.norm(spread, axis=1, keepdims=True)
    close: NDArray[np.bool_] = spread @ spread.T > threshold
    return close
