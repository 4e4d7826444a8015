"""A signed webhook: hands the confirmed message to the operator's ticket system."""

from __future__ import annotations

import time
from collections.abc import Callable

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.errors import PermanentRefusalError
from bot.requests.protocols.canonical import written
from bot.requests.protocols.endpoints import WebhookEndpoint
from bot.requests.protocols.exchange import Line, check
from bot.requests.protocols.webhook import sign
from bot.requests.records import RequestRecord


class WebhookCourier(Courier):
    """One ticket system. `clock` gives Unix seconds."""

    name = "webhook"

    def __init__(self, endpoint: WebhookEndpoint, clock: Callable[[], float] = time.time) -> None:
        self._endpoint = endpoint
        self._clock = clock

    def can_carry(self, request_type: str) -> bool:
        """Return True: a person reads the ticket, so every type can go."""
        return True

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Post the message; a repeat has the same Idempotency-Key."""
        message = request.message
        if message is None or message.form != "webhook" or message.recipient != self._endpoint.url:
            raise PermanentRefusalError("the stored message is not for this endpoint")
        fields = {"version": 1, "id": request.id, "type": request.type, "policy": request.policy_id}
        try:
            fields |= {"subject": message.subject, "body": message.body, "digest": message.digest}
            body = written(fields).encode()
        except UnicodeEncodeError as error:
            raise PermanentRefusalError("the stored message holds half a letter") from error
        timestamp = int(self._clock())
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": request.id,
            "X-PolicyDesk-Timestamp": str(timestamp),
            "X-PolicyDesk-Signature": sign(self._endpoint.secret.get_secret_value(), timestamp, body),
        }
        with Line(self._endpoint.timeout) as line:
            reply = line.ask("POST", self._endpoint.url, body, headers)
        check(reply, frozenset({200, 201, 202, 204}))
        return Acceptance(f"HTTP {reply.status}")
