"""People at a running desk: each with an address, a cookie and a page of their own. They ask as the chat page's script does."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field

import httpx

ASK = 1
"""Number of the page's handler that answers; 0 is what a page asks for when it opens."""


def address(number: int) -> str:
    """Return an address of the loopback network for the person of that number, from 0 to 60,000."""
    return f"127.{10 + number // 250}.0.{1 + number % 250}"


@dataclass
class Person:
    """A visitor with the chat page open. `waits` are seconds from pressing Send to the whole answer; `faults` what failed."""

    server: str
    number: int
    cookie: str | None = field(default_factory=lambda: secrets.token_urlsafe(32))
    page: str = field(default_factory=lambda: secrets.token_hex(6))
    waits: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    async def __aenter__(self) -> Person:
        headers = {"Cookie": f"desk={self.cookie}"} if self.cookie else {}
        # No certificate store: reading it for each person would take longer than their questions.
        transport = httpx.AsyncHTTPTransport(verify=False, local_address=address(self.number), retries=1)
        self.client = httpx.AsyncClient(base_url=self.server, headers=headers, transport=transport, timeout=30)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()

    async def press(self, handler: int, data: list[object]) -> str:
        """Press what that handler is behind, and return all that the server sends about it. Raises httpx.HTTPError."""
        body = {"data": data, "fn_index": handler, "trigger_id": None, "session_hash": self.page}
        (await self.client.post("/gradio_api/queue/join", json=body)).raise_for_status()
        found = []
        async with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.page}) as stream:
            stream.raise_for_status()
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line[6:]))
        return json.dumps(found, ensure_ascii=False)

    async def ask(self, question: str, wanted: str = "process_completed") -> str:
        """Ask, note how long it took and whether it failed; return what came."""
        began = time.perf_counter()
        try:
            told = await self.press(ASK, [question, ""])
        except httpx.HTTPError as error:
            self.faults.append(f"{type(error).__name__} {error}"[:200])
            return ""
        self.waits.append(time.perf_counter() - began)
        if wanted not in told or '"success": false' in told or "Something went wrong" in told or "try again" in told:
            self.faults.append(f"no answer: {told[-200:]}")
        return told

    async def call(self, method: str, path: str, body: object = None) -> httpx.Response | None:
        """Call the API, note how long it took and whether it failed."""
        began = time.perf_counter()
        try:
            response = await self.client.request(method, path, json=body)
            response.raise_for_status()
        except httpx.HTTPError as error:
            self.faults.append(f"{type(error).__name__} {error}"[:200])
            return None
        self.waits.append(time.perf_counter() - began)
        return response


def p95(waits: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(waits)[min(len(waits) - 1, int(len(waits) * 0.95))]


async def gathered(tasks: list[object]) -> None:
    """Run all of them together."""
    await asyncio.gather(*tasks)  # type: ignore[arg-type]
