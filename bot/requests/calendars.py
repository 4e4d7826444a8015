"""Days on which the law's clock does not stop or end. Public holidays come from the `holidays` library; counting is ours.

Assumptions, told wherever a date is shown: a business day is no Saturday, Sunday or federal holiday of the United States; in the
European Union, where holidays differ by country, the days on which the TARGET payment system is closed stand for them.
"""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache

import holidays

UNITED_STATES, EUROPE = "US", "EU"


@cache
def _closed(place: str, year: int) -> frozenset[dt.date]:
    known = holidays.ECB(years=year) if place == EUROPE else holidays.US(years=year)
    return frozenset(known)


def is_business_day(day: dt.date, place: str) -> bool:
    """Return True if `day` is no weekend and no holiday of `place` (UNITED_STATES or EUROPE)."""
    # A holiday of the next year can be observed in this one.
    return day.weekday() < 5 and day not in _closed(place, day.year) and day not in _closed(place, day.year + 1)


def add_business_days(day: dt.date, count: int, place: str) -> dt.date:
    """Return the `count`-th business day after `day`; `day` itself is not counted."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= is_business_day(day, place)
    return day


def add_months(day: dt.date, count: int) -> dt.date:
    """Return the same date `count` months later, the last day of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_business_day(day: dt.date, place: str) -> dt.date:
    """Return `day` if it is a business day, else the first one after it."""
    while not is_business_day(day, place):
        day += dt.timedelta(days=1)
    return day
