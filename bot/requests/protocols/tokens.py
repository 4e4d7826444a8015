"""The token in the address of a DRP callback: names its request, and only the desk can make one."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable

_FORM = re.compile(r"([0-9A-Za-z_-]{1,100})\.([0-9a-f]{32})")


class CallbackTokens:
    """`digest` is keyed: 32 hexadecimal digits or more of a request's number, which nobody else can tell."""

    def __init__(self, digest: Callable[[str], str]) -> None:
        self._digest = digest

    def token(self, request_id: str) -> str:
        """Return the token of a request."""
        return f"{request_id}.{self._digest(request_id)[:32]}"

    def request_id(self, token: str) -> str | None:
        """Return the number of the request that the token was made for, None where the desk did not make it."""
        found = _FORM.fullmatch(token)
        if found is None:
            return None
        return found[1] if hmac.compare_digest(token, self.token(found[1])) else None
