"""Channels are words of the policy or of its links, with what each is for; other desks are no privacy channels."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vectorstore.policy import ContactChannel, Policy

Read = Callable[..., Policy]
KNOW_DELETE = ("know_categories", "know_specific", "delete")


def one(policy: Policy) -> ContactChannel:
    assert len(policy.channels) == 1, policy.channels
    return policy.channels[0]


def named(policy: Policy) -> list[tuple[str, str | None]]:
    return [(channel.type, channel.value) for channel in policy.channels]


def test_an_email_for_any_request_serves_every_right(read: Read) -> None:
    channel = one(read("To make any request, please contact us by e-mail at privacy@acme.example.\n"))
    assert (channel.type, channel.value, channel.status, channel.origin) == (
        "email",
        "privacy@acme.example",
        "ok",
        "text",
    )
    assert {"delete", "correct", "know_specific", "general_contact"} <= set(channel.purposes)


def test_phone_with_a_menu_option_keeps_the_policys_words(read: Read) -> None:
    channel = one(read("To submit a request to delete, call us at 800-706-2534 and select option 4.\n"))
    assert (channel.type, channel.value, channel.conditions) == ("phone", "800-706-2534", "select option 4")
    assert channel.purposes == ("delete",)


def test_the_same_phone_twice_is_one_channel_with_two_mentions(read: Read) -> None:
    channel = one(
        read("To delete your data, call 800-706-2534 and press 3.\nIf you have questions, call us at (800) 706-2534.\n")
    )
    assert (channel.value, channel.conditions, len(channel.mentions)) == ("800-706-2534", "press 3", 2)
    assert channel.purposes == ("delete", "general_contact")
    assert channel.mention_for("general_contact") == channel.mentions[1]


@pytest.mark.parametrize(
    "sentence",
    [
        "See section 1798.80 of the Code and order 2019-0101-3344.",
        "We hold the certificate 12345-6789 of our auditor.",
    ],
)
def test_other_numbers_are_no_phones(read: Read, sentence: str) -> None:
    assert read(f"{sentence}\n").channels == ()


def test_a_number_in_brackets_is_given_without_them(read: Read) -> None:
    assert one(read("If you have questions, call 1-844-ACME (1-844-872-4681) today.\n")).value == "1-844-872-4681"


@pytest.mark.parametrize(
    ("sentence", "address"),
    [
        (
            "Contact us by e-mail, or by mail to Acme Tools, Legal, 1250 E. Arques Avenue, Sunnyvale, CA 94085, or by phone.",
            "Acme Tools, Legal, 1250 E. Arques Avenue, Sunnyvale, CA 94085",
        ),
        (
            "Post: Acme Ltd, 9 Saltmarsh Lane, Whitby, YO99 1AA, United Kingdom",
            "Acme Ltd, 9 Saltmarsh Lane, Whitby, YO99 1AA, United Kingdom",
        ),
        (
            "With questions, write to us at Customer Care, P.O. Box 8041, Davenport, IA 52808-8041.",
            "Customer Care, P.O. Box 8041, Davenport, IA 52808-8041",
        ),
        (
            "Contact Acme with questions at 350 Bush Street, 2nd Floor, San Francisco, CA 94104, visit our page or call.",
            "350 Bush Street, 2nd Floor, San Francisco, CA 94104",
        ),
    ],
)
def test_postal_addresses_in_sentences(read: Read, sentence: str, address: str) -> None:
    assert named(read(f"{sentence}\n")) == [("mail", address)]


def test_a_postal_address_line_by_line_ends_at_its_postcode(read: Read) -> None:
    policy = read(
        "Write to us at:\nAcme Tools, Inc.\n625 Westport Parkway\nGrapevine, TX 76051\nYour Choices\nWe let you choose what we do.\n"
    )
    assert named(policy) == [("mail", "Acme Tools, Inc.\n625 Westport Parkway\nGrapevine, TX 76051")]


@pytest.mark.parametrize(
    "sentence",
    ["To enable payment and donations via the NY office, we collect your name.", "Write to us at any time you want."],
)
def test_sentences_that_only_sound_like_addresses(read: Read, sentence: str) -> None:
    assert read(f"{sentence}\n").channels == ()


def test_forms_whose_links_are_lost_are_unresolved_and_told_apart(read: Read) -> None:
    policy = read(
        "To ask us to delete any data, reach out to us via this form.\n"
        "If you want to authorize someone else to make a request on your behalf, please complete this form and have it notarized.\n"
    )
    assert [(c.type, c.value, c.status, c.conditions) for c in policy.channels] == [
        ("web_form", None, "unresolved", None),
        ("web_form", None, "unresolved", "have it notarized"),
    ]
    assert [c.purposes for c in policy.channels] == [("delete",), ("authorized_agent",)]
    assert policy.channels[0].label == "To ask us to delete any data, reach out to us via this form."
    assert [d.kind for d in policy.damage] == ["lost_link", "lost_link"]


def test_a_form_of_somebody_else_is_no_channel(read: Read) -> None:
    assert (
        read(
            "You are responsible for what you give the developer, for example through a web form on the extension.\n"
        ).channels
        == ()
    )


def test_links_give_forms_and_addresses_their_targets(read: Read) -> None:
    policy = read(
        "To delete your data, fill in the [privacy request form](/privacy/request) or [write](mailto:dpo%40acme.example?subject=x).\n",
        "acme.md",
        "https://acme.example/privacy",
    )
    assert [(c.type, c.value, c.origin) for c in policy.channels] == [
        ("email", "dpo@acme.example", "link"),
        ("web_form", "https://acme.example/privacy/request", "link"),
    ]


def test_the_link_beside_the_word_form_is_its_link(read: Read) -> None:
    policy = read(
        "You may exercise your rights through the online form [here](https://acme.example/contact).\n", "acme.md"
    )
    assert named(policy) == [("web_form", "https://acme.example/contact")]


@pytest.mark.parametrize(
    "link",
    [
        "[Information we collect](https://acme.example/privacy#information)",
        "[file format](https://en.wikipedia.org/wiki/Image_file_format)",
        "[our platform](https://acme.example/platform)",
        "[personal information](https://acme.example/terms/information)",
    ],
)
def test_links_that_lead_to_no_form(read: Read, link: str) -> None:
    assert read(f"If you have questions about your data, see {link}.\n", "acme.md").channels == ()


def test_an_endpoint_for_programs_is_an_api_for_agents(read: Read) -> None:
    channel = one(
        read("Services can send requests to our endpoint, https://api.acme.example/v1/privacy-requests, at any time.\n")
    )
    assert (channel.type, channel.value) == ("api", "https://api.acme.example/v1/privacy-requests")
    assert channel.purposes == ("authorized_agent",)


@pytest.mark.parametrize(
    "sentence",
    [
        "Journalists should write to press@acme.example.",
        "If you find a weakness, report it to security@acme.example.",
        "For help with the app itself, such as a game that will not start, write to support@acme.example.",
    ],
)
def test_other_desks_serve_no_request(read: Read, sentence: str) -> None:
    assert one(read(f"{sentence}\n")).purposes == ()


def test_a_name_that_merely_holds_press_is_no_press_desk(read: Read) -> None:
    assert one(read("If you have questions about privacy, write to express@acme.example.\n")).purposes == (
        "general_contact",
    )


def test_channels_under_a_lead_in_serve_what_it_asks_for(read: Read) -> None:
    policy = read(
        "To submit a request for information or a request to delete, residents may contact us in any of these ways:\n"
        "Call us at 800-706-2534 and select option 4\nSubmit a request using this form\n"
    )
    assert [(c.type, c.purposes) for c in policy.channels] == [("phone", KNOW_DELETE), ("web_form", KNOW_DELETE)]
