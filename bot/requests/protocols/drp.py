"""The wire form of DRP 1.0 as an Authorized Agent: content, signed envelope, status object. Opens no connection."""

from __future__ import annotations

import base64
import datetime as dt
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from nacl.signing import SigningKey
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.requests.protocols.canonical import read_as, written
from bot.requests.protocols.claims import claims_for
from bot.requests.protocols.endpoints import DrpEndpoint, EndpointError
from bot.requests.protocols.status import DRP_ACTIONS, StatusUpdate
from bot.requests.records import Person, RequestRecord

LIFE = dt.timedelta(minutes=10)
"""From issued-at to expires-at (DRP 1.0 s.2.01 recommends no more)."""

VERBS: Mapping[str, str] = MappingProxyType(
    {
        "know_categories": "access:categories",
        "know_specific": "access:specific",
        "portability": "access",
        "delete": "deletion",
        "opt_out_sale": "sale:opt-out",
    }
)
"""DRP 1.0 s.3.01. Types that are absent have no verb and cannot go this way."""

REASONS = frozenset(
    {
        *("need_user_verification", "suspected_fraud", "insuf_verification", "no_match"),
        *("claim_not_covered", "outside_jurisdiction", "too_many_requests", "other"),
    }
)


class _Address(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    formatted: str = Field(min_length=1)


class _Content(BaseModel):
    """What a person confirms: a verb, a regime and claims, nothing of the envelope."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    exercise: str
    regime: Literal["ccpa"] | None = None
    name: str | None = Field(default=None, min_length=1)
    email: str | None = Field(default=None, min_length=3)
    phone_number: str | None = Field(default=None, pattern=r"^\+[1-9][0-9]{6,14}$")
    address: _Address | None = None


class _Error(BaseModel):
    """An error's body (s.3.06), as far as it matters here."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    fatal: bool = False


class DrpStatus(BaseModel):
    """The status object (s.3.03). Fields we do not use are let by: the format is not ours."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    request_id: str = Field(min_length=1, max_length=200)
    agent_request_id: str | None = None
    status: str
    reason: str | None = None


def can_carry(request_type: str, endpoint: DrpEndpoint) -> bool:
    """Return whether the type has a verb and the business supports it."""
    return VERBS.get(request_type) in endpoint.supported_actions


def read_key(path: Path) -> SigningKey:
    """Return the key: a base64 seed of 32 bytes in a file only its owner may read. Raises EndpointError."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise EndpointError(("key_file",), "key_file: others may read it; set its mode to 0600")
        return SigningKey(base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True))
    except (OSError, ValueError) as error:
        if isinstance(error, EndpointError):
            raise
        raise EndpointError(("key_file",), "key_file: not a readable base64 seed of 32 bytes") from None


def write_content(request_type: str, regime: str | None, person: Person, endpoint: DrpEndpoint) -> str:
    """Return what the person confirms, as canonical JSON: verb, regime and the claims this business verifies by.

    Raises ValueError where the type has no verb here, or the person gave nothing this business verifies by.
    """
    if not can_carry(request_type, endpoint):
        raise ValueError(f"DRP cannot carry {request_type!r} to this business")
    content = claims_for(person, regime, endpoint)
    if not content:
        raise ValueError("the person gave none of the claims this business verifies by")
    content["exercise"] = VERBS[request_type]
    if regime == "CCPA":
        content["regime"] = "ccpa"
    return written(content)


def read_content(body: str, request_type: str, endpoint: DrpEndpoint) -> dict[str, Any]:
    """Return the fields of a stored message. Raises ValueError where `write_content` cannot have written them."""
    fields = read_as(_Content, body).model_dump(exclude_none=True)
    claims = fields.keys() - {"exercise", "regime"}
    if fields["exercise"] != VERBS.get(request_type):
        raise ValueError("the stored message asks for another right than the request")
    if not claims or not claims <= set(endpoint.supported_verifications or ("name", "email")):
        raise ValueError("the stored message holds other claims than this business verifies by")
    return fields


def sign(message: Mapping[str, Any], key: SigningKey) -> bytes:
    """Return base64 of signature and JSON (s.3.07.1, Ed25519 combined mode)."""
    return base64.b64encode(key.sign(json.dumps(message, ensure_ascii=False).encode()))


def envelope(endpoint: DrpEndpoint, now: dt.datetime) -> dict[str, Any]:
    """Return the fields every signed message has. `now` is aware UTC."""
    return {
        "agent-id": endpoint.agent_id,
        "business-id": endpoint.business_id,
        "issued-at": now.isoformat(),
        "expires-at": (now + LIFE).isoformat(),
        "drp.version": "1.0",
    }


def request_fields(
    request: RequestRecord, content: Mapping[str, Any], endpoint: DrpEndpoint, now: dt.datetime, callback: str | None
) -> dict[str, Any]:
    """Return the request to sign. `email_verified` is true only where the record says the mailbox was proved."""
    fields = {**content, **envelope(endpoint, now), "agent-request-id": request.id}
    if "email" in content:
        person = request.person
        fields["email_verified"] = (
            request.verified is not None and person is not None and content["email"] == person.email
        )
    if callback is not None:
        fields["status_callback"] = callback
    return fields


def read_status(body: bytes) -> DrpStatus:
    """Return a status object. Raises ValueError where it is none, or of a status s.3.02 does not know."""
    try:
        status = DrpStatus.model_validate_json(body)
    except ValidationError:
        raise ValueError("not a DRP status object") from None
    if status.status not in DRP_ACTIONS:
        raise ValueError("unknown DRP status")
    return status


def is_fatal(body: bytes) -> bool:
    """Return whether an error's body says that trying again is no use (s.3.06)."""
    try:
        return _Error.model_validate_json(body).fatal
    except ValidationError:
        return False


def as_update(request_id: str, status: DrpStatus) -> StatusUpdate | None:
    """Return the step it means for our request, None for "open"."""
    action = DRP_ACTIONS[status.status]
    return (
        None
        if action is None
        else StatusUpdate(request_id, action, status.reason if status.reason in REASONS else None)
    )
