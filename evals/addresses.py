"""The addresses an answer gives, and whether they are the policy's own. Owns no channel matching."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.reply import Answer
from evals.outcome import single_spaced
from vectorstore.policy import Policy

WRITTEN = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<web>(?:https?://|www\.)[^\s<>\"'“”)\]]+)"
    r"|(?P<phone>\+?\(?\d[\d().\s-]{7,}\d)"
)
PHONE_DIGITS = 10  # fewer digits are dates and other numbers


def given(answer: Answer) -> list[str]:
    """Return the channel values, and the e-mail, web and phone addresses written in the text and its steps."""
    request = answer.request
    found = [c.value for c in request.channels if c.value] if request else []
    for text in (answer.text, *(step.step for step in request.self_service)) if request else (answer.text,):
        found += written(text)
    return found


def written(text: str) -> list[str]:
    """Return the e-mail, web and phone addresses in a text, without the punctuation after them."""
    return [
        match.group().rstrip(".,;:!?")
        for match in WRITTEN.finditer(text)
        if match.lastgroup != "phone" or len(_digits(match.group())) >= PHONE_DIGITS
    ]


def is_known(address: str, policies: Iterable[Policy]) -> bool:
    """Return True if a policy's text, its own address or one of its channels holds the address.

    A phone number may be written with other punctuation, or without the country's digits.
    """
    wanted = single_spaced(address).casefold()
    phone = _digits(wanted) if not re.search(r"[a-z]", wanted) and len(_digits(wanted)) >= PHONE_DIGITS else ""
    for policy in policies:
        values = [channel.value for channel in policy.channels if channel.value]
        source = single_spaced("\n".join([policy.text, policy.url or "", *values])).casefold()
        if wanted in source:
            return True
        known = [_digits(found) for found in written(source) if not re.search(r"[a-z@]", found)] if phone else []
        if any(number.endswith(phone) or phone.endswith(number) for number in known):
            return True
    return False


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
