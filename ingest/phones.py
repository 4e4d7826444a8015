"""Telephone numbers: digits, vanity words, foreign numbers; faxes and text telephones told apart from voices."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import phonenumbers

KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
MENU_STEP = re.compile(
    r"\b(?:select|press|choose|dial|say)\s+(?:option\s+|menu\s+)?(?:number\s+)?(?:\d|[“\"'‘]\w[\w ]{0,30}[”\"'’])(?!\d)|\boption\s+\d\b|\bext(?:ension|n?\.)?:?\s*\d+\b|\bx\d{2,5}\b",
    re.IGNORECASE,
)
REACH = 90  # characters behind a number within which its menu step stands
VANITY = re.compile(
    r"(?<![\w.-])(?:\+?1[-‑–. ]?)?\(?[2-9]\d{2}\)?[-‑–. ](?=[\dA-Z‑–.-]*[A-Z]{3})[A-Z\d]{1,7}(?:[-‑–.][A-Z\d]{1,7}){0,3}(?![\w@])"
)
CUE = re.compile(
    r"\b(?:call(?:ing|s)?|phone|tel|telephone|toll|number|dial|ring|contact|reach|mobile|hotline|helpline|voicemail|voice|tél|telefon|teléfono|téléphone|customer (?:service|care)|fax|facsimile|telefax|tty|tdd)\b",
    re.IGNORECASE,
)
FAX = r"(?:tele)?fax|facsimile|télécopie"
TTY = r"tty|tdd|text telephone|textphone|teletype\w*|hearing[- ](?:impaired|disabled)|hard of hearing|deaf"
LABELS = re.compile(
    rf"\b(?:(?P<fax>{FAX})|(?P<tty>{TTY})|(?P<phone>phone|tel|telephone|call(?:ing)?|voice|dial|toll|mobile))\b",
    re.IGNORECASE,
)
BEHIND = re.compile(rf"^\s*(?:[(\[–-]|for)\s*(?:the )?(?:(?P<fax>{FAX})|(?P<tty>{TTY}))\b(?!\W*\d)", re.IGNORECASE)
# Numbers of other things: what stands right before them says so.
NOT_BEFORE = re.compile(
    r"(?:§+|\b(?:section|sec|code|art|article|act|regulation|regulations|directive|title|chapter|rule|docket|isbn|issn|iso|iec|ssn|vat|ein|abn|acn|siren|siret|rcs|hrb|kvk|cik|duns|ip|id|uid|cif|nif|nit|cnpj|imei|gtm|ua"
    r"|(?:registration|registered|company|order|case|account|licen[cs]e|certificate|tax|reference|patent|application|serial|claim|invoice|form|file|charity|registry|incorporation|identification|control|omb|policy|version|trade register|commercial register|docket)"
    r"(?: (?:number|no|nr|id|code|with|under|in \w+))?|registered(?: \w+){0,4} (?:number|no|nr)|under (?:the )?(?:number|no|nr))\b[.:]?|\b(?:No|Nr)\.|n[°º]|#|[/=$€£¥])\s*[:#]?\s*(?:[A-Z]{1,4}[ -]?)?$",
    re.IGNORECASE,
)
PHONE_WORD_BEFORE = re.compile(r"\b(?:phone|telephone|tel|call|fax|toll[- ]free|dial)\b[^.;\d]{0,25}$", re.IGNORECASE)
NOT_SHAPED = re.compile(
    r"\d{5}-\d{3}|\d{4}\s?[-–]\s?\d{4}|\d{5}-\d{4}|(?:19|20)\d{6}|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}|\d{1,3}(?:\.\d{1,3}){3}|\d{2}-\d{7}|\d{3}-\d{2}-\d{4}|\d{13,}|(?:19|20)\d\d\s?[-–]\s?(?:19|20)\d\d.*"
)
# Countries whose numbers are tried where the words speak of a call and the number begins with 0.
HOME_REGIONS = ("GB", "IE", "DE", "FR", "NL", "BE", "IT", "AU", "NZ", "JP", "KR", "IN", "ZA", "SE", "CH", "AT", "BR")


@dataclass(frozen=True, slots=True)
class Phone:
    """A number as written; `kind` is "phone", "fax" or "tty"; `condition` is the step in the menu or the extension, None without."""

    kind: str
    value: str
    condition: str | None
    start: int
    end: int


def digits_of(value: str) -> str:
    """Return the digits to dial, vanity letters turned into the keys of a telephone."""
    return re.sub(r"\D", "", value.upper().translate(KEYPAD))


def phones_in(text: str, lead: str = "") -> Iterator[Phone]:
    """Yield the numbers of a sentence in order; `lead` is the line it depends on."""
    found = sorted(_numbers(text, lead), key=lambda span: span[0])
    plain = {digits_of(text[start:end])[-10:] for start, end, vanity in found if not vanity}
    last = 0
    for at, (start, end, vanity) in enumerate(found):
        if start < last or (vanity and digits_of(text[start:end])[-10:] in plain):
            continue
        until = found[at + 1][0] if at + 1 < len(found) else len(text)
        step = MENU_STEP.search(text, end, min(until, end + REACH))
        yield Phone(_kind(text, last, start, end, lead), text[start:end], step.group() if step else None, start, end)
        last = end


def _numbers(text: str, lead: str) -> Iterator[tuple[int, int, bool]]:
    """Yield (start, end, has letters) of everything that is a telephone number."""
    for vanity in VANITY.finditer(text):
        digits = digits_of(vanity.group())
        if len(digits) in {10, 11} or (len(digits) > 11 and CUE.search(text)):
            yield vanity.start(), vanity.end(), True
    for match in phonenumbers.PhoneNumberMatcher(text, "US", leniency=phonenumbers.Leniency.POSSIBLE):
        span = _trimmed(text, match)
        if _is_phone(text, *span, phonenumbers.is_valid_number(match.number), lead):
            yield *span, False
    if CUE.search(f"{lead} {text}"):
        for home in re.finditer(r"(?<![\w+.-])\(?0\d[\d ()/.-]{6,16}\d(?![\w-])", text):
            if _is_phone(text, *home.span(), False, lead) and _is_at_home(home.group()):
                yield *home.span(), False


def _trimmed(text: str, match: phonenumbers.PhoneNumberMatch) -> tuple[int, int]:
    """Return the span of a number without the bracket it stands in and without its extension."""
    raw = match.raw_string
    extension = (
        re.search(r"[\s,;]*\(?(?:ext(?:ension|n)?|x|#)[.:]?\s*\d+$", raw, re.IGNORECASE)
        if match.number.extension
        else None
    )
    raw = raw[: extension.start()] if extension else raw
    skipped = len(raw) - len(raw.lstrip("(")) if ")" not in raw else 0
    return match.start + skipped, match.start + len(raw)


def _is_phone(text: str, start: int, end: int, valid: bool, lead: str) -> bool:
    raw = text[start:end]
    before = text[max(0, start - 60) : start]
    if len(re.sub(r"\D", "", raw)) < 8 or NOT_SHAPED.fullmatch(raw):
        return False
    if NOT_BEFORE.search(before) and not PHONE_WORD_BEFORE.search(before):
        return False
    if re.match(r"(?:[-/]\d|[%€$£]|\.\d)", text[end : end + 2]):
        return False
    return valid or CUE.search(f"{lead} {text}") is not None


def _is_at_home(raw: str) -> bool:
    for region in HOME_REGIONS:
        try:
            number = phonenumbers.parse(raw, region)
        except phonenumbers.NumberParseException:
            return False
        if phonenumbers.is_valid_number(number):
            return True
    return False


def _kind(text: str, after: int, start: int, end: int, lead: str) -> str:
    """Return what answers the number: the word behind it in brackets, else the nearest word before it."""
    behind = BEHIND.match(text[end : end + 40])
    if behind:
        return str(behind.lastgroup)
    labels = list(LABELS.finditer(text, after, start))
    if labels:
        # "TTY users may call ..." is still a text telephone.
        called = labels[-1].group().casefold() in {"call", "calling", "dial"}
        return "tty" if called and any(label["tty"] for label in labels) else str(labels[-1].lastgroup)
    if after == 0 and (heads := list(LABELS.finditer(lead))) and len(lead) < 40:
        return str(heads[-1].lastgroup)
    return "phone"
