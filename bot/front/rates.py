"""How often a client may do something: one theoretical arrival time a client and kind, in this process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

from bot.front.settings import Rate

MANY = 20_000
"""Clients remembered a rate. Past that those whose time is over are forgotten, then those known for longest."""


class Counter:
    """Counts one kind of thing against one rate, a client at a time: the generic cell rate algorithm (ITU-T I.371, annex A).

    `clock` gives seconds that only grow. Threads may share it.
    """

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, many: int = MANY) -> None:
        self._step = rate.seconds / rate.count
        self._slack = self._step * (rate.burst - 1)
        self._clock = clock
        self._many = many
        self._arrivals: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, client: str, turns: int = 1) -> int:
        """Take that many turns at once and return 0, or return the whole seconds until there are so many and take none."""
        with self._lock:
            now = self._clock()
            due = max(self._arrivals.get(client, now), now)
            # More than a burst holds would never be free: it is taken as a whole burst.
            early = due + min(self._step * (turns - 1), self._slack) - self._slack - now
            # Sums of steps are not exact: a millionth of a second is no wait.
            if early > 1e-6:
                return math.ceil(early)
            if client not in self._arrivals and len(self._arrivals) >= self._many:
                self._forget(now)
            self._arrivals[client] = due + self._step * turns
            return 0

    def _forget(self, now: float) -> None:
        self._arrivals = {client: due for client, due in self._arrivals.items() if due > now}
        for client in list(self._arrivals)[: max(0, len(self._arrivals) - self._many + 1)]:
            del self._arrivals[client]
