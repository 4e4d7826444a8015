"""What the library holds: policies, versions, vectors, index. Imports no other room."""

from vectorstore.embeddings import open_embedder
from vectorstore.errors import StoreError
from vectorstore.library import PolicyLibrary, PolicySummary
from vectorstore.settings import StoreSettings

__all__ = ["PolicyLibrary", "PolicySummary", "StoreError", "StoreSettings", "open_embedder"]
