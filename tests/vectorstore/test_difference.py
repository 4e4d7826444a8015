"""What changed between two versions, clause by clause and sentence by sentence."""

from __future__ import annotations

import time
from dataclasses import replace

from tests.vectorstore.shelf import document
from vectorstore.difference import Change, changed_runs, differences, edits_between, marked_words
from vectorstore.policy import Clause, Policy, Sentence

KEEP = "We keep your orders for seven years because tax law asks us to."
SELL = "We never sell what we know about you to anybody."
ADS = "Advertisers see how many people clicked, and nothing about any of them."
MAIL = "You can stop our letters at any time by writing to the shop."


def short(changes: list[Change]) -> list[tuple[str, str | None, str | None]]:
    return [(change.kind, change.old, change.new) for change in changes]


def clause_of(*sentences: str, kind: str = "paragraph", item: str = "sentence", path: tuple[str, ...] = ()) -> Policy:
    """Return a policy of one clause with those sentences."""
    text, spans = "", []
    for words in sentences:
        spans.append(Sentence(len(text), len(text) + len(words), item))
        text += words + "\n"
    return Policy(
        "birch", "1", "Privacy", "Birch", text, clauses=(Clause("c", path, 0, len(text) - 1, kind, tuple(spans)),)
    )


def test_equal_clauses_are_no_change_and_a_moved_one_is_moved() -> None:
    one, other = document("birch", KEEP, SELL, ADS), document("birch", SELL, ADS, KEEP)
    assert differences(one, one) == []
    assert short(differences(one, other)) == [("moved", KEEP, KEEP)]


def test_a_new_clause_is_added_and_a_lost_one_removed_with_their_places() -> None:
    old, new = document("birch", KEEP, ADS), document("birch", ADS, SELL)
    added, removed = differences(old, new)
    assert (added.kind, added.old, added.new, added.new_start, added.old_start) == (
        "added",
        None,
        SELL,
        len(ADS) + 1,
        None,
    )
    assert (removed.kind, removed.old, removed.new, removed.old_start, removed.old_end) == (
        "removed",
        KEEP,
        None,
        0,
        len(KEEP),
    )


def test_a_changed_word_is_a_rewording_and_the_word_is_marked() -> None:
    ten = KEEP.replace("seven", "ten")
    change = differences(document("birch", KEEP, SELL), document("birch", ten, SELL))[0]
    assert (change.kind, change.old, change.new) == ("reworded", KEEP, ten)
    assert [mark for mark in marked_words(KEEP, ten) if mark[0] != "same"] == [("removed", "seven"), ("added", "ten")]
    run = changed_runs(KEEP, ten)[0]
    assert (KEEP[run.old_start : run.old_end], ten[run.new_start : run.new_end]) == ("seven", "ten")


def test_punctuation_letter_case_and_numbering_are_no_change() -> None:
    assert differences(document("birch", f"1.2 {KEEP}"), document("birch", f"3. {KEEP.upper()[:-1]}")) == []


def test_only_the_changed_sentence_of_a_clause_is_an_edit() -> None:
    old, new = clause_of(KEEP, SELL, ADS), clause_of(KEEP, ADS.replace("Advertisers", "Partners"), MAIL)
    edits = [
        (
            edit.kind,
            old.text[edit.old_start : edit.old_end] if edit.old_start is not None else None,
            new.text[edit.new_start : edit.new_end] if edit.new_start is not None else None,
        )
        for edit in edits_between(old, new)
    ]
    assert edits == [
        ("reworded", ADS, ADS.replace("Advertisers", "Partners")),
        ("added", None, MAIL),
        ("removed", SELL, None),
    ]


def test_rows_are_aligned_by_their_first_cell_and_items_one_by_one() -> None:
    old = clause_of("Name | to greet you", "Location | to show shops near you", kind="table", item="row")
    new = clause_of(
        "Location | for advertising by partners, unless you object to it",
        "Name | to greet you",
        kind="table",
        item="row",
    )
    (edit,) = edits_between(old, new)
    assert (edit.kind, old.text[edit.old_start : edit.old_end]) == ("reworded", "Location | to show shops near you")
    items = clause_of("IP address", "Name of your browser", "Pages read", kind="list", item="item")
    more = clause_of("IP address", "Pages read", "Device number", kind="list", item="item")
    assert sorted(edit.kind for edit in edits_between(items, more)) == ["added", "removed"]


def test_a_clause_split_in_two_changes_no_sentence() -> None:
    old, new = clause_of(KEEP, SELL, ADS, MAIL), document("birch", f"{KEEP}", SELL, ADS, MAIL)
    assert edits_between(old, new) == []
    assert {change.kind for change in differences(old, new)} <= {"moved"}


def test_a_section_under_another_heading_is_renamed() -> None:
    old, new = clause_of(KEEP, SELL, path=("Sharing",)), clause_of(KEEP, SELL, path=("What we disclose",))
    assert short(differences(old, new)) == [("renamed", "Sharing", "What we disclose")]
    assert differences(clause_of(KEEP, path=("2. Sharing",)), clause_of(KEEP, path=("3. Sharing",))) == []


def test_menus_and_hidden_text_are_not_compared() -> None:
    old = document("birch", KEEP)
    menu = replace(old, clauses=(replace(old.clauses[0], kind="menu"),))
    assert differences(menu, document("birch", SELL)) == differences(
        replace(menu, text="", clauses=()), document("birch", SELL)
    )


def test_long_documents_take_little_time() -> None:
    def long(word: str) -> Policy:
        return document(
            "birch",
            *(
                f"Rule {n} of chapter {n % 7} says that {word} {n * 37} is kept for {n} days by the shop."
                for n in range(700)
            ),
        )

    old, new = long("order"), long("parcel")
    assert len(old.text) > 45_000
    began = time.perf_counter()
    changes = differences(old, new)
    assert time.perf_counter() - began < 10
    assert len(changes) == 700
