"""What a policy says of itself: title, company with its aliases, dates, and the product names on its page."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.dates import find_dates
from ingest.document import LoadedDocument
from ingest.menus import TITLE
from ingest.names import find_company
from ingest.outline import Outline
from vectorstore.policy import PolicyDate


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
    return Facts(_title(outline, document), company, aliases, _cues(outline), find_dates(outline))


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
