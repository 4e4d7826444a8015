"""The linter flags what the source lost, and leaves ordinary lists alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vectorstore.policy import Policy

Read = Callable[..., Policy]


def unreliable(policy: Policy) -> list[str]:
    return [damage.kind for damage in policy.damage if damage.unreliable]


def test_a_spliced_list_is_flagged_over_its_whole_span(read: Read) -> None:
    policy = read(
        "We disclose data when we believe that doing so is necessary to:\n"
        "The categories of data we collected about you;\nThe specific pieces of data we collected;\nThe purpose for collecting it.\n"
    )
    (damage,) = policy.damage
    assert damage.kind == "spliced_list"
    assert policy.text[damage.start : damage.end].startswith("We disclose data")
    assert policy.text[damage.start : damage.end].endswith("for collecting it.")
    assert policy.is_damaged(damage.start + 3, damage.start + 4)


def test_things_asked_for_and_deeds_found_are_a_splice_too(read: Read) -> None:
    policy = read(
        "We collect the following categories of information:\nDelete your account;\nOpt out of sales;\nRequest a copy.\n"
    )
    assert unreliable(policy) == ["spliced_list"]


@pytest.mark.parametrize(
    "text",
    [
        "We use data for the following purposes:\nProvide the service;\nImprove our site;\nProtect our users.\n",
        "We share data where it is necessary to:\ncomply with the law;\nenforce our terms;\nprotect the rights of others.\n",
        "You have the right to:\nDelete your data;\nCorrect your data.\n",
        "We collected the following categories of information:\nIdentifiers such as your name;\nYour location;\nThe pages you saw.\n",
        "We use it to:\nFill orders;\nThe law demands it;\nStop fraud.\n",
    ],
)
def test_ordinary_lists_are_not_flagged(read: Read, text: str) -> None:
    assert unreliable(read(text)) == []


def test_an_enumeration_without_its_first_item_is_flagged(read: Read) -> None:
    policy = read("Your Rights\n(2) Delete the information we collected from you.\n")
    assert unreliable(policy) == ["missing_item"]


@pytest.mark.parametrize(
    "text",
    [
        "You may (1) see your data.\n(2) Delete the information we collected from you.\n",
        "You may ask us to:\n(a) see your data;\n(b) delete it.\n",
    ],
)
def test_whole_enumerations_are_not_flagged(read: Read, text: str) -> None:
    assert unreliable(read(text)) == []


def test_a_lost_link_is_noted_but_its_words_are_reliable(read: Read) -> None:
    policy = read("To delete your data, submit a request using this form.\n")
    assert [(d.kind, d.unreliable) for d in policy.damage] == [("lost_link", False)]
    assert policy.damage[0].reason == "the policy refers to a form whose link was lost in this copy"


def test_a_form_without_a_link_on_a_page_with_links_is_worded_otherwise(read: Read) -> None:
    policy = read("To delete your data, submit a request using this form.\n", "acme.md")
    assert policy.damage[0].reason == "the policy refers to a form, but the link is not in the document"
