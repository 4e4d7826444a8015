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


def lines(exchanges: tuple[Exchange, ...]) -> list[str]:
    """Return what was said in order: Q a question, A the bot's answer with it, N a notice, else the agent's words."""
    told = []
    for one in exchanges:
        if one.line is not None:
            told.append("N" if one.line.speaker is None else f"{one.line.speaker}: {one.line.words}")
        else:
            told.append("QA" if one.answer else "Q")
    return told


def test_the_bot_is_silent_from_the_moment_a_member_takes_the_conversation():
    store = Conversations()
    store.add("a", exchange("1"))
    one = store.live()[0]
    assert one.taken_by is None
    assert store.take(one.id, "m1", "Ann")
    assert (store.is_taken("a"), store.is_taken("b")) == (True, False)
    # An answer that was being written when the member came.
    store.add("a", exchange("2"))
    assert store.say(one.id, "m1", "Hello, how can I help?")
    assert lines(store.read("a")) == ["QA", "N", "Q", "Ann: Hello, how can I help?"]
    assert store.hand_back(one.id, "m1")
    store.add("a", exchange("3"))
    assert lines(store.read("a"))[-2:] == ["N", "QA"]


def test_a_conversation_is_one_members_at_a_time():
    store = Conversations()
    store.add("a", exchange("1"))
    name = store.live()[0].id
    assert not store.say(name, "m1", "nobody has it")
    assert store.take(name, "m1", "Ann")
    assert store.take(name, "m1", "Ann")
    assert not store.take(name, "m2", "Ben")
    assert not store.say(name, "m2", "not mine")
    assert not store.hand_back(name, "m2")
    assert lines(store.read("a")) == ["QA", "N"]
    assert store.hand_back(name, "m1")
    assert store.take(name, "m2", "Ben")


def test_agents_see_conversations_by_another_name_than_the_visitors_key():
    store = Conversations(clock=Clock())
    store.add("secret-cookie", exchange("1"))
    assert "secret-cookie" not in repr(store.live())
    assert store.find("secret-cookie") is None
    assert store.find(store.live()[0].id) == store.live()[0]


def test_what_waits_for_an_agent_comes_first():
    store = Conversations()
    for key in ("a", "b", "c"):
        store.add(key, exchange(key))
    first = next(one for one in store.live() if one.exchanges[0].id == "a")
    store.take(first.id, "m1", "Ann")
    assert [one.exchanges[0].id for one in store.live()] == ["a", "c", "b"]
    store.add("b", exchange("b2"))
    store.add("c", exchange("c2"))
    assert [one.waits for one in store.live()] == [False, False, False]
    store.add("a", exchange("a2"))
    store.add("b", exchange("b3"))
    assert [(one.exchanges[0].id, one.waits) for one in store.live()] == [("a", True), ("b", False), ("c", False)]


def test_a_change_is_seen_in_the_revision_and_a_look_at_it_is_no_use():
    clock = Clock()
    store = Conversations(clock=clock)
    assert store.revision("a") == 0
    store.add("a", exchange("1"))
    name = store.live()[0].id
    seen = [store.revision("a")]
    store.take(name, "m1", "Ann")
    seen.append(store.revision("a"))
    store.say(name, "m1", "Hello")
    seen.append(store.revision("a"))
    assert seen == [1, 2, 3]
    clock.now = 3601
    assert store.revision("a") == 0
    assert not store.say(name, "m1", "too late")


def test_forgetting_ends_it_for_the_agent_too():
    store = Conversations()
    store.add("a", exchange("1"))
    name = store.live()[0].id
    store.take(name, "m1", "Ann")
    store.forget("a")
    assert store.find(name) is None
    assert not store.say(name, "m1", "anybody there?")


def test_the_bot_is_told_nothing_of_what_a_person_said():
    store = Conversations()
    store.add("a", exchange("1"))
    name = store.live()[0].id
    store.take(name, "m1", "Ann")
    store.say(name, "m1", "They sell nothing.")
    assert [turn.question for turn in history(store.read("a"))] == ["1"]
