"""Words of people in the words of policies: what is searched for, never what is shown or judged."""

from __future__ import annotations

import re

# Each is a way of speaking that hardly any policy uses, and what a policy says instead.
SPOKEN = {
    r"cops?|feds|po-?po": "police",
    r"flog(?:s|ged|ging)?": "sell",
    r"hawk(?:s|ed|ing)?": "sell",
    r"cctv": "video camera recordings",
    r"2fa|mfa|(?:two|2)[- ]factor": "two-step sign-in authentication",
    r"snail[- ]mail": "postal mail",
    r"pics?|pix": "photos",
    r"heads[- ]up": "notice beforehand",
    r"nuk(?:e|ed|ing)": "delete",
    r"get(?:s|ting)? hacked|got hacked|hacked": "data breach unauthorized access",
    r"dox(?:x?ed|x?ing)?": "disclose personal information",
    r"nosy|snoop(?:s|ed|ing)?": "look at",
    r"junk[- ]mail|spam(?:s|ming|med)?": "marketing messages",
    r"freebies?": "free",
    r"watchdog": "supervisory authority regulator",
    r"paperwork": "legal basis documents",
    r"nr|num": "number",
    r"txts?": "text messages",
    r"ur": "your",
    r"u": "you",
    r"addy|adress|adres": "address",
    r"bday": "date of birth",
    r"hubby": "husband",
    r"ppl": "people",
    r"acct?": "account",
}
_ONE = re.compile("|".join(rf"(?P<w{n}>\b(?:{words})\b)" for n, words in enumerate(SPOKEN)), re.IGNORECASE)
_MEANT = tuple(SPOKEN.values())


def plain_words(text: str) -> str:
    """Return the text with each such word as a policy would have it."""
    return _ONE.sub(lambda found: _MEANT[int(str(found.lastgroup)[1:])], text)
