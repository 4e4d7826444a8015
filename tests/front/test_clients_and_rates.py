"""Who counts as one client, and how often one may come."""

from __future__ import annotations

import pytest

from bot.front.asking import weight
from bot.front.clients import client_of
from bot.front.rates import Counter
from bot.front.settings import Rate


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:0:1201::1", "2001:db8:0:1200::"),
        ("2001:db8:0:12ff:1:2:3:4", "2001:db8:0:1200::"),
        ("2001:db8:0:1300::1", "2001:db8:0:1300::"),
        ("fe80::1%eth0", "fe80::"),
        ("::1", "::"),
        (None, "unknown"),
        ("", "unknown"),
        ("testclient", "unknown"),
        ("203.0.113.9, 10.0.0.1", "unknown"),
    ],
)
def test_a_client_is_what_one_customer_of_a_provider_has(address, client):
    assert client_of(address) == client


def test_a_burst_is_taken_and_then_one_a_step():
    clock = [0.0]
    counter = Counter(Rate(30, 60.0, 3), lambda: clock[0])
    assert [counter.wait("a") for _ in range(5)] == [0, 0, 0, 2, 2]
    clock[0] = 1.9
    assert counter.wait("a") == 1
    clock[0] = 2.0
    assert counter.wait("a") == 0
    assert counter.wait("a") == 2
    # Sixty seconds of rest give the burst back, and no more than that.
    clock[0] = 62.0
    assert [counter.wait("a") for _ in range(5)] == [0, 0, 0, 2, 2]


def test_waiting_does_not_make_the_wait_longer():
    clock = [0.0]
    counter = Counter(Rate(1, 10.0, 1), lambda: clock[0])
    assert counter.wait("a") == 0
    assert [counter.wait("a") for _ in range(50)] == [10] * 50
    clock[0] = 10.0
    assert counter.wait("a") == 0


def test_a_stream_of_new_clients_fills_no_memory():
    clock = [0.0]
    counter = Counter(Rate(1, 10.0, 1), lambda: clock[0], many=100)
    for number in range(1_000):
        assert counter.wait(f"c{number}") == 0
    assert len(counter._arrivals) <= 100
    clock[0] = 11.0
    assert counter.wait("new") == 0
    assert len(counter._arrivals) == 1


def test_what_costs_more_counts_as_more():
    counter = Counter(Rate(30, 60.0, 5), lambda: 0.0)
    assert [counter.wait("a", 2) for _ in range(3)] == [0, 0, 2]
    assert counter.wait("a") == 0
    # More than a burst at once goes once, and is paid for after.
    assert [counter.wait("b", 9), counter.wait("b")] == [0, 10]


@pytest.mark.parametrize(("length", "turns"), [(0, 1), (499, 1), (500, 2), (2_000, 5)])
def test_a_long_question_counts_as_several(length, turns):
    assert weight("x" * length) == turns
