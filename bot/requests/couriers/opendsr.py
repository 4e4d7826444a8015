"""OpenDSR 2.0: hands a request to a processor of the operator, asks how it goes, and cancels it."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import ValidationError

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.errors import CourierError, DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols.certificates import CertificateMemory
from bot.requests.protocols.endpoints import OpenDsrEndpoint, guarded
from bot.requests.protocols.exchange import Line, Reply, check
from bot.requests.protocols.opendsr import (
    TYPES,
    Discovery,
    OpenDsrStatus,
    proved_certificate,
    read_content,
    subject_request_id,
)
from bot.requests.protocols.status import OPENDSR_ACTIONS
from bot.requests.records import RequestRecord

DISCOVERY_LIFE = 86_400
"""Seconds for which a processor's word of what it supports is believed."""
_NUMBER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class OpenDsrCourier(Courier):
    """A controller's way to one processor. `now` is aware UTC, `clock` gives seconds that only grow.

    `certificate` and `poll` may be called from other threads while the sender delivers.
    """

    name = "opendsr"

    def __init__(
        self,
        endpoint: OpenDsrEndpoint,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint = endpoint
        self._authorities = endpoint.ca_file.read_bytes()
        self._now = now
        self._clock = clock
        self._discovered: tuple[float, Discovery] | None = None
        self._certificates = CertificateMemory(self._fetch_certificate, now, clock)

    def can_carry(self, request_type: str) -> bool:
        """Return whether OpenDSR has the type and the processor, as far as it was asked, takes it. Asks nobody."""
        if self._discovered is None:
            return request_type in TYPES
        return self._discovered[1].takes(request_type)

    def discover(self) -> Discovery:
        """Return what the processor says of itself, and remember it for `can_carry`. Raises a CourierError.

        Nothing of a person is sent, so every failure is a refusal, never a doubt.
        """
        try:
            reply = self._ask("GET", "/v2/discovery")
            check(reply, frozenset({200}))
        except DoubtfulDeliveryError as error:
            raise TemporaryRefusalError(error.reply) from error
        try:
            discovery = Discovery.model_validate_json(reply.body)
        except ValidationError:
            raise PermanentRefusalError("the processor's discovery cannot be read") from None
        self._discovered = (self._clock(), discovery)
        return discovery

    def certificate(self, renew: bool = False) -> x509.Certificate:
        """Return the processor's proved certificate, remembered for an hour and fetched once a minute at most; with `renew`
        a newly fetched one. Raises a CourierError, ValueError where it is not proved.
        """
        return self._certificates.get(renew)

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Hand over the stored content; a repeat has the same subject_request_id."""
        message = request.message
        if message is None or message.form != "opendsr" or message.recipient != self._endpoint.api_base:
            raise PermanentRefusalError("the stored message is not for this endpoint")
        if request.type not in TYPES:
            raise PermanentRefusalError("OpenDSR has no such type of request")
        try:
            fields = read_content(message.body, request.type, request.regime)
        except ValueError as error:
            raise PermanentRefusalError(str(error)) from error
        if self._discovered is None or self._clock() - self._discovered[0] >= DISCOVERY_LIFE:
            self.discover()
        if not self.can_carry(request.type):
            raise PermanentRefusalError("the processor does not take this type of request by e-mail address")
        number = subject_request_id(request.id)
        fields |= {"subject_request_id": number, "submitted_time": request.created.isoformat(), "api_version": "2.0"}
        if self._endpoint.callback_url is not None:
            fields["status_callback_urls"] = [self._endpoint.callback_url]
        reply = self._ask("POST", "/v2/requests", json.dumps(fields, ensure_ascii=False).encode())
        try:
            check(reply, frozenset({201}))
        except PermanentRefusalError as refusal:
            if attempt == 1 or reply.status < 400:
                raise
            return self._after_refusal(number, refusal)
        _status(reply, number)
        return Acceptance("HTTP 201", number)

    def poll(self, reference: str) -> OpenDsrStatus:
        """Return how the request of that number goes (s.8.1). Raises a CourierError."""
        reply = self._ask("GET", _path(reference))
        check(reply, frozenset({200}))
        status = _status(reply, reference)
        if status.request_status not in OPENDSR_ACTIONS:
            raise DoubtfulDeliveryError("the reply tells no status that OpenDSR knows")
        return status

    def revoke(self, reference: str) -> None:
        """Cancel the request, which a processor does only while it is pending (s.9). Raises a CourierError."""
        reply = self._ask("DELETE", _path(reference))
        check(reply, frozenset({202}))
        _status(reply, reference)

    def _after_refusal(self, number: str, refusal: PermanentRefusalError) -> Acceptance:
        """Tell a repeat that was refused because an earlier copy had arrived from one that was never taken over."""
        try:
            reply = self._ask("GET", _path(number))
            if reply.status != 404:
                check(reply, frozenset({200}))
                status = _status(reply, number)
        except CourierError as error:
            # s.7.5: any error may be a 400, so only 404 says that the number is unknown.
            raise DoubtfulDeliveryError(f"{refusal.reply}; asked whether it has the request: {error.reply}") from error
        if reply.status == 404:
            raise refusal
        if status.request_status not in ("pending", "in_progress", "completed"):
            raise DoubtfulDeliveryError(f"{refusal.reply}; it has the request, but not as one under way")
        return Acceptance(f"{refusal.reply}, taken over before: {status.request_status}", number)

    def _fetch_certificate(self) -> x509.Certificate:
        address = guarded(self.discover().processor_certificate)
        parts, ours = urlsplit(address), urlsplit(self._endpoint.api_base)
        same_place = (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)
        if not same_place and (parts.scheme, parts.netloc) != ("https", self._endpoint.processor_domain):
            raise ValueError("the certificate lies at a foreign address")
        with Line(self._endpoint.timeout) as line:
            reply = line.ask("GET", address)
        check(reply, frozenset({200}))
        return proved_certificate(reply.body, self._authorities, self._endpoint.processor_domain, self._now())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with Line(self._endpoint.timeout) as line:
            return line.ask(method, self._endpoint.api_base + path, body, headers)


def _path(reference: str) -> str:
    if not _NUMBER.fullmatch(reference):
        raise PermanentRefusalError("the reference is no number of an OpenDSR request")
    return f"/v2/requests/{reference}"


def _status(reply: Reply, number: str) -> OpenDsrStatus:
    try:
        status = OpenDsrStatus.model_validate_json(reply.body)
    except ValidationError:
        raise DoubtfulDeliveryError(f"HTTP {reply.status}, with a reply that cannot be read") from None
    if status.subject_request_id != number:
        raise DoubtfulDeliveryError("the reply is about another request")
    return status
