"""A connection to addresses that were looked up once and checked, under one deadline. Nothing here looks a name up again."""

from __future__ import annotations

import ipaddress
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import httpcore

from ingest.errors import FetchError, RefusedAddressError
from ingest.hosts import IPAddress, WebAddress

Resolve = Callable[[str, int], Sequence[str]]
Allow = Callable[[IPAddress], bool]

# Addresses of one site that are tried, in the order of the answer.
TRIED = 4


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the monotonic clock, in seconds."""

    at: float

    def left(self) -> float:
        """Return the seconds until then; raises httpcore.ReadTimeout once it has passed."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("past the deadline")
        return left


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the IP addresses of a name as the system knows them; raises OSError where it knows none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return list(dict.fromkeys(str(answer[4][0]) for answer in found))


def checked_addresses(
    site: WebAddress, resolve: Resolve, allow: Allow, deadline: Deadline, source: str
) -> tuple[IPAddress, ...]:
    """Return where `site` is, looked up once; raises RefusedAddressError unless `allow` takes every address of it.

    All of them, because a name with one public and one private address is how a guard that looks at the first is passed by.
    """
    literal = site.literal
    found = (literal,) if literal is not None else _answers(site, resolve, deadline, source)
    if not all(allow(address) for address in found):
        reason = f"{site.host} is not on the public web, and pages of inner networks are not fetched: save the page and ingest the file"
        raise RefusedAddressError(source, reason)
    return found


def _answers(site: WebAddress, resolve: Resolve, deadline: Deadline, source: str) -> tuple[IPAddress, ...]:
    """Return what the name stands for. The system's look-up knows no limit of time, so a thread waits for it in our place."""
    outcome: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            outcome.put(resolve(site.host, site.port))
        except OSError as error:
            outcome.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        told = outcome.get(timeout=deadline.left())
    except queue.Empty as error:
        raise httpcore.ConnectTimeout("the name was not found in time") from error
    if isinstance(told, OSError) or not told:
        cause = told if isinstance(told, OSError) else None
        reason = f"no site of the name {site.host} was found: check the spelling and the network"
        raise FetchError(source, reason) from cause
    try:
        return tuple(ipaddress.ip_address(address) for address in told)
    except ValueError as error:
        raise RefusedAddressError(source, f"{site.host} leads to something that is no IP address") from error


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the checked addresses, whatever name the caller has; the name still counts for TLS."""

    def __init__(self, addresses: Sequence[IPAddress], deadline: Deadline, connect_seconds: float) -> None:
        self._addresses = addresses[:TRIED]
        self._deadline = deadline
        self._connect_seconds = connect_seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Return a connection to the first address that takes one; raises httpcore.ConnectError or ConnectTimeout."""
        failure: httpcore.ConnectError | httpcore.ConnectTimeout | None = None
        for address in self._addresses:
            try:
                seconds = min(self._connect_seconds, self._deadline.left())
                stream = httpcore.SyncBackend().connect_tcp(str(address), port, seconds, socket_options=socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore.ConnectError("no address to connect to")


class _TimedStream(httpcore.NetworkStream):
    """A stream on which every act must end before the deadline, so that a slow drip cannot stretch it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._deadline.left())
        return _TimedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)
