"""What a policy grants, to whom, on what proof, and what a person can do alone."""

from __future__ import annotations

from collections.abc import Callable

from vectorstore.policy import Policy

Read = Callable[..., Policy]


def quotes(policy: Policy, spans: list[tuple[int, int]]) -> list[str]:
    return [policy.text[start:end] for start, end in spans]


def test_granted_rights_with_their_law_and_their_sentence(read: Read) -> None:
    policy = read(
        "Under the CCPA you may ask us to:\nGive you a copy of your data; and\nDelete your data.\nWe delete old logs.\n"
    )
    assert [(r.type, r.regime) for r in policy.rights] == [
        ("know_categories", "CCPA"),
        ("know_specific", "CCPA"),
        ("delete", "CCPA"),
    ]
    assert quotes(policy, [(r.start, r.end) for r in policy.rights])[-1] == "Delete your data."


def test_the_law_of_the_section_counts_where_the_sentence_names_none(read: Read) -> None:
    policy = read("Your GDPR Rights\nYou have the right to object to direct marketing at any time.\n")
    assert [(r.type, r.regime) for r in policy.rights] == [("object", "GDPR")]


def test_residence_and_proof_are_conditions(read: Read) -> None:
    policy = read(
        "California residents have the right to ask us to delete any personal information about them.\n"
        "Before we act we will verify your identity.\n"
        "An agent needs written permission that you have signed.\n"
    )
    assert [(c.text, c.types[:1]) for c in policy.conditions] == [
        ("California residents", ("delete",)),
        ("verify your identity", ("know_categories",)),
        ("written permission", ("authorized_agent",)),
    ]


def test_a_whole_section_for_residents_covers_its_rights(read: Read) -> None:
    policy = read(
        "Your Privacy Rights\nThis section is only for people who live in California. You may ask us to delete your data.\n"
    )
    assert [(c.text, c.types) for c in policy.conditions] == [("people who live in California", ("delete",))]


def test_steps_a_person_can_take_alone(read: Read) -> None:
    policy = read(
        "You can delete our cookies in your browser.\nEvery such e-mail has an unsubscribe link.\n"
        "To erase it, open Settings > Privacy > Delete my account.\nWe like you.\n"
    )
    assert [step.purposes for step in policy.steps] == [
        ("cookie_analytics_delete",),
        ("opt_out_marketing",),
        ("delete",),
    ]
