"""Acceptance: the two real policies give exactly their channels, dates, names and damage; real pages never crash."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ingest.errors import NotAPolicyError
from ingest.manifest import Entry, read_manifest
from ingest.reader import read_policy
from vectorstore.policy import Policy

SHARED = Path(__file__).parents[2].parent / "shared"
POLICIES = SHARED / "policies/policies.yaml"
PAGES = sorted((SHARED / "corpora/html").glob("*.html"))
SERVICES = [max(folder.glob("*.md")) for folder in sorted((SHARED / "corpora/versions").glob("*")) if folder.is_dir()]
REASON = "the shared folder with the real policies does not stand beside this checkout"
real = pytest.mark.skipif(not POLICIES.exists(), reason=REASON)


@pytest.fixture(scope="module")
def policies() -> dict[str, Policy]:
    entries = read_manifest(POLICIES)
    return {e.id: read_policy((POLICIES.parent / e.source).read_bytes(), e.source, e) for e in entries}


@real
def test_fujitsu_names_and_dates(policies: dict[str, Policy]) -> None:
    policy = policies["fujitsu"]
    assert (policy.company, policy.version) == ("Fujitsu", "2019-12-30")
    assert policy.aliases == (
        "Fujitsu Computer Products of America, Inc.",
        "Fujitsu Computer Products of America",
        "FCPA",
    )
    assert {(d.kind, d.iso) for d in policy.dates} == {("updated", "2019-12-30"), ("created", "2019-12-26")}


@real
def test_fujitsu_channels(policies: dict[str, Policy]) -> None:
    channels = policies["fujitsu"].channels
    assert Counter((c.type, c.value, c.status, c.conditions) for c in channels) == Counter(
        [
            ("email", "fcpaprivacy@us.fujitsu.com", "ok", None),
            (
                "mail",
                "Fujitsu Computer Products of America, Legal, 1250 E. Arques Avenue, Sunnyvale, CA 94085",
                "ok",
                None,
            ),
            ("phone", "1-833-975-1289", "ok", None),
        ]
    )
    assert all({"delete", "know_specific", "correct"} <= set(channel.purposes) for channel in channels)


@real
def test_fujitsu_splice_is_damaged(policies: dict[str, Policy]) -> None:
    policy = policies["fujitsu"]
    splice, missing = [d for d in policy.damage if d.unreliable]
    assert (splice.kind, missing.kind) == ("spliced_list", "missing_item")
    assert policy.text[splice.start : splice.end].startswith("We will access, transfer, disclose, and preserve")
    assert "necessary to:\nThe categories of Personal Information" in policy.text[splice.start : splice.end]
    assert policy.text[missing.start : missing.end] == "(2) Delete Personal Information we collected from you."


@real
def test_casio_names_and_dates(policies: dict[str, Policy]) -> None:
    policy = policies["casio"]
    assert (policy.company, policy.title, policy.version) == ("Casio", "Privacy Statement", "2020-01-01")
    assert [(d.kind, d.iso) for d in policy.dates] == [("effective", "2020-01-01"), ("updated", "2020-01-01")]
    assert "G-SHOCK" in policy.cues


@real
def test_casio_channels(policies: dict[str, Policy]) -> None:
    channels = policies["casio"].channels
    assert [(c.type, c.value, c.status, c.conditions, c.purposes) for c in channels] == [
        ("web_form", None, "unresolved", None, ("cookie_analytics_delete",)),
        (
            "phone",
            "800-706-2534",
            "ok",
            "select option 4",
            ("know_categories", "know_specific", "delete", "general_contact"),
        ),
        ("web_form", None, "unresolved", None, ("know_categories", "know_specific", "delete")),
        ("web_form", None, "unresolved", "have it notarized", ("authorized_agent",)),
    ]
    assert len({c.label for c in channels if c.type == "web_form"}) == 3


@real
def test_casio_begins_at_its_title_and_keeps_the_line_in_its_footer(policies: dict[str, Policy]) -> None:
    policy = policies["casio"]
    body = [policy.text[c.start : c.end] for c in policy.clauses if c.kind != "menu"]
    assert body[0] == "PRIVACY STATEMENT"
    assert body[-1].endswith("please refer to the FAQs.")
    assert "Terms and Conditions of Sales" not in body


@real
@pytest.mark.parametrize("path", [*PAGES, *SERVICES], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_real_pages_are_read_without_false_alarms(path: Path) -> None:
    try:
        policy = read_policy(path.read_bytes(), path.name, Entry(id="page", source=path.name))
    except NotAPolicyError:
        pytest.fail("each of these pages holds a policy")
    quotable = [c for c in policy.clauses if c.kind in {"paragraph", "list"}]
    assert sum(len(policy.text[c.start : c.end].split()) for c in quotable) > 100
    assert not any(damage.unreliable for damage in policy.damage)
    assert all(c.origin == "link" or c.value is None or c.value in policy.text for c in policy.channels)


@real
@pytest.mark.parametrize(
    ("pattern", "company"),
    [
        ("html/*instagram*", "Instagram"),
        ("html/*gamestop*", "GameStop"),
        ("html/*tgifridays*", "TGI Fridays"),
        ("html/*uh.edu*", "University of Houston"),
        ("versions/Reddit/*", "Reddit"),
        ("versions/BeReal/*", "BeReal"),
        ("versions/Bluesky/*", "Bluesky"),
        ("versions/Twitch/*", "Twitch"),
    ],
)
def test_real_pages_name_their_company(pattern: str, company: str) -> None:
    path = max((SHARED / "corpora").glob(pattern))
    assert read_policy(path.read_bytes(), path.name, Entry(id="page", source=path.name)).company == company
