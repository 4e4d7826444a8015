"""The fair queue: whose work is done next. One turn a client in rotation, short lines, and the longest line gives way."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict, deque
from concurrent.futures import Future
from dataclasses import dataclass, field

from bot.front.errors import BusyError
from bot.front.settings import FrontSettings

FULL = "The desk is answering many questions at the moment. Please try again in a few seconds."
OWN_LINE = "Several questions from your connection are waiting already. Please try again when they are answered."
RETRY_SECONDS = 5


@dataclass(eq=False, slots=True)
class Place:
    """A place in the line: `turn` is done when the work may begin, or fails with BusyError. `begun` belongs to Turns."""

    client: str
    turn: Future[None] = field(default_factory=Future)
    begun: bool = False


class Turns:
    """Gives turns. Every place that was taken must be left, begun or not. Safe to use from several threads and loops."""

    def __init__(self, settings: FrontSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._begun: Counter[str] = Counter()
        self._lines: OrderedDict[str, deque[Place]] = OrderedDict()

    @property
    def answering(self) -> int:
        """Turns that are taken now."""
        return self._begun.total()

    @property
    def waiting(self) -> int:
        """Places without a turn yet."""
        with self._lock:
            return self._length()

    def take(self, client: str) -> Place:
        """Return a place at the end of the client's line. Raises BusyError where there is none."""
        place = Place(client)
        with self._lock:
            line = self._lines.get(client, ())
            if len(line) >= self._settings.each_waiting:
                raise BusyError(OWN_LINE, RETRY_SECONDS, "own_line")
            if self._length() >= self._settings.waiting:
                self._make_room(len(line))
            self._lines.setdefault(client, deque()).append(place)
            self._give()
        return place

    def leave(self, place: Place) -> None:
        """Give the place up, with its turn if it had one."""
        with self._lock:
            if place.begun:
                self._begun[place.client] -= 1
                if not self._begun[place.client]:
                    del self._begun[place.client]
            else:
                place.turn.cancel()
                self._drop(place)
            self._give()

    def _length(self) -> int:
        return sum(map(len, self._lines.values()))

    def _make_room(self, own: int) -> None:
        """Send away the last of the longest line, if that is longer than the newcomer's would be. Raises BusyError."""
        longest = max(self._lines.values(), key=len)
        if len(longest) <= own + 1:
            raise BusyError(FULL, RETRY_SECONDS, "full")
        last = longest[-1]
        self._drop(last)
        if last.turn.set_running_or_notify_cancel():
            last.turn.set_exception(BusyError(FULL, RETRY_SECONDS, "full"))

    def _drop(self, place: Place) -> None:
        line = self._lines.get(place.client)
        if line is not None and place in line:
            line.remove(place)
            if not line:
                del self._lines[place.client]

    def _give(self) -> None:
        while self.answering < self._settings.answering:
            ready = (name for name in self._lines if self._begun[name] < self._settings.each_answering)
            client = next(ready, None)
            if client is None:
                return
            place = self._lines[client].popleft()
            # Whoever was served stands behind all others now.
            self._lines.move_to_end(client)
            if not self._lines[client]:
                del self._lines[client]
            if place.turn.set_running_or_notify_cancel():
                place.begun = True
                self._begun[client] += 1
                place.turn.set_result(None)
