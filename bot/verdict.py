"""Yes, no or it depends, from the words of the evidence. An inverted verdict is the worst error: doubt gives "conditional"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.question import Question

NEGATION = re.compile(
    r"\b(?:not|never|no|none|nor|neither|cannot|without|nobody|nothing)\b|n['’]t\b|\bprohibited from\b|\bfree (?:from|of)\b(?! charge)|\bunable to\b|\bdeclines? to\b|\brefrain\w* from\b",
    re.IGNORECASE,
)
# Words that look like negation but leave the sentence's direction alone.
HARMLESS = re.compile(
    r"\b(?:including,? )?but not limited to\b|\bnot limited to\b|\bno longer\b|\bnot only\b|\bwhether or not\b|\bdo not hesitate\b|\bif not\b|\bif you do not\b|\bdo not track[”\"’]?(?= (?:is|signal|browser|setting))|“do not track”|\"do not track\"|\bdo not sell (?:or share )?my\b"
    r"|\bno (?:charge|cost|fee)\b|\bnot be limited\b",
    re.IGNORECASE,
)
CONDITION = re.compile(
    r"\bunless\b|\bexcept\b|\bonly (?:if|when|with|where|to|after|as)\b|\bif\b|\bsubject to\b|\bto the extent\b|\bprovided that\b|\bdepending on\b|\bwith your (?:\w+ )?(?:consent|permission)\b|\bin (?:some|certain) (?:cases|circumstances)\b"
    r"|\bmay be required\b|\bother than as\b|\bwhere (?:permitted|required|necessary)\b|\bCalifornia residents\b|\bsome of\b|\bunder certain\b|\bnot all\b|\bjust in case\b|\bhowever\b|\bonly\b|\bthough\b|\bbut\b|\bpeople who live in\b",
    re.IGNORECASE,
)
POSSIBLE = re.compile(
    r"\b(?:may|might|could|can|sometimes|occasionally|generally|typically|from time to time|where possible)\b",
    re.IGNORECASE,
)
AUDIENCE = re.compile(r"\bresidents?\b|\bpeople who live in\b|\bif you (?:are|live) in\b", re.IGNORECASE)
ASKS_NEGATIVE = re.compile(
    r"\b(?:not|never|no one|nobody|without|free (?:of|from)|refuse to|avoid|stop)\b|n['’]t\b", re.IGNORECASE
)
ASKS_DUTY = re.compile(r"\b(?:must|have to|need to|mandatory|required?|compulsory|obligat\w+|forced?)\b", re.IGNORECASE)
FREE_CHOICE = re.compile(r"\b(?:voluntary|optional|not required|do not have to|can choose not to)\b", re.IGNORECASE)
ASKS_POSSIBLE = re.compile(
    r"^(?:and |so |but |then )?(?:can|could|may|might|am i able|is it possible|are there|is there)\b", re.IGNORECASE
)


def polarity(sentence: str) -> str:
    """Return "no", "yes" or "conditional" for what a sentence says of its own subject."""
    plain = HARMLESS.sub(" ", sentence)
    negated = bool(NEGATION.search(plain))
    conditional = bool(CONDITION.search(plain))
    if negated:
        return "conditional" if conditional else "no"
    return "conditional" if conditional else "yes"


def verdict_for(question: Question, sentences: Sequence[str], sure: bool = True) -> str | None:
    """Return the verdict that the evidence supports, best sentence first; None if the question is not one for yes or no.

    `sure` is False where the best sentence is near the question rather than on it: then there is no plain yes or no.

    The best sentence decides, but a "yes" against which another quote speaks is "conditional". A question put in the negative
    gets "yes" only where the policy says no.
    """
    if not question.yes_no or not sentences:
        return None
    if not sure:
        return "conditional"
    first = polarity(sentences[0])
    if ASKS_DUTY.search(question.text) and FREE_CHOICE.search(sentences[0]):
        return "no"
    tentative = first == "yes" and bool(POSSIBLE.search(sentences[0])) and not ASKS_POSSIBLE.match(question.text)
    if first == "yes" and tentative:
        first = "conditional"
    if ASKS_NEGATIVE.search(_without_tag(question.text)):
        return "conditional" if first == "conditional" else ("yes" if first == "no" else "conditional")
    if first == "yes" and any(polarity(sentence) == "no" or AUDIENCE.search(sentence) for sentence in sentences[1:]):
        return "conditional"
    return first


def _without_tag(text: str) -> str:
    """Drop a closing "..., isn't it?" and an opening "don't you ...", which ask nothing negative."""
    text = re.sub(r"\bdo not track\b|(?<=the )[\"“']?do not sell\b|[\"“']do not sell\b", "", text, flags=re.IGNORECASE)
    text = re.sub(
        r",?\s*(?:isn|don|doesn|won|aren)['’]?t (?:it|they|you|that|he|she)\s*\?*$", "", text, flags=re.IGNORECASE
    )
    return re.sub(
        r"^(?:\w+ )?(?:do|does|is|are|wo|would|ca|could|have|has|did)n['’]?t\b", "", text, flags=re.IGNORECASE
    )
