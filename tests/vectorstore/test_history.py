"""Versions over time: which is current, as of a day, roll-back, removal, and libraries older than the record of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.vectorstore.shelf import HASH, document, nearest, passages
from vectorstore import database as db
from vectorstore.errors import UnknownPolicyError, UnknownVersionError
from vectorstore.library import PolicyLibrary, PutResult
from vectorstore.policy import Policy, PolicyDate
from vectorstore.settings import StoreSettings

STREET = "Birch keeps your street for {} years."


class Calendar:
    """Today, as the test says."""

    def __init__(self) -> None:
        self.day = date(2026, 11, 27)

    def __call__(self) -> date:
        return self.day


@pytest.fixture
def today() -> Calendar:
    return Calendar()


@pytest.fixture
def library(tmp_path: Path, today: Calendar) -> PolicyLibrary:
    return PolicyLibrary.open(StoreSettings(tmp_path / "data"), HASH, today=today)


def dated(years: int, day: str, kind: str = "effective") -> Policy:
    policy = document("birch", STREET.format(years), version=day)
    return replace(policy, dates=(PolicyDate(kind, day, 0, 5),))


def put(library: PolicyLibrary, policy: Policy, seen: str | None = None) -> PutResult:
    return library.put(policy, passages(policy), seen)


def test_an_older_document_is_stored_as_an_earlier_version_and_the_current_one_stays(library: PolicyLibrary) -> None:
    put(library, dated(2, "2026-01-01"))
    result = put(library, dated(7, "2024-01-01"))
    assert (result.status, result.version, result.standing, result.start) == (
        "changed",
        "2024-01-01",
        "earlier",
        "2024-01-01",
    )
    assert library.get("birch").version == "2026-01-01"
    assert [(row.version, row.start, row.standing) for row in library.history.rows("birch")] == [
        ("2024-01-01", "2024-01-01", "earlier"), ("2026-01-01", "2026-01-01", "current"),
    ]  # fmt: skip


def test_a_version_from_a_day_to_come_takes_over_on_that_day(library: PolicyLibrary, today: Calendar) -> None:
    put(library, dated(2, "2026-01-01"))
    result = put(library, dated(7, "2026-12-15"))
    assert (result.standing, result.start) == ("scheduled", "2026-12-15")
    assert library.get("birch").version == "2026-01-01"
    assert library.history.promote_due() == []
    today.day = date(2026, 12, 15)
    assert library.history.promote_due() == ["birch"]
    assert library.get("birch").version == "2026-12-15"
    assert library.history.promote_due() == []


def test_the_first_document_answers_whatever_its_date(library: PolicyLibrary) -> None:
    assert put(library, dated(2, "2027-01-01")).standing == "current"


def test_a_folder_of_dated_files_ingested_twice_is_unchanged_the_second_time(library: PolicyLibrary) -> None:
    files = [
        (2, "2024-05-22", "2024-05-22"),
        (3, "2024-05-22", "2025-06-25"),
        (2, "2024-05-22", "2025-07-01"),
        (9, "2026-01-01", "2026-01-09"),
    ]
    first = [put(library, dated(years, stated), seen).status for years, stated, seen in files]
    again = [put(library, dated(years, stated), seen).status for years, stated, seen in files]
    assert first == ["new", "changed", "changed", "changed"]
    assert again == ["unchanged"] * 4
    assert library.get("birch").version == "2026-01-01"
    days = [date(2024, 6, 1), date(2025, 6, 30), date(2025, 8, 1), date(2026, 2, 1), date(2024, 1, 1)]
    assert [library.history.version_on("birch", day) for day in days] == [
        "2024-05-22",
        "2024-05-22-2",
        "2024-05-22",
        "2026-01-01",
        None,
    ]
    assert library.history.before("birch", "2026-01-01") == "2024-05-22"
    assert library.history.before("birch", "2024-05-22-2") == "2024-05-22"


def test_a_roll_back_holds_until_new_words_come(library: PolicyLibrary) -> None:
    put(library, dated(2, "2025-01-01"))
    put(library, dated(3, "2026-01-01"))
    assert library.history.roll_back("birch", "2025-01-01")
    assert not library.history.roll_back("birch", "2025-01-01")
    assert library.get("birch").version == "2025-01-01"
    assert nearest(library, "street") == [STREET.format(2)]
    assert put(library, dated(3, "2026-01-01")).status == "unchanged"
    assert library.get("birch").version == "2025-01-01"
    assert [row.rolled_back_to for row in library.history.rows("birch")] == ["2026-11-27", None]
    assert put(library, dated(4, "2026-10-01")).standing == "current"
    assert library.get("birch").version == "2026-10-01"


def test_one_version_is_removed_and_the_one_then_in_force_takes_its_place(library: PolicyLibrary) -> None:
    for years, day in ((2, "2024-01-01"), (3, "2025-01-01"), (4, "2026-01-01")):
        put(library, dated(years, day))
    library.remove("birch", "2026-01-01")
    assert library.get("birch").version == "2025-01-01"
    library.remove("birch", "2024-01-01")
    assert library.versions("birch") == ["2025-01-01"]
    with pytest.raises(UnknownVersionError):
        library.remove("birch", "2024-01-01")
    library.remove("birch", "2025-01-01")
    with pytest.raises(UnknownPolicyError):
        library.get("birch")


def test_unknown_ids_and_versions_are_told_apart(library: PolicyLibrary) -> None:
    put(library, dated(2, "2024-01-01"))
    with pytest.raises(UnknownVersionError):
        library.history.roll_back("birch", "1999-01-01")
    for call in (lambda: library.history.rows("cedar"), lambda: library.history.version_on("cedar", date(2026, 1, 1))):
        with pytest.raises(UnknownPolicyError):
            call()


def test_a_library_of_the_former_schema_opens_and_keeps_its_current_version(tmp_path: Path) -> None:
    settings = StoreSettings(tmp_path / "data")
    former = PolicyLibrary.open(settings, HASH)
    put(former, dated(3, "2026-01-01"))
    put(former, dated(2, "2024-01-01"))
    with db.writing(former._engine) as connection:
        # The state an older release leaves: the last document ingested is current, and there are no such tables.
        connection.execute(text("UPDATE policies SET current_version = '2024-01-01'"))
        connection.execute(text("DROP TABLE version_observations"))
        connection.execute(text("DROP TABLE channel_approvals"))
    former._engine.dispose()
    opened = PolicyLibrary.open(settings, HASH)
    assert opened.get("birch").version == "2024-01-01"
    assert opened.history.version_on("birch", date(2025, 1, 1)) == "2024-01-01"
    assert opened.history.promote_due() == []
    assert put(opened, dated(9, "2026-11-01")).status == "changed"
    assert opened.get("birch").version == "2026-11-01"


def test_the_company_is_embedded_under_the_name_it_had_before(library: PolicyLibrary) -> None:
    put(library, replace(dated(2, "2024-01-01"), company="Birch App"))
    assert library.context_company(replace(dated(3, "2025-01-01"), company="Birch")) == "Birch App"
    assert library.context_company(replace(dated(3, "2025-01-01"), company="Cedar")) == "Cedar"
    assert library.context_company(document("elm", "Elm keeps nothing.")) == "Elm"
