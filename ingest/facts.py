"""What a policy says of itself: title, company with its aliases, dates, and the product names on its page."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

import dateparser

from ingest.document import LoadedDocument
from ingest.menus import TITLE
from ingest.outline import Outline
from vectorstore.policy import PolicyDate

FORMS = r"Inc\.?|Incorporated|L\.?L\.?C\.?|Ltd\.?|Limited|Corp\.?|Corporation|GmbH|B\.V\.|S\.A\.|S\.à r\.l\.|PLC|plc|Pty|Co\.|AG|SE|AB|Oy|ApS|LLP|Company"
ENTITY = re.compile(rf"\b((?:[A-Z][\w'’&.-]*|of|and|the|&)(?:\s+(?:[A-Z][\w'’&.-]*|of|and|the|for|&)){{0,7}}?),?\s+({FORMS})(?=[\s,.;:)(]|$)")
ALIASES = re.compile(r"^[,.]?\s*\(([^()]{2,160})\)")
QUOTED = re.compile(r"[“\"'‘]([^”\"'’]{2,60})[”\"'’]")
PRONOUNS = frozenset("we us our ours you your site sites service services the company company website app platform products policy notice".split())
GENERIC_FIRST = frozenset("american united national first global the new general digital international great big north south east west old royal central pacific atlantic".split())
MONTHS = r"Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
DATE = re.compile(
    rf"(?:(?:{MONTHS})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?(?:{MONTHS})\.?,?\s+\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{4}}|\d{{1,2}}\s+\d{{1,2}},\s+\d{{4}}|(?:{MONTHS})\.?\s+\d{{4}})",
    re.IGNORECASE,
)
DATE_KINDS = (
    ("updated", re.compile(r"\b(?:last )?(?:updated|modified|revised|reviewed)\b", re.IGNORECASE)),
    ("effective", re.compile(r"\beffective\b|\bin force\b|\btakes? effect\b", re.IGNORECASE)),
    ("created", re.compile(r"\bcreated\b|\bpublished\b|\bfirst (?:issued|posted)\b", re.IGNORECASE)),
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
    body = "\n".join(outline.text[c.start : c.end] for c in outline.clauses if c.kind != "menu")
    company, aliases = _company(body, _host_label(url))
    return Facts(_title(outline, document), company, aliases, _cues(outline), _dates(outline))


def _title(outline: Outline, document: LoadedDocument) -> str:
    lines = [outline.text[c.start : c.end] for c in outline.clauses if c.kind != "menu"][:6]
    titled = next((line for line in lines if len(line.split()) <= 12 and TITLE.search(line)), None)
    title = titled or document.title or "Privacy policy"
    return title.title() if title.isupper() else title


def _host_label(url: str | None) -> str | None:
    """Return the name in a URL's host: "casio" of www.casio.com; None without a host."""
    host = (urlsplit(url).hostname or "") if url else ""
    parts = [part for part in host.split(".") if part not in {"www", "help", "support", "legal", "privacy", "policies", "about"}]
    if len(parts) >= 3 and len(parts[-1]) == 2 and parts[-2] in {"co", "com", "org", "gov", "ac"}:
        return parts[-3]
    return parts[-2] if len(parts) >= 2 else None


def _company(body: str, label: str | None) -> tuple[str | None, tuple[str, ...]]:
    entities = [match for match in ENTITY.finditer(body) if not re.search(r"\b(?:Google|Facebook|Meta|Microsoft|Amazon|Adobe)\b", match.group(1))]
    names: list[str] = []
    brand = None
    legal = _own_entity(entities, body, label)
    if legal is not None:
        core = re.sub(r"^(?:by|of|and|the|for|The)\s+", "", legal.group(1)).strip(" ,")
        names += [f"{core}{body[legal.end(1) : legal.end()]}", core]
        match = ALIASES.match(body[legal.end() :])
        names += [name for name in QUOTED.findall(match.group(1)) if name.casefold().removeprefix("the ") not in PRONOUNS] if match else []
        brand = _brand_of(core, label, body)
    if brand is None and label:
        spelled = Counter(re.findall(rf"\b{re.escape(label)}\b", body, re.IGNORECASE))
        spelled.update(m for m in re.findall(r"\b[A-Z]\w+(?: [A-Z]\w+){0,2}\b", body) if m.replace(" ", "").casefold() == label.casefold())
        brand = spelled.most_common(1)[0][0] if spelled else None
        brand = brand.capitalize() if brand and brand.islower() else brand
    brand = brand or (names[1] if len(names) > 1 else _most_named(body))
    if brand is None:
        return None, ()
    first = brand.split()[0]
    if len(brand.split()) > 1 and len(first) > 3 and first.casefold() not in GENERIC_FIRST and first.casefold() not in COMMON:
        names.append(first)
    aliases = sorted({name for name in names if name.casefold() != brand.casefold() and len(name) > 1}, key=lambda name: (-len(name), name))
    return brand, tuple(aliases)


def _own_entity(entities: list[re.Match[str]], body: str, label: str | None) -> re.Match[str] | None:
    """Return the legal entity that speaks: one with "(... "we")" behind it, else one named like the host, else the first."""
    speaking = [m for m in entities if (a := ALIASES.match(body[m.end() :])) and re.search(r"\b(?:we|us|our)\b", a.group(1), re.IGNORECASE)]
    like_host = [m for m in entities if label and m.group(1).split()[-1:] and label.casefold().startswith(re.sub(r"\W", "", m.group(1).split()[0]).casefold())]
    return next(iter([*speaking, *like_host, *entities]), None)


def _brand_of(core: str, label: str | None, body: str) -> str | None:
    """Return the first words of the legal name that the host spells, else its first word if the text uses it alone."""
    words = core.split()
    if label:
        for count in range(1, len(words) + 1):
            if re.sub(r"\W", "", "".join(words[:count])).casefold() == re.sub(r"\W", "", label).casefold():
                return " ".join(words[:count])
    if len(words) > 1 and words[0].casefold() not in GENERIC_FIRST and len(re.findall(rf"\b{re.escape(words[0])}\b(?! {re.escape(words[1])})", body)) >= 3:
        return words[0]
    return core if len(words) <= 3 else None


COMMON = frozenset(
    "privacy policy personal information data california google internet united states european union site services service cookie cookies section notice statement rights act "
    "consumer contact email january february march april may june july august september october november december we you our your the this if when information it in for to as at any "
    "all by on an and or of from please under other such these those they their there while how what who which android apple ios facebook children security".split()
)


def _most_named(body: str) -> str | None:
    """Return the capitalised word met most often inside sentences, None if nothing stands out."""
    words = Counter(match for match in re.findall(r"(?<=[a-z,] )([A-Z][\w-]{2,})\b", body) if match.casefold() not in COMMON)
    best = words.most_common(1)
    return best[0][0] if best and best[0][1] >= 4 else None


def _dates(outline: Outline) -> tuple[PolicyDate, ...]:
    found: list[PolicyDate] = []
    for clause in outline.clauses:
        if clause.kind == "menu":
            continue
        for sentence in clause.sentences:
            text = outline.text[sentence.start : sentence.end]
            if sentence.kind != "date" and not re.search(r"\b(?:last (?:updated|modified|revised)|effective (?:date|as of|on)|takes effect on)\b", text, re.IGNORECASE):
                continue
            kind = next((name for name, pattern in DATE_KINDS if pattern.search(text)), None)
            match = DATE.search(text)
            iso = _iso(match.group()) if match else None
            if kind and iso:
                found.append(PolicyDate(kind, iso, sentence.start, sentence.end))
    return tuple(found)


def _iso(words: str) -> str | None:
    """Return YYYY-MM-DD of a date cut out of the text; month before day where the order is open (US pages)."""
    words = re.sub(r"^(\d{1,2})\s+(\d{1,2}),\s+(\d{4})$", r"\1/\2/\3", words)
    parsed = dateparser.parse(words, languages=["en"], settings={"DATE_ORDER": "MDY", "PREFER_DAY_OF_MONTH": "first"})
    return date(parsed.year, parsed.month, parsed.day).isoformat() if parsed else None


def _cues(outline: Outline) -> tuple[str, ...]:
    """Return the short lines of the page's menu: product names and lines that may point to this company."""
    lines = [outline.text[c.start : c.end] for c in outline.clauses if c.kind == "menu"]
    wanted = (line for line in lines if 3 <= len(line) <= 40 and len(line.split()) <= 3 and "://" not in line and not re.match(r"GTM-|UA-", line))
    return tuple(dict.fromkeys(wanted))
