"""The two bundled samples, read as the demo reads them: names, dates, channels, the lost form and the damage."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.manifest import read_manifest
from ingest.reader import read_policy
from vectorstore.policy import Policy

FOLDER = Path(__file__).parents[2] / "policies"
ENTRIES = {entry.id: entry for entry in read_manifest(FOLDER / "policies.yaml")}


@pytest.fixture(scope="module", params=list(ENTRIES))
def sample(request: pytest.FixtureRequest) -> Policy:
    return read(request.param)


def read(policy_id: str) -> Policy:
    entry = ENTRIES[policy_id]
    return read_policy((FOLDER / entry.source).read_bytes(), entry.source, entry)


def addresses(policy: Policy) -> set[tuple[str, str | None, str | None]]:
    return {(channel.type, channel.value, channel.conditions) for channel in policy.channels}


def test_names_and_dates_of_the_shop() -> None:
    policy = read("larkspur")
    assert (policy.company, policy.title, policy.version) == ("Larkspur", "Privacy Notice", "2026-02-12")
    assert policy.aliases == ("Larkspur Outfitters, Inc.", "Larkspur Outfitters", "LARK")
    assert policy.url == "https://www.larkspur.example/help/privacy"
    assert [(d.kind, d.iso) for d in policy.dates] == [("effective", "2026-03-01"), ("updated", "2026-02-12")]
    assert "Emberdown 20" in policy.cues


def test_channels_of_the_shop() -> None:
    policy = read("larkspur")
    assert addresses(policy) == {
        ("email", "security@larkspur.example", None),
        ("email", "press@larkspur.example", None),
        ("email", "privacy@larkspur.example", None),
        ("phone", "800-555-0147", "press 3"),
        ("web_form", None, None),
        (
            "mail",
            "Larkspur Outfitters, Inc., Attn: Privacy Desk, 418 Alder Mill Road, Suite 200, Santa Rosa, CA 95401",
            None,
        ),
    }
    serving = {c.value for c in policy.channels if "delete" in c.purposes}
    assert serving == {"800-555-0147", "privacy@larkspur.example", None}
    assert {c.value for c in policy.channels if not c.purposes} == {
        "security@larkspur.example",
        "press@larkspur.example",
    }


def test_damage_of_the_shop() -> None:
    policy = read("larkspur")
    unreliable = [(d.kind, policy.text[d.start : d.end]) for d in policy.damage if d.unreliable]
    assert [kind for kind, _ in unreliable] == ["spliced_list", "missing_item"]
    assert unreliable[0][1].startswith("We give personal information to courts")
    assert unreliable[1][1].startswith("(2) Leave the program")
    lost = [policy.text[d.start : d.end] for d in policy.damage if d.kind == "lost_link"]
    assert lost == ["Fill in this form; or"]
    assert sum(d.kind == "glued_heading" for d in policy.damage) == 3


def test_names_dates_and_channels_of_the_app() -> None:
    policy = read("tidewell")
    assert (policy.company, policy.version) == ("Tidewell", "2026-06-03")
    assert policy.aliases == ("Tidewell Labs Ltd", "Tidewell Labs")
    assert policy.damage == ()
    assert addresses(policy) == {
        ("email", "dpo@tidewell.example", None),
        ("email", "support@tidewell.example", None),
        ("phone", "+44 20 7946 0381", None),
        ("web_form", "https://tidewell.example/privacy/request", None),
        ("api", "https://api.tidewell.example/v1/privacy-requests", None),
        ("mail", "Tidewell Labs Ltd, Data Protection, 9 Saltmarsh Lane, Whitby, YO99 1AA, United Kingdom", None),
        ("mail", "Lindekade Representation B.V., Attn: Tidewell, Lindekade 14, 1099 ZT Amsterdam, Netherlands", None),
    }


def test_no_menu_line_is_quotable_and_no_clause_is_menu(sample: Policy) -> None:
    quotable = {sample.text[c.start : c.end] for c in sample.clauses if c.kind != "menu"}
    menu = {sample.text[c.start : c.end] for c in sample.clauses if c.kind == "menu"}
    assert not {"Back to top", "Sign In", "Careers", "GTM-LK4X9TR"} & quotable
    assert all(len(line.split()) <= 6 for line in menu)


def test_headings_of_the_app_are_its_thirteen_sections_and_what_is_inside_them() -> None:
    paths = [c.path for c in read("tidewell").clauses if c.kind == "heading"]
    assert len([path for path in paths if len(path) == 2]) == 13
    assert ("Tidewell Privacy Policy", "7. Your rights", "How to use your rights") in paths
    assert all(clause.path[-1] in {part for path in paths for part in path} for clause in read("tidewell").clauses)
