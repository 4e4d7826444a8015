"""Which of a case's channels an answer offers. Owns the matching of channels, not request types."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.reply import Answer
from evals.case import ExpectedChannel
from evals.evidence import LEFT_OUT, shows

PHRASE = re.compile(r'["“]([^"“”]+)["”]')
MOST_LEFT_OUT = 20  # letters and digits: one or two words of an address
STEM = 5  # letters: "registration" meets "register", "notification" meets "notify"
# Words that a description of a channel shares with every other one.
GENERIC = frozenset(
    re.findall(
        r"\w+",
        "a an the of to in on at by for from with via and or not this that it is be are we us our you your my they "
        "their if any all using use form page link lost web site website",
    )
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A channel or step as the answer offers it; `value` None where it has no address."""

    type: str
    policy_id: str
    value: str | None
    quote: str


def offers_of(answer: Answer) -> list[Offer]:
    """Return the channels, then the self-service steps, that the answer offers."""
    if answer.request is None:
        return []
    channels = [
        Offer(c.type, c.policy_id, None if c.status == "unresolved" else c.value, c.quote)
        for c in answer.request.channels
    ]
    return channels + [Offer("self_service", s.policy_id, s.href, s.quote) for s in answer.request.self_service]


def met(offer: Offer, entries: Sequence[ExpectedChannel]) -> set[int]:
    """Return the positions of the entries that the offer meets.

    Addresses meet by their letters and digits, but for the words that an entry leaves out (LEFT_OUT). A form without an address meets the entries whose quoted phrase its own
    quote shows, else the one entry without a phrase that it shares most words with (at least half). A step meets every
    entry most of whose words its quote holds, and the entry that is its link.
    """
    alike = [n for n, e in enumerate(entries) if e.type == offer.type and e.policy in (None, offer.policy_id)]
    if offer.type == "self_service":
        linked = letters(offer.value or "")
        return {n for n in alike if shared(entries[n].value, offer.quote) > 0.5 or letters(entries[n].value) == linked}
    if offer.value is not None:
        return {n for n in alike if is_address(entries[n].value, offer.value)}
    if offer.type != "web_form":
        return set()
    phrases = {n: PHRASE.findall(entries[n].value) for n in alike}
    phrased = {n for n in alike if any(shows(offer.quote, phrase) for phrase in phrases[n])}
    if phrased:
        return phrased
    # "Submit a request" may stand in a sentence about another form: where the set gives a phrase, only that tells.
    loose = [n for n in alike if not phrases[n]]
    best = max(loose, key=lambda n: shared(entries[n].value, offer.quote), default=None)
    return {best} if best is not None and shared(entries[best].value, offer.quote) >= 0.5 else set()


def is_address(expected: str, offered: str) -> bool:
    """Return True if the offered address has the letters and digits of the expected one; the mark LEFT_OUT of a set stands for
    up to MOST_LEFT_OUT of them inside the address."""
    parts = [re.escape(letters(part)) for part in expected.split(LEFT_OUT)]
    return re.fullmatch(rf".{{1,{MOST_LEFT_OUT}}}".join(parts), letters(offered)) is not None


def letters(value: str) -> str:
    """Keep letters and digits, in lower case."""
    return "".join(character for character in value.casefold() if character.isalnum())


def shared(description: str, quote: str) -> float:
    """Return the share of the description's telling words that the quote holds; 1 where it has none."""
    told, quoted = _stems(description), _stems(quote)
    return len(told & quoted) / len(told) if told else 1.0


def _stems(text: str) -> set[str]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return {word[:STEM] for word in words if len(word) > 1 and word not in GENERIC}
