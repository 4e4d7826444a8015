"""The wire form of OpenDSR 2.0 as controller: content, replies, and proof of who signed. Opens no connection."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from pydantic import BaseModel, ConfigDict, Field

TYPES: Mapping[str, str] = MappingProxyType(
    {"know_specific": "access", "portability": "portability", "delete": "erasure"}
)
"""OpenDSR 2.0 s.6.2. Types that are absent cannot go this way."""
REGULATIONS: Mapping[str, str] = MappingProxyType({"CCPA": "ccpa", "GDPR": "gdpr"})


class Discovery(BaseModel):
    """What a processor says of itself; the rest of its fields are let by."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    api_version: str
    supported_subject_request_types: tuple[str, ...]
    processor_certificate: str


class OpenDsrStatus(BaseModel):
    """A status or callback. `encoded_request` is not a field here, so it is neither kept nor shown."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    subject_request_id: str = Field(pattern=r"^[0-9a-f-]{36}$")
    request_status: str = "pending"
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
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def proved_certificate(pem: bytes, authorities: bytes, domain: str, now: dt.datetime) -> x509.Certificate:
    """Return the processor's certificate, the first in `pem`.

    It is proved to chain to one of `authorities` (PEM), to be valid at `now` and to name `domain`. Revocation is not
    asked. Raises ValueError where any of it fails.
    """
    try:
        own, *between = x509.load_pem_x509_certificates(pem)
        store = Store(x509.load_pem_x509_certificates(authorities))
        verifier = PolicyBuilder().store(store).time(now).build_server_verifier(x509.DNSName(domain))
        verifier.verify(own, between)
    except (VerificationError, UnsupportedAlgorithm, ValueError) as error:
        raise ValueError("the processor's certificate is not proved") from error
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
