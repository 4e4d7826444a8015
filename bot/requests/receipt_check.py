"""Checks a receipt offline: whether it is whole, and whether what it says follows from what it holds. Owns no storage."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from bot.requests.chain import first_fault
from bot.requests.errors import RequestError
from bot.requests.receipts import NOTICE, Receipt, canonical, due_of, receipt_json, sha256
from bot.requests.records import EventRecord, Message
from bot.requests.rights import KINDS

LARGEST_BYTES = 2_000_000
StoredText = Callable[[str, str], str | None]
"""(policy id, version) -> the stored text, None where the library does not hold that version."""
_SETS_MESSAGE = frozenset({"draft", "revise", "confirm"})
_SETS_ROUTE = frozenset({"draft", "revise", "show"})


class ReceiptError(RequestError):
    """The file cannot be read as a receipt."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold. `place` is the part of the receipt: "file", "asked", "message", "events", "clock", "quotes", "due"."""

    place: str
    message: str


def read_receipt(data: bytes) -> Receipt:
    """Return the receipt in the file. Raises ReceiptError where it is none."""
    if len(data) > LARGEST_BYTES:
        raise ReceiptError("This file is too large to be a receipt.")
    try:
        return Receipt.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ReceiptError(f"This file is not a receipt of this desk ({place or 'file'}: {first['msg']}).") from error
    except (RecursionError, UnicodeError) as error:
        raise ReceiptError("This file is not a receipt of this desk.") from error


def verify_receipt(data: bytes, stored_text: StoredText | None = None) -> list[Finding]:
    """Return what does not hold in a receipt; none where all of it does. Raises ReceiptError where the file is no receipt.

    Without `stored_text`, or where it returns None, quotes are checked against nothing but their own offsets.
    """
    receipt = read_receipt(data)
    return [
        Finding(place, message)
        for place, check in (
            ("file", _file(receipt, data)),
            ("asked", _asked(receipt)),
            ("message", _message(receipt)),
            ("events", _events(receipt)),
            ("clock", _clock(receipt)),
        )
        for message in check
    ] + [
        *(Finding("quotes", message) for message in _quotes(receipt, stored_text)),
        *(Finding("due", message) for message in _due(receipt)),
    ]


def _file(receipt: Receipt, data: bytes) -> Iterator[str]:
    # An editor's line end at the end of the file changes nothing; a byte anywhere else does.
    written = receipt_json(receipt)
    if data not in {written, written + b"\n", written + b"\r\n"}:
        yield "The file is not written as the desk writes receipts: something was added or moved."
    fields = receipt.model_dump(by_alias=True)
    del fields["digest"]
    if sha256(canonical(fields)) != receipt.digest:
        yield "The digest of the receipt does not fit what it holds: something was changed."
    if receipt.notice != NOTICE:
        yield "The notice is not the desk's."


def _asked(receipt: Receipt) -> Iterator[str]:
    kind = KINDS.get(receipt.type)
    if kind is None or kind.title != receipt.asked:
        yield "What was asked is not what this type of request asks."


def _message(receipt: Receipt) -> Iterator[str]:
    if receipt.message is None:
        if all(one.action != "erase" for one in receipt.events):
            yield "The message is missing, and no event says that the person's data were erased."
        return
    fields = receipt.message.model_dump()
    del fields["digest"]
    if Message(**fields).digest != receipt.message.digest:
        yield "The digest of the message does not fit its words."
    named = [one.detail.split(" ")[0] for one in receipt.events if one.action in _SETS_MESSAGE]
    if not named or named[-1] != f"message={receipt.message.digest}":
        yield "The events speak of another message than the one in the receipt."
    # A letter's lines are those of the policy's address, without the commas at their ends.
    value, recipient = (re.sub(r"[\s,]+", "", one or "") for one in (receipt.channel.value, receipt.message.recipient))
    if receipt.channel.value is not None and value != recipient:
        yield "The message goes to another place than the channel."


def _events(receipt: Receipt) -> Iterator[str]:
    events = [
        EventRecord(
            **{**one.model_dump(), "at": dt.datetime.fromisoformat(one.at)}
        )  # the form was checked when it was read
        for one in receipt.events
    ]
    if not events:
        yield "There are no events."
        return
    fault = first_fault(events)
    if fault is not None:
        yield f"Event {fault} does not follow from those before it."
    if any(one.request_id != receipt.id for one in events):
        yield "Some events belong to another request."
    if events[-1].state != receipt.state:
        yield f"The last event leaves the request {events[-1].state}, the receipt says {receipt.state}."
    routed = [one.detail for one in events if one.action in _SETS_ROUTE]
    if not routed or not routed[-1].endswith(f" version={receipt.version} route={receipt.route}"):
        yield "The events speak of another policy version or another route."


def _clock(receipt: Receipt) -> Iterator[str]:
    """The times that due dates are counted from must be times of events, as the ledger sets them."""
    at: dict[str, list[str]] = {}
    for one in receipt.events:
        at.setdefault(one.action, []).append(one.at)
    if receipt.events and receipt.created != receipt.events[0].at:
        yield "The request was not begun when the receipt says."
    left = [*at.get("accept", ()), *at.get("report_sent", ())]
    if "settle" in at:
        # Settled by a person's word, it counts from when it was put in the outbox.
        left += [*at["settle"], *at.get("queue", ())]
    if receipt.started not in left and (receipt.started is not None or (left and "bounce" not in at)):
        yield "No event says that the clock started when the receipt says."
    notices = at.get("extend", [])
    if receipt.extended not in notices and (receipt.extended is not None or notices):
        yield "No event says that the company took more time when the receipt says."


def _quotes(receipt: Receipt, stored_text: StoredText | None) -> Iterator[str]:
    named_by = [receipt.channel.named_by] if receipt.channel.named_by else []
    text = stored_text(receipt.policy_id, receipt.version) if stored_text else None
    if text is not None and sha256(text.encode()) != receipt.policy_text_sha256:
        yield "The library holds another text of this policy version than the receipt relies on."
    for number, quote in enumerate([*receipt.quotes, *named_by], start=1):
        if (quote.policy_id, quote.version) != (receipt.policy_id, receipt.version):
            yield f"Quote {number} is of another policy version."
        if quote.start < 0 or quote.end - quote.start != len(quote.quote):
            yield f"Quote {number} does not fit its place."
        elif text is not None and text[quote.start : quote.end] != quote.quote:
            yield f"Quote {number} is not what the policy says there."


def _due(receipt: Receipt) -> Iterator[str]:
    started, extended = (dt.datetime.fromisoformat(one) if one else None for one in (receipt.started, receipt.extended))
    if [one.model_dump() for one in receipt.due] != due_of(receipt.type, receipt.regime, started, extended):
        yield "The due dates are not those that the rules give."
