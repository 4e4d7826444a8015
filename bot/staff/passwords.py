"""Passwords: Argon2id with the library's parameters (RFC 9106, section 4, the second recommended set), and what a good one is."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.staff.errors import AccountError

SHORTEST = 12
LONGEST = 200
_HASHER = PasswordHasher()
# One hash takes 64 MB and tens of milliseconds: strangers who try many at once must not take all of the machine.
_AT_ONCE = threading.BoundedSemaphore(2)
_NOBODYS: list[str] = []


def check_new(password: str, name: str) -> str:
    """Return the password. Raises AccountError where it is too short, too long, or made of the name or one letter."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"A password has {SHORTEST} to {LONGEST} characters. Several words make a good one.")
    if name.casefold() in password.casefold() or len(set(password)) < 5:
        raise AccountError(
            "This password is easy to guess. Several words that have nothing to do with you make a good one."
        )
    return password


def hashed(password: str) -> str:
    """Return the hash to store, with its salt and parameters."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def fits(stored: str | None, password: str) -> bool:
    """Return whether the password is the stored one. Without a stored one it takes as long, and is False."""
    if stored is None and not _NOBODYS:
        _NOBODYS.append(hashed("nobody has this password"))
    with _AT_ONCE:
        try:
            return _HASHER.verify(stored or _NOBODYS[0], password[:LONGEST]) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Return whether the hash was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(stored)
