"""An embedder as LangChain's own class, for its vector stores and retrievers. The desk itself does not need it."""

from __future__ import annotations

from langchain_core.embeddings import Embeddings

from vectorstore.embeddings import PolicyEmbedder


class LangChainEmbeddings(Embeddings):
    """LangChain's Embeddings over one of this project's embedders."""

    def __init__(self, embedder: PolicyEmbedder) -> None:
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a text, as lists of floats."""
        return self.embedder.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embedder.embed_query(text)
