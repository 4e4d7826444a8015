"""Due dates against a table counted by hand on a calendar; every expected date is a literal, with how it was counted."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bot.requests.calendars import BRITAIN, EUROPE, UNITED_STATES, easter, is_business_day
from bot.requests.deadlines import DISCLAIMER, RULES, due_dates, periods_of, reminders_due
from bot.requests.rights import KINDS, expectation
from tests.bot.requests.paper_requests import RECEIVED, stored

# (regime, type, step, day of receipt, extended, last day): the comment says how it was counted.
TABLE = [
    # CCPA, confirm: 10 business days after the day of receipt.
    ("CCPA", "delete", "confirm", "2026-03-02", False, "2026-03-16"),  # Mon; two weeks of five days, no holiday
    ("CCPA", "delete", "confirm", "2026-03-06", False, "2026-03-20"),  # Fri; Mon 9 is day 1
    ("CCPA", "delete", "confirm", "2026-03-07", False, "2026-03-20"),  # Sat counts as the Friday before it
    ("CCPA", "delete", "confirm", "2026-03-08", False, "2026-03-20"),  # Sunday the clocks change: days are days
    ("CCPA", "correct", "confirm", "2026-03-25", False, "2026-04-09"),  # 26 27 30, not 31 (Chavez), 1 2 3 6 7 8 9
    ("CCPA", "know_specific", "confirm", "2026-12-21", False, "2027-01-06"),  # 22 23 24, not 25, 28-31, not 1, 4 5 6
    ("CCPA", "know_specific", "confirm", "2026-11-20", False, "2026-12-08"),  # 23 24 25, not 26 27, 30, 1-4, 7 8
    ("CCPA", "delete", "confirm", "2026-06-26", False, "2026-07-13"),  # 29 30 1 2, not 3 (4th on a Saturday), 6-10, 13
    ("CCPA", "delete", "confirm", "2026-01-02", False, "2026-01-16"),  # 5-9, 12-16
    ("CCPA", "delete", "confirm", "2026-01-05", False, "2026-01-20"),  # 6-9, 12-16, not 19 (King), 20
    ("CCPA", "delete", "confirm", "2026-02-09", False, "2026-02-24"),  # 10-13, not 16 (Washington), 17-20, 23 24
    ("CCPA", "delete", "confirm", "2026-05-18", False, "2026-06-02"),  # 19-22, not 25 (Memorial), 26-29, 1 2
    ("CCPA", "delete", "confirm", "2026-06-12", False, "2026-06-29"),  # 15-18, not 19 (Juneteenth), 22-26, 29
    ("CCPA", "delete", "confirm", "2026-08-31", False, "2026-09-15"),  # 1-4, not 7 (Labor), 8-11, 14 15
    ("CCPA", "delete", "confirm", "2026-10-05", False, "2026-10-20"),  # 6-9, not 12 (Columbus), 13-16, 19 20
    ("CCPA", "delete", "confirm", "2026-11-02", False, "2026-11-17"),  # 3-6, 9 10, not 11 (Veterans), 12 13, 16 17
    (
        "CCPA",
        "delete",
        "confirm",
        "2027-12-20",
        False,
        "2028-01-05",
    ),  # 21-23, not 24 (25th a Saturday), 27-30, not 31 (1st a Saturday), 3 4 5
    (
        "CCPA",
        "delete",
        "confirm",
        "2028-02-17",
        False,
        "2028-03-03",
    ),  # 18, not 21 (Washington), 22-25, 28 29 (leap), 1 2 3
    ("CCPA", "delete", "confirm", "2026-03-02", True, "2026-03-16"),  # more time for the answer leaves the confirmation
    # CCPA, answer: 45 calendar days after the day of receipt, then the next business day.
    ("CCPA", "delete", "answer", "2026-03-02", False, "2026-04-16"),  # 29 left in March + 16; a Thursday
    ("CCPA", "delete", "answer", "2026-03-09", False, "2026-04-23"),  # 22 + 23; Thu
    ("CCPA", "delete", "answer", "2026-01-01", False, "2026-02-17"),  # 30 + 15 = Sun 15; Mon 16 is Washington; Tue 17
    ("CCPA", "delete", "answer", "2026-02-10", False, "2026-03-27"),  # 18 + 27; Fri
    ("CCPA", "delete", "answer", "2028-02-10", False, "2028-03-27"),  # leap year: 19 + 26 = Sun 26, so Mon 27
    ("CCPA", "delete", "answer", "2028-02-29", False, "2028-04-14"),  # 31 + 14; Fri
    ("CCPA", "delete", "answer", "2026-05-20", False, "2026-07-06"),  # 11 + 30 + 4 = Sat 4 July; Mon 6
    ("CCPA", "delete", "answer", "2026-11-10", False, "2026-12-28"),  # 20 + 25 = Fri 25 Dec; Mon 28
    ("CCPA", "delete", "answer", "2026-11-17", False, "2027-01-04"),  # 13 + 31 + 1 = Fri 1 Jan; Mon 4
    ("CCPA", "delete", "answer", "2026-10-01", False, "2026-11-16"),  # 30 + 15 = Sun 15; Mon 16
    ("CCPA", "portability", "answer", "2026-10-12", False, "2026-11-30"),  # 19 + 26 = Thanksgiving; Fri off; Mon 30
    ("CCPA", "delete", "answer", "2026-02-14", False, "2026-04-01"),  # 14 + 31 = 31 March (Chavez); Wed 1
    (
        "CCPA",
        "know_categories",
        "answer",
        "2026-12-31",
        False,
        "2027-02-16",
    ),  # 31 + 14 = Sun 14; Mon 15 Washington; Tue
    # CCPA, answer with notice: 90 calendar days in all.
    ("CCPA", "delete", "answer", "2026-03-02", True, "2026-06-01"),  # 29 + 30 + 31 = Sun 31 May; Mon 1
    ("CCPA", "delete", "answer", "2026-01-01", True, "2026-04-01"),  # 30 + 28 + 31 = 89, so 1 April; Wed
    ("CCPA", "delete", "answer", "2028-01-01", True, "2028-04-03"),  # 30 + 29 + 31 = 90: Fri 31 March (Chavez); Mon 3
    ("CCPA", "delete", "answer", "2026-09-26", True, "2026-12-28"),  # 4 + 31 + 30 + 25 = Fri 25 Dec; Mon 28
    # CCPA, opt-out and limit: 15 business days; no longer period is given.
    ("CCPA", "opt_out_sale", "act", "2026-03-02", False, "2026-03-23"),  # three weeks
    ("CCPA", "opt_out_sale", "act", "2026-03-02", True, "2026-03-23"),  # a notice changes nothing
    ("CCPA", "opt_out_sale", "act", "2026-11-13", False, "2026-12-08"),  # 16-20, 23-25, not 26 27, 30, 1-4, 7 8
    ("CCPA", "limit_sensitive", "act", "2026-03-12", False, "2026-04-03"),  # 13, 16-20, 23-27, 30, not 31, 1 2 3
    ("CCPA", "limit_sensitive", "act", "2026-12-18", False, "2027-01-12"),  # 21-24, not 25, 28-31, not 1, 4-8, 11 12
    # GDPR: the same date a month later; the last day of a shorter month; then the next working day.
    ("GDPR", "delete", "answer", "2026-03-05", False, "2026-04-07"),  # Sun 5 is Easter; Mon 6 too; Tue 7
    ("GDPR", "delete", "answer", "2026-03-10", False, "2026-04-10"),  # Fri
    ("GDPR", "delete", "answer", "2026-01-31", False, "2026-03-02"),  # no 31st: Sat 28 Feb; Mon 2 March
    ("GDPR", "delete", "answer", "2028-01-31", False, "2028-02-29"),  # leap year: Tue 29
    ("GDPR", "delete", "answer", "2028-01-30", False, "2028-02-29"),  # the same for the 30th
    ("GDPR", "delete", "answer", "2027-01-31", False, "2027-03-01"),  # Sun 28 Feb; Mon 1 March
    ("GDPR", "delete", "answer", "2028-02-29", False, "2028-03-29"),  # same date; Wed
    ("GDPR", "delete", "answer", "2026-02-28", False, "2026-03-30"),  # Sat 28 March; Mon 30
    ("GDPR", "know_specific", "answer", "2026-08-31", False, "2026-09-30"),  # no 31st; Wed 30
    ("GDPR", "know_specific", "answer", "2026-04-01", False, "2026-05-04"),  # Fri 1 May closed; weekend; Mon 4
    ("GDPR", "correct", "answer", "2026-11-25", False, "2026-12-28"),  # Fri 25, Sat 26; Mon 28
    ("GDPR", "portability", "answer", "2026-12-01", False, "2027-01-04"),  # Fri 1 Jan; Mon 4
    ("GDPR", "object", "answer", "2026-12-31", False, "2027-02-01"),  # Sun 31 Jan; Mon 1 Feb
    (
        "GDPR",
        "opt_out_marketing",
        "answer",
        "2026-03-03",
        False,
        "2026-04-07",
    ),  # Good Friday 3, weekend, Monday 6; Tue 7
    ("GDPR", "cookie_analytics_delete", "answer", "2026-03-29", False, "2026-04-29"),  # the night of summer time; Wed
    ("GDPR", "delete", "answer", "2026-10-25", False, "2026-11-25"),  # the night of winter time; Wed
    ("GDPR", "delete", "answer", "2026-01-31", True, "2026-04-30"),  # three months: no 31st; Thu 30
    ("GDPR", "delete", "answer", "2026-11-30", True, "2027-03-01"),  # no 30 Feb: Sun 28; Mon 1 March
    ("GDPR", "delete", "answer", "2027-11-30", True, "2028-02-29"),  # leap year: Tue 29
    ("GDPR", "delete", "answer", "2026-09-25", True, "2026-12-28"),  # Fri 25 Dec; Mon 28
    # United Kingdom: the same month, other holidays.
    ("UK_GDPR", "delete", "answer", "2026-04-01", False, "2026-05-01"),  # 1 May is a working Friday there
    ("UK_GDPR", "delete", "answer", "2026-04-04", False, "2026-05-05"),  # Mon 4 is the early May holiday; Tue 5
    ("UK_GDPR", "know_specific", "answer", "2026-07-31", False, "2026-09-01"),  # Mon 31 Aug holiday; Tue 1 Sept
    ("UK_GDPR", "delete", "answer", "2026-11-26", False, "2026-12-29"),  # Sat 26, Sun 27, Mon 28 in its place; Tue 29
    ("UK_GDPR", "delete", "answer", "2027-11-25", False, "2027-12-29"),  # Sat 25, Mon 27 and Tue 28 instead; Wed 29
    ("UK_GDPR", "delete", "answer", "2026-01-31", True, "2026-04-30"),  # three months; Thu
]


def at(day: str, hour: int = 12) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour), dt.UTC)


def test_the_table_has_its_sixty_cases() -> None:
    assert len(TABLE) == len(set(TABLE)) >= 60


@pytest.mark.parametrize(("regime", "request_type", "step", "received", "extended", "last"), TABLE)
def test_the_last_day_is_the_one_counted_by_hand(
    regime: str, request_type: str, step: str, received: str, extended: bool, last: str
) -> None:
    notice = at(received) + dt.timedelta(days=5) if extended else None
    found = {due.step: due for due in due_dates(request_type, regime, at(received), notice)}
    assert (found[step].day.isoformat(), found[step].start.isoformat()) == (last, received)


def test_the_day_of_receipt_is_a_day_of_the_zone() -> None:
    late = dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC)
    assert due_dates("delete", "GDPR", late)[0].day == dt.date(2026, 4, 10)
    # In Berlin it is the 11th already: Saturday 11 April, so Monday 13.
    assert due_dates("delete", "GDPR", late, zone=ZoneInfo("Europe/Berlin"))[0].day == dt.date(2026, 4, 13)
    # Los Angeles put the clocks forward on 8 March at 2:00: 9:30 UTC is still 1:30 there, 7:59 the evening before.
    early = dt.datetime(2026, 3, 8, 7, 59, tzinfo=dt.UTC)
    assert due_dates("delete", "CCPA", early, zone=ZoneInfo("America/Los_Angeles"))[1].start == dt.date(2026, 3, 7)


@pytest.mark.parametrize(
    ("started", "zone", "start", "last"),
    [
        # Clocks go forward in Berlin on 29 March 2026, back on 25 October; in New York on 8 March and 1 November.
        ("2026-03-29T00:30:00+01:00", "UTC", "2026-03-28", "2026-04-28"),  # 23:30 on the 28th in UTC; Tue
        ("2026-03-29T00:30:00+01:00", "Europe/Berlin", "2026-03-29", "2026-04-29"),  # Wed
        ("2026-03-30T01:30:00+02:00", "UTC", "2026-03-29", "2026-04-29"),  # summer time: 23:30 the day before
        ("2026-10-25T01:59:00+02:00", "UTC", "2026-10-24", "2026-11-24"),  # still summer time: 23:59; Tue
        ("2026-10-25T02:30:00+01:00", "UTC", "2026-10-25", "2026-11-25"),  # the hour the second time: 1:30; Wed
        ("2026-10-31T20:30:00-04:00", "UTC", "2026-11-01", "2026-12-01"),  # half past midnight in UTC; Tue
        ("2026-11-01T19:30:00-05:00", "UTC", "2026-11-02", "2026-12-02"),  # half past midnight in UTC; Wed
    ],
)
def test_a_night_when_the_clocks_change_moves_no_day(started: str, zone: str, start: str, last: str) -> None:
    (due,) = due_dates("delete", "GDPR", dt.datetime.fromisoformat(started), zone=ZoneInfo(zone))
    assert (due.start.isoformat(), due.day.isoformat()) == (start, last)


@pytest.mark.parametrize(
    ("regime", "notice", "last"),
    [
        ("CCPA", "2026-04-16", "2026-06-01"),  # the 45th day itself; 90 days end on Sun 31 May; Mon 1
        ("CCPA", "2026-04-17", "2026-04-16"),  # a day late: Cal. Civ. Code 1798.130(a)(2)(A)
        ("GDPR", "2026-04-02", "2026-06-02"),  # the last day of the month; three months; Tue
        ("GDPR", "2026-04-03", "2026-04-02"),  # a day late: Art. 12(3)
    ],
)
def test_a_notice_after_the_first_period_gives_no_second(regime: str, notice: str, last: str) -> None:
    due = due_dates("delete", regime, at("2026-03-02"), at(notice))[-1]
    assert (due.step, due.day.isoformat(), due.extended) == ("answer", last, due.day > dt.date(2026, 4, 30))


@pytest.mark.parametrize("regime", [None, "", "LGPD", "US_STATES", "PIPEDA"])
def test_no_date_is_made_up_where_no_rule_is_known(regime: str | None) -> None:
    assert due_dates("delete", regime, RECEIVED) == ()
    assert periods_of("general_contact", "CCPA") == ()
    assert due_dates("delete", "CCPA", None) == ()


def test_every_period_names_its_provision() -> None:
    assert all(
        "CCR 70" in one.source or "GDPR Art. 12(3)" in one.source for rule in RULES.values() for one in rule.periods
    )
    assert "not legal advice" in DISCLAIMER


def test_the_request_card_speaks_of_a_rule_where_the_clock_has_one() -> None:
    for request_type in KINDS:
        for regime in ("CCPA", "GDPR", "UK_GDPR", "LGPD", None):
            told, periods = expectation(request_type, regime), periods_of(request_type, regime)
            assert (told is not None) == bool(periods)
            if told is None:
                continue
            rule = RULES[str(regime), request_type]
            assert told.startswith(f"{rule.words} ({rule.source})")
            # Both speak of the same provision with the same numbers.
            assert all(one.source.startswith(rule.source) for one in periods)
            numbers = {
                words
                for one in periods
                for words in re.findall(r"\b\d+ (?:business|calendar) days|one month", one.source)
            }
            assert numbers == set(re.findall(r"\b\d+ (?:business|calendar) days|one month", rule.words))


def test_easter_falls_where_the_tables_put_it() -> None:
    known = {2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2038: (4, 25), 2285: (3, 22)}
    assert {year: (easter(year).month, easter(year).day) for year in known} == known


def test_calendars_differ_where_the_holidays_do() -> None:
    may_day, thanksgiving = dt.date(2026, 5, 1), dt.date(2026, 11, 26)
    assert [is_business_day(may_day, place) for place in (UNITED_STATES, EUROPE, BRITAIN)] == [True, False, True]
    assert [is_business_day(thanksgiving, place) for place in (UNITED_STATES, EUROPE, BRITAIN)] == [False, True, True]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-03-02", []),
        ("2026-03-08", []),  # 6 of 14 days for the confirmation
        ("2026-03-09", [("confirm", 50)]),
        ("2026-03-13", [("confirm", 50)]),  # 11 of 14: 78 %
        ("2026-03-14", [("confirm", 80)]),  # 12 of 14: 85 %
        ("2026-03-16", [("confirm", 100)]),
        ("2026-03-24", [("confirm", 100)]),  # 22 of 45 days for the answer
        ("2026-03-25", [("confirm", 100), ("answer", 50)]),
        ("2026-04-07", [("confirm", 100), ("answer", 80)]),
        ("2026-04-16", [("confirm", 100), ("answer", 100)]),
        ("2026-09-01", [("confirm", 100), ("answer", 100)]),
    ],
)
def test_reminders_come_at_half_at_four_fifths_and_at_the_end(today: str, expected: list[tuple[str, int]]) -> None:
    found = reminders_due([stored()], dt.date.fromisoformat(today))
    assert [(one.due.step, one.percent) for one in found] == expected


def test_nobody_is_reminded_of_what_is_done() -> None:
    last = dt.date(2026, 4, 16)
    assert [one.due.step for one in reminders_due([stored(state="acknowledged")], last)] == ["answer"]
    for state in ("fulfilled", "denied", "expired", "withdrawn"):
        assert reminders_due([stored(state=state)], last) == ()
    assert reminders_due([replace(stored(), started=None)], last) == ()
