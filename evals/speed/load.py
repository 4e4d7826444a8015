"""Several users at once: each asks, reads the whole reply, and asks again, until the time is over."""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from evals.speed.sides import ServedSide


@dataclass(frozen=True, slots=True)
class Round:
    """What a number of users got answered: `seconds` is until the last reply, `milliseconds` one wait a question."""

    users: int
    seconds: float
    milliseconds: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """Answers a second over all users."""
        return len(self.milliseconds) / self.seconds


def run_users(served: ServedSide, users: int, seconds: float, questions: Sequence[str]) -> Round:
    """Let `users` users ask for that long, each beginning at another question. Raises BenchError for a failed answer."""
    began = time.perf_counter()

    def act(user: int) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=120)
        waits: list[float] = []
        while not waits or time.perf_counter() - began < seconds:
            asked = time.perf_counter()
            served.ask(connection, questions[(user * 7 + len(waits)) % len(questions)])
            waits.append((time.perf_counter() - asked) * 1000)
        connection.close()
        return waits

    with ThreadPoolExecutor(users) as pool:
        waits = [wait for one in pool.map(act, range(users)) for wait in one]
    return Round(users, time.perf_counter() - began, tuple(waits))
