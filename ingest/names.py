"""Whose policy it is: the company that speaks, how people call it, and its other names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from urllib.parse import urlsplit

FORMS = (
    r"Inc\.?|Incorporated|L\.?L\.?C\.?|Ltd\.?|Limited|Corp\.?|Corporation|GmbH|B\.V\.|N\.V\.|S\.A\.|S\.[àa] ?r\.l\.|P\.?B\.?C\.?"
    r"|S\.?A\.?S\.?|SARL|S\.?r\.?l\.?|A/S|Ltda\.?|Pte|Pvt|K\.K\.|S\.L\.|LP|L\.P\.|PLC|plc|Pty|Co\.|AG|SE|AB|Oy|ApS|LLP|Company"
)
WORD = r"[A-Z][\w'’&.-]*"
NAME = rf"(?:{WORD}|of|and|the|&)(?: (?:{WORD}|of|and|the|for|&)){{0,7}}?"
ENTITY = re.compile(rf"\b({NAME}),? (?:{FORMS})(?=[\s,.;:)(]|$)")
# A name followed at once by "(... "we" ...)" is the one that speaks, with or without a legal form.
OWN = r"[,.]? ?\([^()]{0,160}[“\"'‘](?i:we|us|our)[,.]?[”\"'’]"
SPEAKS = re.compile(OWN)
SPEAKER = re.compile(rf"\b({WORD}(?: (?:{WORD}|of|and|&)){{0,6}})(?={OWN})")
OPERATED = re.compile(rf"(?<=[a-z] by )({NAME}),? (?:{FORMS})(?=[\s,.;:)(]|$)")
ALIASES = re.compile(r"[,.]? ?\(([^()]{2,160})\)")
QUOTED = re.compile(r"[“\"'‘]([^”\"'’]{2,60})[”\"'’]")
FILLER = re.compile(r"^(?:(?:by|of|and|the|for|to|at|in|welcome)\s+)+", re.IGNORECASE)
PRONOUNS = frozenset(
    "we us our ours you your site sites service services company website app platform products policy notice".split()
) | {"privacy policy", "privacy notice", "privacy statement"}
GENERIC_FIRST = frozenset(
    "american united national first global the new general digital international great big north south east west old royal "
    "central pacific atlantic".split()
)
THIRD_PARTIES = re.compile(r"\b(?:Google|Facebook|Meta|Microsoft|Amazon|Adobe|Apple|TRUSTe)\b")
COMMON = frozenset(
    "privacy policy personal information data california internet united states european union site services service "
    "cookie cookies section notice statement rights act consumer contact email january february march april may june july "
    "august september october november december we you our your this the if when information it in for to as at any all by "
    "on an and or of from please under other such these those they their there while how what who which "
    "children security app apps account accounts website web platform government terms user users content "
    "protection process law laws company companies customer customers product products".split()
)
OTHERS = frozenset(
    "google facebook android apple ios microsoft twitter youtube instagram safari chrome firefox".split()
)
HOST_PARTS = frozenset("www help support legal privacy policies about store".split())
# What a page's title says besides the name of its company.
TITLE_WORDS = re.compile(
    r"\b(?:privacy|polic(?:y|ies)|notice|statement|security|terms|conditions|home|page|legal|cookies?|about|help|cent(?:er|re)"
    r"|organization|agreement|rights|banner|welcome|datenschutz\w*|confidentialité|politique|privacidad\w*|política|informativa|privacyverklaring|privacybeleid|integritetspolicy)\b",
    re.IGNORECASE,
)
BEFORE_POLICY = re.compile(
    r"(?:welcome to )?(?:the |our |this )?(.+?)(?:['’]s)?\s+(?:(?:online|website|web site|global|consumer|customer)\s+)*"
    r"(?:privacy|data protection)\b",
    re.IGNORECASE,
)
SEPARATOR = re.compile(r"\s+[|:–—-]+\s+|\s*\|\s*")


def find_company(body: str, url: str | None, titles: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    """Return how answers name the company, None where the document names nobody, and its other names, longest first.

    `titles` are what the page calls itself or its site, the surest first; only names the text itself spells count.
    """
    label = host_label(url)
    titled = next((name for title in titles for name in _title_names(title, body)), None)
    names: list[str] = []
    brand = None
    legal = _own_entity(body, label, titled)
    if legal is not None:
        core = FILLER.sub("", legal.group(1)).strip(" ,")
        names += [FILLER.sub("", legal.group()).strip(" ,"), core, *_other_names(body, legal)]
        brand = _brand_of(core, label, titled, body)
    brand = brand or _spelled(label, body) or titled
    brand = brand or (names[1] if len(names) > 1 else _most_named(body))
    if brand is None:
        return None, ()
    names += _short_names(brand, body)
    aliases = {name for name in names if name.casefold() != brand.casefold() and len(name) > 1}
    return brand, tuple(sorted(aliases, key=lambda name: (-len(name), name)))


def find_entity(body: str, url: str | None, titles: Sequence[str], company: str | None) -> str | None:
    """Return the legal person that speaks, as the text first spells it ("Acme Tools, Inc."); None if it names none.

    `company` is how answers name the company: a legal name that begins alike is preferred.
    """
    titled = next((name for title in titles for name in _title_names(title, body)), None)
    own = _own_entity(body, host_label(url), titled)
    first = re.sub(r"\W", "", (company or "").removeprefix("The ").split(" ")[0]).casefold()
    alike = [match for match in ENTITY.finditer(body) if first and _first_word(match).casefold().startswith(first)]
    legal = own if own is not None and own.re is ENTITY else next(iter(alike), None) or OPERATED.search(body)
    if legal is None:
        return None
    spelled = FILLER.sub("", legal.group()).strip(" ,")
    # A legal form may go on behind the first ("Motor Co., Inc.") and keeps its full stop.
    more = re.match(rf"(?:,? (?:{FORMS}))+(?=[\s,.;:)(]|$)", body[legal.end() :])
    spelled += more.group() if more else ""
    stop = body[legal.end() + (more.end() if more else 0) :][:2]
    return (
        f"{spelled}."
        if re.search(r"\b(?:Inc|Ltd|Corp|Co|B\.V|S\.A)$", spelled) and stop in {". ", ".,", ".)"}
        else spelled
    )


def host_label(url: str | None) -> str | None:
    """Return the name in a URL's host: "casio" of www.casio.com; None without a host."""
    host = (urlsplit(url).hostname or "") if url else ""
    parts = [part for part in host.split(".") if part not in HOST_PARTS]
    if len(parts) >= 3 and len(parts[-1]) == 2 and parts[-2] in {"co", "com", "org", "gov", "ac"}:
        return parts[-3]
    return parts[-2] if len(parts) >= 2 else None


def _own_entity(body: str, label: str | None, titled: str | None) -> re.Match[str] | None:
    """Return the name that speaks: one with "(... "we" ...)" behind it, else a legal one like the host's or the title's.

    Without either it is the first legal name, if the text goes on using its first word.
    """
    entities = [match for match in ENTITY.finditer(body) if not THIRD_PARTIES.search(match.group(1))]
    speaking = [match for match in entities if SPEAKS.match(body, match.end())]
    plain = [match for match in SPEAKER.finditer(body) if _first_word(match).casefold() not in COMMON]
    known = [name for name in (label, titled) if name]
    alike = [match for name in known for match in entities if _begins(name, _first_word(match))]
    used = [match for match in entities if len(re.findall(rf"\b{re.escape(_first_word(match))}\b", body)) >= 5]
    return next(iter([*speaking[:1], *plain[:1], *alike[:1], *used[:1]]), None)


def _first_word(match: re.Match[str]) -> str:
    return re.sub(r"[^\w]", "", FILLER.sub("", match.group(1)).split(" ")[0])


def _begins(name: str, word: str) -> bool:
    return len(word) > 1 and re.sub(r"\W", "", name).casefold().startswith(word.casefold())


def _other_names(body: str, legal: re.Match[str]) -> list[str]:
    """Return the names in the bracket behind the legal name, and longer legal names that begin with it."""
    core = FILLER.sub("", legal.group(1)).strip(" ,")
    bracket = ALIASES.match(body, legal.end())
    quoted = [name.strip(" ,.;") for name in QUOTED.findall(bracket.group(1))] if bracket else []
    names = [name for name in quoted if name.casefold().removeprefix("the ") not in PRONOUNS]
    forms = [FILLER.sub("", match.group()).strip(" ,") for match in ENTITY.finditer(body) if match.group(1) == core]
    return names + forms


def _brand_of(core: str, label: str | None, titled: str | None, body: str) -> str | None:
    """Return the first words of the legal name that the host spells, else the title's name if it begins alike.

    Without either it is the first word, where the text uses it alone.
    """
    words = core.split()
    if label:
        plain = re.sub(r"\W", "", label).casefold()
        for count in range(1, len(words) + 1):
            if re.sub(r"\W", "", "".join(words[:count])).casefold() == plain:
                return " ".join(words[:count])
    if titled and titled.split()[0] == words[0]:
        return titled
    alone = len(re.findall(rf"\b{re.escape(words[0])}\b(?! [A-Z])", body))
    if len(words) > 1 and words[0].casefold() not in GENERIC_FIRST and alone >= 3:
        return words[0]
    return core if len(words) <= 3 else None


def _spelled(label: str | None, body: str) -> str | None:
    """Return the host's name as the text most often spells it, None if it does not name it."""
    if not label:
        return None
    spelled = Counter(re.findall(rf"\b{re.escape(label)}\b", body, re.IGNORECASE))
    phrases = re.findall(r"\b[A-Z]\w+(?: [A-Z]\w+){0,2}\b", body)
    spelled.update(phrase for phrase in phrases if phrase.replace(" ", "").casefold() == label.casefold())
    best = spelled.most_common(1)[0][0] if spelled else None
    return best.capitalize() if best and best.islower() else best


def _title_names(title: str, body: str) -> list[str]:
    """Return the parts of a page's title that can be a company's name and that the text spells too."""
    found = []
    for part in reversed(SEPARATOR.split(title)):
        before = BEFORE_POLICY.match(part)
        name = re.sub(rf",? (?:{FORMS})$", "", (before.group(1) if before else part).strip(" ,."))
        if not 1 <= len(name.split()) <= 5 or TITLE_WORDS.search(name) or name.casefold() in COMMON:
            continue
        spelled = Counter(re.findall(rf"\b{re.escape(name)}\b", body, re.IGNORECASE))
        best = next((form for form, _ in spelled.most_common() if form[0].isupper()), None)
        found += [best] if best and (not best.isupper() or " " not in best) else []
    return found


def _short_names(brand: str, body: str) -> list[str]:
    """Return the first word of the brand, or the second behind a general one ("American Honda"), if it stands for it."""
    words = [word for word in brand.split() if word.casefold() not in {"the", "of"}]
    if len(words) < 2 or " of " in brand:
        return [brand.rpartition(".")[0]] if re.search(r"\w\.(?:com|org|net|gov|co)$", brand) else []
    generic = words[0].casefold() in GENERIC_FIRST
    word = words[1] if generic else words[0]
    used = not generic or len(re.findall(rf"(?<!{re.escape(words[0])} )\b{re.escape(word)}\b", body)) >= 3
    return [word] if len(word) > 3 and word.casefold() not in COMMON | GENERIC_FIRST and used else []


def _most_named(body: str) -> str | None:
    """Return the capitalised word met most often inside sentences, with the name it is nearly always part of."""
    found = re.findall(r"(?<=[a-z,] )([A-Z][\w-]{2,})\b", body)
    best = Counter(match for match in found if match.casefold() not in COMMON | OTHERS).most_common(1)
    if not best or best[0][1] < 4:
        return None
    word, count = best[0]
    phrases = re.findall(
        rf"(?:\b[A-Z][\w-]+ ){{1,2}}\b{re.escape(word)}\b|\b{re.escape(word)}\b(?: [A-Z][\w-]+){{1,2}}", body
    )
    longer = Counter(phrase for phrase in phrases if not phrase.startswith(("The ", "This ", "Our "))).most_common(1)
    return longer[0][0] if longer and longer[0][1] * 2 > count else word
