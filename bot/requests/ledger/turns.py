"""Whose turn it is to write to an SQLite file: threads and processes queue here instead of asking again and again.

SQLite's own lock still protects the file; waiting for it is done by polling, which lets one busy process starve another.
"""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from pathlib import Path
from types import TracebackType


class Turn:
    """A lock over threads and processes. A process that dies gives it back."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._threads = threading.Lock()
        weakref.finalize(self, os.close, self._descriptor)

    def __enter__(self) -> None:
        self._threads.acquire()
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        self._threads.release()
