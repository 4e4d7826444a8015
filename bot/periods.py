"""Periods and days in a question: "since January", "between May and July 2026", "as of March 2023". Knows no policy."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTH_NAMES = "january february march april may june july august september october november december".split()
MONTH = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
YEAR = r"(?:19|20)\d\d"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
MOMENT = (
    rf"(?:(?:the\s+)?(?:(?:start|beginning|end|middle|early|mid|late)(?:\s+of)?[\s-]+)?"
    rf"(?:{YEAR}-\d\d-\d\d|{MONTH}\s+{DAY},?\s+{YEAR}|{DAY}\s+(?:of\s+)?{MONTH},?\s+{YEAR}|{MONTH},?\s+(?:of\s+)?{YEAR}|{MONTH}(?![\w'’])|{YEAR}\b))"
)
AND = r"(?:and|to|until|till|through|thru|vs\.?|versus|[–—-])"
BETWEEN = re.compile(
    rf"\b(?:between|from)\s+(?P<a>{MOMENT})(?:['’]s)?\s*{AND}\s*(?P<b>{MOMENT})(?:['’]s)?", re.IGNORECASE
)
PAIR = re.compile(
    rf"\b(?:the\s+)?(?P<a>{MOMENT})(?:['’]s)?\s+(?:versions?\s+|policy\s+|one\s+)?{AND}\s+(?:the\s+)?(?P<b>{MOMENT})(?:['’]s)?(?:\s+(?:versions?|polic\w+))?",
    re.IGNORECASE,
)
SINCE = re.compile(
    rf"\b(?:ever\s+)?(?:since|after|starting(?:\s+in|\s+from)?|from)\s+(?P<a>{MOMENT})(?:\s+on(?:wards?)?)?",
    re.IGNORECASE,
)
UNTIL = re.compile(rf"\b(?:before|until|till|up to|prior to)\s+(?P<a>{MOMENT})", re.IGNORECASE)
WITHIN = re.compile(rf"\b(?:in|during|over|throughout|around|on)\s+(?:the\s+)?(?P<a>{MOMENT})(?:['’]s)?", re.IGNORECASE)
NUMBERS = {
    word: n for n, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
COUNT = rf"(?:\d{{1,3}}|{'|'.join(NUMBERS)}|a couple of|a few|few)"
UNIT = r"(?P<unit>day|week|month|year)s?"
PAST = re.compile(
    rf"\b(?:(?:in|over|within|during|for)\s+)?(?:the\s+)?(?:last|past|previous)\s+(?:(?P<n>{COUNT})\s+)?{UNIT}\b",
    re.IGNORECASE,
)
AGO = re.compile(rf"\b(?:(?:since|from|than)\s+)?(?P<n>{COUNT}|an?)\s+{UNIT}\s+ago\b", re.IGNORECASE)
THIS = re.compile(rf"\b(?:(?:in|during|since|so far)\s+)?(?:the\s+)?(?:start of\s+)?this\s+{UNIT}\b", re.IGNORECASE)
LATEST = re.compile(
    r"\b(?:(?:in|with|by|after|since|of|from|to|between)\s+)?(?:the\s+|their\s+|its\s+|your\s+|this\s+)?(?:last|latest|newest|most\s+recent|recent|new|current|previous|prior|earlier|old)"
    r"(?:\s+(?:privacy\s+)?(?:policy|notice))?\s+(?:versions?|updates?|revisions?|changes?|editions?|rewrite|amendments?)\b(?:\s+(?:and|to)\s+(?:the\s+)?(?:new|current|latest|last|present)(?:\s+(?:one|version))?)?"
    r"|\b(?:recently|lately|last time|this time)\b",
    re.IGNORECASE,
)
AS_OF = re.compile(
    rf"\b(?:as\s+(?:of|at|on)|as\s+it\s+(?:stood|was)\s+(?:in|on|at)|back\s+in)\s+(?P<a>{MOMENT})\s*,?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Period:
    """What span of time a question names. Days are inclusive.

    What changed in it is the difference of the version in force at the end of `base` and of that at the end of `last`.
    None: as far back as the library goes, and up to now. "Between May and July" compares the state of May with that of July,
    so `base` is the end of May; `early` is then the day before May, for what changed within it. `latest` means the last change of all, whenever it was.
    `words` are the question's words for it, "" if it names none.
    """

    base: date | None = None
    last: date | None = None
    latest: bool = False
    words: str = ""
    early: date | None = None


def read_period(text: str, today: date) -> Period | None:
    """Return the period that a question names, None if it names none. A month without a year is the last one that has begun."""
    for pattern in (BETWEEN, PAIR):
        match = pattern.search(text)
        if match and (pattern is BETWEEN or re.search(r"\d", match.group())):
            return _between(match, today)
    match = SINCE.search(text)
    if match and _is_moment(match, "a"):
        first, _ = _moment(match.group("a"), today)
        return Period(first - timedelta(days=1), None, words=match.group())
    match = AGO.search(text)
    if match:
        return Period(_back(today, match.group("n"), match.group("unit")), None, words=match.group())
    match = PAST.search(text)
    if match:
        return _past(match, today)
    match = THIS.search(text)
    if match:
        return Period(_start_of(today, match.group("unit")) - timedelta(days=1), None, words=match.group())
    match = WITHIN.search(text)
    if match and _is_moment(match, "a"):
        first, last = _moment(match.group("a"), today)
        return Period(first - timedelta(days=1), last, words=match.group())
    match = UNTIL.search(text)
    if match and _is_moment(match, "a"):
        return Period(None, _moment(match.group("a"), today)[0] - timedelta(days=1), words=match.group())
    match = LATEST.search(text)
    return Period(latest=True, words=match.group()) if match else None


def read_as_of(text: str, today: date) -> tuple[date, str] | None:
    """Return the day as of which a question wants to know, with its words; None if it names none or a day to come.

    Of a month or a year it is the last day, today at the latest.
    """
    match = AS_OF.search(text)
    if match is None or not _is_moment(match, "a"):
        return None
    first, last = _moment(match.group("a"), today)
    return (min(last, today), match.group()) if first <= today else None


def _between(match: re.Match[str], today: date) -> Period:
    one, other = match.group("a"), match.group("b")
    years = [re.search(YEAR, words) for words in (one, other)]
    if years[1] and not years[0]:
        one = f"{one} {years[1].group()}"
        if _moment(one, today)[0] > _moment(other, today)[1]:
            one = re.sub(YEAR, str(int(years[1].group()) - 1), one)
    if years[0] and not years[1]:
        other = f"{other} {years[0].group()}"
        if _moment(other, today)[1] < _moment(one, today)[0]:
            other = re.sub(YEAR, str(int(years[0].group()) + 1), other)
    if not any(years) and _moment(one, today)[0] > _moment(other, today)[1]:
        one = f"{one} {_moment(one, today)[0].year - 1}"
    first, end = _moment(one, today)
    _, last = _moment(other, today)
    if last < first:
        first, end = _moment(other, today)
        _, last = _moment(one, today)
    early = None if first == end else first - timedelta(days=1)
    return Period(end, last, words=match.group(), early=early)


def _past(match: re.Match[str], today: date) -> Period:
    """Return a period counted back from today; "last year" and "last month" without an article are those of the calendar."""
    unit = match.group("unit").lower()
    if match.group("n") is None and re.match(r"(?:last|previous)\b", match.group(), re.IGNORECASE):
        end = _start_of(today, unit) - timedelta(days=1)
        return Period(_start_of(end, unit) - timedelta(days=1), end, words=match.group())
    return Period(_back(today, match.group("n") or "1", unit), None, words=match.group())


def _start_of(day: date, unit: str) -> date:
    unit = unit.lower()
    if unit == "year":
        return date(day.year, 1, 1)
    if unit == "month":
        return date(day.year, day.month, 1)
    return day - timedelta(days=day.weekday()) if unit == "week" else day


def _back(day: date, count: str, unit: str) -> date:
    """Return the day that many days, weeks, months or years before."""
    words = count.lower()
    number = (
        int(words) if words.isdigit() else {"a couple of": 2, "a few": 3, "few": 3}.get(words, NUMBERS.get(words, 1))
    )
    unit = unit.lower()
    if unit in {"day", "week"}:
        return day - timedelta(days=number * (7 if unit == "week" else 1))
    months = day.year * 12 + day.month - 1 - number * (12 if unit == "year" else 1)
    year, month = divmod(max(months, 12), 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _is_moment(match: re.Match[str], name: str) -> bool:
    """True unless the only word is "may", which is no month when written small and without a year or a word of time."""
    return match.group(name) != "may" or match.group().lower().startswith(
        ("since", "after", "before", "until", "in may")
    )


def _moment(words: str, today: date) -> tuple[date, date]:
    """Return the first and the last day of a day, month or year written in words."""
    low = words.lower()
    iso = re.search(r"(\d{4})-(\d\d)-(\d\d)", low)
    if iso:
        day = _day(int(iso[1]), int(iso[2]), int(iso[3]))
        return day, day
    named = re.search(MONTH, low)
    year_match = re.search(rf"\b{YEAR}\b", low)
    if named is None:
        year = int(year_match.group()) if year_match else today.year
        return _part(low, date(year, 1, 1), date(year, 12, 31))
    month = next(n for n, name in enumerate(MONTH_NAMES, 1) if name.startswith(named.group().rstrip(".")[:3]))
    year = int(year_match.group()) if year_match else today.year - (month > today.month)
    number = re.search(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?(?!\d)", low)
    if number and year_match:
        day = _day(year, month, int(number[1]))
        return day, day
    return _part(low, date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def _part(low: str, first: date, last: date) -> tuple[date, date]:
    """Narrow a stretch to its start or its end where the words say so."""
    third = (last - first) / 3
    if re.search(r"\b(?:start|beginning|early)\b", low):
        return first, first + third
    return (last - third, last) if re.search(r"\b(?:end|late)\b", low) else (first, last)


def _day(year: int, month: int, day: int) -> date:
    month = min(max(month, 1), 12)
    return date(year, month, min(max(day, 1), monthrange(year, month)[1]))
