"""Postal addresses: found by their postcode, post box or country, then read back to the addressee; spans of the policy's text."""

from __future__ import annotations

import re

from ingest.places import COUNTRY_NAMES, STATE_CODES, STATE_NAMES, STREET_WORDS

LONGEST = 250  # characters from the addressee to the postcode
MOST_LINES = 7
STATE = rf"(?:{'|'.join(STATE_CODES)}|{'|'.join(sorted(STATE_NAMES, key=len, reverse=True))}|D\.C\.)"
TOWN = r"[^\W\d_][\w'’.-]*(?:[ -](?:[^\W\d_a-z][\w'’.-]*|d[aeiou]s?|am|an|der|la|le|sur)){0,3}"
# What only a postal address holds. "strong" shapes stand alone; a "weak" one needs a street beside it.
STRONG = re.compile(
    rf"\b{STATE}\b\.?(?:,? ?U\.?S\.?A?\.?)?[,\n ]{{1,3}}\d{{5}}(?:\s?[-–‑]\s?\d{{4}})?(?![\d-])"  # United States
    r"|(?<![A-Z\d])(?:[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]?) ?\d[ABD-HJLNP-UW-Z]{2}(?![A-Z\d])"  # United Kingdom
    r"|(?<![A-Z\d])[A-Z]\d[A-Z][ -]?\d[A-Z]\d(?![A-Z\d])"  # Canada
    r"|(?<![A-Z\d])[AC-FHKNPRTV-Y]\d[\dW] ?[A-Z\d]{4}(?![A-Z\d])(?=\W|$)"  # Ireland
    r"|\bSingapore[ ,(]{1,2}\d{6}(?!\d)|〒\s?\d{3}[-‑]\d{4}"
    r"|\b(?:NSW|New South Wales|VIC|Victoria|QLD|Queensland|TAS|ACT|WA|SA|NT)\b[ ,]{1,2}\d{4}(?![\d-])",
)
WEAK = re.compile(
    rf"(?<![\w.,/-])(?:[A-Z]{{1,2}}-)?\d{{4,5}}(?: ?[A-Z]{{2}}\b)?(?: -|,)?[ \n]{{1,2}}(?=[^\W\d_a-z])(?P<town>{TOWN})"  # Europe
    rf"|(?<![\w.-])\d{{5}}-\d{{3}}(?!\d)(?:[ ,–-]{{1,3}}{TOWN})?"  # Brazil
    rf"|(?<![\w.-])\d{{4}}-\d{{3}}(?!\d)[ ,]{{1,2}}{TOWN}"  # Portugal
    r"|(?<=[^\W\d_] )\d{3}[-‑]\d{4}(?=,? ?Japan\b)|(?<![\w-])\d{5}(?=,? (?:Republic of Korea|South Korea|Korea)\b)"
    r"|(?<=[^\W\d_][ -])\d{3} ?\d{3}(?=,? [\w ]{0,20},? ?India\b)|(?<=[^\W\d_] )\d{4}(?=,? (?:New Zealand|Australia|Norway|Denmark)\b)"
    rf"|\b(?:P\.?\s?O\.?|Post(?: Office)?) ?Box \d+[,\n ]{{1,2}}{TOWN}"
    rf"|(?<=, )(?:Hong Kong|Dublin \d{{1,2}})\b|(?<=[,\n ])(?<!in )(?<!the )(?:{COUNTRY_NAMES})(?!\w)(?! [A-Z])(?!\.? States)"
)
STREET = re.compile(
    rf"\b(?:P\.?\s?O\.?|Post(?: Office)?) ?Box \d+|\bPostfach\b|\bFreepost\b|(?<!\w)\d+[\w-]*,? (?:[\w'’.-]+\.? ){{0,4}}?{STREET_WORDS}(?!\w)"
    rf"|(?<!\w){STREET_WORDS}(?:,? [\w'’.-]+){{0,6}}?,? (?:n[°º.]? ?)?\d+|\b\w+(?:stra(?:ß|ss)e|str\.|gracht|straat|laan|weg|platz|gasse|allee|plein|kade|singel|gatan|vägen|gade|vej|gata|katu|ring|damm|ufer)\s\d+",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"(?<![\w.$€£#/-])\d{1,5}(?:[A-Za-z]|[-–]\d{1,4})?,? (?=[^\W\d_a-z])|\b[^\W\d_a-z][\w'’-]+ \d{1,4}[a-zA-Z]?(?=[,\n]|$)"
)
BEHIND = re.compile(
    rf"(?:[,\n]? ?(?:\(?(?:{STATE})\)?(?=[,\n]? ?(?:{COUNTRY_NAMES}))|{TOWN}(?=,? (?:{COUNTRY_NAMES})\b)))?[,.]?[ \n]\(?(?:the )?(?:{COUNTRY_NAMES})\b\)?"
)
TOKEN = re.compile(r"\S+")
JOINS = frozenset(
    "of the and & de da do dos das del di la le les los du des van der den von zu zum zur am im an et e y c/o floor fl fl. flr "
    "ste suite ste. bte étage rue av. avenue via calle plaza ul. no no. nº n° unit street road st rd building bldg bldg. tower "
    "room cedex boulevard bd place quai - – — | / · , attn attn: attention: c/o: dept department box post".split()
)
LABEL = re.compile(r"(?:attn|attention|att|c/o|dept|department|ref|re)\.?:", re.IGNORECASE)
SHORT = re.compile(
    r"(?:[A-Z]|[A-Z]\.(?:[A-Za-z]\.?)*|Inc|Ltd|Co|Corp|Llc|St|Ste|Ave|Av|Blvd|Rd|Dr|Ln|Pkwy|Hwy|Fl|Apt|Bldg|Dept|No|Nr|Attn|Sr|Jr|Mr|Ms|Mt|Ft|Pl|Sq|Bd|Pte|Pvt|Pty|Sdn|Bhd|Ltda|Cia|Eng|Dra?|[\w-]*str|Ul|Av|Bvd|Cres|Tce|Gen|Corp)\.,?",
    re.IGNORECASE,
)
# Words that lead to an address and are no part of it.
LEADS = re.compile(
    r"(?:(?:contact|write|ask|visit|notify|mail|mailing|postal|address|at|to|by|please|e-?mail|post|send|us|our|the|a|and|or|in|is|of|with|from|via|see|letter|you|headquarters?|office|registered|&|[-–—|,/·•*(])[,:]?\s+)+(?=\S)",
    re.IGNORECASE,
)
KEPT_LEAD = re.compile(r"(?:the )?(?:registered )?office of\b|post(?: office)? box|post office", re.IGNORECASE)
NO_LINE = re.compile(
    r"^(?:contact|how|questions?|your|our|changes?|address|mailing|postal|by (?:mail|post)|mail|post|e-?mail|phone|tel|telephone|fax|updated?|last|effective"
    r"|for|in|if|we|you|write|to|attention residents|via|online|web|copyright|©|controller|data (?:controller|protection officer)|\d+\.\s)\b|\b(?:policy|notice|statement|rights|us|choices|representative|residents?|users?)$|[?!;]$|[^.]:$",
    re.IGNORECASE,
)
NO_ADDRESS = re.compile(
    r"@|://|\x00|\b(?:19|20)\d\d, (?:the|we)\b|\b(?:U\.S\. States|Latin America|Middle East|Africa|Asia|Europe|States of|act|code|statute|regulation|directive|law)\b",
    re.IGNORECASE,
)


def addresses_in(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each postal address of `text`, addressee included, in order; lines are apart by line breaks."""
    found: list[tuple[int, int]] = []
    for pattern, strong in ((STRONG, True), (WEAK, False)):
        for anchor in pattern.finditer(text):
            if any(start < anchor.end() and anchor.start() < end for start, end in found):
                continue
            behind = BEHIND.match(text, anchor.end())
            end = behind.end() if behind else anchor.end()
            done = max((stop for _, stop in found if stop <= anchor.start()), default=0)
            begin = _beginning(text, anchor.start(), done)
            if begin < anchor.start() and _is_address(text[begin:end], strong, behind is not None):
                found.append((begin, end))
    return sorted(found)


def _beginning(text: str, anchor: int, done: int) -> int:
    """Return where the address that ends at `anchor` begins: as far back as the words still read like one."""
    floor = max(done, anchor - LONGEST)
    begin, lines = anchor, 1
    line_end = anchor
    for token in reversed(list(TOKEN.finditer(text, floor, anchor))):
        between = text[token.end() : begin] if begin > token.end() else ""
        if "\n" in between:
            line_start = text.rfind("\n", 0, token.end()) + 1
            line = text[line_start : token.end()]
            lines += 1
            if (
                lines > MOST_LINES
                or len(line.split()) > 8
                or NO_LINE.search(line.strip())
                or _ends_sentence(line.split()[-1])
            ):
                break
        word = token.group()
        if not _reads_like_address(word) or (token.start() == floor and floor > 0 and not text[floor - 1].isspace()):
            break
        begin = token.start()
        line_end = begin
    words = text[begin:line_end] + text[line_end:anchor]
    if not KEPT_LEAD.match(words) and (lead := LEADS.match(words)):
        begin += lead.end()
    return begin


def _reads_like_address(word: str) -> bool:
    if LABEL.fullmatch(word) or word.casefold().rstrip(",") in JOINS:
        return True
    if "@" in word or "://" in word or word.endswith((":", ";", "?", "!", "\x00")) or _ends_sentence(word):
        return False
    first = word.lstrip("(\"“'‘#[*•")[:1]
    return (
        bool(first)
        and (first.isdigit() or (first.isalpha() and not first.islower()) or word.startswith("#"))
        or bool(re.fullmatch(r"\w{1,3}['’][A-Z]\w+,?|\w+str(?:\.|aße|asse),?|\d+\w*,?|[a-z]{1,3}\.,?", word))
    )


def _ends_sentence(word: str) -> bool:
    bare = word.rstrip(")”\"’'")
    return (
        bare.endswith(".")
        and len(bare) > 1
        and not SHORT.fullmatch(bare)
        and not re.fullmatch(r"(?:\w\.)+|\d+\.", bare)
    )


def _is_address(value: str, strong: bool, named_country: bool) -> bool:
    if len(value) > LONGEST + 40 or NO_ADDRESS.search(value):
        return False
    street = STREET.search(value) is not None
    parts = len(re.findall(r"[,\n]", value))
    if strong:
        return street or parts >= 3 or (NUMBERED.search(value) is not None and parts >= 1)
    return (street and (parts >= 1 or len(value.split()) >= 5)) or (
        NUMBERED.search(value) is not None
        and parts >= 2
        and (named_country or re.search(rf"(?:{COUNTRY_NAMES})\W*$", value) is not None)
    )


def core_of(address: str) -> tuple[frozenset[str], str]:
    """Return the words of the addressee, and what makes two spellings one place: numbers and words from the first number on."""
    plain = address.casefold()
    for name, code in STATE_NAMES.items():
        plain = re.sub(rf"\b{re.escape(name.casefold())}\b(?=[\s,.]+\d{{5}})", code.casefold(), plain)
    words = re.findall(r"\w+", plain)
    first = next((at for at, word in enumerate(words) if word[0].isdigit() or word in {"box", "postfach"}), len(words))
    numbers = " ".join(word for word in words[first:] if any(char.isdigit() for char in word))
    return frozenset(words[:first]) - {"p", "o", "the", "attn"}, numbers
