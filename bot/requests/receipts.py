"""The receipt a person keeps: its form, and how it is written. Checked in `receipt_check.py`, printed in `receipt_pdf.py`. Pure."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.requests.chain import stamp
from bot.requests.deadlines import DISCLAIMER, due_dates
from bot.requests.records import EventRecord, Message, RequestRecord
from bot.requests.rendering.templates import TEMPLATE_VERSION
from bot.requests.rights import kind_of

NOTICE = f"Due dates: {DISCLAIMER} Days are counted in UTC."
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Moment = Annotated[
    str,
    Field(pattern=r"^[12][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}\+00:00$"),
    AfterValidator(lambda words: stamp(dt.datetime.fromisoformat(words))),
]
"""A time as the chain of events writes it: ISO 8601 in UTC with microseconds."""


class _Part(BaseModel):
    # Nothing is read as what it is not: "1" is no number, 1 is no text.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class ReceiptQuote(_Part):
    """Words of a policy version: `quote == stored_text[start:end]`, characters, end excluded."""

    policy_id: str
    version: str
    start: int
    end: int
    quote: str


class ReceiptChannel(_Part):
    """Where the request went; `named_by` are the policy's words that name it, null for an operator's endpoint."""

    type: str
    value: str | None
    conditions: str | None
    named_by: ReceiptQuote | None


class ReceiptMessage(_Part):
    """The exact message; `digest` is records.Message.digest of the other fields."""

    form: str
    recipient: str
    subject: str
    body: str
    sender: str | None
    reply_to: str | None
    digest: Digest


class ReceiptEvent(_Part):
    """One step, as records.EventRecord."""

    request_id: str
    number: int
    at: Moment
    actor: str
    action: str
    state: str
    detail: str
    previous: str
    digest: Digest


class ReceiptDue(_Part):
    """The last day for a step under the law's general rule; days as YYYY-MM-DD."""

    step: str
    words: str
    source: str
    start: str
    day: str
    extended: bool


class Receipt(_Part):
    """Everything the desk knows of one request. `message` is null once the person's data were erased.

    `policy_text_sha256` is of the stored text of that policy version, UTF-8. `digest` is SHA-256 of the receipt without it as
    canonical JSON; it finds slips and careless changes, but is no signature: who rewrites the whole can compute it again.
    """

    schema_name: Literal["policydesk.receipt"] = Field(alias="schema")
    schema_version: Literal[1]
    template_version: str
    id: str
    asked: str
    type: str
    regime: str | None
    right: str | None
    company: str
    policy_id: str
    version: str
    policy_text_sha256: Digest
    channel: ReceiptChannel
    route: str
    message_id: str
    message: ReceiptMessage | None
    quotes: list[ReceiptQuote]
    state: str
    reference: str | None
    created: Moment
    started: Moment | None
    extended: Moment | None
    events: list[ReceiptEvent]
    due: list[ReceiptDue]
    notice: str
    digest: Digest


def receipt_of(record: RequestRecord, events: Sequence[EventRecord], policy_text: str) -> Receipt:
    """Return the receipt of a request as it stands. `events` are all of its events in order, `policy_text` the stored text of the
    version it pins."""
    fields: dict[str, Any] = {
        "schema": "policydesk.receipt",
        "schema_version": 1,
        "template_version": TEMPLATE_VERSION,
        "asked": kind_of(record.type).title,
        **{
            name: getattr(record, name) for name in ("id", "type", "regime", "right", "company", "policy_id", "version")
        },
        "policy_text_sha256": sha256(policy_text.encode()),
        "channel": asdict(record.channel),
        "route": record.route,
        "message_id": record.message_id,
        "message": _message(record.message),
        "quotes": [asdict(one) for one in record.quotes],
        "state": record.state,
        "reference": record.reference,
        "created": stamp(record.created),
        "started": stamp(record.started) if record.started else None,
        "extended": stamp(record.extended) if record.extended else None,
        "events": [{**asdict(one), "at": stamp(one.at)} for one in events],
        "due": due_of(record.type, record.regime, record.started, record.extended),
        "notice": NOTICE,
    }
    return Receipt.model_validate({**fields, "digest": sha256(canonical(fields))})


def receipt_json(receipt: Receipt) -> bytes:
    """Return the receipt as a file: canonical JSON (keys sorted, no spaces, UTF-8), so that one receipt is one row of bytes."""
    return canonical(receipt.model_dump(by_alias=True))


def due_of(
    request_type: str, regime: str | None, started: dt.datetime | None, extended: dt.datetime | None
) -> list[dict[str, Any]]:
    """Return the due dates as a receipt lists them."""
    dues = due_dates(request_type, regime, started, extended)
    return [{**asdict(one), "start": one.start.isoformat(), "day": one.day.isoformat()} for one in dues]


def canonical(value: Any) -> bytes:
    """Return JSON with sorted keys and no spaces, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256(data: bytes) -> str:
    """Return the SHA-256 digest, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _message(message: Message | None) -> dict[str, Any] | None:
    return {**asdict(message), "digest": message.digest} if message is not None else None
