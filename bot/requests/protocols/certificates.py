"""A processor's proved certificate, remembered: strangers who send callbacks can make the desk fetch it but rarely."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable

from cryptography import x509

from bot.requests.errors import TemporaryRefusalError
from bot.requests.protocols.brake import Brake

LIFE = 3600
"""Seconds a certificate is believed before it is proved again."""
PAUSE = 60
"""Seconds between two fetches, successful or not."""


class CertificateMemory:
    """`fetch` gets and proves the certificate, raising CourierError or ValueError. Threads may share it.

    `now` is aware UTC, `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        fetch: Callable[[], x509.Certificate],
        now: Callable[[], dt.datetime],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._clock = clock
        self._brake = Brake(PAUSE, clock)
        self._fetching = threading.Lock()
        self._held: tuple[float, x509.Certificate] | None = None

    def get(self, renew: bool) -> x509.Certificate:
        """Return the certificate; with `renew` a newly fetched one, for a signature that the remembered one did not make.

        Raises TemporaryRefusalError where it may not be fetched yet, and what `fetch` raises.
        """
        held = self._held
        if held is not None and not renew and self._is_good(*held):
            return held[1]
        # Whoever comes while another thread fetches is sent away, not kept waiting.
        if not self._fetching.acquire(blocking=False):
            raise TemporaryRefusalError("the certificate is being fetched")
        try:
            if self._brake.wait(""):
                raise TemporaryRefusalError("the certificate was asked for less than a minute ago")
            certificate = self._fetch()
            self._held = (self._clock(), certificate)
            return certificate
        finally:
            self._fetching.release()

    def _is_good(self, since: float, certificate: x509.Certificate) -> bool:
        until = certificate.not_valid_after_utc
        return self._clock() - since < LIFE and certificate.not_valid_before_utc <= self._now() <= until
