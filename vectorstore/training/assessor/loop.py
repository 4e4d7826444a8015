"""The assessor as a network, its training loop and its export: a pair encoder with one head for "answers" and one for the verdict."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModel

from vectorstore.assessor import MAX_PAIR_TOKENS, VERDICTS
from vectorstore.training.assessor.pairs import Pair
from vectorstore.training.encoder import DIMENSION, check_base, write_description, write_graph
from vectorstore.training.loop import free_weights

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AssessorRecipe:
    """What decides the weights beside data and code. `average` is the last part of the steps whose weights are averaged."""

    rounds: int = 2
    batch: int = 32
    rate: float = 1e-4
    seed: int = 7
    frozen_layers: int = 2
    verdict_weight: float = 1.0
    average: float = 0.25


class AssessorNetwork(torch.nn.Module):
    """BERT over a question and words of a policy; mean and first state of the last layer give 1 + len(VERDICTS) logits."""

    def __init__(self, bert: torch.nn.Module) -> None:
        super().__init__()
        self.bert = bert
        self.head = torch.nn.Linear(2 * DIMENSION, 1 + len(VERDICTS))

    @classmethod
    def open_base(cls, folder: Path) -> AssessorNetwork:
        """Start from the untuned weights of `folder`. Raises ValueError if they are not the genuine all-MiniLM-L6-v2."""
        check_base(folder)
        return cls(AutoModel.from_pretrained(str(folder), attn_implementation="eager", add_pooling_layer=False))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return logits, shape (pairs, 1 + len(VERDICTS)): answers, then one a verdict."""
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        logits: torch.Tensor = self.head(torch.cat([mean, states[:, 0]], dim=1))
        return logits


def open_pair_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of `folder`; of a pair over MAX_PAIR_TOKENS the longer side is cut."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_PAIR_TOKENS)
    tokenizer.enable_padding()
    return tokenizer


def logits_of(network: AssessorNetwork, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> torch.Tensor:
    """Return the logits of one batch, with gradients where they are on."""
    rows = tokenizer.encode_batch([(pair.question, pair.words) for pair in pairs])
    ids, mask, types = (
        torch.tensor([getattr(row, name) for row in rows]) for name in ("ids", "attention_mask", "type_ids")
    )
    logits: torch.Tensor = network(ids, mask, types)
    return logits


def loss_of(logits: torch.Tensor, pairs: Sequence[Pair], recipe: AssessorRecipe) -> torch.Tensor:
    """Return the mean loss: cross-entropy of "answers" over all pairs, and of the verdict over those that teach one."""
    answers = torch.tensor([float(pair.answers) for pair in pairs])
    loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], answers)
    taught = [row for row, pair in enumerate(pairs) if pair.verdict is not None]
    if taught:
        verdicts = torch.tensor([pairs[row].verdict for row in taught])
        share = len(taught) / len(pairs)
        loss = loss + recipe.verdict_weight * share * torch.nn.functional.cross_entropy(logits[taught, 1:], verdicts)
    return loss


def batches(pairs: Sequence[Pair], size: int, chance: random.Random) -> list[list[Pair]]:
    """Return the pairs in batches of like length, in random order: little is padded."""
    loose = sorted(pairs, key=lambda pair: len(pair.question) + len(pair.words) + chance.uniform(0, 40))
    made = [loose[at : at + size] for at in range(0, len(loose), size)]
    chance.shuffle(made)
    return made


def tune_assessor(
    network: AssessorNetwork, tokenizer: Tokenizer, draw: Callable[[random.Random], list[Pair]], recipe: AssessorRecipe
) -> AssessorNetwork:
    """Train `network` in place on what `draw` gives for each round and return it, ready to serve.

    Word embeddings and the lowest layers stay frozen, so rare words keep their place.
    """
    torch.manual_seed(recipe.seed)
    chance = random.Random(recipe.seed)
    plan = [batch for _ in range(recipe.rounds) for batch in batches(draw(chance), recipe.batch, chance)]
    moving = free_weights(network, recipe.frozen_layers)
    means = [torch.zeros_like(weights) for weights in moving]
    optimiser = torch.optim.AdamW(moving, lr=recipe.rate, weight_decay=0.01)
    warm = max(1, len(plan) // 10)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.02, (len(plan) - s) / (len(plan) - warm)))
    )
    # No dropout: two rounds hardly overfit, and it costs a fifth of the time.
    network.eval()
    started, losses, averaged = time.monotonic(), [], 0
    for step, batch in enumerate(plan):
        loss = loss_of(logits_of(network, tokenizer, batch), batch, recipe)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moving, 1.0)
        optimiser.step()
        pace.step()
        losses.append(loss.item())
        if step >= len(plan) * (1 - recipe.average):
            averaged += 1
            for mean, weights in zip(means, moving, strict=True):
                mean.lerp_(weights.detach(), 1 / averaged)
        if (step + 1) % 50 == 0:
            took = time.monotonic() - started
            logger.info("step %d of %d loss %.3f seconds %.0f", step + 1, len(plan), np.mean(losses[-50:]), took)
    with torch.no_grad():
        for mean, weights in zip(means, moving, strict=True):
            weights.copy_(mean)
    network.eval()
    return network


def assess_all(network: AssessorNetwork, tokenizer: Tokenizer, pairs: Sequence[Pair]) -> NDArray[np.float32]:
    """Return the logits of any number of pairs, in their order."""
    network.eval()
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].question) + len(pairs[i].words))
    found = np.zeros((len(pairs), 1 + len(VERDICTS)), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), 32):
            chunk = order[start : start + 32]
            found[chunk] = logits_of(network, tokenizer, [pairs[i] for i in chunk]).numpy()
    return found


def export_assessor(network: AssessorNetwork, base: Path, folder: Path, name: str) -> None:
    """Write the assessor as model.onnx (int8), tokenizer.json and model.json to `folder`."""
    ids = torch.randint(1000, 2000, (2, 7))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "token_type_ids": torch.zeros_like(ids)}
    write_graph(network, inputs, "pairs", "logits", folder)
    write_description(base, folder, name, 1 + len(VERDICTS), MAX_PAIR_TOKENS)
