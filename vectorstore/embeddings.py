"""Embedding models: the shipped ONNX model, any SentenceTransformer, a hashing stand-in. Owns text -> vector, not storage."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vectorstore.errors import ModelError
from vectorstore.onnx_model import MODEL_FOLDER, open_model

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

MAX_TOKENS = 256
# The tokenizer would split all of a 20 MB text before it cuts at MAX_TOKENS; 20 characters a token is ample for any language.
MAX_CHARACTERS = MAX_TOKENS * 20

Vectors = NDArray[np.float32]


class PolicyEmbedder:
    """What every embedder here offers: a `name` that marks its vectors, their `dimension`, and `encode`.

    It has the methods of LangChain's Embeddings without being one: importing that class takes longer than a first answer.
    Where LangChain asks for its own class, wrap it (langchain_embeddings.py).
    """

    name: str
    dimension: int
    vocabulary: frozenset[str] = frozenset()
    """Plain words the model knows whole, lower case; empty where the model has no word list."""

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit-length vector a text, float32, shape (len(texts), dimension), in the order of `texts`."""
        raise NotImplementedError

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a text, as lists of floats."""
        rows: list[list[float]] = self.encode(texts).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question: questions and clauses share one space, no prefix is needed."""
        return self.embed_documents([text])[0]


class OnnxEmbedder(PolicyEmbedder):
    """The shipped model on ONNX Runtime: no torch, about 2 ms a question. Texts past 256 tokens are cut."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        tokenizer: tokenizers.Tokenizer,
        name: str,
        dimension: int,
        threads: int = 2,
    ) -> None:
        self.name = name
        self.dimension = dimension
        self.vocabulary = frozenset(word for word in tokenizer.get_vocab() if word.isalpha())
        self._session = session
        self._tokenizer = tokenizer
        self._threads = threads

    @classmethod
    def open(cls, folder: Path | None = None, threads: int = 2) -> OnnxEmbedder:
        """Load model.onnx, tokenizer.json and model.json of `folder` (None: the shipped model).

        `threads` is how many texts are embedded at a time where there are several.
        Raises ModelError if a file is missing or unreadable, or if one is not the file model.json describes.
        """

        card, session, tokenizer = open_model(folder or MODEL_FOLDER)
        return cls(session, tokenizer, card.name, card.dimension, threads)

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit-length vector a text, float32, shape (len(texts), dimension), in the order of `texts`.

        Every text runs by itself: int8 activations are scaled over a whole batch, so a neighbour would change a text's
        vector (cosine down to 0.98, measured), and padding makes batches the slower way on a CPU.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if len(texts) < 2 * self._threads:
            for row, text in enumerate(texts):
                vectors[row] = self._encode_one(text)
            return vectors
        with ThreadPoolExecutor(self._threads) as pool:
            for row, vector in enumerate(pool.map(self._encode_one, texts)):
                vectors[row] = vector
        return vectors

    def _encode_one(self, text: str) -> Vectors:
        # A lone surrogate (half an emoji, from a broken client) is not text to the tokenizer: it becomes "?".
        known = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode()
        tokens = np.array([self._tokenizer.encode(known).ids], dtype=np.int64)
        vector: Vectors = self._session.run(None, {"input_ids": tokens, "attention_mask": np.ones_like(tokens)})[0][0]
        return vector


class SentenceTransformerEmbedder(PolicyEmbedder):
    """Any SentenceTransformer model, by name or path; needs torch. For comparison and for fully fp32 vectors."""

    def __init__(self, model: Any, name: str) -> None:
        self.name = name
        self.dimension = int(model.get_embedding_dimension())
        self._model = model

    @classmethod
    def open(cls, model: str) -> SentenceTransformerEmbedder:
        """Load a model by its name or path. Raises ModelError if there is none, or if it has to be fetched offline."""
        from sentence_transformers import SentenceTransformer

        try:
            return cls(SentenceTransformer(model, device="cpu"), f"sentence-transformers:{model}")
        except (OSError, ValueError) as error:
            raise ModelError(f"no SentenceTransformer model {model!r} here: {error}") from error

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit-length vector a text, float32, shape (len(texts), dimension), in the order of `texts`."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors = self._model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)


class HashEmbedder(PolicyEmbedder):
    """A bag of hashed words and four-letter stems: deterministic, no model, good enough to test a pipeline with."""

    name = "hash"
    dimension = 384

    def encode(self, texts: list[str]) -> Vectors:
        """Return one unit-length vector a text; a text without words gives a fixed unit vector."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                for piece in (word, word[:4] + "*"):
                    digest = hashlib.blake2b(piece.encode("utf-8", "replace"), digest_size=8).digest()
                    sign = 1.0 if digest[7] & 1 else -1.0
                    vectors[row, int.from_bytes(digest[:4], "big") % self.dimension] += sign
            length = float(np.linalg.norm(vectors[row]))
            if length == 0.0:
                vectors[row, 0] = length = 1.0
            vectors[row] /= length
        return vectors


# Name -> how to open it; the argument is what follows the colon of the spec, "" if there is none.
EMBEDDERS: dict[str, Callable[[str], PolicyEmbedder]] = {
    "onnx": lambda folder: OnnxEmbedder.open(Path(folder) if folder else None),
    "sentence-transformers": lambda model: SentenceTransformerEmbedder.open(model),
    "hash": lambda _: HashEmbedder(),
}


def open_embedder(spec: str = "onnx") -> PolicyEmbedder:
    """Open an embedder by its spec: "onnx", "onnx:FOLDER", "sentence-transformers:MODEL_OR_PATH" or "hash".

    Raises ValueError if EMBEDDERS does not hold the name, ModelError if the model cannot be loaded.
    """
    name, _, argument = spec.partition(":")
    if name not in EMBEDDERS:
        raise ValueError(f"unknown embedder {spec!r}: known are {', '.join(EMBEDDERS)}")
    if name == "sentence-transformers" and not argument:
        raise ValueError(f"{spec!r} names no model: write sentence-transformers:MODEL_OR_PATH")
    return EMBEDDERS[name](argument)
