"""OpenDSR 2.0: hands a request to a processor of the operator, asks how it goes, and cancels it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import ValidationError

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError
from bot.requests.protocols.endpoints import OpenDsrEndpoint
from bot.requests.protocols.exchange import Line, Reply, check
from bot.requests.protocols.opendsr import TYPES, Discovery, OpenDsrStatus, proved_certificate, subject_request_id
from bot.requests.records import RequestRecord


class OpenDsrCourier(Courier):
    """A controller's way to one processor."""

    name = "opendsr"

    def __init__(
        self, endpoint: OpenDsrEndpoint, now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)
    ) -> None:
        self._endpoint = endpoint
        self._authorities = endpoint.ca_file.read_bytes()
        self._now = now

    def can_carry(self, request_type: str) -> bool:
        """Return whether OpenDSR has the type."""
        return request_type in TYPES

    def discover(self) -> Discovery:
        """Return what the processor says of itself. Raises a CourierError."""
        reply = self._ask("GET", "/v2/discovery")
        check(reply, frozenset({200}))
        try:
            return Discovery.model_validate_json(reply.body)
        except ValidationError:
            raise PermanentRefusalError("the processor's discovery cannot be read") from None

    def certificate(self) -> x509.Certificate:
        """Return the processor's proved certificate. Raises a CourierError, ValueError where it is not proved."""
        address = self.discover().processor_certificate
        parts, ours = urlsplit(address), urlsplit(self._endpoint.api_base)
        same_place = (parts.scheme, parts.netloc) == (ours.scheme, ours.netloc)
        if not same_place and (parts.scheme, parts.netloc) != ("https", self._endpoint.processor_domain):
            raise ValueError("the certificate lies at a foreign address")
        with Line(self._endpoint.timeout) as line:
            reply = line.ask("GET", address)
        check(reply, frozenset({200}))
        return proved_certificate(reply.body, self._authorities, self._endpoint.processor_domain, self._now())

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Hand over the stored content; a repeat has the same subject_request_id."""
        message = request.message
        if message is None or message.form != "opendsr" or message.recipient != self._endpoint.api_base:
            raise PermanentRefusalError("the stored message is not for this endpoint")
        if not self.can_carry(request.type):
            raise PermanentRefusalError("OpenDSR has no such type of request")
        number = subject_request_id(request.id)
        fields = json.loads(message.body)
        fields |= {"subject_request_id": number, "submitted_time": request.created.isoformat(), "api_version": "2.0"}
        if self._endpoint.callback_url is not None:
            fields["status_callback_urls"] = [self._endpoint.callback_url]
        reply = self._ask("POST", "/v2/requests", json.dumps(fields, ensure_ascii=False).encode())
        check(reply, frozenset({201}))
        _status(reply, number)
        return Acceptance("HTTP 201", number)

    def poll(self, reference: str) -> OpenDsrStatus:
        """Return how the request of that number goes. Raises a CourierError."""
        reply = self._ask("GET", f"/v2/requests/{reference}")
        check(reply, frozenset({200}))
        return _status(reply, reference)

    def revoke(self, reference: str) -> None:
        """Cancel the request, which a processor does only while it is pending. Raises a CourierError."""
        check(self._ask("DELETE", f"/v2/requests/{reference}"), frozenset({202}))

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Reply:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        with Line(self._endpoint.timeout) as line:
            return line.ask(method, self._endpoint.api_base + path, body, headers)


def _status(reply: Reply, number: str) -> OpenDsrStatus:
    try:
        status = OpenDsrStatus.model_validate_json(reply.body)
    except ValidationError:
        raise DoubtfulDeliveryError(f"HTTP {reply.status}, with a reply that cannot be read") from None
    if status.subject_request_id != number:
        raise DoubtfulDeliveryError("the reply is about another request")
    return status
