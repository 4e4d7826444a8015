"""The request desk: what a person or a program may do with a request, each step checked against the library as it is now.

It joins the policy (channels, rights, quotes), the papers (messages) and the ledger (states, codes, outbox). Whose a request is,
the session decides: another session's request does not exist for a caller.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.requests.couriers.courier import Courier
from bot.requests.couriers.opening import mail_couriers
from bot.requests.deadlines import Due, due_dates, periods_of
from bot.requests.errors import ChangedError, FieldError, RequestError, UnknownRequestError
from bot.requests.fields import check_person
from bot.requests.followups import Complaint, FollowUp, complaint, more_proof, reminder, wrong_medium
from bot.requests.ledger import Ledger, NewRequest, new_request_id
from bot.requests.ledger.codes import CodeNotice
from bot.requests.ledger.keys import Key
from bot.requests.messages import write_message
from bot.requests.offer import channels_for, rights_for
from bot.requests.protocols.status import StatusUpdate, is_news
from bot.requests.protocols.tokens import CallbackTokens
from bot.requests.receipts import Receipt, receipt_of
from bot.requests.records import HAND_OVER, Message, Person, PinnedQuote, RequestRecord
from bot.requests.rendering.fields import Field, needed_fields
from bot.requests.rights import kind_of, right_name
from bot.requests.settings import RequestSettings
from bot.requests.ways import FORM_OF, Way, ways_of
from vectorstore.approvals import offered
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Condition, Policy

if TYPE_CHECKING:
    from bot.requests.couriers.endpoints import EndpointCouriers
    from bot.requests.protocols.callbacks import Awaited

MOVED = (
    "The policy has changed since you saw this message, and its address or its words may be others now. "
    "Please look at the new message and confirm that one."
)
NO_WAY = "This policy names no way to send such a request."
_REPORTED = ("sent", "acknowledged", "uncertain", "fulfilled", "withdrawn")
FOLLOW_UPS = ("reminder", "wrong-medium", "more-proof", "complaint")
QUOTES = 3
"""Sentences of the policy that a request relies on, at most."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a request of one type to one company takes: the ways it can go, best first, and the fields of its form."""

    policy_id: str
    version: str
    company: str
    type: str
    title: str
    right: str | None
    regime: str | None
    ways: tuple[Way, ...]
    fields: tuple[Field, ...]


class RequestDesk:
    """Requests over one library and one ledger. Safe to use from several threads."""

    def __init__(
        self,
        library: PolicyLibrary,
        ledger: Ledger,
        endpoints: EndpointCouriers | None = None,
        tokens: CallbackTokens | None = None,
    ) -> None:
        self.library = library
        self.ledger = ledger
        self.endpoints = endpoints
        self.tokens = tokens

    @classmethod
    def open(cls, library: PolicyLibrary, settings: RequestSettings) -> RequestDesk:
        """Open the requests of `settings` over that library. Raises StoreUnavailableError, and EndpointError or OSError for an
        endpoint's settings and files."""
        ledger = Ledger.open(settings)
        if not (settings.delivery and settings.endpoints):
            return cls(library, ledger)
        # Signing and certificates cost a start time and memory that most desks need not pay.
        from bot.requests.couriers.endpoints import EndpointCouriers

        key = Key.open(settings.data_dir)
        tokens = CallbackTokens(lambda request_id: key.digest("drp-callback", request_id))
        return cls(library, ledger, EndpointCouriers.open(settings.endpoints, tokens.token), tokens)

    def couriers(self) -> list[Courier]:
        """Return every courier that is switched on, one a route."""
        return [*mail_couriers(self.ledger.settings), *(self.endpoints.couriers() if self.endpoints else ())]

    @property
    def delivers(self) -> bool:
        """True if the operator lets the desk send."""
        return self.ledger.settings.delivery

    def opening(self, policy_id: str, request_type: str) -> Opening:
        """Return what such a request takes. Raises UnknownPolicyError, ValueError for an unknown type, and RequestError
        where the policy names no way at all."""
        kind = kind_of(request_type)
        policy = self._policy(policy_id)
        regime = _regime(policy, request_type)
        channels = channels_for(policy, request_type)
        endpoint = self.endpoints.place(policy.id, request_type, regime) if self.endpoints else None
        ways = ways_of(policy, request_type, channels, self.ledger.settings, endpoint)
        if not ways:
            raise RequestError(NO_WAY)
        return Opening(
            policy_id=policy.id,
            version=policy.version,
            company=policy.company,
            type=request_type,
            title=kind.title,
            right=right_name(request_type, regime),
            regime=regime,
            ways=ways,
            fields=needed_fields(policy, request_type, _conditions(policy, request_type)),
        )

    def begin(self, policy_id: str, request_type: str, way: int, person: Person, session: str) -> RequestRecord:
        """Draft a request. `way` counts from 1 in Opening.ways. Raises what `opening` does, and FieldError."""
        opening = self.opening(policy_id, request_type)
        policy = self._policy(policy_id)
        chosen = _chosen(opening.ways, way)
        known = _complete(check_person(person), opening.fields)
        new = NewRequest(
            id=new_request_id(),
            session=session,
            policy_id=policy.id,
            version=policy.version,
            company=policy.company,
            type=request_type,
            regime=opening.regime,
            right=opening.right,
            channel=chosen.channel,
            route=chosen.route,
            person=known,
            message=self._message(policy, opening, chosen, known),
            quotes=_relied_on(policy, request_type),
        )
        return self.ledger.draft(new)

    def change(
        self, request_id: str, session: str, way: int | None = None, person: Person | None = None
    ) -> RequestRecord:
        """Change where an unsent or failed request goes or what it says; it has to be confirmed again.

        It is written anew from the policy as it is now, so this is also the way out of ChangedError. None keeps the way, or
        what the person told. Raises UnknownRequestError, StepError, FieldError.
        """
        record = self.mine(request_id, session)
        known = person or record.person
        if known is None:
            raise RequestError("The personal data of this request were erased.")
        opening = self.opening(record.policy_id, record.type)
        policy = self._policy(record.policy_id)
        chosen = _chosen(opening.ways, way) if way is not None else _same_way(opening.ways, record)
        known = _complete(check_person(known), opening.fields)
        return self.ledger.revise(
            request_id,
            message=self._message(policy, opening, chosen, known),
            person=known,
            channel=chosen.channel,
            route=chosen.route,
            version=policy.version,
            quotes=_relied_on(policy, record.type),
        )

    def confirm(self, request_id: str, session: str, digest: str, address: str | None) -> RequestRecord | CodeNotice:
        """Confirm exactly the message with that digest. Where the session has proved this mailbox before, the request is queued
        and returned; else a code is on its way, and what to say of it is returned.

        `address` is the visitor's IP address. Raises ChangedError where the policy, its address or the message is another
        by now, StepError, TooManyError, UnknownRequestError.
        """
        record = self.mine(request_id, session)
        if record.route == HAND_OVER:
            raise RequestError("You send this request yourself: there is nothing to confirm.")
        if not self._still_named(record):
            raise ChangedError(MOVED)
        codes = self.ledger.codes
        if record.state == "drafted":
            return codes.confirm(request_id, digest, record.version, session, address)
        if record.message is None or not hmac.compare_digest(digest, record.message.digest):
            raise ChangedError(MOVED)
        return codes.verify_again(request_id, session) or codes.send_code(request_id, session, address)

    def verify(self, request_id: str, session: str, code: str) -> RequestRecord:
        """Take the code from the mail; the request is queued with it. Raises CodeError, ChangedError, StepError,
        UnknownRequestError."""
        if not self._still_named(self.mine(request_id, session)):
            raise ChangedError(MOVED)
        return self.ledger.codes.verify(request_id, session, code)

    def hand_over(self, request_id: str, session: str) -> RequestRecord:
        """Record that the person was shown the message to send alone. Raises StepError, UnknownRequestError."""
        self.mine(request_id, session)
        return self.ledger.show(request_id)

    def report_sent(self, request_id: str, session: str) -> RequestRecord:
        """Take the person's word that they sent a handed-over request: the clock starts."""
        self.mine(request_id, session)
        return self.ledger.apply(request_id, "report_sent", "person")

    def withdraw(self, request_id: str, session: str) -> RequestRecord:
        """Withdraw a request; what already left cannot be called back, but is no longer followed."""
        self.mine(request_id, session)
        return self.ledger.apply(request_id, "withdraw", "person")

    def mine(self, request_id: str, session: str) -> RequestRecord:
        """Return a request of that session. Raises UnknownRequestError for everybody else."""
        record = self.ledger.get(request_id)
        if record.session is None or not hmac.compare_digest(record.session.encode(), session.encode()):
            raise UnknownRequestError(request_id)
        return record

    def of_session(self, session: str) -> list[RequestRecord]:
        """Return the requests of a session, the newest first."""
        return self.ledger.find(session=session, limit=20)

    def due(self, record: RequestRecord) -> tuple[Due, ...]:
        """Return the law's last days for a request; none before its clock started or where no rule is known."""
        return due_dates(record.type, record.regime, record.started, record.extended)

    def receipt(self, record: RequestRecord) -> Receipt:
        """Return the receipt of a request as it stands."""
        return receipt_of(record, self.ledger.events(record.id), self.policy_of(record).text)

    def follow_up(self, record: RequestRecord, kind: str) -> FollowUp | Complaint:
        """Return the draft of what the person can write next; `kind` is one of FOLLOW_UPS. Raises RequestError where nothing has
        left yet, ValueError for an unknown kind."""
        due, today, policy = self.due(record), self.ledger.now().date(), self.policy_of(record)
        if kind == "reminder":
            return reminder(record, due, today)
        if kind == "wrong-medium":
            return wrong_medium(record)
        if kind == "more-proof":
            return more_proof(record, policy)
        if kind == "complaint":
            return complaint(record, policy, due, today)
        raise ValueError(f"unknown follow-up {kind!r}: known are {', '.join(FOLLOW_UPS)}")

    def record_status(self, update: StatusUpdate) -> None:
        """Take the step that the other side reports, unless it was taken before. Raises RequestError where it cannot be."""
        record = self.ledger.get(update.request_id)
        if is_news(record.state, update.action):
            self.ledger.apply(record.id, update.action, "courier", update.reason or "")

    def awaited(self, token: str) -> Awaited | None:
        """Return the request that a DRP callback's token belongs to, None for a token of nobody's."""
        request_id = self.tokens.request_id(token) if self.tokens else None
        try:
            return self.endpoints.awaited(self.ledger.get(request_id)) if self.endpoints and request_id else None
        except UnknownRequestError:
            return None

    def reported_by(self, domain: str, subject_request_id: str) -> str | None:
        """Return the number of the request that an OpenDSR processor reports on, None where it was not given that one."""
        for policy_id in self.endpoints.processors if self.endpoints else ():
            for record in self.ledger.find(states=_REPORTED, policy_id=policy_id, limit=10_000):
                if self.endpoints and self.endpoints.is_report(domain, subject_request_id, record):
                    return record.id
        return None

    def policy_of(self, record: RequestRecord) -> Policy:
        """Return the version that a request pins."""
        return self.library.get(record.policy_id, record.version)

    def _message(self, policy: Policy, opening: Opening, way: Way, person: Person) -> Message:
        wire = None
        if self.endpoints is not None and way.channel.type not in FORM_OF:
            wire = self.endpoints.content(policy.id, opening.type, opening.regime, person)
        settings, today = self.ledger.settings, self.ledger.now().date()
        return write_message(policy, opening.type, way, person, today, settings.desk_mailbox, wire)

    def _policy(self, policy_id: str) -> Policy:
        """Return the current version with the channels that may be offered."""
        return offered(self.library.history.reviewed(self.library.get(policy_id)))

    def _still_named(self, record: RequestRecord) -> bool:
        """Return True if the policy of today names the same channel for this request, in the version that was shown."""
        opening = self.opening(record.policy_id, record.type)
        same = {(one.channel.type, one.channel.value, one.route) for one in opening.ways}
        return opening.version == record.version and (record.channel.type, record.channel.value, record.route) in same


def _regime(policy: Policy, request_type: str) -> str | None:
    """Return the law the request is made under: the one its right stands under, else the only one with rules that the policy names."""
    granted = [right.regime for right in rights_for(policy, request_type) if right.regime]
    if granted:
        return granted[0]
    named = {one.name for one in policy.regimes if periods_of(request_type, one.name)}
    if "GDPR" in named:
        # The two give the same time; which of them it is, is not asked of the person.
        named.discard("UK_GDPR")
    return named.pop() if len(named) == 1 else None


def _conditions(policy: Policy, request_type: str) -> list[Condition]:
    return [one for one in policy.conditions if request_type in one.types]


def _chosen(ways: Sequence[Way], number: int) -> Way:
    if not 1 <= number <= len(ways):
        raise FieldError("way", f"Choose one of the {len(ways)} ways.")
    return ways[number - 1]


def _same_way(ways: Sequence[Way], record: RequestRecord) -> Way:
    """Return the way of today to the same address; for a request that failed, or whose address is gone, the first untried one."""
    if record.state != "failed":
        for way in ways:
            if (way.channel.type, way.channel.value) == (record.channel.type, record.channel.value):
                return way
    return next((way for way in ways if way.channel.value not in record.tried), ways[0])


def _complete(person: Person, fields: Sequence[Field]) -> Person:
    """Return the person with only what was asked for. Raises FieldError where a needed field is empty."""
    labels = {field.label for field in fields}
    wants_residence = next((field for field in fields if field.name == "residence"), None)
    if wants_residence is not None and wants_residence.required and not person.residence:
        raise FieldError("residence", "Please say where you live: the policy asks for it.")
    blanks = tuple((label, words) for label, words in person.blanks if label in labels and words)
    return replace(person, residence=person.residence if wants_residence else None, blanks=blanks)


def _relied_on(policy: Policy, request_type: str) -> tuple[PinnedQuote, ...]:
    """Return the sentences that grant the right and those that set its conditions, undamaged ones first."""
    spans = [(right.start, right.end) for right in rights_for(policy, request_type)]
    spans += [(one.start, one.end) for one in _conditions(policy, request_type)]
    sound = [span for span in dict.fromkeys(spans) if not policy.is_damaged(*span)][:QUOTES]
    return tuple(PinnedQuote(policy.id, policy.version, start, end, policy.text[start:end]) for start, end in sound)
