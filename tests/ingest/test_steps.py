"""What a person can do alone: kinds, links and settings paths."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vectorstore.policy import Policy

Read = Callable[..., Policy]
CLOSING = "\n\nWe are glad to explain every line of this notice to you whenever you ask.\n"


@pytest.mark.parametrize(
    ("sentence", "kind", "link"),
    [
        (
            "To opt out of interest-based ads, visit the [NAI](http://optout.networkadvertising.org/).",
            "opt_out_tool",
            "http://optout.networkadvertising.org/",
        ),
        (
            "You may opt out at http://www.aboutads.info/choices/ at any time.",
            "opt_out_tool",
            "http://www.aboutads.info/choices/",
        ),
        (
            "Use the [Google Analytics opt-out add-on](https://tools.google.com/dlpage/gaoptout).",
            "opt_out_tool",
            "https://tools.google.com/dlpage/gaoptout",
        ),
        (
            "Change your [cookie settings](https://acme.example/cookie-settings) whenever you like.",
            "opt_out_tool",
            "https://acme.example/cookie-settings",
        ),
        ("You can unsubscribe with the link at the bottom of each newsletter.", "unsubscribe", None),
        (
            "Manage your [email preferences](https://acme.example/email-preferences).",
            "unsubscribe",
            "https://acme.example/email-preferences",
        ),
        (
            "Opt out with the [Do Not Sell or Share My Personal Information](https://acme.example/dns) link.",
            "do_not_sell",
            "https://acme.example/dns",
        ),
        (
            "To control your data, open the [Privacy Center](https://acme.example/privacy-center).",
            "privacy_centre",
            "https://acme.example/privacy-center",
        ),
        (
            "You can [delete your account](https://acme.example/delete-account) yourself.",
            "account",
            "https://acme.example/delete-account",
        ),
        (
            "You can [download your data](https://acme.example/export) at any time.",
            "account",
            "https://acme.example/export",
        ),
    ],
)
def test_kinds_of_steps(read: Read, sentence: str, kind: str, link: str | None) -> None:
    (step,) = read(sentence + CLOSING, "acme.md").steps
    assert (step.kind, step.link) == (kind, link)
    assert step.purposes


@pytest.mark.parametrize(
    ("sentence", "path", "purpose"),
    [
        (
            "To delete your account, go to Settings > Privacy > Delete account.",
            "Settings > Privacy > Delete account",
            "delete",
        ),
        ("Edit your name under Account → Profile.", "Account → Profile", "correct"),
    ],
)
def test_paths_inside_an_app(read: Read, sentence: str, path: str, purpose: str) -> None:
    (step,) = read(sentence + CLOSING, "acme.txt").steps
    assert (step.kind, step.path) == ("settings", path)
    assert purpose in step.purposes


@pytest.mark.parametrize(
    "sentence",
    [
        "Our settings > defaults ratio is good.",
        "Read the [terms](https://acme.example/terms) of our partner.",
        "Advertisers use cookies to show you advertisements.",
    ],
)
def test_sentences_that_tell_nobody_what_to_do(read: Read, sentence: str) -> None:
    assert read(sentence + CLOSING, "acme.md").steps == ()
