"""An operator's endpoint for one policy, read from a raw mapping. Sends nothing and reads no key file."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError


class EndpointError(ValueError):
    """An endpoint's settings cannot be used; `fields` names each fault's place, never its value."""

    def __init__(self, fields: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.fields = fields


def _guarded(address: str) -> str:
    """Return an address that may be spoken to: https, or http to this machine alone. Raises ValueError."""
    parts = urlsplit(address)
    if not parts.hostname or parts.username or parts.password or parts.fragment or parts.query:
        raise ValueError("must be a plain web address without user, query or fragment")
    if any(sign.isspace() or not sign.isprintable() for sign in address) or not address.isascii():
        raise ValueError("must be written in ASCII without spaces")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname)):
        raise ValueError("must begin with https:// (http:// only to this machine)")
    return address.rstrip("/")


def _is_loopback(host: str) -> bool:
    # The name "localhost" can be pointed elsewhere, a numeric address cannot.
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Address = Annotated[str, AfterValidator(_guarded)]
Claim = Literal["email", "phone_number", "address"]
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.:-]+$")]


class _Endpoint(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    timeout: float = Field(default=20.0, gt=0, le=120)
    """Seconds for each of connecting, writing and reading."""


class DrpEndpoint(_Endpoint):
    """A DRP 1.0 provider. `callback_base` is the desk's own public address, None for no callbacks."""

    kind: Literal["drp"]
    api_base: Address
    agent_id: Identifier
    business_id: Identifier
    key_file: Path
    supported_actions: tuple[str, ...] = ("access", "access:categories", "access:specific", "deletion", "sale:opt-out")
    supported_verifications: tuple[Claim, ...] = ("email",)
    callback_base: Address | None = None


class OpenDsrEndpoint(_Endpoint):
    """An OpenDSR 2.0 processor of the operator. `ca_file` holds the PEM certificates of the authorities trusted to sign."""

    kind: Literal["opendsr"]
    api_base: Address
    processor_domain: Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,253}$")]
    ca_file: Path
    callback_url: Address | None = None


class WebhookEndpoint(_Endpoint):
    """A ticket system that takes signed JSON."""

    kind: Literal["webhook"]
    url: Address
    secret: SecretStr = Field(min_length=32)


Endpoint = DrpEndpoint | OpenDsrEndpoint | WebhookEndpoint
_READER: TypeAdapter[Endpoint] = TypeAdapter(Annotated[Endpoint, Field(discriminator="kind")])


def read_endpoint(raw: Mapping[str, Any]) -> Endpoint:
    """Return the frozen settings. Raises EndpointError, which names every faulty field and repeats no value."""
    try:
        return _READER.validate_python(dict(raw))
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        fields = tuple(".".join(str(part) for part in fault["loc"]) or "kind" for fault in faults)
        told = "; ".join(f"{name}: {fault['msg']}" for name, fault in zip(fields, faults, strict=True))
        raise EndpointError(fields, told) from None
