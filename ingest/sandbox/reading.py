"""Several reading processes at work ahead of their reader: documents come out in the order they were given."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TypeVar

from ingest.sandbox.worker import SandboxedReader

Job = TypeVar("Job")
Result = TypeVar("Result")


class ReadingPool:
    """`workers` reading processes, started when first needed. Close it after use."""

    def __init__(self, workers: int = 2) -> None:
        self._readers = [SandboxedReader() for _ in range(workers)]
        self._free: SimpleQueue[SandboxedReader] = SimpleQueue()
        for reader in reversed(self._readers):
            self._free.put(reader)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="reading")

    def __enter__(self) -> ReadingPool:
        return self

    def __exit__(self, *_: object) -> None:
        # What is being read is of no use any more: its reader is ended rather than waited for.
        self._threads.shutdown(wait=False, cancel_futures=True)
        for reader in self._readers:
            reader.close()
        self._threads.shutdown(wait=True)
        for reader in self._readers:
            reader.close()

    def ahead(
        self, act: Callable[[Job, SandboxedReader], Result], jobs: Iterable[Job], window: int = 4
    ) -> Iterator[Result]:
        """Yield `act(job, reader)` for each job in order, working on up to `window` jobs before they are asked for."""
        waiting: deque[Future[Result]] = deque()
        for job in jobs:
            waiting.append(self._threads.submit(self._act, act, job))
            if len(waiting) > window:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def list_members(self, data: bytes, name: str) -> list[tuple[str, str | None]]:
        """Return the members of an archive, as `SandboxedReader.list_members` does."""
        reader = self._free.get()
        try:
            return reader.list_members(data, name)
        finally:
            self._free.put(reader)

    def _act(self, act: Callable[[Job, SandboxedReader], Result], job: Job) -> Result:
        reader = self._free.get()
        try:
            return act(job, reader)
        finally:
            self._free.put(reader)
