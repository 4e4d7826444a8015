"""Generations as collections of a Chroma server, spoken to over its HTTP interface with a time limit on every call.

Chroma's own client waits for ever and raises bare exceptions; the five calls needed here are plain HTTP.
"""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Collection, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
import numpy as np

from vectorstore.errors import ChromaServerError, IndexBuildError, IndexReadError
from vectorstore.index_store import ALIKE, Generation, IndexReader, IndexStore, read_key, write_key
from vectorstore.vectors import Hit, Key, Sample

COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
BATCH = 1_000  # rows an add; servers refuse more than about 5,000
READ_SECONDS = 5.0  # a search that takes longer is answered by the exact scan
WRITE_SECONDS = 120.0
RETRY_SECONDS = 30.0
ORPHAN_SECONDS = 86_400.0  # a build takes minutes; a collection of no generation that is a day old was left behind
SAMPLE = 3


class ChromaServer:
    """One server at `url`. Knows its collections by name; every failure is a ChromaServerError that says which server.

    `token` is sent as a bearer token and as X-Chroma-Token. Plain http beyond this machine is refused unless `insecure`:
    `chroma run` asks nobody for a password, and whoever reaches it can empty it.
    """

    def __init__(self, url: str, token: str | None = None, *, insecure: bool = False) -> None:
        parts = urlsplit(url)
        local = _is_local(parts.hostname or "")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
            raise ChromaServerError(
                "the server's address cannot be used",
                "write POLICYDESK_CHROMA_URL as http://127.0.0.1:8000 or https://HOST, and a token into POLICYDESK_CHROMA_TOKEN",
            )
        if not local and not insecure and not (parts.scheme == "https" and token):
            raise ChromaServerError(
                f"the server {parts.hostname} is not on this machine and is not protected",
                "use https with POLICYDESK_CHROMA_TOKEN, or, where only trusted machines reach it, set POLICYDESK_CHROMA_INSECURE=1",
            )
        self.address = f"{parts.scheme}://{parts.netloc}"
        # Without the host's proxy settings: they are not meant for a server on this machine.
        self._http = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", "X-Chroma-Token": token} if token else {},
            timeout=httpx.Timeout(READ_SECONDS, connect=2.0),
            trust_env=not local,
        )

    def ping(self) -> None:
        """Return if the server answers."""
        self._call("GET", "/api/v2/heartbeat")

    def create(self, name: str) -> str:
        """Make an empty collection and return its id."""
        made = {"name": name, "configuration": {"hnsw": {"space": "cosine"}}, "metadata": {"started": int(time.time())}}
        return str(self._call("POST", COLLECTIONS, made)["id"])

    def add(self, collection: str, ids: Sequence[str], matrix: np.ndarray) -> None:
        """Add rows to a collection."""
        rows = [base64.b64encode(row.tobytes()).decode() for row in np.asarray(matrix, dtype="<f4")]
        self._call("POST", f"{COLLECTIONS}/{collection}/add", {"ids": list(ids), "embeddings": rows}, WRITE_SECONDS)

    def find(self, name: str) -> str:
        """Return the id of a collection."""
        return str(self._call("GET", f"{COLLECTIONS}/{name}")["id"])

    def count(self, collection: str) -> int:
        """Return the number of rows."""
        return int(self._call("GET", f"{COLLECTIONS}/{collection}/count"))

    def query(self, collection: str, matrix: np.ndarray, k: int) -> list[list[tuple[str, float]]]:
        """Return a list a row of `matrix`: the ids of the `k` nearest and their cosine distances, nearest first."""
        asked = {"query_embeddings": np.asarray(matrix, dtype=float).tolist(), "n_results": k, "include": ["distances"]}
        found = self._call("POST", f"{COLLECTIONS}/{collection}/query", asked)
        try:
            return [
                [(str(one), float(far)) for one, far in zip(ids, distances, strict=True)]
                for ids, distances in zip(found["ids"], found["distances"], strict=True)
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise ChromaServerError(
                f"the Chroma server at {self.address} sent something else than an answer"
            ) from error

    def delete(self, name: str) -> None:
        """Delete a collection."""
        self._call("DELETE", f"{COLLECTIONS}/{name}")

    def list(self) -> list[tuple[str, float]]:
        """Return name and start (seconds since 1970, 0 where unknown) of every collection."""
        found: list[tuple[str, float]] = []
        while True:
            page = self._call("GET", f"{COLLECTIONS}?limit=500&offset={len(found)}")
            found += [(str(row["name"]), float((row.get("metadata") or {}).get("started", 0))) for row in page]
            if len(page) < 500:
                return found

    def _call(self, method: str, path: str, body: Any = None, seconds: float = READ_SECONDS) -> Any:
        """Return what the server answers, read as JSON."""
        try:
            reply = self._http.request(method, path, json=body, timeout=httpx.Timeout(seconds, connect=2.0))
            if reply.status_code in {401, 403}:
                raise ChromaServerError(
                    f"the Chroma server at {self.address} refused the token", "set POLICYDESK_CHROMA_TOKEN"
                )
            if not reply.is_success:
                raise ChromaServerError(f"the Chroma server at {self.address} answered with status {reply.status_code}")
            return reply.json() if reply.content else None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ChromaServerError(
                f"the Chroma server at {self.address} does not answer ({type(error).__name__})",
                "start it, or mend POLICYDESK_CHROMA_URL",
            ) from error
        except ValueError as error:
            raise ChromaServerError(f"the Chroma server at {self.address} sent something else than JSON") from error


class ServerIndex(IndexStore):
    """Generations as collections named policydesk-LIBRARY-*: several libraries may share a server.

    A generation's seal is its count of rows, and that a few of them find themselves.
    """

    retry_seconds = RETRY_SECONDS

    def __init__(self, server: ChromaServer, library: str) -> None:
        self._server = server
        self._prefix = f"policydesk-{library}-"

    def owns(self, name: str) -> bool:
        """Return True if a generation of that name lies here."""
        return name.startswith(self._prefix)

    def check(self) -> None:
        """Ask the server for a sign of life. Raises IndexBuildError."""
        try:
            self._server.ping()
        except ChromaServerError as error:
            raise IndexBuildError(f"{self._prefix}*", str(error)) from error

    def build(self, keys: Sequence[Key], matrix: np.ndarray) -> tuple[str, str]:
        """Write a generation, probe it, and return its collection's name and id. Raises IndexBuildError."""
        name = f"{self._prefix}{uuid.uuid4().hex[:12]}"
        try:
            collection = self._server.create(name)
            for at in range(0, len(keys), BATCH):
                ids = [write_key(key) for key in keys[at : at + BATCH]]
                self._server.add(collection, ids, matrix[at : at + BATCH])
            fault = self._fault(collection, len(keys), Sample(tuple(keys[:SAMPLE]), matrix[:SAMPLE]))
        except ChromaServerError as error:
            self.drop(name)
            raise IndexBuildError(name, str(error)) from error
        if fault:
            self.drop(name)
            raise IndexBuildError(name, fault)
        return name, collection

    def is_whole(self, generation: Generation, sample: Sample) -> bool:
        """Return True if the collection is there, holds as many rows as were written, and finds the sample."""
        try:
            return self._fault(generation.digest, generation.count, sample) is None
        except ChromaServerError:
            return False

    def open(self, generation: Generation, sample: Sample) -> IndexReader:
        """Check a generation and return a reader of it. Raises IndexReadError."""
        try:
            fault = self._fault(generation.digest, generation.count, sample)
        except ChromaServerError as error:
            raise IndexReadError(generation.name, str(error)) from error
        if fault:
            raise IndexReadError(generation.name, fault)
        return ServerReader(self._server, generation)

    def drop(self, name: str) -> None:
        """Delete a collection; a server that does not answer keeps it until a later sweep."""
        try:
            self._server.delete(name)
        except ChromaServerError:
            return

    def sweep(self, known: Collection[str]) -> None:
        """Delete collections of this library that belong to no generation and are a day old."""
        try:
            found = self._server.list()
        except ChromaServerError:
            return
        for name, started in found:
            if self.owns(name) and name not in known and started < time.time() - ORPHAN_SECONDS:
                self.drop(name)

    def _fault(self, collection: str, count: int, sample: Sample) -> str | None:
        """Return what is wrong with a collection, None where nothing is. Raises ChromaServerError."""
        held = self._server.count(collection)
        if held != count:
            return f"the collection holds {held} rows, {count} were written"
        for nearest in self._server.query(collection, sample.matrix, 1) if len(sample.matrix) else []:
            if not nearest or nearest[0][1] > ALIKE:
                return "the collection does not find its own rows"
        return None


class ServerReader(IndexReader):
    """Searches one collection."""

    def __init__(self, server: ChromaServer, generation: Generation) -> None:
        self.name = generation.name
        self._server = server
        self._collection = generation.digest
        self._count = generation.count

    def search(self, vector: np.ndarray, k: int) -> list[Hit]:
        """Return the `k` nearest passages, best first. Raises IndexReadError."""
        try:
            found = self._server.query(self._collection, vector[None, :], min(k, self._count))
            hits = [Hit(*read_key(identifier), 1.0 - distance) for identifier, distance in found[0]]
        except (ChromaServerError, ValueError, IndexError) as error:
            raise IndexReadError(self.name, str(error)) from error
        if not hits:
            raise IndexReadError(self.name, "it found nothing at all")
        return hits


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
