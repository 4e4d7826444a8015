"""The shipped pair model: what a sentence says to a question. It is asked before a plain yes or no leaves the desk."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.onnx_model import MODEL_FOLDER, open_model

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

PAIR_FOLDER = Path(__file__).parent / "pair_model"
LABELS = ("yes", "no", "conditional", "states", "none")
"""What a sentence may say: yes, no or it depends to a yes/no question, the fact asked for, or nothing on the point."""
MAX_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class PairReading:
    """Probabilities of LABELS, 0-1, adding up to 1."""

    shares: dict[str, float]

    @property
    def unrelated(self) -> float:
        """How likely the sentence says nothing on what is asked."""
        return self.shares["none"]

    def among_verdicts(self, verdict: str) -> float:
        """Return the share of "yes", "no" or "conditional" among the three."""
        three = sum(self.shares[label] for label in LABELS[:3])
        return self.shares[verdict] / three if three else 0.0


class PairModel:
    """Reads pairs of a question and a sentence. Opened at the first pair, so that a start does not wait for it."""

    def __init__(self, folder: Path = PAIR_FOLDER) -> None:
        self._folder = folder
        self._opened: tuple[onnxruntime.InferenceSession, tokenizers.Tokenizer] | None = None
        self._lock = Lock()

    def read(self, question: str, sentence: str) -> PairReading:
        """Return what the sentence says to the question. Raises ModelError if the model's files cannot be used."""
        session, tokenizer = self._open()
        texts = [text[:MAX_CHARACTERS].encode("utf-8", "replace").decode() for text in (question, sentence)]
        row = tokenizer.encode(*texts)
        inputs = {"input_ids": row.ids, "attention_mask": row.attention_mask, "token_type_ids": row.type_ids}
        scores = session.run(None, {name: np.array([ids], dtype=np.int64) for name, ids in inputs.items()})[0][0]
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        return PairReading({label: float(share) for label, share in zip(LABELS, shares, strict=True)})

    def _open(self) -> tuple[onnxruntime.InferenceSession, tokenizers.Tokenizer]:
        with self._lock:
            if self._opened is None:
                _, session, tokenizer = open_model(self._folder, MODEL_FOLDER)
                self._opened = session, tokenizer
            return self._opened
