"""Figures of the assessor on held-out cards, and its model card: README.md beside the weights, written from measured figures only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vectorstore.training.assessor.loop import AssessorRecipe
from vectorstore.training.assessor.pairs import Pair


@dataclass(frozen=True, slots=True)
class Figures:
    """On held-out cards: `separation` is the area under the curve of answers against near misses, `right` the share of
    verdicts as labelled, `inverted` the share of plain ones told the other way round."""

    separation: float
    pairs: int
    right: float
    inverted: float
    verdicts: int


def figures_of(logits: NDArray[np.float32], pairs: Sequence[Pair]) -> Figures:
    """Return the figures of logits as the network gives them, one row a pair."""
    answers = np.array([pair.answers for pair in pairs])
    order = logits[:, 0].argsort().argsort() + 1.0
    wins = order[answers].sum() - answers.sum() * (answers.sum() + 1) / 2
    taught = [row for row, pair in enumerate(pairs) if pair.verdict is not None]
    labels, told = np.array([pairs[row].verdict for row in taught]), logits[taught, 1:].argmax(1)
    plain = labels < 2
    return Figures(
        float(wins / (answers.sum() * (~answers).sum())),
        len(pairs),
        float((labels == told).mean()),
        float((told[plain] == 1 - labels[plain]).mean()),
        len(taught),
    )


def write_card(
    path: Path, name: str, recipe: AssessorRecipe, rows: Mapping[str, Figures], learned: int, held_out: int
) -> None:
    """Write the card. `learned` and `held_out` are numbers of cards of the material."""
    first = next(iter(rows.values()))
    table = [
        f"| weights | separation (n={first.pairs}) | verdict as labelled (n={first.verdicts}) | inverted |",
        "|---|---|---|---|",
        *(f"| {label} | {one.separation:.3f} | {one.right:.3f} | {one.inverted:.3f} |" for label, one in rows.items()),
    ]
    settings = ", ".join(f"{field} {getattr(recipe, field)}" for field in AssessorRecipe.__dataclass_fields__)
    path.write_text(
        CARD.format(name=name, table="\n".join(table), settings=settings, learned=learned, held_out=held_out),
        encoding="utf-8",
    )


CARD = """# {name}

Reads a question and a piece of a privacy policy together and says how likely the piece answers it, and if the question wants
yes or no, whether the answer is yes, no or "it depends". At most 192 tokens for both, English. Output: four logits, the first for
"answers", then yes, no, conditional.

- **Base**: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0). These weights are a derived work under the same licence.
- **Data**: `vectorstore/training/data`: {learned} cards (consecutive sentences of an invented policy with questions that they
  answer with yes, no, it depends or a fact, and questions that they only seem to answer), answerability cells and topics, all
  written for this project. No published policy and no research corpus was trained on, and no question of the question sets.
- **Recipe**: pair encoder; cross-entropy of "answers" over all pairs and of the verdict where one is taught. With each round the
  other sentences of a card that stand against or beside its evidence are drawn anew. The weights of the last steps are averaged.
  Settings: {settings}.
- **Form**: one ONNX graph, int8 weights, one scale a column, 7 bits used.
- **Made by**: `python -m vectorstore.training.assessor.tune` (see its `--help`), which also writes this file.

## Figures

On {held_out} cards kept out of training:

{table}

- *Separation*: area under the curve of pairs that answer against pairs that do not; the latter stand in the same card, so all are near misses.
- *Inverted*: share of the plain yes and no told the other way round.

## Limits

English only. The cards are invented, and single authors labelled them. It is one voice among several: what the desk says is decided
together with the ranking and the rules for words, and doubt gives "it depends".
"""
