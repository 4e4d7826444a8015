"""E-mail addresses: as written, as disguised from robots ("name [at] domain [dot] com"), and as links carry them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from email_validator import EmailNotValidError, validate_email

from ingest.document import Link

PLAIN = re.compile(r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
# Brackets make a disguise plain; the bare words "at" and "dot" count only together, and "AT" only among small letters.
AT = r"\s?[\[({<]\s?(?:at|@|at sign|AT|At)\s?[\])}>]\s?"
DOT = r"(?:\.|\s?[\[({<]\s?(?:dot|DOT|Dot|\.|punkt|point|punto)\s?[\])}>]\s?|\s(?:DOT|dot)\s)"
LABELS = rf"[\w-]+(?:{DOT}[\w-]+)+"
DISGUISED = re.compile(
    rf"(?<![\w.+'-])(?P<local>[\w+-]+(?:{DOT}[\w+-]+){{0,3}}?)(?:{AT}|\sAT\s|\s?＠\s?)(?P<host>{LABELS})"
    r"|(?<![\w.+'-])(?P<bare_local>[\w+-]+(?:(?:\.| dot )[\w+-]+){0,3}?) at (?P<bare_host>[\w-]+(?: dot [\w-]+)+)"
    r"|(?:e-?mail|mail|write)\b[^.@]{0,40}?\s(?P<spaced_local>[\w.+-]+) @ (?P<spaced_host>[\w-]+(?:\.[\w-]+)+)"
)
MAIL = re.compile(r"\b(?:e-?mails?|mail|write|writing|contact|reach|address)\b", re.IGNORECASE)
DOTS = re.compile(DOT)
PROTECTED = re.compile(r"/cdn-cgi/l/email-protection#([0-9a-f]{12,400})$", re.IGNORECASE)
NOBODY = re.compile(
    r"^(?:name|you|your[._-]?\w*|user(?:name)?|someone|somebody|email|example|xxx+|john\.?doe|jane\.?doe)@",
    re.IGNORECASE,
)
NO_HOST = re.compile(r"\.(?:png|jpe?g|gif|svg|html?|php|pdf|js|css)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Email:
    """An address and where it stands: `start` is its place in the sentence, `origin` is "text" or "link"."""

    value: str
    origin: str
    start: int


def emails_in(text: str, links: Sequence[Link]) -> Iterator[Email]:
    """Yield the e-mail addresses of a sentence and of its links (spans of it), each once."""
    seen: set[str] = set()
    for email in [*_written(text), *_linked(text, links)]:
        if email.value.casefold() not in seen and _is_address(email.value):
            seen.add(email.value.casefold())
            yield email


def _written(text: str) -> Iterator[Email]:
    if "@" in text:
        for match in PLAIN.finditer(text):
            value = match.group().strip(".'-")
            if value.lower().startswith("mailto"):
                continue
            yield Email(value, "text", match.start())
    for match in DISGUISED.finditer(text):
        local = match["local"] or match["bare_local"] or match["spaced_local"]
        host = match["host"] or match["bare_host"] or match["spaced_host"]
        value = f"{DOTS.sub('.', local)}@{DOTS.sub('.', host)}"
        asked = match["bare_local"] is None or MAIL.search(text)
        if value not in text and asked and any(c.islower() for c in local) and any(c.islower() for c in host):
            yield Email(value, "text", match.start())


def _linked(text: str, links: Sequence[Link]) -> Iterator[Email]:
    for link in links:
        for value in _addresses_of(link.target):
            yield Email(value, "text" if value in text else "link", link.start)


def _addresses_of(target: str) -> list[str]:
    """Return the addresses that a link writes to: of mailto:, and of the scramble of a widespread mail guard."""
    decoded = unquote(target).strip()
    if decoded.lower().startswith("mailto:"):
        return [part.strip(" <>") for part in decoded[7:].split("?", 1)[0].split(",") if "@" in part]
    guarded = PROTECTED.search(target)
    return [unscramble(guarded.group(1))] if guarded else []


def unscramble(code: str) -> str:
    """Return the address in a guard's code: hexadecimal bytes, each one combined (xor) with the first."""
    data = bytes.fromhex(code[: len(code) // 2 * 2])
    return bytes(byte ^ data[0] for byte in data[1:]).decode("utf-8", "replace").split("?", 1)[0]


def _is_address(value: str) -> bool:
    if NOBODY.match(value) or NO_HOST.search(value) or value.lower().startswith("www."):
        return False
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        # The validator refuses names under .example, which samples use.
        return value.endswith(".example") and value.count("@") == 1 and not re.search(r"\.\.|^\.|\s", value)
    return True
