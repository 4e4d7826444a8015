"""The signature of a webhook: HMAC-SHA256 over the time, a full stop and the raw body. Sends nothing."""

from __future__ import annotations

import hashlib
import hmac

WINDOW = 300
"""Seconds a signature is good for, before and after its time."""


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of X-PolicyDesk-Signature. `timestamp` is in Unix seconds."""
    return "v1=" + hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def is_genuine(secret: str, timestamp: str, signature: str, body: bytes, now: float) -> bool:
    """Return whether a receiver may believe it. Strings are header values, `now` is in Unix seconds."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12) or abs(now - int(timestamp)) > WINDOW:
        return False
    return hmac.compare_digest(sign(secret, int(timestamp), body).encode(), signature.encode())
