"""The nouns of a request on its way: who asks, what of whom, which message, in which state. Owns no storage, no wording."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field

FORMS = ("email", "letter", "phone_script", "form_sheet", "drp", "opendsr", "webhook")
"""What one content is rendered as."""

HAND_OVER = "hand_over"
"""The route of a request that the person sends alone: shown, never sent by the desk. Other routes are couriers' names."""


@dataclass(frozen=True, slots=True)
class Person:
    """What a person says of themself. `residence` is a state or country in their words, None where it was not asked for.

    `blanks` are what the request type asks besides, as (blank, words), in the order of the form.
    """

    name: str = field(repr=False)
    email: str = field(repr=False)
    residence: str | None = field(default=None, repr=False)
    blanks: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class PinnedQuote:
    """Words of a policy version that a request relies on: `quote == stored_text[start:end]`, characters, end excluded."""

    policy_id: str
    version: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class PinnedChannel:
    """The contact channel a request goes to, as the pinned version names it, or an operator's endpoint ("drp", "opendsr").

    `type` and `value` are those of ContactChannel; `value` is None for a form whose link is lost. `named_by` are the words
    that name it; None for an operator's endpoint or override, which no policy text holds.
    """

    type: str
    value: str | None
    conditions: str | None
    named_by: PinnedQuote | None


@dataclass(frozen=True, slots=True)
class Message:
    """One exact message. `recipient` is an e-mail address, the lines of a postal address, a phone number or an endpoint.

    `subject` is one line, "" where the form has none. `sender` is the mailbox of the desk, and `reply_to` the person's, in
    an e-mail; both None elsewhere. Whatever the person confirmed is in these fields, so `digest` stands for it.
    """

    form: str
    recipient: str = field(repr=False)
    subject: str
    body: str = field(repr=False)
    sender: str | None = None
    reply_to: str | None = field(default=None, repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 of the fields as canonical JSON (keys sorted, no spaces, UTF-8), 64 hexadecimal digits."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        written = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request as it is stored. Times are UTC.

    `id` is the receipt number, not to be guessed. `session` is the conversation it was made in, None for one made over the
    API. `regime` is the law it is made under ("CCPA", "GDPR"), None where the policy names none. `right` is the right's
    name, None for a mere contact. `route` is HAND_OVER or a courier's name. `person` and `message` are None once the
    person's data were erased. `message_id` is the Message-ID of every copy that ever leaves. `tried` are the channel values
    that failed before. `verified` is when the mailbox was proved to be the person's. `started` is when the clock started:
    taken over by the other side, or said to be sent by the person; None before. `reference` is the other side's number.
    `queued` is when the message was put in the outbox: the Date of every copy; None before.
    """

    id: str
    session: str | None = field(repr=False)
    policy_id: str
    version: str
    company: str
    type: str
    regime: str | None
    right: str | None
    channel: PinnedChannel
    route: str
    person: Person | None
    message: Message | None
    quotes: tuple[PinnedQuote, ...]
    state: str
    message_id: str
    created: dt.datetime
    changed: dt.datetime
    verified: dt.datetime | None = None
    started: dt.datetime | None = None
    extended: dt.datetime | None = None
    tried: tuple[str, ...] = ()
    reference: str | None = None
    queued: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One step of a request, in a chain: `digest` covers the fields and the digest of the event before it.

    `number` counts the events of one request from 1. `actor` is "person", "desk", "courier" or "clock". `detail` holds ids,
    digests and the other side's reply, never a person's words. `previous` is "" for the first event.
    """

    request_id: str
    number: int
    at: dt.datetime
    actor: str
    action: str
    state: str
    detail: str
    previous: str
    digest: str
