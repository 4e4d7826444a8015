"""A brake on what strangers can make the desk ask for: one turn a name in so many seconds, in this process."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable

_MANY = 10_000


class Brake:
    """`seconds` lie between two turns of one name. `clock` gives seconds that only grow. Threads may share it."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._taken: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, name: str) -> int:
        """Take a turn and return 0, or return the whole seconds until there is one."""
        with self._lock:
            at = self._clock()
            left = self._taken.get(name, -math.inf) + self._seconds - at
            if left > 0:
                return math.ceil(left)
            if len(self._taken) >= _MANY:
                self._taken = {kept: then for kept, then in self._taken.items() if then + self._seconds > at}
            self._taken[name] = at
            return 0
