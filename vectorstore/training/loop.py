"""The training loop: contrastive softmax over the clauses of a batch, with overlapping topics masked."""

from __future__ import annotations

import copy
import logging
import random
import time
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from vectorstore.training.encoder import Encoder, embed, encode_all
from vectorstore.training.material import KNOWN_OVERLAPS, Material, find_overlaps, split_sentences

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the result. `keep` is the share of the tuned weights in the final average with the base."""

    steps: int = 120
    seed: int = 7
    rate: float = 6e-5
    scale: float = 20.0
    topics_in_batch: int = 28
    cells_in_batch: int = 24
    overlap: float = 0.55
    answer_share: float = 0.33
    sentence_share: float = 0.4
    single: bool = False
    keep: float = 1.0


def masked_softmax(similar: torch.Tensor, wanted: torch.Tensor, ignored: torch.Tensor, single: bool) -> torch.Tensor:
    """Return the mean over questions (rows) of -log of the share that the wanted clauses (columns) have of the softmax.

    `ignored` columns count neither way. With `single`, each wanted clause is judged alone and the others are left out,
    which pulls all of them up; without, one wanted clause that matches well is enough.
    """
    similar = similar.masked_fill(ignored & ~wanted, float("-inf"))
    if not single:
        return (similar.logsumexp(1) - similar.masked_fill(~wanted, float("-inf")).logsumexp(1)).mean()
    others = similar.masked_fill(wanted, float("-inf")).logsumexp(1, keepdim=True)
    loss = torch.logaddexp(similar, others) - similar
    return (loss.masked_fill(~wanted, 0.0).sum(1) / wanted.sum(1)).mean()


class Batches:
    """Draws batches: topics of one group or of all in turn, and now and then cells with their near misses."""

    def __init__(self, material: Material, recipe: Recipe, encoder: Encoder, tokenizer: Tokenizer) -> None:
        self._material = material
        self._recipe = recipe
        self._random = random.Random(recipe.seed)
        self._groups: dict[str, list[int]] = {}
        for row, topic in enumerate(material.topics):
            self._groups.setdefault(topic.id[0], []).append(row)
        self._topic_overlap = self._overlaps(
            [(list(t.questions), list(t.clauses)) for t in material.topics], encoder, tokenizer
        )
        rows = {topic.id: row for row, topic in enumerate(material.topics)}
        for first, second in KNOWN_OVERLAPS:
            if first in rows and second in rows:
                self._topic_overlap[rows[first], rows[second]] = self._topic_overlap[rows[second], rows[first]] = True
        self._cell_overlap = self._overlaps(
            [([p.question for p in c], [p.answer for p in c]) for c in material.cells], encoder, tokenizer
        )
        self._turn = 0

    def _overlaps(
        self, sides: list[tuple[list[str], list[str]]], encoder: Encoder, tokenizer: Tokenizer
    ) -> NDArray[np.bool_]:
        """Return which topics (or cells) are too close, by the centres the untuned encoder gives them."""
        centres = []
        for questions, clauses in sides:
            middle = [encode_all(encoder, tokenizer, s, exact=False).mean(0) for s in (questions, clauses)]
            centres.append(sum(m / np.linalg.norm(m) for m in middle))
        return find_overlaps(np.stack(centres).astype(np.float32), self._recipe.overlap)

    def draw(self) -> tuple[list[str], list[str], torch.Tensor, torch.Tensor]:
        """Return questions, clauses, and which clause is wanted or ignored for which question."""
        if self._random.random() < self._recipe.answer_share:
            return self._draw_cells()
        self._turn += 1
        return self._draw_topics(one_group=self._turn % 2 == 0)

    def _draw_topics(self, one_group: bool) -> tuple[list[str], list[str], torch.Tensor, torch.Tensor]:
        dice, topics = self._random, self._material.topics
        pool = self._groups[dice.choice(sorted(self._groups))] if one_group else range(len(topics))
        chosen = dice.sample(list(pool), min(self._recipe.topics_in_batch, len(pool)))
        questions: list[tuple[int, str]] = []
        clauses: list[tuple[int, str]] = []
        for row in chosen:
            questions += [(row, q) for q in dice.sample(topics[row].questions, 2)]
            for clause in dice.sample(topics[row].clauses, dice.choice((1, 2))):
                sentences = split_sentences(clause)
                if len(sentences) > 1 and dice.random() < self._recipe.sentence_share:
                    clause = dice.choice(sentences[:2])
                clauses.append((row, clause))
        owners = torch.tensor([row for row, _ in questions])
        holders = torch.tensor([row for row, _ in clauses])
        wanted = owners[:, None] == holders[None, :]
        ignored = torch.from_numpy(self._topic_overlap)[owners][:, holders]
        return [q for _, q in questions], [c for _, c in clauses], wanted, ignored

    def _draw_cells(self) -> tuple[list[str], list[str], torch.Tensor, torch.Tensor]:
        dice, cells = self._random, self._material.cells
        chosen = dice.sample(range(len(cells)), min(self._recipe.cells_in_batch, len(cells)))
        pairs = [dice.choice(cells[row]) for row in chosen]
        near = [(row, text) for row, pair in zip(chosen, pairs, strict=True) for text in pair.near_misses]
        owners = torch.tensor(chosen)
        holders = torch.tensor([*chosen, *(row for row, _ in near)])
        wanted = torch.cat([torch.eye(len(chosen), dtype=torch.bool), torch.zeros(len(chosen), len(near)).bool()], 1)
        # What stands in an overlapping cell may answer this question too: it counts neither way.
        ignored = torch.from_numpy(self._cell_overlap)[owners][:, holders] & (owners[:, None] != holders[None, :])
        return [p.question for p in pairs], [p.answer for p in pairs] + [text for _, text in near], wanted, ignored


def tune(base: Encoder, tokenizer: Tokenizer, material: Material, recipe: Recipe) -> Encoder:
    """Return a tuned copy of `base`; the word embeddings stay frozen, so rare words keep their place."""
    torch.manual_seed(recipe.seed)
    batches = Batches(material, recipe, base, tokenizer)
    encoder = copy.deepcopy(base)
    encoder.train()
    for name, weights in encoder.named_parameters():
        weights.requires_grad = "embeddings" not in name
    moving = [weights for weights in encoder.parameters() if weights.requires_grad]
    optimiser = torch.optim.AdamW(moving, lr=recipe.rate, weight_decay=0.01)
    warm = max(1, recipe.steps // 10)
    plan = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.0, (recipe.steps - s) / max(1, recipe.steps - warm)))
    )
    started, losses = time.monotonic(), []
    for step in range(recipe.steps):
        questions, clauses, wanted, ignored = batches.draw()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            left, right = embed(encoder, tokenizer, questions), embed(encoder, tokenizer, clauses)
        loss = masked_softmax(recipe.scale * left.float() @ right.float().T, wanted, ignored, recipe.single)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moving, 1.0)
        optimiser.step()
        plan.step()
        losses.append(float(loss))
        if (step + 1) % 25 == 0:
            logger.info("step %d loss %.3f seconds %.0f", step + 1, np.mean(losses[-25:]), time.monotonic() - started)
    return encoder


def blend(base: Encoder, tuned: Encoder, keep: float) -> Encoder:
    """Return the average of two encoders' weights: `keep` of the tuned, the rest of the base (Wortsman et al. 2022)."""
    mixed = copy.deepcopy(base)
    other = dict(tuned.named_parameters())
    with torch.no_grad():
        for name, weights in mixed.named_parameters():
            weights.lerp_(other[name], keep)
    return mixed
