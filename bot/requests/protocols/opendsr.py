"""The wire form of OpenDSR 2.0 as controller: content, replies, and proof of who signed. Opens no connection."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from pydantic import BaseModel, ConfigDict, Field

from bot.requests.protocols.canonical import read_as, written
from bot.requests.protocols.status import OPENDSR_ACTIONS, StatusUpdate

TYPES: Mapping[str, str] = MappingProxyType(
    {"know_specific": "access", "portability": "portability", "delete": "erasure"}
)
"""OpenDSR 2.0 s.6.2. Types that are absent cannot go this way."""
REGULATIONS: Mapping[str, str] = MappingProxyType({"CCPA": "ccpa", "GDPR": "gdpr"})


class SupportedIdentity(BaseModel):
    """A kind of identity a processor can look up (s.5)."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    identity_type: str
    identity_format: str


class Discovery(BaseModel):
    """What a processor says of itself (s.6.3); the rest of its fields are let by."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    api_version: str
    supported_identities: tuple[SupportedIdentity, ...]
    supported_subject_request_types: tuple[str, ...]
    processor_certificate: str

    def takes(self, request_type: str) -> bool:
        """Return whether it takes the type (one of our own names) for a person known by a plain e-mail address."""
        known = any(one.identity_type == "email" and one.identity_format == "raw" for one in self.supported_identities)
        return known and TYPES.get(request_type) in self.supported_subject_request_types


class _Identity(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)
    identity_type: Literal["email"]
    identity_value: str = Field(min_length=3)
    identity_format: Literal["raw"]


class _Content(BaseModel):
    """What a person confirms: law, type and identity, nothing of the envelope."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    regulation: str
    subject_request_type: str
    subject_identities: list[_Identity] = Field(min_length=1, max_length=1)


class OpenDsrStatus(BaseModel):
    """A reply, status or callback. `encoded_request` is not a field here, so it is neither kept nor shown.

    `request_status` is None in a reply that gives none, as the one to a new request does.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    subject_request_id: str = Field(pattern=r"^[0-9a-f-]{36}$")
    request_status: str | None = None
    status_callback_url: str | None = None


def subject_request_id(request_id: str) -> str:
    """Return the lower-case UUIDv4 form of our request's number: always the same one, so that a repeat is known."""
    return str(uuid.UUID(bytes=hashlib.sha256(f"opendsr:{request_id}".encode()).digest()[:16], version=4))


def write_content(request_type: str, regime: str | None, email: str) -> str:
    """Return what the person confirms, as canonical JSON. Raises ValueError where OpenDSR has no such type or regime."""
    if request_type not in TYPES or regime is None or regime not in REGULATIONS:
        raise ValueError(f"OpenDSR cannot carry {request_type!r} under {regime!r}")
    identity = {"identity_type": "email", "identity_value": email, "identity_format": "raw"}
    content = {
        "regulation": REGULATIONS[regime],
        "subject_request_type": TYPES[request_type],
        "subject_identities": [identity],
    }
    return written(content)


def read_content(body: str, request_type: str, regime: str | None) -> dict[str, Any]:
    """Return the fields of a stored message. Raises ValueError where `write_content` cannot have written them."""
    content = read_as(_Content, body)
    asked = (content.regulation, content.subject_request_type)
    if asked != (REGULATIONS.get(regime or ""), TYPES.get(request_type)):
        raise ValueError("the stored message asks for another right than the request")
    return content.model_dump()


def proved_certificate(pem: bytes, authorities: bytes, domain: str, now: dt.datetime) -> x509.Certificate:
    """Return the processor's certificate, the first in `pem`.

    It is proved to chain to one of `authorities` (PEM), to be valid at `now`, to name `domain` and to be meant for
    signatures. Revocation is not asked. Raises ValueError where any of it fails.
    """
    try:
        own, *between = x509.load_pem_x509_certificates(pem)
        store = Store(x509.load_pem_x509_certificates(authorities))
        verifier = PolicyBuilder().store(store).time(now).build_server_verifier(x509.DNSName(domain))
        verifier.verify(own, between)
        usage = own.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        # Without the extension a certificate is good for every use (RFC 5280 s.4.2.1.3).
        return own
    except (VerificationError, UnsupportedAlgorithm, ValueError) as error:
        raise ValueError("the processor's certificate is not proved") from error
    if not usage.digital_signature:
        raise ValueError("the processor's certificate is not proved: it is not meant for signatures")
    return own


def is_signed(certificate: x509.Certificate, signature: str, body: bytes) -> bool:
    """Return whether the base64 signature (SHA-256, FIPS 186-4) is the certificate's over the raw body."""
    key = certificate.public_key()
    try:
        raw = base64.b64decode(signature, validate=True)
        if base64.b64encode(raw).decode() != signature:
            return False
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(raw, body, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(raw, body, ec.ECDSA(hashes.SHA256()))
        else:
            return False
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def as_update(request_id: str, status: OpenDsrStatus) -> StatusUpdate | None:
    """Return the step it means for our request, None for "pending". Raises ValueError for a status s.8 does not know."""
    if status.request_status is None or status.request_status not in OPENDSR_ACTIONS:
        raise ValueError("unknown OpenDSR status")
    action = OPENDSR_ACTIONS[status.request_status]
    return None if action is None else StatusUpdate(request_id, action)
