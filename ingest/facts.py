"""What a policy says of itself: title, company with its aliases, dates, and the product names on its page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.audiences import find_audiences
from ingest.dates import find_dates
from ingest.document import LoadedDocument
from ingest.language import language_of
from ingest.menus import TITLE
from ingest.names import find_company, find_entity
from ingest.outline import Outline
from ingest.regimes import find_regimes
from vectorstore.policy import PolicyDate, Statement


@dataclass(frozen=True, slots=True)
class Facts:
    """`company` is None where the document names nobody; `aliases` are longest first; `entity` is the legal person that speaks."""

    title: str
    company: str | None
    aliases: tuple[str, ...]
    cues: tuple[str, ...]
    dates: tuple[PolicyDate, ...]
    entity: str | None
    regimes: tuple[Statement, ...]
    audiences: tuple[Statement, ...]
    language: str


def find_facts(outline: Outline, document: LoadedDocument, url: str | None) -> Facts:
    """Read the facts of a policy from its outline and its loader's hints."""
    body = "\n".join(outline.text[c.start : c.end] for c in outline.clauses if c.is_read)
    titles = [*document.signs, *([document.title] if document.title else [])]
    company, aliases = find_company(body, url, titles)
    return Facts(
        _title(outline, document),
        company,
        aliases,
        _cues(outline),
        find_dates(outline),
        find_entity(body, url, titles, company),
        find_regimes(outline),
        find_audiences(outline),
        language_of(outline, document.language),
    )


def _title(outline: Outline, document: LoadedDocument) -> str:
    lines = [outline.text[c.start : c.end] for c in outline.clauses if c.is_read][:6]
    titled = next((line for line in lines if len(line.split()) <= 12 and TITLE.search(line)), None)
    title = titled or document.title or "Privacy policy"
    return title.title() if title.isupper() else title


def _cues(outline: Outline) -> tuple[str, ...]:
    """Return the short lines of the page's menu: product names and lines that may point to this company."""
    lines = [outline.text[c.start : c.end] for c in outline.clauses if c.kind == "menu"]
    wanted = (
        line
        for line in lines
        if 3 <= len(line) <= 40 and len(line.split()) <= 5 and "://" not in line and not re.match(r"GTM-|UA-", line)
    )
    return tuple(dict.fromkeys(wanted))
