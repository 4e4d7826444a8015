"""The second factor: codes of an app (TOTP, RFC 6238: SHA-1, 30 seconds, six digits) and recovery codes for a lost telephone."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence

import pyotp
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from bot.requests.ledger.keys import Key

STEP_SECONDS = 30
RECOVERY_CODES = 8
ISSUER = "PolicyDesk"
_SECRET = re.compile(r"[A-Z2-7]{32}")


def new_secret() -> str:
    """Return a new secret of 160 bits, in base 32."""
    return pyotp.random_base32()


def is_secret(text: str) -> bool:
    """Return whether this is a secret as `new_secret` makes them."""
    return bool(_SECRET.fullmatch(text))


def address_for(secret: str, name: str) -> str:
    """Return the otpauth address that an app reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def used_step(secret: str, code: str, at: dt.datetime, last: int | None) -> int | None:
    """Return the step of 30 seconds whose code this is: the present one or one beside it, after the step `last` used.

    None where the code fits none of them: a code is good once.
    """
    typed = "".join(code.split())
    present = int(at.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(secret)
    for step in (present, present - 1, present + 1):
        if (last is None or step > last) and hmac.compare_digest(app.at(step * STEP_SECONDS).encode(), typed.encode()):
            return step
    return None


def new_recovery() -> list[str]:
    """Return fresh recovery codes, to be shown once: 60 bits each."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    made = ["".join(secrets.choice(alphabet) for _ in range(12)) for _ in range(RECOVERY_CODES)]
    return ["-".join((code[:4], code[4:8], code[8:])) for code in made]


def recovery_digest(code: str) -> str:
    """Return what is stored of a recovery code."""
    plain = "".join(one for one in code.lower() if one.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def without(digests: Sequence[str], code: str) -> list[str] | None:
    """Return the digests without that of the code; None where it is not among them."""
    digest = recovery_digest(code)
    return [one for one in digests if one != digest] if digest in digests else None


def sealed(key: Key, secret: str) -> str:
    """Return the secret as it is stored: readable with the desk's key alone."""
    return SecretBox(_box_key(key)).encrypt(secret.encode()).hex()


def opened(key: Key, stored: str) -> str | None:
    """Return a stored secret, None where the desk's key is another one."""
    try:
        return SecretBox(_box_key(key)).decrypt(bytes.fromhex(stored)).decode()
    except (CryptoError, ValueError):
        return None


def _box_key(key: Key) -> bytes:
    return bytes.fromhex(key.digest("second factor"))
