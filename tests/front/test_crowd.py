"""The desk as `policydesk serve` runs it, under its default limits, with many people at once.

The full counts (POLICYDESK_SOAK=1) are 200 conversations of 20 turns, 20 people and 2 agents for 3 minutes, and the same people
beside one client with 200 connections.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.front.conftest import ROOT, SOAK
from tests.front.crowd import Person, p95
from tests.in_loop import in_loop

SESSIONS, TURNS = (200, 20) if SOAK else (12, 4)
SECONDS = 180.0 if SOAK else 5.0
PEOPLE, AGENTS = (20, 2) if SOAK else (8, 1)
THINK = (4.0, 10.0) if SOAK else (0.5, 1.5)
SLOWEST = 1.5
QUESTIONS = [
    "does larkspur sell my data?",
    "how long does tidewell keep order records?",
    "what cookies does larkspur use?",
    "who gets my address at tidewell?",
    "how do I delete my larkspur account?",
    "is my data sent abroad by tidewell?",
    "does larkspur share data with advertisers?",
    "how do I reach tidewell about privacy?",
]
CANARY = re.compile(r"zq[0-9a-f]{12}")


@pytest.fixture(scope="module")
def server(bot, data_dir) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            try:
                # The page is there last.
                if httpx.get(address, timeout=90).status_code == 200:
                    break
            except httpx.HTTPError:
                time.sleep(0.2)
        httpx.post(f"{address}/api/v1/ask", json={"question": QUESTIONS[0]}, timeout=60)
        yield address
        running.terminate()


def test_no_conversation_holds_a_word_of_another(server):
    """Every session writes a word that nobody else knows, and gets to see no other one."""

    async def talk(number: int, busy: asyncio.Semaphore, leaks: list[str], shuffled: random.Random) -> Person:
        canary = f"zq{secrets.token_hex(6)}"
        # Every tenth takes no cookie: its conversation is its page's.
        async with Person(server, number, cookie=None if number % 10 == 9 else secrets.token_urlsafe(32)) as person:
            for turn in range(TURNS):
                async with busy:
                    told = await person.ask(f"{QUESTIONS[(number + turn) % len(QUESTIONS)]} {canary}")
                seen = set(CANARY.findall(told))
                if seen != {canary}:
                    leaks.append(f"session {number}, turn {turn}: {len(seen)} words, own {canary in seen}")
                await asyncio.sleep(shuffled.random() / 5)
            if person.cookie:
                # The page opened anew by the same browser shows its own conversation.
                person.page = secrets.token_hex(6)
                leaks += (
                    [f"session {number} reloaded"]
                    if set(CANARY.findall(await person.press(0, [""]))) != {canary}
                    else []
                )
            return person

    async def run() -> tuple[list[Person], list[str]]:
        leaks: list[str] = []
        busy, shuffled = asyncio.Semaphore(16), random.Random(7)
        people = await asyncio.gather(*(talk(number, busy, leaks, shuffled) for number in range(SESSIONS)))
        return list(people), leaks

    people, leaks = in_loop(run())
    assert leaks == []
    assert [fault for person in people for fault in person.faults] == []
    assert sum(len(person.waits) for person in people) == SESSIONS * TURNS


def test_what_a_page_is_told_reads_only_its_visitor(server):
    """A page's number is made up by its script: who learns it gets nothing by it."""

    async def run() -> None:
        async with Person(server, 300) as owner, Person(server, 301) as other:
            other.page = owner.page
            asked = {"data": [QUESTIONS[0], ""], "fn_index": 1, "trigger_id": None, "session_hash": owner.page}
            assert (await owner.client.post("/gradio_api/queue/join", json=asked)).status_code == 200
            look = {"session_hash": owner.page}
            assert (await other.client.get("/gradio_api/queue/data", params=look)).status_code == 404
            assert (await other.client.post("/gradio_api/queue/join", json=asked)).status_code == 404
            cancel = {"session_hash": owner.page, "fn_index": 1, "event_id": "x"}
            assert (await other.client.post("/gradio_api/cancel", json=cancel)).status_code == 404
            assert (await other.client.get(f"/gradio_api/heartbeat/{owner.page}")).status_code == 404
            async with owner.client.stream("GET", "/gradio_api/queue/data", params=look) as stream:
                assert "process_completed" in "".join([text async for text in stream.aiter_text()])

    in_loop(run())


async def crowd(server: str, seconds: float) -> list[Person]:
    """Let people ask in the chat and agents look things up for that long; return them."""
    until = time.monotonic() + seconds

    async def chat(number: int) -> Person:
        shuffled = random.Random(number)
        async with Person(server, 1_000 + number) as person:
            await asyncio.sleep(shuffled.random() * THINK[0])
            while time.monotonic() < until:
                await person.ask(shuffled.choice(QUESTIONS))
                await asyncio.sleep(shuffled.uniform(*THINK))
            return person

    async def look_up(number: int) -> Person:
        shuffled = random.Random(number)
        async with Person(server, 2_000 + number) as agent:
            while time.monotonic() < until:
                await agent.call("POST", "/api/v1/search", {"query": shuffled.choice(QUESTIONS), "limit": 10})
                await agent.call("GET", f"/api/v1/policies/{shuffled.choice(['larkspur', 'tidewell'])}")
                await agent.call("POST", "/api/v1/ask", {"question": shuffled.choice(QUESTIONS)})
                await asyncio.sleep(shuffled.uniform(*THINK))
            return agent

    return list(await asyncio.gather(*map(chat, range(PEOPLE)), *map(look_up, range(AGENTS))))


def test_twenty_people_and_two_agents_wait_for_no_error_and_not_long(server):
    people = in_loop(crowd(server, SECONDS))
    waits = [wait for person in people for wait in person.waits]
    if SOAK:
        print(f"load: {len(waits)} answers, p50 {sorted(waits)[len(waits) // 2]:.3f} s, p95 {p95(waits):.3f} s")  # noqa: T201
    assert [fault for person in people for fault in person.faults] == []
    assert len(waits) > (10 if SOAK else 1) * PEOPLE
    # A machine that does other work at the same time says little about the time: only the full count holds it to it.
    assert p95(waits) < (SLOWEST if SOAK else 10)


def test_one_client_with_two_hundred_connections_leaves_the_others_alone(server):
    command = [sys.executable, "-m", "tests.front.abuser", server, str(SECONDS)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as abuser:
        people = in_loop(crowd(server, SECONDS))
        seen = json.loads(abuser.communicate(timeout=120)[0])
    answered = sum(len(person.waits) for person in people)
    faults = [fault for person in people for fault in person.faults]
    if SOAK:
        waits = [wait for person in people for wait in person.waits]
        print(f"abuse: {answered} answered, {len(faults)} failed, p95 {p95(waits):.3f} s; the abuser saw {seen}")  # noqa: T201
    assert answered > (10 if SOAK else 1) * PEOPLE
    assert len(faults) <= 0.01 * (answered + len(faults)), faults[:5]
    assert seen.get("ask 429", 0) + seen.get("press 429", 0) > (1_000 if SOAK else 10)
    assert not [status for status in seen if status.endswith(" 500")]
