"""DRP 1.0: hands a request to a covered business's provider, asks how it goes, and takes it back."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols.drp import (
    DrpStatus,
    can_carry,
    envelope,
    is_fatal,
    read_content,
    read_key,
    read_status,
    request_fields,
    sign,
)
from bot.requests.protocols.endpoints import DrpEndpoint
from bot.requests.protocols.exchange import Line, Reply, check
from bot.requests.records import RequestRecord


class _Pairing(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    agent_id: str = Field(alias="agent-id")
    token: str = Field(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$", repr=False)


class DrpCourier(Courier):
    """An Authorized Agent at one business. `callback_token` gives a request's unguessable token, None: no callback.

    `poll` and `revoke` may be called from other threads while the sender delivers.
    """

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
        self._pairing = threading.Lock()

    def can_carry(self, request_type: str) -> bool:
        """Return whether the type has a verb that this business supports."""
        return can_carry(request_type, self._endpoint)

    def pair(self) -> str:
        """Fetch and return a new token (s.2.05). Nothing of a person is sent, so every failure is a refusal, never a doubt."""
        body = sign(envelope(self._endpoint, self._now()), self._key)
        path = f"/v1/agent/{self._endpoint.agent_id}"
        try:
            reply = self._ask("POST", path, body, None)
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
        return pairing.token

    def check_token(self) -> bool:
        """Return whether the token is still good (s.2.06)."""
        path = f"/v1/agent/{self._endpoint.agent_id}"
        return self._token is not None and self._ask("GET", path, None, self._token).status == 200

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Sign and hand over the stored content (s.2.01); a repeat has the same agent-request-id."""
        message = request.message
        if message is None or message.form != "drp" or message.recipient != self._endpoint.api_base:
            raise PermanentRefusalError("the stored message is not for this endpoint")
        if not self.can_carry(request.type):
            raise PermanentRefusalError("this type of request has no DRP verb here")
        try:
            content = read_content(message.body, request.type, self._endpoint)
        except ValueError as error:
            raise PermanentRefusalError(str(error)) from error
        base, callback = self._endpoint.callback_base, None
        if base is not None and self._callback_token is not None:
            callback = f"{base}/api/v1/callbacks/drp/{self._callback_token(request.id)}"

        def signed() -> bytes:
            return sign(request_fields(request, content, self._endpoint, self._now(), callback), self._key)

        reply = self._ask_paired("POST", "/v1/data-rights-request", signed)
        check(reply, frozenset({200, 201}), is_fatal(reply.body))
        status = _status(reply)
        if status.agent_request_id not in (None, request.id):
            raise DoubtfulDeliveryError("the reply is about another request")
        return Acceptance(f"HTTP {reply.status} {status.status}", status.request_id)

    def poll(self, reference: str) -> DrpStatus:
        """Return how the request of that number goes (s.2.02). Raises a CourierError."""
        return self._about("GET", reference, lambda: None)

    def revoke(self, reference: str, reason: str) -> DrpStatus:
        """Take the request back (s.2.04). Raises a CourierError; DoubtfulDeliveryError where it is not said to be revoked."""
        status = self._about("DELETE", reference, lambda: sign({"reason": reason}, self._key))
        if status.status != "revoked":
            raise DoubtfulDeliveryError(f"not revoked but {status.status}")
        return status

    def _about(self, method: str, reference: str, body: Callable[[], bytes | None]) -> DrpStatus:
        plain = all(sign.isascii() and (sign.isalnum() or sign in "-_.:") for sign in reference)
        if not plain or not reference.strip("."):
            raise PermanentRefusalError("the reference cannot stand in an address")
        reply = self._ask_paired(method, f"/v1/data-rights-request/{reference}", body)
        check(reply, frozenset({200}), is_fatal(reply.body))
        status = _status(reply)
        if status.request_id != reference:
            raise DoubtfulDeliveryError("the reply is about another request")
        return status

    def _ask_paired(self, method: str, path: str, body: Callable[[], bytes | None]) -> Reply:
        """Ask with the token; where it is refused, pair again and ask once more. `body` is signed anew for each."""
        token = self._ready(None)
        reply = self._ask(method, path, body(), token)
        # A token may have been withdrawn. The refusal itself took nothing over; a second one is final.
        if reply.status in (401, 403) and not is_fatal(reply.body):
            reply = self._ask(method, path, body(), self._ready(token))
        return reply

    def _ready(self, refused: str | None) -> str:
        """Return a token that is not the refused one. Several threads make one pairing."""
        with self._pairing:
            if self._token is None or self._token == refused:
                return self.pair()
            return self._token

    def _ask(self, method: str, path: str, body: bytes | None, token: str | None) -> Reply:
        headers = {"Content-Type": "text/plain"} if body is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        with Line(self._endpoint.timeout) as line:
            return line.ask(method, self._endpoint.api_base + path, body, headers)


def _status(reply: Reply) -> DrpStatus:
    try:
        return read_status(reply.body)
    except ValueError as error:
        raise DoubtfulDeliveryError(f"HTTP {reply.status}, {error}") from error
