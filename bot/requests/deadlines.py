"""When a law wants a request confirmed and answered, counted from the day the company had it. Computed, not legal advice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.requests.calendars import BRITAIN, EUROPE, UNITED_STATES, add_business_days, add_months, next_business_day
from bot.requests.records import RequestRecord
from bot.requests.states import FINAL

DISCLAIMER = "Computed from the law's general rule, not stated by the company, and not legal advice."
REMINDERS = (50, 80, 100)
"""Percent of a period after which the desk is reminded."""


@dataclass(frozen=True, slots=True)
class Period:
    """How long a law gives for one step. `count` is the last day from the day of receipt (date in, date out); `longer` the
    same where the company has given notice within that time that it needs more (Cal. Civ. Code 1798.130(a)(2)(A); GDPR Art.
    12(3)), None where the law gives none."""

    step: str
    words: str
    source: str
    count: Callable[[dt.date], dt.date]
    longer: Callable[[dt.date], dt.date] | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The last day for one step of one request. `start` is the day of receipt that it was counted from."""

    step: str
    words: str
    source: str
    start: dt.date
    day: dt.date
    extended: bool

    def passed(self, today: dt.date) -> float:
        """Return the share of the period that is over, 0 on the day of receipt, 1 on the last day, more after it."""
        return (today - self.start).days / max((self.day - self.start).days, 1)


def _business(count: int) -> Callable[[dt.date], dt.date]:
    return lambda day: add_business_days(day, count, UNITED_STATES)


def _days(count: int) -> Callable[[dt.date], dt.date]:
    # Cal. Civ. Code s. 10 and 11: the first day is excluded, the last included unless it is a holiday or a weekend.
    return lambda day: next_business_day(day + dt.timedelta(days=count), UNITED_STATES)


def _months(count: int, place: str = EUROPE) -> Callable[[dt.date], dt.date]:
    # Regulation (EEC, Euratom) 1182/71, Art. 3: the day of receipt is not counted; a period in months ends on the same date,
    # or the month's last day, and on the next working day where that is a holiday, a Saturday or a Sunday. EDPB Guidelines
    # 01/2022 on access apply it to the GDPR; the Information Commissioner counts the same way in the United Kingdom.
    return lambda day: next_business_day(add_months(day, count), place)


_CONFIRM = Period("confirm", "confirm that it has the request", "11 CCR 7021(a): 10 business days", _business(10))
_ANSWER = Period(
    "answer",
    "answer the request",
    "11 CCR 7021(b): 45 calendar days from receipt, 90 where it gives notice of the reason",
    _days(45),
    _days(90),
)
_OPT_OUT = Period("act", "act on the opt-out", "11 CCR 7026(f): 15 business days", _business(15))
_LIMIT = Period("act", "act on the limit", "11 CCR 7027(g): 15 business days", _business(15))
_MONTH = Period(
    "answer",
    "answer the request",
    "GDPR Art. 12(3): one month from receipt, three where it gives notice of the reason within the first",
    _months(1),
    _months(3),
)
_UK_MONTH = Period(
    "answer",
    "answer the request",
    "UK GDPR Art. 12(3): one month from receipt, three where it gives notice of the reason within the first",
    _months(1, BRITAIN),
    _months(3, BRITAIN),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a law gives for one kind of request: `words` for people, the provision as its `source`, and its periods."""

    words: str
    source: str
    periods: tuple[Period, ...]


_CCPA_ANSWER = Rule(
    "General CCPA rule: the company confirms receipt within 10 business days and answers within 45 calendar days",
    "11 CCR 7021",
    (_CONFIRM, _ANSWER),
)
_CCPA_OPT_OUT = Rule(
    "General CCPA rule: the company acts on an opt-out within 15 business days", "11 CCR 7026(f)", (_OPT_OUT,)
)
_CCPA_LIMIT = Rule("General CCPA rule: the company acts on it within 15 business days", "11 CCR 7027(g)", (_LIMIT,))
_GDPR_ANSWER = Rule("General GDPR rule: the company answers within one month of receipt", "GDPR Art. 12(3)", (_MONTH,))
_UK_ANSWER = Rule(
    "General UK GDPR rule: the company answers within one month of receipt", "UK GDPR Art. 12(3)", (_UK_MONTH,)
)
_ASKED = ("know_categories", "know_specific", "delete", "correct", "portability")
_EUROPEAN = (*_ASKED, "object", "opt_out_sale", "opt_out_marketing", "cookie_analytics_delete")
RULES: Mapping[tuple[str, str], Rule] = MappingProxyType(
    {
        **{("CCPA", kind): _CCPA_ANSWER for kind in _ASKED},
        ("CCPA", "opt_out_sale"): _CCPA_OPT_OUT,
        ("CCPA", "limit_sensitive"): _CCPA_LIMIT,
        **{("GDPR", kind): _GDPR_ANSWER for kind in _EUROPEAN},
        **{("UK_GDPR", kind): _UK_ANSWER for kind in _EUROPEAN},
    }
)
"""Regime and request type -> its rule. What is absent has no rule that we know.

"US_STATES" stands for laws of several states at once, whose times differ, so it has none here."""


def periods_of(request_type: str, regime: str | None) -> tuple[Period, ...]:
    """Return the periods of a request under a law; none where no law is named or its rule is unknown."""
    rule = RULES.get((regime or "", request_type))
    return rule.periods if rule else ()


def due_dates(
    request_type: str,
    regime: str | None,
    started: dt.datetime | None,
    extended: dt.datetime | None = None,
    zone: dt.tzinfo = dt.UTC,
) -> tuple[Due, ...]:
    """Return the last days of a request; none before its clock started.

    `started` is when the company had it, `extended` when it gave notice that it needs longer (None: it did not); both aware.
    Days are those of `zone`; the company's own is mostly unknown, so the desk counts in UTC.
    """
    if started is None:
        return ()
    start = started.astimezone(zone).date()
    notice = extended.astimezone(zone).date() if extended is not None else None
    found = []
    for period in periods_of(request_type, regime):
        last = period.count(start)
        # A notice that comes after the first period gives no second one.
        longer = period.longer if notice is not None and notice <= last else None
        day = longer(start) if longer is not None else last
        found.append(Due(period.step, period.words, period.source, start, day, longer is not None))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A request of which `percent` of a period are over and nobody has recorded the step yet."""

    request_id: str
    due: Due
    percent: int


def reminders_due(records: Iterable[RequestRecord], today: dt.date) -> tuple[Reminder, ...]:
    """Return the highest reminder that each open period of those requests has reached, the latest days last."""
    found = []
    for record in records:
        if record.state in FINAL:
            continue
        for due in due_dates(record.type, record.regime, record.started, record.extended):
            if due.step == "confirm" and record.state == "acknowledged":
                continue
            reached = [percent for percent in REMINDERS if due.passed(today) * 100 >= percent]
            if reached:
                found.append(Reminder(record.id, due, reached[-1]))
    return tuple(sorted(found, key=lambda one: (one.due.day, one.request_id)))
