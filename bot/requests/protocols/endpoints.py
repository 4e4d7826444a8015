"""An operator's endpoint for one policy, read from a raw mapping. Sends nothing and reads no key file."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")
# The last part of a name that is a number in any spelling makes some programs read the whole as an IP address.
_NUMERIC_END = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")
_PATH = re.compile(r"[A-Za-z0-9/._~!$&'()*+,;=:@%-]*")


class EndpointError(ValueError):
    """An endpoint's settings cannot be used; `fields` names each fault's place, never its value."""

    def __init__(self, fields: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.fields = fields


def guarded(address: str) -> str:
    """Return an address that may be spoken to: https, or http to a numeric address of this machine.

    Whatever two programs could read differently is refused: users, queries, fragments, backslashes, escaped or numeric
    host names. Raises ValueError.
    """
    if not address.isascii() or "\\" in address or any(sign.isspace() or not sign.isprintable() for sign in address):
        raise ValueError("must be written in ASCII without spaces or backslashes")
    if "?" in address or "#" in address:
        raise ValueError("must have no query and no fragment")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        # Its own words would repeat the address.
        raise ValueError("must be a web address") from None
    if "@" in parts.netloc or not parts.hostname or parts.netloc.endswith(":"):
        raise ValueError("must be a plain web address without a user")
    if port == 0:
        raise ValueError("must have a port from 1 to 65535")
    number = _number(parts.hostname)
    if number is None and (not _NAME.fullmatch(parts.hostname) or _NUMERIC_END.search(parts.hostname)):
        raise ValueError("must name its host plainly")
    if parts.scheme != "https" and not (parts.scheme == "http" and number is not None and number.is_loopback):
        raise ValueError("must begin with https:// (http:// only to this machine's numeric address)")
    if not _PATH.fullmatch(parts.path) or {".", ".."} & set(parts.path.lower().replace("%2e", ".").split("/")):
        raise ValueError("must have a plain path")
    return address.rstrip("/")


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    # The name "localhost" can be pointed elsewhere, a numeric address cannot. "%" begins an IPv6 zone.
    try:
        return None if "%" in host else ipaddress.ip_address(host)
    except ValueError:
        return None


def _hyphenated(action: str) -> str:
    # The directory's schema (s.3.05.2) writes "sale:opt_out", requests "sale:opt-out" (s.2.01).
    return action.replace("_", "-")


Address = Annotated[str, AfterValidator(guarded)]
Action = Annotated[str, AfterValidator(_hyphenated)]
Claim = Literal["email", "phone_number", "address"]
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9_.:-]+$")]


class _Endpoint(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    timeout: float = Field(default=20.0, gt=0, le=120)
    """Seconds for each of connecting, writing and reading."""


class DrpEndpoint(_Endpoint):
    """A DRP 1.0 provider. `callback_base` is the desk's own public address, None for no callbacks.

    `supported_verifications` are the identity claims of the business's directory entry (s.3.04, s.3.05.2); where it names
    none, the sender may choose, and name and e-mail address go.
    """

    kind: Literal["drp"]
    api_base: Address
    agent_id: Identifier
    business_id: Identifier
    key_file: Path
    supported_actions: tuple[Action, ...] = (
        *("access", "access:categories", "access:specific"),
        *("deletion", "sale:opt-out"),
    )
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
