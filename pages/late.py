"""A page that loads beside a server which already answers: importing its framework takes longer than a first answer."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from bot.problems import problem

logger = logging.getLogger(__name__)


@contextmanager
def absent(package: str) -> Iterator[None]:
    """Let `package` look as if it were not installed while the block imports others that would only load it if it is there.

    A package that is loaded already stays.
    """
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]  # what import takes for "cannot be found"
    try:
        yield
    finally:
        del sys.modules[package]


class LatePage:
    """ASGI application that passes everything on to the one that `load` returns; what comes before it is there waits."""

    def __init__(self, load: Callable[[], FastAPI]) -> None:
        self._load = load
        self._loaded: asyncio.Future[FastAPI] | None = None

    @asynccontextmanager
    async def running(self, app: FastAPI) -> AsyncIterator[None]:
        """Load the page in a thread while `app` runs; to be used as the lifespan of `app`."""
        self._loaded = asyncio.get_running_loop().create_future()
        ended = asyncio.Event()
        task = asyncio.create_task(self._run(self._loaded, ended))
        try:
            yield
        finally:
            ended.set()
            await task

    async def _run(self, loaded: asyncio.Future[FastAPI], ended: asyncio.Event) -> None:
        try:
            page = await asyncio.to_thread(self._load)
            async with page.router.lifespan_context(page):
                loaded.set_result(page)
                await ended.wait()
        # The rest of the server answers on; the page says that it cannot.
        except Exception as error:  # noqa: BLE001
            logger.error("the chat page cannot be loaded: %s", type(error).__name__)
            if not loaded.done():
                loaded.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._loaded is None:
            return
        try:
            page = await asyncio.shield(self._loaded)
        except asyncio.CancelledError:
            if not self._loaded.cancelled():
                raise
            if scope["type"] == "http":
                await problem(503, "The chat page could not be loaded; the API answers on.")(scope, receive, send)
            return
        await page(scope, receive, send)
