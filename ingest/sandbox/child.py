"""The reading process: documents come in by a pipe, policies go out by another. It is started by `worker.py`."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import sysconfig
from typing import Any, BinaryIO

from ingest.archive import list_members, read_member
from ingest.errors import DocumentTooCostlyError, IngestError, UnreadableDocumentError
from ingest.language import load_identifier
from ingest.manifest import Entry
from ingest.reader import read_policy
from ingest.sandbox.limits import allow_cpu_for_one_document, limit_process
from ingest.sandbox.wire import MAX_REPLY, MAX_REQUEST, read_frame, write_frame
from vectorstore.record import dump_policy

# The longest policy seen has 1,900 sentences; embedding 20,000 takes minutes.
MAX_SENTENCES = 20_000
TOO_COSTLY = "reading this document takes more {} than a policy ever needs; check that it is the policy's own page"
ZONES = "/usr/share/zoneinfo"
# Parsers load parts of themselves when first used: this page, in a known format each, makes them do it before the limits.
WARM_UP = (
    "<title>Privacy</title><h1>Privacy Policy</h1><p>Last updated: May 1, 2026</p><p>Acme, Inc. (“Acme”) keeps your "
    "personal information, your data and cookies private. " + "Your privacy and your personal data are yours. " * 8 +
    "Write to privacy@acme.example or call 800-706-2534, or by mail to Acme, 12 Main Street, Reno, NV 89501.</p>"
)  # fmt: skip


def main() -> None:
    """Serve requests until the pipe ends."""
    requests, replies = _private_pipes()
    logging.disable(logging.CRITICAL)
    _answer({"do": "read", "name": "a.html", "entry": {"id": "a", "source": "a.html"}}, WARM_UP.encode())
    load_identifier()
    limit_process([*(path for path in sys.path if path), *sysconfig.get_paths().values(), sys.prefix, ZONES])
    write_frame(replies, {"ready": True})
    while (frame := read_frame(requests, MAX_REQUEST)) is not None:
        allow_cpu_for_one_document()
        header, body = _answer(*frame)
        write_frame(replies, header, body)


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take the pipes of the parent for ourselves, so that nothing that a library prints gets into them."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    os.close(nothing)
    return os.fdopen(requests, "rb"), os.fdopen(replies, "wb")


def _answer(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return the reply to one request. Whatever a parser raises on a hostile document becomes a typed error here."""
    name = str(request["name"])
    try:
        return _do(request, data, name)
    except IngestError as error:
        return _refusal(error)
    except (MemoryError, RecursionError) as error:
        words = "memory" if isinstance(error, MemoryError) else "depth"
        # What the parser holds is let go before the reply is made.
        with contextlib.suppress(AttributeError):
            error.__traceback__ = None
        return _refusal(DocumentTooCostlyError(name, TOO_COSTLY.format(words)))
    except Exception:  # noqa: BLE001  # parsers of foreign formats raise anything at all; the parent tells it by name
        return _refusal(UnreadableDocumentError(name, "this document is broken: its parser gave up on it"))


def _do(request: dict[str, Any], data: bytes, name: str) -> tuple[dict[str, Any], bytes]:
    if request["do"] == "list":
        members = list_members(data, name)
        return {"members": [[member.name, member.refused] for member in members]}, b""
    if request.get("member"):
        data = read_member(data, name, str(request["member"]))
        name = str(request["member"])
    policy = read_policy(data, name, Entry.model_validate(request["entry"]), request.get("charset"))
    if sum(len(clause.sentences) for clause in policy.clauses) > MAX_SENTENCES:
        raise DocumentTooCostlyError(name, TOO_COSTLY.format("sentences"))
    record = dump_policy(policy).encode("utf-8", "replace")
    if len(record) > MAX_REPLY:
        raise DocumentTooCostlyError(name, TOO_COSTLY.format("room"))
    return {"policy": True}, record


def _refusal(error: IngestError) -> tuple[dict[str, Any], bytes]:
    return {"error": type(error).__name__, "reason": error.reason}, b""
