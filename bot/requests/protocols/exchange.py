"""One HTTP exchange with an operator's endpoint, its failures told as a courier must tell them."""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

import httpx

from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError

MOST_BYTES = 64 * 1024
_LATER = frozenset({408, 425, 429})
# A reply that trickles in restarts every single wait; in all it may take so many of them.
_MOST_WAITS = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `body` is at most MOST_BYTES and may name a person: never log it."""

    status: int
    body: bytes = field(repr=False)


@functools.cache
def _public_authorities() -> ssl.SSLContext:
    # Reading them takes longer than most exchanges.
    return httpx.create_ssl_context(trust_env=False)


class Line:
    """A connection with time limits that verifies TLS, follows no redirect and obeys no proxy of the environment."""

    def __init__(self, timeout: float) -> None:
        self._client = httpx.Client(
            timeout=timeout, follow_redirects=False, trust_env=False, verify=_public_authorities()
        )
        self._most_seconds = timeout * _MOST_WAITS

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the reply of whatever status.

        Raises TemporaryRefusalError where no connection came about, so nothing was sent; PermanentRefusalError where the
        address is none; DoubtfulDeliveryError where the connection was lost later or the reply is too long to read.
        """
        # Unpacked by nobody: a small packed reply could grow to any size.
        asked = {**(headers or {}), "Accept-Encoding": "identity"}
        latest = time.monotonic() + self._most_seconds
        try:
            with self._client.stream(method, url, content=body, headers=asked) as response:
                held = bytearray()
                for part in response.iter_raw():
                    held += part
                    if len(held) > MOST_BYTES or time.monotonic() > latest:
                        raise DoubtfulDeliveryError(f"HTTP {response.status_code}, with a reply too long to read")
                return Reply(response.status_code, bytes(held))
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise PermanentRefusalError("no address to speak to") from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TemporaryRefusalError(f"no connection ({type(error).__name__})") from error
        except httpx.HTTPError as error:
            raise DoubtfulDeliveryError(f"connection lost ({type(error).__name__})") from error


def check(reply: Reply, wanted: frozenset[int], fatal: bool = False) -> None:
    """Return where the status is wanted. `fatal` is the other side's word that trying again is no use.

    Raises TemporaryRefusalError for 408, 425, 429 and 5xx; PermanentRefusalError for 3xx, other 4xx and what is fatal;
    DoubtfulDeliveryError for an unexpected success.
    """
    if reply.status in wanted:
        return
    told = f"HTTP {reply.status}"
    if 200 <= reply.status < 300:
        raise DoubtfulDeliveryError(f"{told}, which the protocol does not foresee")
    if not fatal and (reply.status in _LATER or reply.status >= 500):
        raise TemporaryRefusalError(told)
    raise PermanentRefusalError(told)
