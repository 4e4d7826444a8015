"""What a person's words ask for: a request, a question, or neither. Owns recognition, not what is done about it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.requests.cues import ACTS, CUE_COUNT, HASH_SIZE, Vector, buckets, cues, normalise, rule_for
from vectorstore.policy import REQUEST_TYPES

HEAD_FILE = "intent_head.npz"
PROBE = "Please delete the data you hold about me."
# The same weights give the same probe on any processor (int8 rounding apart); other weights do not.
PROBE_COSINE = 0.97


class IntentModelError(ValueError):
    """The trained head is missing, unreadable or belongs to another embedding model."""


class Encoder(Protocol):
    """The part of an embedding model that recognition needs."""

    name: str

    def encode(self, texts: list[str]) -> Vector:
        """Return one unit-length vector a text."""
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """What one message asks for.

    `label` is a request type of REQUEST_TYPES or an act of ACTS other than "request"; `confidence` (0-1) is its score.
    `scores` holds every label and sums to 1. `about` is the request type nearest to the words, whatever the label: the
    right to offer beside the answer to "can I delete my data?". `about_confidence` is 0-1. `rule` names the written
    rule that decided, None if the trained head did.
    """

    label: str
    confidence: float
    scores: Mapping[str, float]
    is_request: bool
    about: str
    about_confidence: float
    rule: str | None = None


def softmax(logits: Vector) -> Vector:
    """Return probabilities that sum to 1."""
    powers = np.exp(logits - logits.max())
    return np.asarray(powers / powers.sum(), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Head:
    """A linear classifier over [vector, cues, hashed pieces]; `weights` has one column a class, `names` names them."""

    names: tuple[str, ...]
    weights: Vector
    bias: Vector

    def probabilities(self, dense: Vector, pieces: NDArray[np.intp]) -> Vector:
        """Return one probability a class; `dense` is the vector followed by the cues."""
        logits = dense @ self.weights[: len(dense)] + self.bias
        if len(pieces):
            # Unit length whatever the text's length, as in training.
            logits = logits + self.weights[len(dense) + pieces].sum(axis=0) / np.sqrt(len(pieces))
        return softmax(logits)


class IntentRecogniser:
    """Recognises requests in plain speech: one head for what the person is doing, one for which right it is about."""

    def __init__(self, embedder: Encoder, acts: Head, types: Head) -> None:
        self._embedder = embedder
        self._acts = acts
        self._types = types

    @classmethod
    def open(cls, embedder: Encoder, folder: Path | None = None) -> IntentRecogniser:
        """Load the trained head of `folder` (None: the shipped one) and check that it fits the embedder.

        Raises IntentModelError if the head is missing, unreadable or was trained on another model's vectors.
        """
        path = (folder or Path(__file__).parent) / HEAD_FILE
        again = "run: python -m bot.requests.train_intent"
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            name, probe = str(arrays["embedder"]), arrays["probe"].astype(np.float32)
            acts = _head(arrays, "acts")
            types = _head(arrays, "types")
        except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
            raise IntentModelError(f"no usable intent head at {path}; {again}") from error
        if name != embedder.name:
            raise IntentModelError(f"the intent head was trained for {name!r}, not {embedder.name!r}; {again}")
        width = len(probe) + CUE_COUNT + HASH_SIZE
        if acts.names != ACTS or types.names != REQUEST_TYPES or len(acts.weights) != width:
            raise IntentModelError(f"the intent head has other labels or features than this version; {again}")
        vector = embedder.encode([PROBE])[0]
        if len(vector) != len(probe) or float(vector @ probe) < PROBE_COSINE:
            raise IntentModelError(f"the weights of {name!r} changed since the intent head was trained; {again}")
        return cls(embedder, acts, types)

    def recognise(self, text: str, vector: Vector | None = None) -> Intent:
        """Return what `text` asks for; `vector` is its unit-length embedding if known. Empty text is out of scope."""
        plain = normalise(text)
        if not plain:
            return Intent("out_of_scope", 1.0, {"out_of_scope": 1.0}, False, "general_contact", 0.0, "empty message")
        if vector is None:
            vector = self._embedder.encode([text])[0]
        dense = np.concatenate([vector, cues(plain)]).astype(np.float32)
        pieces = buckets(plain)
        rule = rule_for(plain)
        act_scores = self._acts.probabilities(dense, pieces)
        if rule is not None:
            act_scores = act_scores * np.array([act in rule.acts for act in ACTS], dtype=np.float32) + np.float32(1e-9)
            act_scores = act_scores / act_scores.sum()
        type_scores = self._types.probabilities(dense, pieces)
        scores = {act: float(score) for act, score in zip(ACTS, act_scores, strict=True)}
        asked = scores.pop("request")
        about = REQUEST_TYPES[int(type_scores.argmax())]
        scores.update((kind, asked * float(score)) for kind, score in zip(REQUEST_TYPES, type_scores, strict=True))
        # A request has to be clear about its right as well: measured, this halves the questions taken for requests.
        label = max(scores, key=scores.__getitem__)
        is_request = label in REQUEST_TYPES
        certain = float(type_scores.max())
        return Intent(label, scores[label], scores, is_request, about, certain, rule.name if rule else None)


def _head(arrays: Mapping[str, NDArray[np.generic]], prefix: str) -> Head:
    return Head(
        tuple(str(name) for name in arrays[f"{prefix}_names"]),
        arrays[f"{prefix}_weights"].astype(np.float32),
        arrays[f"{prefix}_bias"].astype(np.float32),
    )
