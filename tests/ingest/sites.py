"""Web sites and traps on this machine's own loopback addresses. A site answers by path; a trap counts who connects."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Answer = bytes | Callable[[socket.socket], None]

PUBLIC = "127.0.0.3"  # stands for the public web in tests; no guard knows it until a test allows it


def answer(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Return a whole answer of a web site; header names take _ for -, and a body gets its length."""
    told = {"Content-Type": "text/html", "Content-Length": str(len(body))}
    told |= {name.replace("_", "-").title(): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """Return an answer that sends on to `location`, as written."""
    return answer(status=status, location=location)


class Site:
    """A web site of raw answers: `pages` maps a path to bytes, or to a function that is given the connection."""

    def __init__(self, host: str = PUBLIC, certificate: Path | None = None) -> None:
        self.pages: dict[str, Answer] = {}
        self.requests: list[str] = []
        self._tls: ssl.SSLContext | None = None
        if certificate is not None:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self._listener = socket.create_server((host, 0))
        self.host, self.port = self._listener.getsockname()[:2]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more visitors."""
        with contextlib.suppress(OSError):  # closed before
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, _ = self._listener.accept()
                threading.Thread(target=self._answer, args=(visitor,), daemon=True).start()

    def _answer(self, visitor: socket.socket) -> None:
        # Visitors hang up in the middle; that is what the tests are about.
        with contextlib.suppress(OSError), visitor:
            visitor.settimeout(20)
            talk = self._tls.wrap_socket(visitor, server_side=True) if self._tls else visitor
            with talk:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = talk.recv(65536)
                    if not piece:
                        return
                    head += piece
                self.requests.append(head.decode("ascii"))
                page = self.pages.get(head.split()[1].decode("ascii"), answer(b"nothing here", "404 Not Found"))
                if isinstance(page, bytes):
                    talk.sendall(page)
                else:
                    page(talk)


class Trap:
    """A listener that nobody may reach: `reached` counts who did, and hangs up on them."""

    def __init__(self, host: str, port: int = 0) -> None:
        self._listener = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.host, self.port = self._listener.getsockname()[:2]
        self._visitors: list[int] = []
        threading.Thread(target=self._count, daemon=True).start()

    @property
    def reached(self) -> int:
        """How often somebody connected."""
        return len(self._visitors)

    def is_alive(self) -> bool:
        """Return True if a connection of our own is counted. Asked last: who came earlier has been counted by then."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        with socket.create_connection((host, self.port), timeout=5) as connection:
            ours, until = connection.getsockname()[1], time.monotonic() + 5
            while ours not in self._visitors and time.monotonic() < until:
                time.sleep(0.005)
        return ours in self._visitors

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):  # closed before
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _count(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                visitor, source = self._listener.accept()
                self._visitors.append(source[1])
                visitor.close()


@contextlib.contextmanager
def opened(*things: Site | Trap) -> Iterator[None]:
    """Close them all at the end."""
    try:
        yield
    finally:
        for thing in things:
            thing.close()
