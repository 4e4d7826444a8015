"""The stock pipeline as one program: all-MiniLM-L6-v2 on sentence-transformers over a Chroma collection, four chunks a question.

It follows LangChain's HuggingFaceEmbeddings and Chroma.similarity_search, whose packages are not needed for it, and is run
by its path as a process of its own: it imports no room of this project, and only what such a script would.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any, cast

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore
from pydantic import BaseModel

K = 4


class Asked(BaseModel):
    """What POST /search takes."""

    question: str


class MiniLm(Embeddings):
    """Embeddings of a SentenceTransformer model, line breaks as spaces."""

    def __init__(self, model: str) -> None:
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(model, device="cpu")

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector a text."""
        plain = [text.replace("\n", " ") for text in texts]
        rows: list[list[float]] = self._model.encode(plain, show_progress_bar=False).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """Return the vector of a question."""
        return self.embed_documents([text])[0]


class Chunks(VectorStore):
    """A persistent Chroma collection of chunks."""

    def __init__(self, folder: str, embeddings: MiniLm) -> None:
        import chromadb
        from chromadb.config import Settings

        client = chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False))
        self._collection = client.get_or_create_collection("langchain", embedding_function=None)
        self._embeddings = embeddings

    def similarity_search(self, query: str, k: int = K, **_: object) -> list[Document]:
        """Return the `k` nearest chunks, best first."""
        found: Any = self._collection.query(
            query_embeddings=cast(Any, [self._embeddings.embed_query(query)]),
            n_results=k,
            include=["metadatas", "documents", "distances"],
        )
        rows = zip(found["documents"][0], found["metadatas"][0], strict=True)
        return [Document(page_content=text, metadata=data) for text, data in rows]

    @classmethod
    def from_texts(cls, texts: list[str], embedding: Embeddings, metadatas: object = None, **_: object) -> Chunks:
        """Not needed: the benchmark writes the collection."""
        raise NotImplementedError


def answer_lines(store: Chunks) -> None:
    """Search for each JSON line {"question": ...} of standard input and print {"ms": ..., "found": ...} for it."""
    for line in sys.stdin:
        began = time.perf_counter()
        found = store.similarity_search(json.loads(line)["question"])
        print(json.dumps({"ms": (time.perf_counter() - began) * 1000, "found": len(found)}), flush=True)


def serve(store: Chunks, port: int) -> None:
    """Serve a Gradio page and POST /search on a loopback port."""
    import gradio as gr
    import uvicorn
    from fastapi import FastAPI

    app = FastAPI()

    @app.post("/search")
    def search(asked: Asked) -> list[str]:
        return [one.page_content for one in store.similarity_search(asked.question)]

    with gr.Blocks() as page:
        gr.Markdown("# Ask the policies")
        history = gr.Chatbot()
        question = gr.Textbox(label="Question")

        def reply(text: str, said: list[dict[str, str]]) -> list[dict[str, str]]:
            found = "\n\n".join(one.page_content for one in store.similarity_search(text))
            return [*said, {"role": "user", "content": text}, {"role": "assistant", "content": found}]

        question.submit(reply, [question, history], history)
    gr.mount_gradio_app(app, page, path="/")
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")


def main(folder: str, model: str, port: str) -> None:
    """Open the collection in `folder`; answer lines where `port` is "0", else serve there."""
    store = Chunks(folder, MiniLm(model))
    if port == "0":
        answer_lines(store)
    else:
        serve(store, int(port))


if __name__ == "__main__":
    main(*sys.argv[1:4])
