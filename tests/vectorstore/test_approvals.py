"""Addresses that a new version brings wait for the operator's approval; those of the first one do not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.vectorstore.shelf import document, open_library, put
from vectorstore.approvals import channel_key, offered
from vectorstore.library import PolicyLibrary
from vectorstore.policy import ChannelMention, ContactChannel, Policy

ANY = (ChannelMention(0, 5, ("delete", "general_contact")),)
OLD, NEW, LINE = "privacy@birch.example", "requests@birch.example", "800-555-0142"


def channel(kind: str, value: str | None, origin: str = "text") -> ContactChannel:
    return ContactChannel(kind, value, "ok" if value else "unresolved", None, ANY, origin)


def version(years: int, *channels: ContactChannel) -> Policy:
    return replace(
        document("birch", f"Birch keeps it for {years} years.", version=f"20{years}-01-01"), channels=channels
    )


@pytest.fixture
def library(tmp_path: Path) -> PolicyLibrary:
    return open_library(tmp_path / "data")


def states(library: PolicyLibrary) -> dict[str | None, str]:
    return {one.value: one.status for one in library.history.reviewed(library.get("birch")).channels}


def test_the_first_version_needs_no_approval(library: PolicyLibrary) -> None:
    put(library, version(20, channel("email", OLD)))
    assert states(library) == {OLD: "ok"}
    assert library.history.channels("birch") == []


def test_a_new_address_waits_and_is_not_offered_until_it_is_approved(library: PolicyLibrary) -> None:
    put(library, version(20, channel("email", OLD), channel("phone", LINE)))
    put(library, version(21, channel("email", NEW), channel("phone", "(800) 555 0142"), channel("web_form", None)))
    assert states(library) == {NEW: "pending", "(800) 555 0142": "ok", None: "unresolved"}
    kept = offered(library.history.reviewed(library.get("birch")))
    assert [one.value for one in kept.channels] == ["(800) 555 0142", None]
    assert [one.value for one in library.history.decide("birch", None, "approved")] == [NEW]
    assert states(library)[NEW] == "ok"
    assert library.history.decide("birch", None, "approved") == []


def test_a_refused_address_stays_refused_in_later_versions(library: PolicyLibrary) -> None:
    put(library, version(20, channel("email", OLD)))
    put(library, version(21, channel("email", NEW)))
    library.history.decide("birch", [NEW.upper()], "refused")
    put(library, version(22, channel("email", NEW), channel("email", OLD)))
    assert states(library) == {NEW: "refused", OLD: "ok"}


def test_the_operators_own_address_and_one_that_returns_need_no_approval(library: PolicyLibrary) -> None:
    put(library, version(20, channel("email", OLD)))
    put(library, version(21, channel("email", NEW, "override")))
    assert states(library) == {NEW: "ok"}
    put(library, version(22, channel("email", OLD)))
    assert states(library) == {OLD: "ok"}


def test_other_purposes_of_the_same_address_are_no_new_address(library: PolicyLibrary) -> None:
    put(library, version(20, channel("email", OLD)))
    put(library, version(21, replace(channel("email", OLD), mentions=(ChannelMention(0, 5, ("correct",)),))))
    assert states(library) == {OLD: "ok"}


def test_removal_forgets_the_decisions(library: PolicyLibrary) -> None:
    put(library, version(20, channel("email", OLD)))
    put(library, version(21, channel("email", NEW)))
    library.remove("birch")
    put(library, version(22, channel("email", NEW)))
    assert states(library) == {NEW: "ok"}


@pytest.mark.parametrize(
    ("kind", "one", "other", "same"),
    [
        ("email", "Privacy@Birch.example", "privacy@birch.example", True),
        ("email", "privacy@birch.example", "privacy@birch.example.net", False),
        ("phone", "1-800-555-0142", "1 (800) 555.0142", True),
        ("phone", "800-555-0142", "800-555-0143", False),
        ("web_form", "https://www.birch.example/form/", "http://birch.example/form", True),
        ("web_form", "https://birch.example/form", "https://birch.example/other", False),
        ("mail", "1 Birch Lane\nOslo", "1 Birch Lane, Oslo", True),
    ],
)
def test_an_address_is_the_same_whatever_its_spelling(kind: str, one: str, other: str, same: bool) -> None:
    assert (channel_key(kind, one) == channel_key(kind, other)) is same
