"""Trains the intent head: `python -m bot.requests.train_intent`. Needs scikit-learn, which answering does not."""

from __future__ import annotations

import argparse
import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedGroupKFold

from bot.requests.cues import ACTS, HASH_SIZE, buckets, cues, normalise, rule_for
from bot.requests.intent import HEAD_FILE, PROBE, Encoder
from vectorstore.embeddings import open_embedder
from vectorstore.policy import REQUEST_TYPES

logger = logging.getLogger(__name__)

HERE = Path(__file__).parent
SEED = 20
FOLDS = 5
# Inverse strength of the penalty; scales of the vector and of the hashed pieces. Chosen on the folds below.
STRENGTH = 1.0
VECTOR_SCALE = 3.0
PIECES_SCALE = 3.0
# Shares of a text's weight that its disguised forms get, so that a question mark or a capital decides nothing alone.
BARE_WEIGHT = 0.6
TOGGLED_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Utterance:
    """One training line. `about` is the right a question is about, None if none; a group never straddles a split."""

    text: str
    label: str
    about: str | None
    group: str

    @property
    def act(self) -> str:
        """What the person is doing: one of ACTS."""
        return "request" if self.label in REQUEST_TYPES else self.label

    @property
    def right(self) -> str | None:
        """The request type the words are about, None if none is marked."""
        return self.label if self.label in REQUEST_TYPES else self.about


def load(folder: Path) -> list[Utterance]:
    """Return the utterances of every .jsonl file of `folder`, grouped. Raises ValueError on an unknown label."""
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    rows = [json.loads(line) for line in lines]
    unknown = sorted({row["label"] for row in rows} - set(REQUEST_TYPES) - set(ACTS))
    if unknown:
        raise ValueError(f"unknown labels {unknown}: known are {', '.join(REQUEST_TYPES + ACTS)}")
    groups = _group([row["text"] for row in rows])
    return [
        Utterance(row["text"], row["label"], row.get("about"), row.get("group") or group)
        for row, group in zip(rows, groups, strict=True)
    ]


def _group(texts: Sequence[str], overlap: float = 0.55) -> list[str]:
    """Return a group name a text: texts that share more than `overlap` of their words (Jaccard, 0-1) are one group."""
    words = [frozenset(re.findall(r"\w+", normalise(text))) for text in texts]
    root = list(range(len(texts)))
    for i, mine in enumerate(words):
        for j in range(i):
            if len(mine & words[j]) > overlap * len(mine | words[j]):
                root[i] = root[j]
                break
    return [f"u{number}" for number in root]


def bare(text: str) -> str:
    """Return `text` in lower case without punctuation: how many people type."""
    return " ".join(re.sub(r"[^\w'@%]+", " ", text.lower()).split())


def toggled(text: str) -> str:
    """Return `text` with its closing question mark taken away, or one put on."""
    return text.rstrip("? ") if text.rstrip().endswith("?") else text.rstrip(" .!") + "?"


def features(vectors: NDArray[np.float32], texts: Sequence[str]) -> sparse.csr_matrix:
    """Return [vector, cues, hashed pieces] a text, in the layout that Head reads, scaled for training."""
    plain = [normalise(text) for text in texts]
    pieces = [buckets(one) for one in plain]
    rows = np.repeat(np.arange(len(texts)), [len(one) for one in pieces])
    values = np.concatenate([np.full(len(one), PIECES_SCALE / np.sqrt(max(len(one), 1))) for one in pieces])
    hashed = sparse.csr_matrix((values, (rows, np.concatenate(pieces))), shape=(len(texts), HASH_SIZE))
    dense = np.hstack([vectors * VECTOR_SCALE, np.array([cues(one) for one in plain])])
    return sparse.hstack([sparse.csr_matrix(dense), hashed]).tocsr()


@dataclass(frozen=True, slots=True)
class Forms:
    """Each utterance as written, bare and toggled: three feature matrices with the same rows."""

    written: sparse.csr_matrix
    bare: sparse.csr_matrix
    toggled: sparse.csr_matrix

    @classmethod
    def build(cls, embedder: Encoder, texts: Sequence[str]) -> Forms:
        """Embed every form of every text."""
        forms = [list(texts), [bare(text) for text in texts], [toggled(text) for text in texts]]
        return cls(*(features(embedder.encode(form), form) for form in forms))

    def fit(self, rows: NDArray[np.intp], labels: Sequence[str], strength: float = STRENGTH) -> LogisticRegression:
        """Fit a softmax on the rows' three forms; every class weighs by the square root of its rarity."""
        matrix = sparse.vstack([self.written[rows], self.bare[rows], self.toggled[rows]]).tocsr()
        names, counts = np.unique(np.array(labels), return_counts=True)
        rarity = dict(zip(names, np.sqrt(counts.max() / counts), strict=True))
        weight = np.array([rarity[label] for label in labels])
        weights = np.concatenate([weight, weight * BARE_WEIGHT, weight * TOGGLED_WEIGHT])
        model = LogisticRegression(C=strength, max_iter=2000)
        return model.fit(matrix, list(labels) * 3, sample_weight=weights)


def _decide(text: str, acts: NDArray[np.float64], types: NDArray[np.float64]) -> str:
    """Return the label of `text` as IntentRecogniser decides it; scores are in the order of ACTS and REQUEST_TYPES."""
    rule = rule_for(normalise(text))
    scores = {act: float(score) for act, score in zip(ACTS, acts, strict=True) if rule is None or act in rule.acts}
    asked = scores.pop("request", 0.0)
    scores.update((kind, asked * float(score)) for kind, score in zip(REQUEST_TYPES, types, strict=True))
    return max(scores, key=scores.__getitem__)


def _probabilities(model: LogisticRegression, matrix: sparse.csr_matrix, names: Sequence[str]) -> NDArray[np.float64]:
    """Return one row a text, one column a name."""
    order = [list(model.classes_).index(name) for name in names]
    return np.asarray(model.predict_proba(matrix))[:, order]


def validate(utterances: Sequence[Utterance], forms: Forms, strength: float = STRENGTH) -> dict[str, float]:
    """Return figures over utterances held out by group, each predicted by a model that never saw its group.

    "bare" figures are over the same utterances without case and punctuation. Rates are 0-1.
    """
    acts = np.array([one.act for one in utterances])
    labels = np.array([one.label for one in utterances])
    groups = np.array([one.group for one in utterances])
    found = {"written": labels.copy(), "bare": labels.copy()}
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=SEED)
    for train, test in folds.split(acts, labels, groups):
        act_model = forms.fit(train, list(acts[train]), strength)
        marked = np.array([row for row in train if utterances[row].right is not None])
        type_model = forms.fit(marked, [str(utterances[row].right) for row in marked], strength)
        for name, matrix, form in (("written", forms.written, str), ("bare", forms.bare, bare)):
            act_scores = _probabilities(act_model, matrix[test], ACTS)
            type_scores = _probabilities(type_model, matrix[test], REQUEST_TYPES)
            for row, one, other in zip(test, act_scores, type_scores, strict=True):
                found[name][row] = _decide(form(utterances[row].text), one, other)
    figures: dict[str, float] = {"utterances": float(len(labels)), "groups": float(len(set(groups)))}
    for name in found:
        is_request, is_question = acts == "request", acts == "question"
        asked = np.isin(found[name], REQUEST_TYPES)
        figures[f"{name}: macro-F1"] = float(f1_score(labels, found[name], average="macro"))
        figures[f"{name}: requests seen as requests"] = float(asked[is_request].mean())
        figures[f"{name}: requests with the right type"] = float((found[name][is_request] == labels[is_request]).mean())
        figures[f"{name}: questions taken for requests"] = float(asked[is_question].mean())
        figures[f"{name}: out of scope taken for requests"] = float(asked[acts == "out_of_scope"].mean())
        figures[f"{name}: questions seen as questions"] = float((found[name][is_question] == "question").mean())
    return figures


def train(embedder: Encoder, utterances: Sequence[Utterance], forms: Forms, out: Path) -> Path:
    """Fit both heads on every utterance and write them to `out`; return the file."""
    everything = np.arange(len(utterances))
    marked = np.array([row for row, one in enumerate(utterances) if one.right is not None])
    probe = embedder.encode([PROBE])[0]
    arrays: dict[str, Any] = {"embedder": np.array(embedder.name), "probe": probe}
    # Head reads plain features: the scales go into its weights.
    scales = np.ones(forms.written.shape[1])
    scales[: len(probe)] = VECTOR_SCALE
    scales[-HASH_SIZE:] = PIECES_SCALE
    for prefix, names, rows, labels in (
        ("acts", ACTS, everything, [one.act for one in utterances]),
        ("types", REQUEST_TYPES, marked, [str(utterances[row].right) for row in marked]),
    ):
        model = forms.fit(rows, labels)
        order = [list(model.classes_).index(name) for name in names]
        arrays[f"{prefix}_names"] = np.array(names)
        arrays[f"{prefix}_weights"] = (model.coef_[order] * scales).T.astype(np.float16)
        arrays[f"{prefix}_bias"] = model.intercept_[order].astype(np.float32)
    path = out / HEAD_FILE
    np.savez_compressed(path, **arrays)
    return path


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, validate and write the head; figures go to the log."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--embedder", default="onnx", help="spec of the embedding model (default: onnx)")
    parser.add_argument("--out", type=Path, default=HERE, help="folder that gets the head (default: beside this file)")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    embedder = open_embedder(chosen.embedder)
    utterances = load(HERE / "intents")
    forms = Forms.build(embedder, [one.text for one in utterances])
    for name, value in validate(utterances, forms).items():
        logger.info("%-45s %8.3f", name, value)
    path = train(embedder, utterances, forms, chosen.out)
    logger.info("wrote %s (%d bytes) for %s", path.name, path.stat().st_size, embedder.name)


if __name__ == "__main__":
    main()
