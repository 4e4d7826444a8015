"""What a policy says of itself: title, company with its aliases, dates, and the product names on its page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import dateparser

from ingest.document import LoadedDocument
from ingest.menus import TITLE
from ingest.names import find_company
from ingest.outline import Outline
from vectorstore.policy import PolicyDate, Sentence

MONTHS = r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
DATE = re.compile(
    rf"(?:(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTHS})\.?,?\s+\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}|\d{{1,2}}\s+\d{{1,2}},\s+\d{{4}}|(?:{MONTHS})\.?,?\s+\d{{4}})",
    re.IGNORECASE,
)
KINDS = (
    ("updated", r"(?:last )?(?:updated?|modified|revised|reviewed)|revision date|(?:date of )?last revision"),
    ("effective", r"effective|in force|takes? effect"),
    ("created", r"created|published|first (?:issued|posted)"),
)
KIND = re.compile("|".join(rf"\b(?P<{name}>{words})\b" for name, words in KINDS), re.IGNORECASE)
SPEAKS_OF_DATE = re.compile(
    r"\b(?:last (?:updated|modified|revised)|effective (?:date|as of|on)|takes effect on)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Facts:
    """`company` is None where the document names nobody; `aliases` are longest first."""

    title: str
    company: str | None
    aliases: tuple[str, ...]
    cues: tuple[str, ...]
    dates: tuple[PolicyDate, ...]


def find_facts(outline: Outline, document: LoadedDocument, url: str | None) -> Facts:
    """Read the facts of a policy from its outline and its loader's hints."""
    body = "\n".join(outline.text[c.start : c.end] for c in outline.clauses if c.is_read)
    company, aliases = find_company(body, url, [*document.signs, *([document.title] if document.title else [])])
    return Facts(_title(outline, document), company, aliases, _cues(outline), _dates(outline))


def _title(outline: Outline, document: LoadedDocument) -> str:
    lines = [outline.text[c.start : c.end] for c in outline.clauses if c.is_read][:6]
    titled = next((line for line in lines if len(line.split()) <= 12 and TITLE.search(line)), None)
    title = titled or document.title or "Privacy policy"
    return title.title() if title.isupper() else title


def _dates(outline: Outline) -> tuple[PolicyDate, ...]:
    found: list[PolicyDate] = []
    for clause in outline.clauses:
        if not clause.is_read:
            continue
        for sentence in clause.sentences:
            text = outline.text[sentence.start : sentence.end]
            if sentence.kind == "date" or SPEAKS_OF_DATE.search(text):
                found += _dates_in(text, sentence)
    return tuple(found)


def _dates_in(text: str, sentence: Sentence) -> Iterator[PolicyDate]:
    """Yield the dates of a sentence; the kind of each is the one named last before it."""
    kinds = [(match.start(), str(match.lastgroup)) for match in KIND.finditer(text)]
    for match in DATE.finditer(text):
        before = [kind for start, kind in kinds if start < match.start()]
        iso = _iso(match.group())
        if before and iso:
            yield PolicyDate(before[-1], iso, sentence.start, sentence.end)


def _iso(words: str) -> str | None:
    """Return YYYY-MM-DD of a date cut out of the text; month before day where the order is open (US pages)."""
    words = re.sub(r"^(\d{1,2})\s+(\d{1,2}),\s+(\d{4})$", r"\1/\2/\3", words)
    parsed = dateparser.parse(words, languages=["en"], settings={"DATE_ORDER": "MDY", "PREFER_DAY_OF_MONTH": "first"})
    return date(parsed.year, parsed.month, parsed.day).isoformat() if parsed else None


def _cues(outline: Outline) -> tuple[str, ...]:
    """Return the short lines of the page's menu: product names and lines that may point to this company."""
    lines = [outline.text[c.start : c.end] for c in outline.clauses if c.kind == "menu"]
    wanted = (
        line
        for line in lines
        if 3 <= len(line) <= 40 and len(line.split()) <= 5 and "://" not in line and not re.match(r"GTM-|UA-", line)
    )
    return tuple(dict.fromkeys(wanted))
