"""Lines on their own, headings that share a line with their text, and the false friends of both."""

from __future__ import annotations

import pytest

from ingest import headings

PROSE = "We keep what you tell us for as long as your account is open, and then for two more years."


@pytest.mark.parametrize(
    "line",
    [
        "Your Rights and Choices",
        "COOKIES AND OTHER TRACKING TECHNOLOGIES",
        "Disclosure of Information.",
        "7. Your rights",
        "II. WHAT INFORMATION DO WE GATHER?",
        "How do we protect your data?",
        "Registration for our website:",
        "Children under 13",
    ],
)
def test_headings(line: str) -> None:
    assert headings.is_heading(line, PROSE)


@pytest.mark.parametrize(
    "line",
    [
        "We do not sell it.",
        "If you agree, we may call you",
        "Call us at 800-706-2534 and select option 4",
        "privacy@acme.example",
        "(2) Delete it",
        "Last Updated: May 1, 2025",
        "Bellevue, WA 98004",
        "Name, address and telephone number;",
        "",
        PROSE,
    ],
)
def test_lines_that_are_no_headings(line: str) -> None:
    assert not headings.is_heading(line, PROSE)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("Device data. We collect the model of your phone.", "Device data."),
        (
            "How you and your device interact with Acme. When you use it, we may record it.",
            "How you and your device interact with Acme.",
        ),
        ("To respond to requests and inquiries. We may collect your name.", "To respond to requests and inquiries."),
        ("Payment cards.Card numbers go to our bank.", "Payment cards."),
        (f"Account Information: {PROSE}", "Account Information:"),
    ],
)
def test_run_in_headings(text: str, heading: str) -> None:
    assert text[: headings.run_in_heading(text)] == heading


@pytest.mark.parametrize(
    "text",
    [
        "Other swimmers see only what you share. If you join a pod, its members see more.",
        "Our website sets one cookie, which remembers your language. It sets no others.",
        "Acme gives users the option to receive e-mail. They can opt out.",
        "When you use our services, you trust us with your information. We know it.",
        "Thank you for visiting our website. We protect it.",
        "We do not sell data. We never have.",
        "Call 800-555-0147 today. Somebody answers.",
        "I. WHICH SITES ARE COVERED?",
        "One sentence only, with no second one",
    ],
)
def test_sentences_that_are_no_run_in_headings(text: str) -> None:
    assert headings.run_in_heading(text) == 0


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("No Sales of Personal InformationWe have not sold any.", "No Sales of Personal Information"),
        ("How Long We Keep OrdersWe keep order records for seven years.", "How Long We Keep Orders"),
    ],
)
def test_glued_headings(text: str, heading: str) -> None:
    assert text[: headings.glued_heading(text)] == heading


@pytest.mark.parametrize(
    "text", ["YouTube is a service that we use.", "We embed videos of YouTube on Our Pages.", "SmartThe works"]
)
def test_names_with_inner_capitals_stay_whole(text: str) -> None:
    assert headings.glued_heading(text) == 0


@pytest.mark.parametrize(
    "line",
    [
        "Last Updated: 05/01/2025",
        "Effective January 1, 2020",
        "Date Created: 12 26, 2019",
        "Revision Date: March 24th 2015",
    ],
)
def test_date_lines(line: str) -> None:
    assert headings.is_date_line(line)


@pytest.mark.parametrize(
    "line", ["Bellevue, WA 98004", "Dallas, Texas 75254", "Whitby, YO99 1AA", "L-2449 Luxembourg", "United Kingdom"]
)
def test_last_lines_of_addresses(line: str) -> None:
    assert headings.ends_address(line)
