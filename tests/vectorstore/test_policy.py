"""The nouns: they survive storage, and what they derive is right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vectorstore.policy import (
    ChannelMention,
    Clause,
    Condition,
    ContactChannel,
    Damage,
    Policy,
    PolicyDate,
    Right,
    SelfServiceStep,
    Sentence,
)
from vectorstore.recent import Recent
from vectorstore.record import dump_policy, load_policy

FULL = Policy(
    "birch", "2026-01-01", "Privacy", "Birch", "Call us.\nDelete it “now” – ﬁne \U0001f600.", ("Birch & Co",), ("shop",), "https://birch.test",
    (PolicyDate("updated", "2026-01-01", 0, 4),),
    (Clause("c0", ("A", "B"), 0, 8, "list", (Sentence(0, 8, "item", (0, 4)), Sentence(2, 4))),),
    (ContactChannel("phone", "1-555", "ok", "press 3", (ChannelMention(0, 8, ("correct", "delete")), ChannelMention(0, 4, ())), "text", "x"),),
    (SelfServiceStep(("delete",), 0, 8),), (Right("delete", None, 0, 8),), (Condition(("delete",), "adults", 0, 4),),
    (Damage("spliced_list", 9, 12, "lost"), Damage("lost_link", 0, 3, "no link")),
)  # fmt: skip


def test_every_noun_survives_storage() -> None:
    assert load_policy(dump_policy(FULL)) == FULL


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_storage(text: str) -> None:
    assert load_policy(dump_policy(Policy("a", "1", "", "A", text))).text == text


def test_channels_gather_their_purposes_in_the_order_of_the_contract() -> None:
    channel = FULL.channels[0]
    assert channel.purposes == ("delete", "correct")
    assert channel.mention_for("delete") is channel.mentions[0]
    assert channel.mention_for("portability") is channel.mentions[0]


def test_places_are_found_by_their_half_open_spans() -> None:
    assert FULL.clause_at(7) is FULL.clauses[0]
    assert FULL.clause_at(8) is None
    assert FULL.is_damaged(11, 20)
    assert not FULL.is_damaged(12, 20)
    assert not FULL.is_damaged(0, 9)
    found = FULL.date("updated")
    assert found is not None
    assert found.iso == "2026-01-01"
    assert FULL.date("created") is None


def test_records_do_not_change() -> None:
    with pytest.raises(AttributeError):
        FULL.text = "other"  # type: ignore[misc]


def test_the_least_recently_used_value_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c"), len(recent)) == (1, None, 3, 2)
