"""The dates a policy states of itself: last updated, in force from, created. Dates of laws, copyrights and deeds are none of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

import dateparser

from ingest.outline import Outline
from vectorstore.policy import Damage, PolicyDate

MONTHS = r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
DAY = r"\d{1,2}(?:\s?(?:st|nd|rd|th))?"
YEAR = r"(?:19|20)\d{2}"
DATE = re.compile(
    rf"(?<![\w.$€£-])(?:(?:{MONTHS})\.?[\s-]+(?:the\s+)?{DAY},?[\s-]+{YEAR}|{DAY}[\s-]+(?:day\s+)?(?:of\s+)?(?:{MONTHS})\.?,?[\s-]+{YEAR}"
    rf"|{YEAR}[-/.]\d{{1,2}}[-/.]\d{{1,2}}|{YEAR}年\d{{1,2}}月\d{{1,2}}日|\d{{1,2}}\s?[/.-]\s?\d{{1,2}}\s?[/.-]\s?{YEAR}|\d{{1,2}}[/.-]\d{{1,2}}[/.-]\d{{2}}(?!\d)|\d{{1,2}}\s+\d{{1,2}},\s+{YEAR}"
    rf"|(?:{MONTHS})\.?,?(?:\s+of)?\s+{YEAR}|\d{{1,2}}/{YEAR}|{YEAR}-\d{{2}}(?![-\d]))(?![\w-]*\d)",
    re.IGNORECASE,
)
KINDS = (
    (
        "updated",
        r"(?:(?:last|most recently|date|was|were|been|is|on|page|policy|notice|statement)\s+)?(?:updated?|modified|revised|reviewed|amended|changed)|revisions?(?: date)?|rev|last (?:revision|update|change|modification|amendment)|version(?: date)?|as of|amendment|dated|date(?=:)",
    ),
    (
        "effective",
        r"effective(?:[ -]+(?:date|as of|from|on|since))*|in force|in effect|takes? effect|came into (?:force|effect)|enters? into force|valid (?:from|as of)|applies from|starting",
    ),
    (
        "created",
        r"created|published|first (?:issued|posted|published)|adopted|issued|posted|originally (?:written|posted|published)",
    ),
)
KIND = re.compile("|".join(rf"\b(?P<{name}>{words})\b" for name, words in KINDS), re.IGNORECASE)
# A sentence of prose speaks of the policy's own date only in words like these.
SPEAKS_OF_DATE = re.compile(
    r"\blast\s+(?:updated?|modified|revised|reviewed|amended|changed|revision|update)\b|\beffective\s+(?:date|as of|on|from|since)\b|\btakes effect on\b|\bmost recently (?:updated|revised|modified)\b"
    r"|\b(?:policy|notice|statement|page|document|version|it|terms)\b[^.;]{0,60}?\b(?:was|were|is|has been|have been)\s+(?:last\s+|most recently\s+|first\s+)?(?:updated|modified|revised|reviewed|amended|changed|published|posted|created|adopted|issued|effective|in effect|in force|valid|dated)\b"
    r"|\b(?:policy|notice|statement|version)\b[^.;]{0,40}?\b(?:is effective|takes effect|came into (?:force|effect)|applies from|is valid|is current|as of|enters into force)\b|\b(?:date of (?:last )?(?:revision|update)|revision date|version date|effective date)\b",
    re.IGNORECASE,
)
# A short line that is a label with its date, or a bare date: "Rev. 5/2013", "Version 2.1 (March 2024)", "May 1, 2025".
LABELLED = re.compile(
    rf"^\W*(?:(?:this |our |the )?(?:[\w’'.-]+ ){{0,4}}(?:policy|notice|statement|version|page|document)\W+)?(?:is |was )?(?:{'|'.join(words for _, words in KINDS)}|current|date(?:\s+(?:of\s+)?(?:last\s+)?\w+)?|current version|form|privacy)\b",
    re.IGNORECASE,
)
TITLE = re.compile(r"\bprivacy\b|\bdata protection\b|\bcookie (?:policy|notice)\b", re.IGNORECASE)
# A date right behind one of these is not the policy's.
NOT_ITS_OWN = re.compile(
    r"(?:©|\(c\)|copyright|since|before|after|prior to|until|between|act of|act|directive|regulation|law|code|(?:ccpa|cpra|gdpr|lgpd|vcdpa|cpa|hipaa|coppa)(?:\b[^.;,]{0,40})?|collected|from|through|expires?|exp\.?|born|signed up|registered|accounts? created|users?|purchased)\W+(?:on |the |date )?$",
    re.IGNORECASE,
)
ABOUT_OTHERS = re.compile(
    r"\b(?:CCPA|CPRA|GDPR|LGPD|VCDPA|HIPAA|COPPA|Act|Regulation|Directive|Law|Shield|Code|Framework)\b[^.;]{0,60}\b(?:effective|in force|took effect|takes? effect|came into|goes into|enacted|amended|adopted)\b"
)
PREVIOUS = re.compile(
    r"\b(?:previous|prior|earlier|former|older|old|archived?|superseded|replaces|replaced)\b", re.IGNORECASE
)
HISTORY = re.compile(
    r"\b(?:revision|version|change|amendment|update)s? (?:history|log)\b|\bhistory of (?:changes|revisions|updates)\b|\bchange ?log\b",
    re.IGNORECASE,
)
# "Effective January 1, 2023, residents may ..." dates what follows, not the policy.
DATES_A_DEED = re.compile(
    rf"\W*(?:effective|as of|starting|beginning|in effect)\W+(?:on |from |as of )?(?:{DATE.pattern}),?\s+(?P<deed>.+)",
    re.IGNORECASE,
)
OF_ITSELF = re.compile(
    r"\b(?:policy|notice|statement|updated?|revised|version|modified|amended|reviewed|terms)\b", re.IGNORECASE
)
IN_FORCE = re.compile(r"\b(?:effect|effective|force|valid|applies)\b[\s:]+(?:since|from|after|on)?\W*$", re.IGNORECASE)
LONGEST_SENTENCE = 5_000  # characters, as for channels
SHORT = 140  # characters: a longer line is prose
HISTORY_LINE = 25  # words: a longer line under a list of revisions is prose again
NEAR_TITLE = 4  # lines below the title in which a bare date is the policy's
JOINED = re.compile(r"[\s,/&|-]*(?:and|or)?[\s,]*(?:is|was|becomes)?\s*")  # "last revised, and is effective as of"
KIND_REACH = 110  # characters between a kind's words and its date


def find_dates(outline: Outline) -> tuple[PolicyDate, ...]:
    """Return the dates in the order of the text, each with the span of the line or sentence that states it.

    Of a list of revisions only the newest counts, as "updated".
    """
    found: list[PolicyDate] = []
    aside: list[PolicyDate] = []
    history: list[PolicyDate] = []
    below_title: int | None = None
    in_history = False
    for clause in outline.clauses:
        if clause.kind == "hidden":
            continue
        in_history = in_history and clause.kind != "heading"
        whole = [(clause.start, clause.end)]
        for start, end in [(s.start, s.end) for s in clause.sentences] or whole:
            text = outline.text[start:end]
            in_history = HISTORY.search(text[:80]) is not None or (in_history and len(text.split()) <= HISTORY_LINE)
            if in_history and len(text) <= LONGEST_SENTENCE:
                history += [PolicyDate("updated", iso, start, end) for _, iso in _written(text)[:1]]
            elif not clause.is_read:
                # The line "Last updated ..." often stands just outside what is taken for the policy.
                aside += _of_line(text, start, end, strict=True)
            else:
                titled = clause.kind == "heading" and TITLE.search(text) is not None
                below_title = 0 if titled and below_title is None else below_title
                found += _dates_of(text, start, end, below_title is not None and below_title <= NEAR_TITLE)
                below_title = below_title + 1 if below_title is not None else None
    if history:
        found.append(max(history, key=lambda stated: stated.iso))
    kinds = {stated.kind for stated in found}
    found += [stated for stated in aside if stated.kind not in kinds]
    return tuple(dict.fromkeys(sorted(found, key=lambda stated: stated.start)))


def contradictions(dates: Sequence[PolicyDate]) -> tuple[Damage, ...]:
    """Return a flaw for each date that states another day for a kind that was stated before it."""
    first: dict[str, PolicyDate] = {}
    flaws = []
    for stated in dates:
        before = first.setdefault(stated.kind, stated)
        if before.iso != stated.iso and not (
            before.iso[:7] == stated.iso[:7] and "01" in {before.iso[8:], stated.iso[8:]}
        ):
            word = {"updated": "last updated", "effective": "in force from", "created": "created"}[stated.kind]
            reason = f"the policy gives two dates for “{word}”: {before.iso} and {stated.iso}"
            flaws.append(Damage("twin_date", stated.start, stated.end, reason))
    return tuple(dict.fromkeys(flaws))


def _dates_of(text: str, start: int, end: int, near_title: bool) -> Iterator[PolicyDate]:
    if len(text) > SHORT or not _is_line(text):
        if len(text) <= LONGEST_SENTENCE and SPEAKS_OF_DATE.search(text):
            yield from _of_prose(text, start, end)
        return
    dates = list(_of_line(text, start, end))
    yield from dates
    words = DATE.sub(" ", text)
    bare = TITLE.search(words) or (near_title and len(re.findall(r"[^\W\d_]{2,}", words)) <= 1)
    if bare and not dates and not ABOUT_OTHERS.search(text):
        yield from (
            PolicyDate("effective", iso, start, end) for at, iso in _written(text)[:1] if not _is_foreign(text, at)
        )


def _is_line(text: str) -> bool:
    """Return True for a label or a title rather than a sentence."""
    return LABELLED.match(text) is not None or len(DATE.sub("", text).split()) <= 14


def _of_line(text: str, start: int, end: int, strict: bool = False) -> Iterator[PolicyDate]:
    """Yield the dates of a short line, each of the kind named last before it, else of the one named right behind it."""
    if len(text) > SHORT or (strict and not LABELLED.match(text)):
        return
    if ABOUT_OTHERS.search(text):
        return
    if not LABELLED.match(text) and not SPEAKS_OF_DATE.search(text) and not (TITLE.search(text) and KIND.search(text)):
        return
    yield from _kinded(text, start, end)


def _of_prose(text: str, start: int, end: int) -> Iterator[PolicyDate]:
    if not ABOUT_OTHERS.search(text):
        yield from _kinded(text, start, end)


def _kinded(text: str, start: int, end: int) -> Iterator[PolicyDate]:
    """Yield the dates that a kind's words stand before, else right behind; two kinds joined by a word date both."""
    if PREVIOUS.search(text) and not re.search(r"\blast\b|\beffective\b", text, re.IGNORECASE):
        return
    deed = DATES_A_DEED.match(text)
    if deed and len(deed["deed"].split()) >= 4 and not OF_ITSELF.search(deed["deed"]):
        return
    kinds = [(match.start(), match.end(), str(match.lastgroup)) for match in KIND.finditer(text)]
    taken: set[str] = set()
    last = 0
    for at, iso in _written(text):
        stop = at + len(_match_at(text, at))
        before = [named for named in kinds if last <= named[0] and named[1] <= at and at - named[1] <= KIND_REACH]
        behind = re.match(rf"\W*\(?\s*(?:{KIND.pattern})", text[stop:], re.IGNORECASE)
        named = [before[-1][2]] if before else [str(behind.lastgroup)] if behind else []
        if len(before) > 1 and JOINED.fullmatch(text[before[-2][1] : before[-1][0]]):
            named.append(before[-2][2])
        last = stop
        if _is_foreign(text, at):
            continue
        for kind in dict.fromkeys(named):
            if kind not in taken:
                taken.add(kind)
                yield PolicyDate(kind, iso, start, end)


def _match_at(text: str, at: int) -> str:
    match = DATE.match(text, at)
    return match.group() if match else ""


def _is_foreign(text: str, at: int) -> bool:
    before = text[max(0, at - 70) : at]
    return NOT_ITS_OWN.search(before) is not None and not IN_FORCE.search(before)


def _written(text: str) -> list[tuple[int, str]]:
    """Return (place, YYYY-MM-DD) of every date in `text`."""
    return [(match.start(), iso) for match in DATE.finditer(text) if (iso := iso_of(match.group()))]


def iso_of(words: str) -> str | None:
    """Return YYYY-MM-DD of a date cut out of a text; month before day where the order is open (US pages).

    A month alone is its first day. None for what is no day between 1990 and a few years ahead.
    """
    plain = re.sub(r"^(\d{1,2})\s+(\d{1,2}),\s+(\d{4})$", r"\1/\2/\3", words)
    plain = re.sub(r"(\d)\s?(?:st|nd|rd|th)\b", r"\1", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\b(?:the|of|day)\b", " ", plain, flags=re.IGNORECASE)
    plain = (
        re.sub(r"(?<=\d)\s?[.-]\s?(?=\d)|(?<=\d)\s?/\s?(?=\d)", "/", plain)
        if not re.match(r"\d{4}", plain)
        else re.sub(r"[./年月]", "-", plain).rstrip("日")
    )
    numbers = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", plain)
    if numbers:
        first, second, year = (int(part) for part in numbers.groups())
        year += 2000 if year < 100 else 0
        # Dots are the sign of a European date.
        month, day = (second, first) if first > 12 or ("." in words and second <= 12) else (first, second)
        return _day(year, month, day)
    if re.fullmatch(r"\d{1,2}/\d{4}", plain):
        month, year = (int(part) for part in plain.split("/"))
        return _day(year, month, 1)
    if re.fullmatch(r"\d{4}-\d{1,2}(?:-\d{1,2})?", plain):
        year, month, *day_of = (int(part) for part in plain.split("-"))
        return _day(year, month, day_of[0] if day_of else 1)
    parsed = dateparser.parse(plain, languages=["en"], settings={"DATE_ORDER": "MDY", "PREFER_DAY_OF_MONTH": "first"})
    return _day(parsed.year, parsed.month, parsed.day) if parsed else None


def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat() if 1990 <= year <= 2099 else None
    except ValueError:
        return None
