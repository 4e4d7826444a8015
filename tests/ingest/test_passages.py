"""What is embedded: every clause in windows of whole sentences, and every sentence with its lead-in."""

from __future__ import annotations

from collections.abc import Callable

from ingest.passages import WINDOW, passages_of
from vectorstore.policy import Policy

Read = Callable[..., Policy]


def test_an_item_carries_its_lead_in_and_a_clause_its_company_and_headings(read: Read) -> None:
    policy = read("What We Collect\nWe collect the following:\nYour name;\nYour age.\n")
    found = {policy.text[p.start : p.end]: p for p in passages_of(policy) if p.unit == "sentence"}
    assert found["Your age."].context == "We collect the following: "
    clause = next(p for p in passages_of(policy) if p.unit == "clause" and "Your age." in policy.text[p.start : p.end])
    assert clause.context == "Acme Tools. What We Collect. "


def test_menus_and_headings_are_never_embedded(read: Read) -> None:
    policy = read("Your Rights\nYou may ask us to delete your data.\nCareers\nTerms\n")
    texts = [policy.text[p.start : p.end] for p in passages_of(policy)]
    assert not {"Your Rights", "Careers", "Terms"} & set(texts)


def test_long_clauses_are_cut_between_sentences(read: Read) -> None:
    policy = read("We keep your data in our own safe and dry cellar. " * 60 + "\n")
    windows = [p for p in passages_of(policy) if p.unit == "clause" and p.end - p.start > 400]
    assert len(windows) >= 3
    assert all(p.end - p.start <= WINDOW and policy.text[p.end - 1] == "." for p in windows)
    assert all(left.end < right.start for left, right in zip(windows, windows[1:], strict=False))
