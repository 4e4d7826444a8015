"""An ONNX model: its files, checked against the SHA-256 of their description, and a session over them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, ValidationError

from vectorstore.errors import ModelError

if TYPE_CHECKING:
    import onnxruntime
    import tokenizers

MODEL_FOLDER = Path(__file__).parent / "model"
"""The shipped embedding model."""


class ModelCard(BaseModel):
    """model.json beside the weights: what they are, and the SHA-256 of model.onnx and tokenizer.json that proves it.

    `dimension` is the length of a vector.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    dimension: int
    max_tokens: int
    sha256: str
    tokenizer_sha256: str


def open_model(folder: Path) -> tuple[ModelCard, onnxruntime.InferenceSession, tokenizers.Tokenizer]:
    """Return the model of a folder with model.onnx, tokenizer.json and model.json, on one thread, and its tokenizer, which cuts texts.

    Raises ModelError.
    """
    import onnxruntime
    import tokenizers

    try:
        card = ModelCard.model_validate_json((folder / "model.json").read_bytes())
        weights = (folder / "model.onnx").read_bytes()
        vocabulary = (folder / "tokenizer.json").read_bytes()
    except OSError as error:
        raise ModelError(f"the model is incomplete: {error.filename} cannot be read") from error
    except ValidationError as error:
        raise ModelError(f"model.json of {folder} does not describe a model: {error.error_count()} faults") from error
    for name, content, stated in (
        ("model.onnx", weights, card.sha256),
        ("tokenizer.json", vocabulary, card.tokenizer_sha256),
    ):
        found = hashlib.sha256(content).hexdigest()
        if found != stated:
            raise ModelError(f"{name} of {folder} has sha256 {found}, model.json says {stated}: restore the file")
    tokenizer = tokenizers.Tokenizer.from_buffer(vocabulary)
    tokenizer.no_padding()
    tokenizer.enable_truncation(card.max_tokens)
    options = onnxruntime.SessionOptions()
    # One thread a text, several texts at a time: threads that share a text cost a third more CPU for the same time.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
    return card, session, tokenizer
