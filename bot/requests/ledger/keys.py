"""The secret of this desk, in a file that only its user can read, and what is derived from it."""

from __future__ import annotations

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from vectorstore.errors import StoreUnavailableError

FILE = "requests.key"
BYTES = 32


class Key:
    """Makes keyed digests; never shows itself."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    def open(cls, data_dir: Path) -> Key:
        """Read the key file, making it (mode 0600) where there is none. Raises StoreUnavailableError."""
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = data_dir / FILE
        if not file.exists():
            # Written whole under another name, then linked: of two processes that start at once, one wins.
            draft = data_dir / f"{FILE}.{secrets.token_hex(8)}"
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(secrets.token_bytes(BYTES))
                out.flush()
                os.fsync(out.fileno())
            try:
                os.link(draft, file)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        secret = file.read_bytes()
        if len(secret) != BYTES:
            raise StoreUnavailableError(f"the key file {FILE} of the data folder is damaged: restore it from a backup")
        return cls(secret)

    def digest(self, purpose: str, *parts: str) -> str:
        """Return HMAC-SHA-256 of the parts for one purpose, 64 hexadecimal digits."""
        written = "\x00".join((purpose, *parts)).encode()
        return hmac.new(self._secret, written, sha256).hexdigest()

    def number(self, purpose: str, part: str, digits: int) -> str:
        """Return a number of that many digits that only this key can tell."""
        return str(int(self.digest(purpose, part), 16) % 10**digits).zfill(digits)
