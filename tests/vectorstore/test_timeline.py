"""Since when a version was in force, from what texts state and when they were seen."""

from __future__ import annotations

from vectorstore.policy import PolicyDate
from vectorstore.timeline import ROLLBACK, Observation, in_force, start_of, stated_date, terms


def seen(position: int, version: str, stated: str | None, day: str | None, recorded: str = "2026-11-01") -> Observation:
    return Observation(position, version, stated, day, recorded)


def test_the_text_of_a_policy_tells_its_date_before_the_operator_does() -> None:
    updated, effective = PolicyDate("updated", "2025-05-29", 4, 30), PolicyDate("effective", "2025-06-28", 31, 60)
    operator = PolicyDate("effective", "2024-01-01", 0, 0)
    assert stated_date((operator, updated, effective)) == "2025-06-28"
    assert stated_date((operator, updated)) == "2025-05-29"
    assert stated_date((operator,)) == "2024-01-01"
    assert stated_date(()) is None


def test_a_version_is_in_force_from_the_date_it_states() -> None:
    known = terms([seen(0, "a", "2024-01-01", "2024-01-05"), seen(1, "b", "2024-06-01", "2024-05-20")])
    assert [(term.version, term.start) for term in known] == [("a", "2024-01-01"), ("b", "2024-06-01")]
    assert [
        term.version if (term := in_force(known, day)) else None for day in ("2023-12-31", "2024-05-31", "2024-06-01")
    ] == [None, "a", "b"]
    assert start_of(known, "b") == "2024-06-01"
    assert start_of(known, "c") is None


def test_words_changed_without_a_new_date_are_in_force_from_the_day_they_were_seen() -> None:
    known = terms([seen(0, "a", "2024-05-22", "2024-05-22"), seen(1, "b", "2024-05-22", "2025-06-25")])
    assert [(term.version, term.start) for term in known] == [("a", "2024-05-22"), ("b", "2025-06-25")]


def test_going_back_to_earlier_words_gives_them_a_second_term() -> None:
    known = terms([seen(n, version, "2020-12-11", f"2022-07-{11 + n}") for n, version in enumerate("abab")])
    assert [(term.version, term.start) for term in known] == [
        ("a", "2020-12-11"), ("b", "2022-07-12"), ("a", "2022-07-13"), ("b", "2022-07-14"),
    ]  # fmt: skip


def test_an_undated_version_is_in_force_from_the_day_it_was_seen_or_recorded() -> None:
    known = terms([seen(0, "a", None, "2022-07-11"), seen(1, "b", None, None, "2026-11-01")])
    assert [term.start for term in known] == ["2022-07-11", "2026-11-01"]


def test_an_old_file_ingested_late_is_an_earlier_version() -> None:
    known = terms([seen(0, "new", "2026-01-01", None), seen(1, "old", "2024-01-01", None, "2026-11-02")])
    assert [(term.version, term.start) for term in known] == [("old", "2024-01-01"), ("new", "2026-01-01")]


def test_the_order_of_ingest_does_not_matter_where_the_days_are_known() -> None:
    days = [("a", None, "2022-07-11"), ("b", "2023-06-01", "2024-01-22"), ("c", "2023-06-01", "2024-09-26")]
    rows = [seen(n, *row) for n, row in enumerate(days)]
    back = [seen(n, *row) for n, row in enumerate(reversed(days))]
    assert [(t.version, t.start) for t in terms(rows)] == [(t.version, t.start) for t in terms(back)]
    assert [t.start for t in terms(rows)] == ["2022-07-11", "2023-06-01", "2024-09-26"]


def test_a_roll_back_counts_from_its_day_on() -> None:
    rows = [seen(0, "a", "2024-01-01", None), seen(1, "b", "2025-01-01", None)]
    rows.append(Observation(2, "a", None, None, "2026-11-20", ROLLBACK))
    known = terms(rows)
    day = in_force(known, "2026-11-20")
    assert day is not None
    assert day.version == "a"
