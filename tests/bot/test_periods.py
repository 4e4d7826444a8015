"""Periods and days read from questions; today is 27 November 2026 in all of them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.periods import read_as_of, read_period

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("question", "base", "last"),
    [
        ("what changed since January 2025?", "2024-12-31", None),
        ("what changed since January about sharing?", "2025-12-31", None),
        ("what changed since December?", "2025-11-30", None),
        ("since May 9, 2024", "2024-05-08", None),
        ("since 9 May 2024", "2024-05-08", None),
        ("after 2023-05-01", "2023-04-30", None),
        ("between October 2025 and June 2026", "2025-10-31", "2026-06-30"),
        ("between June and August 2025", "2025-06-30", "2025-08-31"),
        ("between November and February 2025", "2024-11-30", "2025-02-28"),
        ("from 2024-05-01 to 2025-01-01", "2024-05-01", "2025-01-01"),
        ("between 2023 and 2024", "2023-12-31", "2024-12-31"),
        ("compare the 2023 and 2024 versions", "2023-12-31", "2024-12-31"),
        ("what changed in February 2024", "2024-01-31", "2024-02-29"),
        ("what did they add in 2025", "2024-12-31", "2025-12-31"),
        ("what changed before 2023", None, "2022-12-31"),
        ("what changed last year", "2024-12-31", "2025-12-31"),
        ("what changed this year", "2025-12-31", None),
        ("changes in the last six months", "2026-05-27", None),
        ("what changed in the past 2 weeks", "2026-11-13", None),
        ("what is different from two years ago", "2024-11-27", None),
    ],
)
def test_a_period_is_read(question: str, base: str | None, last: str | None) -> None:
    period = read_period(question, TODAY)
    assert period is not None
    assert (period.base and period.base.isoformat(), period.last and period.last.isoformat()) == (base, last)
    assert period.words in question
    assert not period.latest


@pytest.mark.parametrize(
    "question", ["what's new in the latest update?", "between the old version and the new one", "what changed recently"]
)
def test_the_last_change_is_a_period_of_its_own(question: str) -> None:
    period = read_period(question, TODAY)
    assert period is not None
    assert period.latest


@pytest.mark.parametrize(
    "question",
    [
        "may they sell my data?",
        "do you keep 2023 orders",
        "sell to anyone",
    ],
)
def test_other_words_are_no_period(question: str) -> None:
    assert read_period(question, TODAY) is None


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("as of January 2023, did they sell data?", "2023-01-31"),
        ("did they sell data as of 2024-05-01", "2024-05-01"),
        ("as of 2026 do they sell data", "2026-11-27"),
        ("back in 2022, did they sell data", "2022-12-31"),
        ("as of now, do they sell data", None),
        ("as of May 2030", None),
        ("do they sell data", None),
    ],
)
def test_a_day_is_read(question: str, day: str | None) -> None:
    read = read_as_of(question, TODAY)
    assert (read and read[0].isoformat()) == day
