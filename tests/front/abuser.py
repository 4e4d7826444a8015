"""One client with 200 connections who asks, presses and holds streams open as fast as it can. A program of its own:

python -m tests.front.abuser ADDRESS SECONDS
"""

from __future__ import annotations

import asyncio
import collections
import json
import sys
import time

import httpx

CONNECTIONS = 200


async def main(server: str, seconds: float) -> None:
    seen: collections.Counter[str] = collections.Counter()
    until = time.monotonic() + seconds
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    transport = httpx.AsyncHTTPTransport(verify=False, local_address="127.0.0.66", limits=limits)
    async with httpx.AsyncClient(base_url=server, transport=transport, timeout=20) as client:

        async def act(number: int) -> None:
            while time.monotonic() < until:
                try:
                    if number % 4 == 0:
                        page = {"session_hash": f"a{number}"}
                        async with client.stream("GET", "/gradio_api/queue/data", params=page, timeout=seconds) as held:
                            seen[f"stream {held.status_code}"] += 1
                            await held.aread()
                    elif number % 4 == 1:
                        body = {"data": ["x" * 1_900, ""], "fn_index": 1, "session_hash": f"a{number}"}
                        seen[f"press {(await client.post('/gradio_api/queue/join', json=body)).status_code}"] += 1
                    elif number % 4 == 2:
                        asked = {"question": "does larkspur sell my data, and does tidewell? " * 30}
                        seen[f"ask {(await client.post('/api/v1/ask', json=asked)).status_code}"] += 1
                    else:
                        draft = {"policy_id": "larkspur", "type": "delete", "fields": {}}
                        seen[f"draft {(await client.post('/api/v1/requests', json=draft)).status_code}"] += 1
                except httpx.HTTPError as error:
                    seen[type(error).__name__] += 1
                    await asyncio.sleep(0.05)

        await asyncio.gather(*(act(number) for number in range(CONNECTIONS)))
    print(json.dumps(seen))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2])))
