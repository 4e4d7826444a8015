"""The fair queue: rotation between clients, short lines, no place lost, in threads and in event loops."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from bot.front.errors import BusyError
from bot.front.gate import Gate
from bot.front.settings import FrontSettings, Limits, Rate
from bot.front.turns import Turns
from tests.in_loop import in_loop

ONE = FrontSettings(answering=1, each_answering=1, waiting=6, each_waiting=4, wait_seconds=0.2)


def test_a_client_with_a_long_line_gets_every_second_turn_only():
    turns = Turns(FrontSettings(answering=1, each_answering=1, waiting=20, each_waiting=10))
    first = turns.take("abuser")
    places = [turns.take("abuser") for _ in range(6)] + [turns.take("guest") for _ in range(2)]
    served = []
    turns.leave(first)
    while places:
        begun = next(place for place in places if place.begun)
        served.append(begun.client)
        places.remove(begun)
        turns.leave(begun)
    assert served == ["abuser", "guest", "abuser", "guest", "abuser", "abuser", "abuser", "abuser"]


def test_one_client_never_holds_more_turns_than_are_for_each():
    turns = Turns(FrontSettings(answering=3, each_answering=2))
    places = [turns.take("abuser") for _ in range(5)]
    assert [place.begun for place in places] == [True, True, False, False, False]
    assert turns.take("guest").begun
    assert (turns.answering, turns.waiting) == (3, 3)


def test_the_line_of_a_client_is_short():
    turns = Turns(ONE)
    for _ in range(5):
        turns.take("abuser")
    with pytest.raises(BusyError, match="from your connection") as refused:
        turns.take("abuser")
    assert (refused.value.reason, refused.value.retry_after) == ("own_line", 5)


def test_when_the_queue_is_full_the_longest_line_gives_way():
    turns = Turns(FrontSettings(answering=1, each_answering=1, waiting=4, each_waiting=4))
    lines = [turns.take("abuser") for _ in range(5)]
    guest = turns.take("guest")
    with pytest.raises(BusyError):
        lines[-1].turn.result(0)
    turns.leave(lines[-1])
    turns.leave(lines[0])
    turns.leave(lines[1])
    assert guest.begun
    assert turns.waiting == 2


def test_a_newcomer_is_refused_where_no_line_is_longer():
    turns = Turns(FrontSettings(answering=1, each_answering=1, waiting=2, each_waiting=4))
    for client in ("a", "b", "c"):
        turns.take(client)
    with pytest.raises(BusyError) as refused:
        turns.take("d")
    assert refused.value.reason == "full"


def test_waiting_in_a_thread_ends_in_time_and_leaves_nothing_behind():
    gate = Gate(ONE)
    with gate.turn("a"):
        began = time.monotonic()
        with pytest.raises(BusyError) as refused, gate.turn("b"):
            raise AssertionError("there was no turn")
        assert 0.15 < time.monotonic() - began < 2
        assert refused.value.reason == "waited"
        assert (gate.turns.answering, gate.turns.waiting) == (1, 0)
    assert (gate.turns.answering, gate.turns.waiting) == (0, 0)


def test_waiting_in_an_event_loop_holds_no_thread_and_leaves_nothing_behind():
    gate = Gate(FrontSettings(answering=1, each_answering=1, waiting=60, each_waiting=60, wait_seconds=5))
    seen = []

    async def work(number: int) -> None:
        async with gate.later_turn("a"):
            seen.append(number)
            await asyncio.sleep(0.001)

    async def run() -> None:
        tasks = [asyncio.create_task(work(number)) for number in range(50)]
        await asyncio.sleep(0.01)
        tasks[40].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    in_loop(run())
    assert sorted(seen) == [number for number in range(50) if number != 40]
    assert (gate.turns.answering, gate.turns.waiting) == (0, 0)


def test_work_that_fails_gives_its_turn_back():
    gate = Gate(ONE)
    with pytest.raises(KeyError), gate.turn("a"):
        raise KeyError
    assert gate.turns.answering == 0


def test_threads_and_loops_share_one_queue_without_ever_passing_its_bound():
    gate = Gate(FrontSettings(answering=2, each_answering=2, waiting=500, each_waiting=500, wait_seconds=20))
    inside, most, done = [0], [0], []
    lock = threading.Lock()

    def note(step: int) -> None:
        with lock:
            inside[0] += step
            most[0] = max(most[0], inside[0])
            done.append(step)

    def thread(name: str) -> None:
        for _ in range(20):
            with gate.turn(name):
                note(1)
                time.sleep(0.0005)
                note(-1)

    async def task(name: str) -> None:
        for _ in range(20):
            async with gate.later_turn(name):
                note(1)
                await asyncio.sleep(0.0005)
                note(-1)

    async def tasks() -> None:
        await asyncio.gather(*(task(f"t{n}") for n in range(8)))

    threads = [threading.Thread(target=thread, args=(f"s{n}",)) for n in range(8)]
    for one in threads:
        one.start()
    in_loop(tasks())
    for one in threads:
        one.join()
    assert len(done) == 2 * 16 * 20
    assert most[0] == 2
    assert (gate.turns.answering, gate.turns.waiting) == (0, 0)


def test_the_limit_of_one_client_leaves_the_others_alone():
    clock = [100.0]
    limits = Limits(ask=Rate(60, 60.0, 3), ask_all=Rate(600, 60.0, 5))
    gate = Gate(FrontSettings(limits=limits), lambda: clock[0])
    for _ in range(3):
        gate.admit("abuser", "ask")
    for _ in range(20):
        with pytest.raises(BusyError) as refused:
            gate.admit("abuser", "ask")
        assert (refused.value.reason, refused.value.retry_after) == ("client_rate", 1)
    # What was refused took nothing of the five that all have together.
    gate.admit("guest", "ask")
    gate.admit("other", "ask")
    with pytest.raises(BusyError) as refused:
        gate.admit("third", "ask")
    assert refused.value.reason == "global_rate"
    clock[0] += 1.0
    gate.admit("abuser", "ask")


def test_without_limits_nobody_is_counted():
    gate = Gate(FrontSettings())
    for _ in range(5_000):
        gate.admit("a", "ask")
