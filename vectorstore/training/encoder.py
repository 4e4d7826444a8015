"""The trainable encoder (MiniLM, mean pooling, unit length) and its export to one int8 ONNX graph."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from transformers import AutoModel

from vectorstore.embeddings import MAX_TOKENS
from vectorstore.onnx_model import ModelCard

BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSION = 384


def check_base(folder: Path) -> None:
    """Raise ValueError if the weights of `folder` are not the genuine all-MiniLM-L6-v2."""
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != BASE_SHA256:
        raise ValueError(f"{folder / 'model.safetensors'} has sha256 {found}, expected {BASE_SHA256}")


class Encoder(torch.nn.Module):
    """BERT encoder, mean over the attended tokens, unit length."""

    def __init__(self, bert: torch.nn.Module) -> None:
        super().__init__()
        self.bert = bert

    @classmethod
    def open_base(cls, folder: Path) -> Encoder:
        """Load the untuned weights of `folder`. Raises ValueError if they are not the genuine all-MiniLM-L6-v2."""
        check_base(folder)
        # Eager attention is the form that exports to plain matrix products.
        return cls(AutoModel.from_pretrained(str(folder), attn_implementation="eager", add_pooling_layer=False))

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Return unit vectors, shape (texts, 384)."""
        states = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
        return torch.nn.functional.normalize(pooled.float(), dim=1)


def open_tokenizer(folder: Path, max_tokens: int = MAX_TOKENS) -> Tokenizer:
    """Return the tokenizer of `folder`, padding to the longest text of a batch; texts are cut at `max_tokens`."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(max_tokens)
    tokenizer.enable_padding()
    return tokenizer


def embed(encoder: Encoder, tokenizer: Tokenizer, texts: list[str]) -> torch.Tensor:
    """Return unit vectors of one batch, with gradients where they are on."""
    rows = tokenizer.encode_batch(texts)
    ids = torch.tensor([row.ids for row in rows])
    mask = torch.tensor([row.attention_mask for row in rows])
    vectors: torch.Tensor = encoder(ids, mask)
    return vectors


def encode_all(encoder: Encoder, tokenizer: Tokenizer, texts: list[str]) -> NDArray[np.float32]:
    """Return unit vectors of any number of texts, in their order."""
    encoder.eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    vectors = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), 32):
            chunk = order[start : start + 32]
            vectors[chunk] = embed(encoder, tokenizer, [texts[i] for i in chunk]).numpy()
    return vectors


def export(encoder: Encoder, base: Path, folder: Path, name: str) -> None:
    """Write the encoder as model.onnx (int8), tokenizer.json and model.json to `folder`."""
    ids = torch.randint(1000, 2000, (2, 7))
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    write_graph(encoder, inputs, "texts", "sentence_embedding", folder)
    write_description(base, folder, name, DIMENSION, MAX_TOKENS)


def write_graph(
    network: torch.nn.Module, inputs: dict[str, torch.Tensor], rows: str, output: str, folder: Path
) -> None:
    """Write model.onnx (int8) to `folder`: `inputs` are named examples of shape (rows, tokens), `output` has one row each."""
    network.eval()
    axes = {name: {0: rows, 1: "tokens"} for name in inputs}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        exact = Path(scratch) / "exact.onnx"
        torch.onnx.export(
            network,
            tuple(inputs.values()),
            str(exact),
            input_names=list(inputs),
            output_names=[output],
            dynamic_axes=axes | {output: {0: rows}},
            opset_version=17,
            dynamo=False,
        )
        quantize(exact, folder / "model.onnx")


def write_description(base: Path, folder: Path, name: str, dimension: int, max_tokens: int) -> None:
    """Write tokenizer.json, which is that of `base`, and model.json beside the model.onnx of `folder`."""
    # Truncation and padding are the reader's business: the file is copied as it is.
    (folder / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    weights, vocabulary = (
        hashlib.sha256((folder / f).read_bytes()).hexdigest() for f in ("model.onnx", "tokenizer.json")
    )
    card = ModelCard(name=name, dimension=dimension, max_tokens=max_tokens, sha256=weights, tokenizer_sha256=vocabulary)
    (folder / "model.json").write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")


def quantize(exact: Path, out: Path) -> None:
    """Write a graph with int8 weights: signed, one scale a column.

    `reduce_range` keeps them to 7 bits: processors without VNNI add 8-bit products in 16 bits and would overflow silently.
    """
    quantize_dynamic(exact, out, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
