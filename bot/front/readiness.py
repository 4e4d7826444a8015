"""Whether this process can answer: database, model, index. Looked at once in a while, so that asking costs nothing."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, Field

from bot.front.asking import Asking
from bot.requests.ledger.totals import request_totals
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from bot.requests.desk import RequestDesk

logger = logging.getLogger(__name__)

KEPT = 5.0
"""Seconds that one look is good for."""


class Readiness(BaseModel):
    """Whether the desk is ready. "scan": searches work without the index, at more cost, until it is built again."""

    status: Literal["ready", "not ready"]
    database: Literal["ok", "failed"]
    model: Literal["ok", "failed"]
    index: Literal["ok", "scan"]
    requests: Literal["ok", "failed", "off"] = Field(description='"off" where the desk keeps no requests')


class ReadyCheck:
    """Looks at the parts of the desk. Safe to use from several threads."""

    def __init__(
        self, asking: Asking, desk: RequestDesk | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._library = asking.bot.library
        self._desk = desk
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: tuple[float, Readiness] | None = None

    def look(self) -> Readiness:
        """Return how the parts are, at most KEPT seconds old."""
        with self._lock:
            if self._seen is None or self._clock() - self._seen[0] > KEPT:
                self._seen = self._clock(), self._look()
            return self._seen[1]

    def _look(self) -> Readiness:
        database = _works(self._library.policies)
        model = _works(lambda: self._library.embedder.encode(["ready"]))
        requests: Literal["ok", "failed", "off"] = "off"
        if self._desk is not None:
            ledger = self._desk.ledger
            requests = "ok" if _works(lambda: request_totals(ledger)) else "failed"
        return Readiness(
            status="ready" if database and model and requests != "failed" else "not ready",
            database="ok" if database else "failed",
            model="ok" if model else "failed",
            index="scan" if self._library.index_needs_repair else "ok",
            requests=requests,
        )


def _works(act: Callable[[], object]) -> bool:
    try:
        act()
    except (StoreError, OSError, RuntimeError, ValueError) as error:
        logger.warning("not ready: %s", type(error).__name__)
        return False
    return True
