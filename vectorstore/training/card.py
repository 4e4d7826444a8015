"""The model card: README.md beside the weights, written from measured figures only."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vectorstore.embeddings import OnnxEmbedder
from vectorstore.training.material import Material
from vectorstore.training.measure import Figures
from vectorstore.training.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Speed:
    """Milliseconds a question (median, 95th percentile) and clauses a second, on `threads` threads."""

    median: float
    slow: float
    clauses: float
    threads: int


def measure_speed(embedder: OnnxEmbedder, held_out: Material, threads: int) -> Speed:
    """Time 200 held-out questions one by one and all held-out clauses together."""
    questions = [q for topic in held_out.topics for q in topic.questions][:200]
    clauses = [c for topic in held_out.topics for c in topic.clauses]
    embedder.encode(questions[:20])
    taken = []
    for question in questions:
        started = time.perf_counter()
        embedder.embed_query(question)
        taken.append(1000 * (time.perf_counter() - started))
    started = time.perf_counter()
    embedder.encode(clauses)
    rate = len(clauses) / (time.perf_counter() - started)
    return Speed(float(np.median(taken)), float(np.percentile(taken, 95)), rate, threads)


def write_card(
    path: Path, name: str, recipe: Recipe, rows: dict[str, Figures], agreement: tuple[float, float], speed: Speed
) -> None:
    """Write the card. `agreement` is the mean and lowest cosine between int8 and fp32 vectors of held-out texts."""
    first = next(iter(rows.values()))
    has_policyqa = first.policyqa is not None
    head = [
        "weights",
        f"held-out topics, nDCG@10 (n={first.topics_n})",
        f"held-out answers, hit@1 (n={first.answers_n})",
    ]
    table = [head + ([f"PolicyQA dev, nDCG@10 (n={first.policyqa_n})"] if has_policyqa else [])]
    for label, figures in rows.items():
        cells = [label, f"{figures.topics:.3f}", f"{figures.answers:.3f}"]
        table.append(cells + ([f"{figures.policyqa:.3f}"] if has_policyqa else []))
    lines = ["| " + " | ".join(row) + " |" for row in table]
    lines.insert(1, "|---" * len(table[0]) + "|")
    settings = ", ".join(f"{field} {getattr(recipe, field)}" for field in Recipe.__dataclass_fields__)
    path.write_text(
        CARD.format(
            name=name,
            table="\n".join(lines),
            settings=settings,
            mean=agreement[0],
            low=agreement[1],
            speed=speed,
        ),
        encoding="utf-8",
    )


CARD = """# {name}

Sentence embeddings for questions about privacy policies: a question and the clause that answers it lie close together.
384 dimensions, unit length, at most 256 tokens, English. Compare vectors by their dot product; no prefix is needed.

- **Base**: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0). These weights are a derived work under the same licence.
- **Data**: `vectorstore/training/data`: topics (questions and clauses), answerability cells (a question, its answer, three
  near misses), practices (general questions such as "who receives the data?", and which topics answer them) and paragraphs
  marked with the practices they tell of, all written for this project. No published policy and no research corpus was
  trained on; the general questions were written after a look at what kind of question PolicyQA asks, and none repeats one.
- **Recipe**: three kinds of batches, each a softmax over its clauses. Topics: overlapping ones are not each other's
  negatives. Cells: near misses are negatives of their own question. Invented policies: clauses of topics and paragraphs,
  some joined, with general and special questions. Word embeddings and the lowest layers are frozen, the weights of the
  last steps averaged. Settings: {settings}.
- **Form**: one ONNX graph (encoder, mean pooling, unit length), int8 weights, one scale a column, 7 bits used so that
  8-bit products do not overflow on processors without VNNI (not tried on one).
- **Made by**: `python -m vectorstore.training.tune` (see its `--help`), which also writes this file.

## Figures

{table}

- *Held-out topics*: every 8th topic was kept out of training; its questions rank all held-out clauses. Some held-out
  topics resemble a training topic in other words.
- *Held-out answers*: every 8th answerability cell; is the first of all answers and near misses an answer to the question?
- *PolicyQA dev* (where the table has it): paragraphs of one policy are ranked. Used to measure and to choose settings, never to
  train, so its figure may be slightly flattering.
- int8 against fp32 vectors of the held-out texts: cosine {mean:.4f} on average, {low:.4f} at the lowest.
- Speed on {speed.threads} threads of the machine that made it, which may have been busy: a question {speed.median:.1f} ms
  (median), {speed.slow:.1f} ms (95th percentile); {speed.clauses:.0f} held-out clauses a second.

## Limits

English only. The training clauses are invented and tidy; real policies are longer, and text past 256 tokens is cut.
Closeness is not an answer: a clause on the right subject may say nothing on the point asked. Vectors of two models do
not compare: after a change of model, build the index anew.
"""
