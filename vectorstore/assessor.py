"""The assessor of evidence: does a piece of a policy answer a question, and with yes, no or "it depends"? An ONNX model of its own."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.onnx_model import open_model

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

ASSESSOR_FOLDER = Path(__file__).parent / "assessor_model"
"""The shipped assessor."""
VERDICTS = ("yes", "no", "conditional")
MAX_PAIR_TOKENS = 192
LONGEST_HEADING = 80  # characters
MAX_CHARACTERS = MAX_PAIR_TOKENS * 12  # of either side: the tokenizer would split all of a long text before it cuts


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the assessor thinks of one pair, as probabilities: that the words answer; and if so, with yes, no or "it depends"."""

    answers: float
    yes: float
    no: float
    conditional: float


def evidence_text(heading: str, words: str) -> str:
    """Return words of a policy as the assessor reads them: under their heading, "" for none."""
    return f"{heading[:LONGEST_HEADING].rstrip('.: ')}: {words}" if heading else words


class Assessor:
    """A small pair encoder on ONNX Runtime: it reads question and words together, which vectors cannot."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        tokenizer: tokenizers.Tokenizer,
        name: str,
        threads: int = 2,
    ) -> None:
        self.name = name
        self._session = session
        self._tokenizer = tokenizer
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="assess")

    @classmethod
    def open(cls, folder: Path | None = None, threads: int = 2) -> Assessor:
        """Load the assessor of `folder` (None: the shipped one). Raises ModelError as OnnxEmbedder.open does."""
        card, session, tokenizer = open_model(folder or ASSESSOR_FOLDER)
        return cls(session, tokenizer, card.name, threads)

    def opinions(self, question: str, texts: Sequence[str]) -> list[Opinion]:
        """Return an opinion on each of `texts` (see evidence_text) beside the question; a pair's never depends on another."""
        return [_opinion(row) for row in self.logits([(question, text) for text in texts])]

    def logits(self, pairs: Sequence[tuple[str, str]]) -> np.ndarray:
        """Return what the network gives for (question, words) pairs, shape (n, 1 + len(VERDICTS)), float32."""
        rows = list(self._pool.map(self._logits, pairs)) if len(pairs) > 1 else [self._logits(pair) for pair in pairs]
        return np.array(rows, dtype=np.float32).reshape(len(pairs), 1 + len(VERDICTS))

    def _logits(self, pair: tuple[str, str]) -> np.ndarray:
        question, words = (part[:MAX_CHARACTERS].encode("utf-8", "replace").decode() for part in pair)
        row = self._tokenizer.encode(question, words)
        ids = np.array([row.ids], dtype=np.int64)
        inputs = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.array([row.type_ids], dtype=np.int64),
        }
        logits: np.ndarray = self._session.run(None, inputs)[0][0]
        return logits


def _opinion(logits: np.ndarray) -> Opinion:
    logits = logits.astype(np.float64)
    shares = np.exp(logits[1:] - logits[1:].max())
    shares /= shares.sum()
    return Opinion(float(1 / (1 + np.exp(-logits[0]))), *(float(share) for share in shares))
