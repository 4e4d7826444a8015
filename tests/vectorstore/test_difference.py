"""Two versions side by side: added, removed, reworded; moved clauses are no change."""

from __future__ import annotations

from dataclasses import replace

from tests.vectorstore.shelf import document
from vectorstore.difference import Change, differences

KEEP = "We keep your orders for seven years because tax law asks us to."
SELL = "We never sell what we know about you to anybody."
LONG = " ".join(
    f"Purpose {n}: we use entry {n} of your record to answer question {n} that you put to us." for n in range(30)
)


def test_equal_and_moved_clauses_are_no_change() -> None:
    assert differences(document("birch", KEEP, SELL), document("birch", SELL, KEEP)) == []


def test_a_new_clause_is_added_and_a_lost_one_removed() -> None:
    found = differences(document("birch", KEEP), document("birch", SELL))
    assert found == [Change("added", (), None, SELL), Change("removed", (), KEEP, None)]


def test_a_changed_word_is_a_rewording() -> None:
    ten = KEEP.replace("seven", "ten")
    assert differences(document("birch", KEEP, SELL), document("birch", ten, SELL)) == [
        Change("reworded", (), KEEP, ten)
    ]


def test_a_long_clause_with_one_changed_word_is_a_rewording() -> None:
    other = LONG.replace("Purpose 17", "Aim 17")
    assert [change.kind for change in differences(document("birch", LONG), document("birch", other))] == ["reworded"]


def test_every_rewording_finds_its_own_former_clause() -> None:
    before = [f"Rule {n}: data of kind {n} is kept for {n} years and then wiped by the team." for n in range(2, 6)]
    after = [clause.replace("wiped", "erased") for clause in reversed(before)]
    found = differences(document("birch", *before), document("birch", *after))
    assert [(change.old, change.new) for change in found] == list(zip(reversed(before), after, strict=True))


def test_headings_and_menus_are_left_out() -> None:
    old, new = document("birch", KEEP, "Home Shop Cart"), document("birch", KEEP, "Home Shop Basket")
    as_menu = [replace(p, clauses=(p.clauses[0], replace(p.clauses[1], kind="menu"))) for p in (old, new)]
    assert differences(*as_menu) == []
    assert len(differences(old, new)) == 1
