"""The gate before all work that strangers can cause: limits first, then the fair queue. For threads and for event loops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager, contextmanager
from dataclasses import fields

from bot.front.errors import BusyError
from bot.front.rates import Counter
from bot.front.settings import FrontSettings, Rate
from bot.front.turns import FULL, RETRY_SECONDS, Place, Turns

TOO_OFTEN = "Many questions have come from your connection. Please try again {when}."
TOO_OFTEN_ALL = "Very many people are using the desk right now. Please try again {when}."
EVERYBODY = ""


class Gate:
    """Admits clients by the settings' limits and gives turns. Safe to use from several threads and event loops."""

    def __init__(self, settings: FrontSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.turns = Turns(settings)
        limits = settings.limits
        self._counters: dict[str, Counter] = {}
        if limits is not None:
            rates = {one.name: getattr(limits, one.name) for one in fields(limits)}
            self._counters = {name: Counter(rate, clock) for name, rate in rates.items() if isinstance(rate, Rate)}

    def admit(self, client: str, kind: str, turns: int = 1) -> None:
        """Count an act of that kind (a name of Limits) as so many. Raises BusyError where the client, or all together, did too
        many."""
        own = self._counters.get(kind)
        if own is not None and (seconds := own.wait(client, turns)):
            raise BusyError(TOO_OFTEN.format(when=in_words(seconds)), seconds, "client_rate")
        # After the client's own: what is refused there takes nothing from the others.
        together = self._counters.get(f"{kind}_all")
        if together is not None and (seconds := together.wait(EVERYBODY, turns)):
            raise BusyError(TOO_OFTEN_ALL.format(when=in_words(seconds)), seconds, "global_rate")

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Wait in this thread for a turn and hold it. Raises BusyError where none comes in time."""
        place = self.turns.take(client)
        try:
            try:
                place.turn.result(self.settings.wait_seconds)
            except (TimeoutError, CancelledError) as error:
                raise BusyError(FULL, RETRY_SECONDS, "waited") from error
            yield
        finally:
            self.turns.leave(place)

    @asynccontextmanager
    async def later_turn(self, client: str) -> AsyncIterator[None]:
        """Wait in the event loop for a turn and hold it. Raises BusyError where none comes in time."""
        place: Place = self.turns.take(client)
        try:
            try:
                await asyncio.wait_for(asyncio.wrap_future(place.turn), self.settings.wait_seconds)
            except TimeoutError as error:
                raise BusyError(FULL, RETRY_SECONDS, "waited") from error
            yield
        finally:
            self.turns.leave(place)


def in_words(seconds: int) -> str:
    """Return when to come back, in words."""
    if seconds < 100:
        return f"in {seconds} second{'s' if seconds != 1 else ''}"
    return f"in {-(-seconds // 60)} minutes"
