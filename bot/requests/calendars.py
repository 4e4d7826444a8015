"""Days on which the law's clock does not stop or end. Owns the public holidays that deadlines need, by rule, for any year.

Assumptions, told wherever a date is shown. UNITED_STATES: a business day is no Saturday, Sunday, federal holiday (5 U.S.C. 6103)
or day off of the State of California (31 March, the day after Thanksgiving). EUROPE: holidays differ by country, so the days on which
the TARGET payment system is closed stand for them. BRITAIN: bank holidays of England and Wales. Holidays proclaimed for one year only
are not known here.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType

UNITED_STATES, EUROPE, BRITAIN = "US", "EU", "UK"
_MONDAY, _THURSDAY = 0, 3
_DAY = dt.timedelta(days=1)


def is_business_day(day: dt.date, place: str) -> bool:
    """Return True if `day` is no weekend and no holiday of `place` (UNITED_STATES, EUROPE or BRITAIN)."""
    # A holiday of the next year can be observed in this one.
    return day.weekday() < 5 and day not in _closed(place, day.year) and day not in _closed(place, day.year + 1)


def add_business_days(day: dt.date, count: int, place: str) -> dt.date:
    """Return the `count`-th business day after `day`; `day` itself is not counted."""
    while count > 0:
        day += _DAY
        count -= is_business_day(day, place)
    return day


def add_months(day: dt.date, count: int) -> dt.date:
    """Return the same date `count` months later, the last day of the month where there is none."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def next_business_day(day: dt.date, place: str) -> dt.date:
    """Return `day` if it is a business day, else the first one after it."""
    while not is_business_day(day, place):
        day += _DAY
    return day


def easter(year: int) -> dt.date:
    """Return Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, chapter 8)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap, off = divmod(century, 4)
    moon = (19 * golden + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * off + 2 * (rest // 4) - moon - rest % 4) % 7
    shift = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return dt.date(year, month, day + 1)


@cache
def _closed(place: str, year: int) -> frozenset[dt.date]:
    return frozenset(_HOLIDAYS[place](year))


def _american(year: int) -> Iterator[dt.date]:
    for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25)):
        date = dt.date(year, month, day)
        # 5 U.S.C. 6103(b) and Executive Order 11582: the Friday before a Saturday, the Monday after a Sunday.
        yield date + _DAY * {5: -1, 6: 1}.get(date.weekday(), 0)
    chavez = dt.date(year, 3, 31)
    # Cal. Gov. Code 6701: a holiday on a Sunday is kept on the Monday.
    yield chavez + _DAY * (chavez.weekday() == 6)
    for month, nth in ((1, 3), (2, 3), (9, 1), (10, 2)):
        yield _nth(year, month, _MONDAY, nth)
    yield _last_monday(year, 5)
    thanksgiving = _nth(year, 11, _THURSDAY, 4)
    yield from (thanksgiving, thanksgiving + _DAY)


def _european(year: int) -> Iterator[dt.date]:
    for month, day in ((1, 1), (5, 1), (12, 25), (12, 26)):
        yield dt.date(year, month, day)
    yield from (easter(year) - 2 * _DAY, easter(year) + _DAY)


def _british(year: int) -> Iterator[dt.date]:
    yield _following_free(dt.date(year, 1, 1))
    christmas = _following_free(dt.date(year, 12, 25))
    boxing = _following_free(dt.date(year, 12, 26))
    # Christmas on a Sunday gives the Tuesday, and on a Saturday Boxing Day gives the Tuesday (Banking and Financial Dealings Act 1971).
    yield from (christmas, boxing + _DAY if boxing == christmas else boxing)
    yield from (easter(year) - 2 * _DAY, easter(year) + _DAY)
    yield from (_nth(year, 5, _MONDAY, 1), _last_monday(year, 5), _last_monday(year, 8))


_HOLIDAYS: Mapping[str, Callable[[int], Iterator[dt.date]]] = MappingProxyType(
    {UNITED_STATES: _american, EUROPE: _european, BRITAIN: _british}
)


def _nth(year: int, month: int, weekday: int, nth: int) -> dt.date:
    first = dt.date(year, month, 1)
    return first + _DAY * ((weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _last_monday(year: int, month: int) -> dt.date:
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    return last - _DAY * last.weekday()


def _following_free(day: dt.date) -> dt.date:
    while day.weekday() >= 5:
        day += _DAY
    return day
