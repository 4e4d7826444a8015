"""DRP 1.0: hands a request to a covered business's provider, asks how it goes, and takes it back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols.drp import DrpStatus, can_carry, envelope, read_key, read_status, request_fields, sign
from bot.requests.protocols.endpoints import DrpEndpoint
from bot.requests.protocols.exchange import Line, Reply, check
from bot.requests.records import RequestRecord


class _Pairing(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    agent_id: str = Field(alias="agent-id")
    token: str = Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")


class DrpCourier(Courier):
    """An Authorized Agent at one business. `callback_token` gives a request's unguessable token, None: no callback."""

    name = "drp"

    def __init__(
        self,
        endpoint: DrpEndpoint,
        callback_token: Callable[[str], str] | None = None,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._endpoint = endpoint
        self._key = read_key(endpoint.key_file)
        self._callback_token = callback_token
        self._now = now
        self._token: str | None = None

    def can_carry(self, request_type: str) -> bool:
        """Return whether the type has a verb that this business supports."""
        return can_carry(request_type, self._endpoint)

    def pair(self) -> None:
        """Fetch a new token (s.2.05). Nothing of a person is sent, so every failure is a refusal, never a doubt."""
        body = sign(envelope(self._endpoint, self._now()), self._key)
        path = f"/v1/agent/{self._endpoint.agent_id}"
        try:
            reply = self._ask("POST", path, body, paired=False)
            check(reply, frozenset({200}))
        except DoubtfulDeliveryError as error:
            raise TemporaryRefusalError(error.reply) from error
        try:
            pairing = _Pairing.model_validate_json(reply.body)
        except ValidationError:
            raise TemporaryRefusalError("the reply to the pairing cannot be read") from None
        if pairing.agent_id != self._endpoint.agent_id:
            raise PermanentRefusalError("the pairing is for another agent")
        self._token = pairing.token

    def check_token(self) -> bool:
        """Return whether the token is still good (s.2.06)."""
        return self._token is not None and self._ask("GET", f"/v1/agent/{self._endpoint.agent_id}").status == 200

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Sign and hand over the stored content (s.2.01); a repeat has the same agent-request-id."""
        message = request.message
        if message is None or message.form != "drp" or message.recipient != self._endpoint.api_base:
            raise PermanentRefusalError("the stored message is not for this endpoint")
        if not self.can_carry(request.type):
            raise PermanentRefusalError("this type of request has no DRP verb here")
        self._ready()
        base, callback = self._endpoint.callback_base, None
        if base is not None and self._callback_token is not None:
            callback = f"{base}/api/v1/callbacks/drp/{self._callback_token(request.id)}"
        content = json.loads(message.body)
        body = sign(request_fields(request, content, self._endpoint, self._now(), callback), self._key)
        reply = self._ask("POST", "/v1/data-rights-request", body)
        if reply.status in (401, 403):
            # A token may have been withdrawn; the next try pairs again. The refusal itself took nothing over.
            self._token = None
            if attempt == 1:
                raise TemporaryRefusalError(f"HTTP {reply.status}")
        check(reply, frozenset({200, 201}), _is_fatal(reply))
        status = _status(reply)
        if status.agent_request_id not in (None, request.id):
            raise DoubtfulDeliveryError("the reply is about another request")
        return Acceptance(f"HTTP {reply.status} {status.status}", status.request_id)

    def poll(self, reference: str) -> DrpStatus:
        """Return how the request of that number goes (s.2.02). Raises a CourierError."""
        return self._about("GET", reference, None)

    def revoke(self, reference: str, reason: str) -> DrpStatus:
        """Take the request back (s.2.04). Raises a CourierError."""
        return self._about("DELETE", reference, sign({"reason": reason}, self._key))

    def _about(self, method: str, reference: str, body: bytes | None) -> DrpStatus:
        if not reference or not all(sign.isascii() and (sign.isalnum() or sign in "-_.:") for sign in reference):
            raise PermanentRefusalError("the reference cannot stand in an address")
        self._ready()
        reply = self._ask(method, f"/v1/data-rights-request/{reference}", body)
        check(reply, frozenset({200}), _is_fatal(reply))
        status = _status(reply)
        if status.request_id != reference:
            raise DoubtfulDeliveryError("the reply is about another request")
        return status

    def _ready(self) -> None:
        if self._token is None:
            self.pair()

    def _ask(self, method: str, path: str, body: bytes | None = None, paired: bool = True) -> Reply:
        headers = {"Content-Type": "text/plain"} if body is not None else {}
        if paired and self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        with Line(self._endpoint.timeout) as line:
            return line.ask(method, self._endpoint.api_base + path, body, headers)


def _status(reply: Reply) -> DrpStatus:
    try:
        return read_status(reply.body)
    except ValueError as error:
        raise DoubtfulDeliveryError(f"HTTP {reply.status}, {error}") from error


def _is_fatal(reply: Reply) -> bool:
    try:
        told: Any = json.loads(reply.body)
    except ValueError:
        return False
    return isinstance(told, Mapping) and told.get("fatal") is True
