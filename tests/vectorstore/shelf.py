"""Small policies made by hand, and libraries to put them in, for the tests of the store."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vectorstore.embeddings import open_embedder
from vectorstore.library import PolicyLibrary, PutResult
from vectorstore.policy import Clause, Passage, Policy, Sentence
from vectorstore.settings import StoreSettings

HASH = open_embedder("hash")


@dataclass(slots=True)
class Servers:
    """Where libraries are opened: in their folder, or on the servers that a test has set here."""

    database_url: str | None = None
    chroma_url: str | None = None


SERVERS = Servers()


def settings(folder: Path, **others: Any) -> StoreSettings:
    """Return the settings of the library of `folder`; on servers, a test has one library, whatever its folder."""
    return StoreSettings(folder, database_url=SERVERS.database_url, chroma_url=SERVERS.chroma_url, **others)


def document(policy_id: str, *sentences: str, version: str = "2026-01-01", company: str = "") -> Policy:
    """Return a policy of one clause a sentence."""
    clauses, at = [], 0
    for number, words in enumerate(sentences):
        end = at + len(words)
        clauses.append(Clause(f"c{number}", (), at, end, "paragraph", (Sentence(at, end),)))
        at = end + 1
    text = "\n".join(sentences)
    return Policy(policy_id, version, "Privacy", company or policy_id.title(), text, clauses=tuple(clauses))


def passages(policy: Policy) -> list[Passage]:
    """Return one passage a clause."""
    return [Passage(clause.id, "clause", clause.start, clause.end, "") for clause in policy.clauses]


def put(library: PolicyLibrary, policy: Policy) -> PutResult:
    return library.put(policy, passages(policy))


def open_library(folder: Path, lock_seconds: float = 30.0, scan_up_to: int = 0) -> PolicyLibrary:
    """Open a library that searches in the index however small it is."""
    return PolicyLibrary.open(settings(folder, lock_seconds=lock_seconds, scan_up_to=scan_up_to), HASH)


def nearest(library: PolicyLibrary, question: str, k: int = 1, policy_ids: tuple[str, ...] = ()) -> list[str]:
    """Return the words of the `k` passages found for a question."""
    hits = library.search(library.embedder.encode([question])[0], k, policy_ids)
    words = []
    for hit in hits:
        passage = library.vectors(hit.policy_id, hit.version).passages[hit.position]
        words.append(library.get(hit.policy_id, hit.version).text[passage.start : passage.end])
    return words
