"""A reader for small policies, a library with predictable vectors, and an embedder that counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.manifest import Entry
from ingest.reader import read_policy
from vectorstore.embeddings import HashEmbedder, Vectors
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy
from vectorstore.settings import StoreSettings

OPENING = (
    "Acme Tools, Inc. (“Acme” or “we”) respects your privacy. This notice says which personal information we collect, "
    "why we collect it, and what you can do about your information and your data on our site. "
    "It does not speak for other sites, even where we link to them, and it replaces every earlier notice of ours.\n"
)


class CountingEmbedder(HashEmbedder):
    """Counts the texts it was asked to embed."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode(self, texts: list[str]) -> Vectors:
        self.encoded += len(texts)
        return super().encode(texts)


@pytest.fixture
def read() -> Callable[..., Policy]:
    """Return a function that reads text as a document, under an opening that makes it a policy."""

    def read(text: str, name: str = "acme.txt", url: str | None = None) -> Policy:
        return read_policy((OPENING + text).encode(), name, Entry(id="acme", source=name, url=url))

    return read


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: CountingEmbedder) -> PolicyLibrary:
    return PolicyLibrary.open(StoreSettings(tmp_path / "var"), embedder)
