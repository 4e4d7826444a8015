"""One document on its way into the library: what is known of it, its bytes as a task, and what reading them gave.

Both engines work with these: the processes of this machine (`sandbox/`) and a Ray cluster (`ray_engine.py`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np

from ingest.errors import IngestError
from ingest.manifest import Entry
from ingest.revision import reader_revision
from ingest.sandbox import SandboxedReader
from ingest.sources import Content, Document, read_content
from vectorstore.documents import KnownDocument
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy


@dataclass(frozen=True, slots=True)
class Task:
    """A document to be read. `entry` is what the operator and the page's address say of it.

    `key` names the document's bytes and everything that decides how they are read.
    """

    document: Document
    key: str
    content: Content
    entry: Entry


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What became of a document before the store sees it: a policy, a version that is known already, or a failure.

    `key` is the task's, None where there were no bytes. `vectors` are those made elsewhere, by vector key.
    """

    document: Document
    key: str | None = None
    policy: Policy | None = None
    known: KnownDocument | None = None
    failure: IngestError | None = None
    vectors: Mapping[str, np.ndarray] = field(default_factory=dict)


def take(document: Document, library: PolicyLibrary, force: bool) -> Task | Reading:
    """Return the task of reading a document; its reading where it is in already, or cannot be had.

    A document is in as the current version of its policy, or as one of a history. `force` reads it again all the same.
    """
    try:
        content = read_content(document)
    except IngestError as error:
        return Reading(document, failure=error)
    entry = document.entry
    if content.url is not None and entry.url is None:
        entry = entry.model_copy(update={"url": content.url})
    key = _document_key(document, content)
    known = None if force else library.known_document(key)
    if known is not None and known.policy_id == entry.id and (known.is_current or document.history is not None):
        return Reading(document, key, known=known)
    return Task(document, key, content, entry)


def read(task: Task, reader: SandboxedReader) -> Reading:
    """Return what reading the document gave: a policy, or a failure."""
    content = task.content
    try:
        policy = reader.read_policy(content.data, content.name, task.entry, content.charset, task.document.member)
    except IngestError as error:
        return Reading(task.document, task.key, failure=error)
    return Reading(task.document, task.key, policy)


def _document_key(document: Document, content: Content) -> str:
    """Return a digest of the document's bytes, of what the operator says about it, and of the reader that reads it."""
    parts = {
        "entry": document.entry.model_dump(exclude={"source"}),
        "ending": PurePath(content.name).suffix.lower(),
        "member": document.member,
        "charset": content.charset,
        "url": content.url,
        "reader": reader_revision(),
        "data": hashlib.sha256(content.data).hexdigest(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
