"""The training loop: contrastive softmax over the clauses of a batch, with overlapping topics masked."""

from __future__ import annotations

import copy
import logging
import time

import numpy as np
import torch
from tokenizers import Tokenizer

from vectorstore.training.batches import Batches
from vectorstore.training.encoder import Encoder, embed
from vectorstore.training.material import Material
from vectorstore.training.recipe import Recipe

logger = logging.getLogger(__name__)


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


def tune(base: Encoder, tokenizer: Tokenizer, material: Material, recipe: Recipe) -> Encoder:
    """Return a tuned copy of `base`; word embeddings and the lowest layers stay frozen, so rare words keep their place.

    Arithmetic is fp32: bf16 is six times slower on processors that have no instructions for it.
    """
    torch.manual_seed(recipe.seed)
    batches = Batches(material, recipe, base, tokenizer)
    encoder = copy.deepcopy(base)
    # No dropout: averaging the weights of the last steps does as much against overfitting and costs no time.
    encoder.eval()
    moving = free_weights(encoder, recipe.frozen_layers)
    means = [torch.zeros_like(weights) for weights in moving]
    optimiser = torch.optim.AdamW(moving, lr=recipe.rate, weight_decay=0.01)
    warm = max(1, recipe.steps // 10)
    plan = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda s: min((s + 1) / warm, max(0.0, (recipe.steps - s) / max(1, recipe.steps - warm)))
    )
    started, losses, averaged = time.monotonic(), [], 0
    for step in range(recipe.steps):
        batch = batches.draw()
        left, right = (embed_sorted(encoder, tokenizer, texts) for texts in (batch.questions, batch.clauses))
        loss = masked_softmax(recipe.scale * left @ right.T, batch.wanted, batch.ignored, batch.single)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(moving, 1.0)
        optimiser.step()
        plan.step()
        losses.append(loss.item())
        if step >= recipe.steps * (1 - recipe.average) or step == recipe.steps - 1:
            averaged += 1
            for mean, weights in zip(means, moving, strict=True):
                mean.lerp_(weights.detach(), 1 / averaged)
        if (step + 1) % 25 == 0:
            logger.info("step %d loss %.3f seconds %.0f", step + 1, np.mean(losses[-25:]), time.monotonic() - started)
    with torch.no_grad():
        for mean, weights in zip(means, moving, strict=True):
            weights.copy_(mean)
    return encoder


def free_weights(network: torch.nn.Module, frozen_layers: int) -> list[torch.nn.Parameter]:
    """Freeze the word embeddings and the lowest layers of `network` and return the weights that move."""
    frozen = ("embeddings", *(f"layer.{layer}." for layer in range(frozen_layers)))
    for name, weights in network.named_parameters():
        weights.requires_grad = not any(part in name for part in frozen)
    return [weights for weights in network.parameters() if weights.requires_grad]


def embed_sorted(encoder: Encoder, tokenizer: Tokenizer, texts: list[str], group: int = 16) -> torch.Tensor:
    """Return unit vectors with gradients, in the order of `texts`; texts of like length run together, to pad little."""
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = torch.cat(
        [embed(encoder, tokenizer, [texts[i] for i in order[at : at + group]]) for at in range(0, len(order), group)]
    )
    return vectors[torch.tensor(order).argsort()]


def blend(base: Encoder, tuned: Encoder, keep: float) -> Encoder:
    """Return the average of two encoders' weights: `keep` of the tuned, the rest of the base (Wortsman et al. 2022)."""
    mixed = copy.deepcopy(base)
    other = dict(tuned.named_parameters())
    with torch.no_grad():
        for name, weights in mixed.named_parameters():
            weights.lerp_(other[name], keep)
    return mixed
