"""Requests on the wire: what HTTP callers send and get. Owns the form and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.requests.deadlines import DISCLAIMER, Due
from bot.requests.desk import Opening
from bot.requests.followups import Complaint, FollowUp
from bot.requests.records import HAND_OVER, EventRecord, Person, PinnedChannel, PinnedQuote, RequestRecord
from bot.requests.rendering.fields import Field as FormField
from bot.requests.ways import Way

# A name of 1 MB is refused by the body's own limit; these keep the smaller ones from getting further.
Line = Annotated[str, Field(max_length=400)]
Text = Annotated[str, Field(max_length=4_000)]


class _Wire(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True, hide_input_in_errors=True)


class QuoteRow(_Wire):
    """Words of a policy version: `quote == stored_text[start:end]`."""

    policy_id: str
    version: str
    start: int
    end: int
    quote: str


class WayRow(_Wire):
    """One way a request can go. `number` is what a new request names; `sent_by_desk` is false where the person takes it."""

    number: int
    channel: str
    value: str | None
    conditions: str | None
    form: str
    sent_by_desk: bool
    named_by: QuoteRow | None


class FieldRow(_Wire):
    """One field to fill in; `asked_by` are the policy's words that make it needed."""

    name: str
    label: str
    why: str
    required: bool
    longest: int
    asked_by: QuoteRow | None


class OpeningRow(_Wire):
    """What a request takes."""

    policy_id: str
    version: str
    company: str
    type: str
    title: str
    right: str | None
    regime: str | None
    ways: list[WayRow]
    fields: list[FieldRow]

    @classmethod
    def of(cls, opening: Opening) -> OpeningRow:
        """Return the wire form of an opening."""
        rest = {
            name: getattr(opening, name)
            for name in ("policy_id", "version", "company", "type", "title", "right", "regime")
        }
        ways = [way_row(number, way) for number, way in enumerate(opening.ways, start=1)]
        return cls(**rest, ways=ways, fields=[field_row(one) for one in opening.fields])


class NewRequestBody(_Wire):
    """A request to draft; `fields` are the field names of the opening with what the person wrote."""

    policy_id: Annotated[str, Field(max_length=200)]
    type: Annotated[str, Field(max_length=60)]
    way: Annotated[int, Field(ge=1, le=100)] = 1
    fields: Annotated[dict[Line, Text], Field(max_length=20)]


class ChangeBody(_Wire):
    """What to change of a request; what is left out stays."""

    way: Annotated[int, Field(ge=1, le=100)] | None = None
    fields: Annotated[dict[Line, Text], Field(max_length=20)] | None = None


class ConfirmBody(_Wire):
    """The digest of the message that the person saw."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class CodeBody(_Wire):
    """The code from the mail."""

    code: Annotated[str, Field(max_length=40)]


class MessageRow(_Wire):
    """The exact message; `digest` is what a confirmation names."""

    form: str
    recipient: str
    subject: str
    body: str
    sender: str | None
    reply_to: str | None
    digest: str


class DueRow(_Wire):
    """The last day for a step under the law's general rule; computed, not legal advice."""

    step: str
    words: str
    source: str
    start: dt.date
    day: dt.date
    extended: bool
    note: str = DISCLAIMER


class EventRow(_Wire):
    """One step that was taken."""

    number: int
    at: dt.datetime
    actor: str
    action: str
    state: str
    detail: str
    digest: str


class RequestRow(_Wire):
    """A request as it stands. `access` is given once, to the one who drafted it: every later call names it."""

    id: str
    state: str
    policy_id: str
    version: str
    company: str
    type: str
    regime: str | None
    right: str | None
    route: str = Field(description="who carries it: hand_over for the person, else the courier's name")
    channel: WayRow
    message: MessageRow | None
    quotes: list[QuoteRow]
    created: dt.datetime
    changed: dt.datetime
    verified: dt.datetime | None
    started: dt.datetime | None
    extended: dt.datetime | None
    reference: str | None = Field(description="the other side's number; null where it gave none")
    due: list[DueRow]
    events: list[EventRow]
    notice: str | None = Field(default=None, description="what to tell the person now; null where there is nothing")
    access: str | None = None


class FollowUpRow(_Wire):
    """A draft that the person sends alone. `authority` is set for a complaint, `address` only where the policy gives one."""

    subject: str
    body: str
    quotes: list[QuoteRow]
    authority: str | None = None
    address: str | None = None

    @classmethod
    def of(cls, draft: FollowUp | Complaint) -> FollowUpRow:
        """Return the wire form of a draft."""
        quotes = [QuoteRow.model_validate(one) for one in draft.quotes]
        if isinstance(draft, Complaint):
            told = {"authority": draft.authority, "address": draft.address}
            return cls(subject=draft.subject, body=draft.body, quotes=quotes, **told)
        return cls(subject=draft.subject, body=draft.body, quotes=quotes)


def request_row(
    record: RequestRecord,
    due: tuple[Due, ...],
    events: list[EventRecord],
    notice: str | None = None,
    access: str | None = None,
) -> RequestRow:
    """Return the wire form of a request."""
    message = record.message
    return RequestRow(
        id=record.id,
        state=record.state,
        policy_id=record.policy_id,
        version=record.version,
        company=record.company,
        type=record.type,
        regime=record.regime,
        right=record.right,
        route=record.route,
        channel=_channel_row(0, record.channel, message.form if message else "", record.route != HAND_OVER),
        message=MessageRow.model_validate(message) if message else None,
        quotes=[QuoteRow.model_validate(one) for one in record.quotes],
        created=record.created,
        changed=record.changed,
        verified=record.verified,
        started=record.started,
        extended=record.extended,
        reference=record.reference,
        due=[DueRow.model_validate(one) for one in due],
        events=[EventRow.model_validate(one) for one in events],
        notice=notice,
        access=access,
    )


def way_row(number: int, way: Way) -> WayRow:
    """Return the wire form of a way."""
    return _channel_row(number, way.channel, way.form, way.is_sent)


def _channel_row(number: int, channel: PinnedChannel, form: str, sent: bool) -> WayRow:
    return WayRow(
        number=number,
        channel=channel.type,
        value=channel.value,
        conditions=channel.conditions,
        form=form,
        sent_by_desk=sent,
        named_by=_quote_row(channel.named_by),
    )


def field_row(field: FormField) -> FieldRow:
    """Return the wire form of a field."""
    return FieldRow(
        name=field.name,
        label=field.label,
        why=field.why,
        required=field.required,
        longest=field.longest,
        asked_by=_quote_row(field.asked_by),
    )


def _quote_row(quote: PinnedQuote | None) -> QuoteRow | None:
    return QuoteRow.model_validate(quote) if quote else None


def person_of(written: Mapping[str, str], fields: tuple[FormField, ...]) -> Person:
    """Return the person that the fields tell of; what was not asked for is left out. Nothing is checked here."""
    blanks = tuple(
        (one.label, written[one.name]) for one in fields if one.name.startswith("blank") and written.get(one.name)
    )
    return Person(written.get("name", ""), written.get("email", ""), written.get("residence") or None, blanks)
