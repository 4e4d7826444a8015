"""The store of conversations: its limits."""

from __future__ import annotations

from pages.conversations import Conversations, Exchange, history
from tests.ui.desk import NO_SALE


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def exchange(name: str) -> Exchange:
    return Exchange(name, name, NO_SALE.model_copy(update={"question": name}))


def names(exchanges: tuple[Exchange, ...]) -> list[str]:
    return [kept.id for kept in exchanges]


def test_conversations_are_kept_apart_and_in_order():
    store = Conversations()
    store.add("a", exchange("1"))
    store.add("b", exchange("2"))
    store.add("a", exchange("3"))
    assert (names(store.read("a")), names(store.read("b")), names(store.read("c"))) == (["1", "3"], ["2"], [])


def test_only_the_last_twenty_exchanges_stay():
    store = Conversations()
    for number in range(25):
        store.add("a", exchange(str(number)))
    assert names(store.read("a")) == [str(number) for number in range(5, 25)]


def test_the_conversation_unused_for_longest_goes_first():
    store = Conversations(limit=2)
    for key in ("a", "b", "a", "c"):
        store.add(key, exchange(key))
    assert [bool(store.read(key)) for key in "abc"] == [True, False, True]


def test_a_conversation_expires_an_hour_after_its_last_use():
    clock = Clock()
    store = Conversations(clock=clock)
    store.add("a", exchange("1"))
    clock.now = 3000
    store.add("a", exchange("2"))
    clock.now = 6600
    assert names(store.read("a")) == ["1", "2"]
    clock.now = 6601
    assert store.read("a") == ()


def test_forgetting_removes_one_conversation():
    store = Conversations()
    store.add("a", exchange("1"))
    store.add("b", exchange("2"))
    store.forget("a")
    assert (store.read("a"), names(store.read("b"))) == ((), ["2"])


def test_the_bot_is_told_of_the_last_ten_answered_turns():
    exchanges = (*(exchange(str(number)) for number in range(12)), Exchange("x", "x", problem="no"))
    assert [turn.question for turn in history(exchanges)] == [str(number) for number in range(2, 12)]
