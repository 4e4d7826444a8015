"""Requests as the papers see them: records and their events, made without a ledger."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

from bot.requests.chain import seal
from bot.requests.records import EventRecord, Message, Person, PinnedChannel, PinnedQuote, RequestRecord
from bot.requests.states import after
from ingest.manifest import read_manifest
from ingest.reader import read_policy
from vectorstore.policy import Policy

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "policies" / "policies.yaml"

NUMBER = "k3m9x2p7q4w8e5r6t1y0"
TEXT = "Ashgrove. To have your data deleted, write to privacy@ashgrove.example. We may ask you for an order number."
NAMING = "write to privacy@ashgrove.example"
RECEIVED = dt.datetime(2026, 3, 2, 9, 0, 30, tzinfo=dt.UTC)


def quote_of(words: str, text: str = TEXT) -> PinnedQuote:
    start = text.index(words)
    return PinnedQuote("ashgrove", "2026-01-01", start, start + len(words), words)


def stored(**changes: Any) -> RequestRecord:
    body = "Dear Ashgrove privacy team,\n\nPlease delete what you hold about me.\n\nKind regards,\nOttoline Vargå\n"
    chosen: dict[str, Any] = {
        "id": NUMBER,
        "session": None,
        "policy_id": "ashgrove",
        "version": "2026-01-01",
        "company": "Ashgrove",
        "type": "delete",
        "regime": "CCPA",
        "right": "CCPA deletion",
        "channel": PinnedChannel("email", "privacy@ashgrove.example", None, quote_of(NAMING)),
        "route": "maildir",
        "person": Person("Ottoline Vargå", "ottoline@mailbox.example", "California"),
        "message": Message(
            "email",
            "privacy@ashgrove.example",
            "Request to delete my personal information",
            body,
            "desk@policydesk.example",
            "ottoline@mailbox.example",
        ),
        "quotes": (quote_of("We may ask you for an order number."),),
        "state": "sent",
        "message_id": "<k3m9x2p7@policydesk.example>",
        "created": RECEIVED - dt.timedelta(minutes=5),
        "changed": RECEIVED,
        "verified": dt.datetime(2026, 3, 2, 8, 59, tzinfo=dt.UTC),
        "started": RECEIVED,
    }
    return RequestRecord(**{**chosen, **changes})


def events_of(record: RequestRecord) -> tuple[EventRecord, ...]:
    """Return the events of a request that was drafted, confirmed, verified and taken over by the company's mail server."""
    digest = record.message.digest if record.message else ""
    steps = [
        ("draft", "person", f"message={digest} version={record.version} route={record.route}"),
        ("confirm", "person", f"message={digest}"),
        ("verify", "person", ""),
        ("queue", "desk", ""),
        ("claim", "courier", "attempt=1"),
        ("accept", "courier", "250 taken over"),
    ]
    found: list[EventRecord] = []
    state, previous = "", ""
    for number, (action, actor, detail) in enumerate(steps, start=1):
        state = after(state, action)
        at = RECEIVED - dt.timedelta(minutes=len(steps) - number)
        found.append(seal(record.id, number, at, actor, action, state, detail, previous))
        previous = found[-1].digest
    return tuple(found)


@cache
def read_policies(manifest: Path) -> dict[str, Policy]:
    """Return the policies of a manifest by id, as ingest reads them."""
    entries = read_manifest(manifest)
    return {one.id: read_policy((manifest.parent / one.source).read_bytes(), one.source, one) for one in entries}


def sample_policies() -> dict[str, Policy]:
    return read_policies(ROOT / "policies" / "policies.yaml")
