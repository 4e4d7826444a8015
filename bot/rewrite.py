"""Follow-ups to stand-alone questions: what an elliptical question takes over from the one before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.reply import Turn
from vectorstore.lexical import words_of

REFERS = re.compile(
    r"\b(?:it|its|that|those|these|this|one|ones|same|there|such|the others?|the first|the second|else)\b"
    # "They" is mostly the company; what is stopped or removed is not.
    r"|\b(?:rid of|stop|remove|delete|erase|clear|disable|cancel|refuse|limit|make|turn|switch|get|want) them\b"
    r"|^(?:and|but|so|then|also|or|what about|how about|what if|why|why not|for how long|since when)\b",
    re.IGNORECASE,
)
ABOUT = re.compile(
    r"^(?:(?:and|so|but|ok|okay|then|hm+|well)\b[\s,]*)*(?:what|how) about\b|^(?:and|same for|also)\b", re.IGNORECASE
)

SHORT_SHARE = 0.15  # weight of the turn before in a short question that does not point to it


@dataclass(frozen=True, slots=True)
class StandAlone:
    """A question made to stand alone. `text` is what is judged (yes/no, needs); `background` is searched along with
    weight `share` (0-1) of the query; "" where the question needs none."""

    text: str
    background: str
    share: float

    @property
    def refers(self) -> bool:
        """True if a word of the question points to the turn before, not only its shortness."""
        return self.share > SHORT_SHARE


def stand_alone(question: str, bare: str, history: Sequence[Turn], names: frozenset[str]) -> StandAlone:
    """Return the question with what it takes from the last turn. `bare` is the question without company names."""
    if not history:
        return StandAlone(question, "", 0.0)
    before = _resolved(history, names)
    content = words_of(bare, names | {"company"})
    if not content:
        return StandAlone(before, "", 0.0)
    if len(content) <= 2 and (ABOUT.match(question) or REFERS.search(question)):
        return StandAlone(question, before, 0.4)
    if ABOUT.match(question) or (REFERS.search(question) and len(content) <= 5):
        return StandAlone(question, before, 0.25)
    # A short question may lean on the one before without a word that says so: "how long are recordings kept".
    return StandAlone(question, before, SHORT_SHARE) if len(content) <= 4 else StandAlone(question, "", 0.0)


def _resolved(history: Sequence[Turn], names: frozenset[str]) -> str:
    """Return the last question, with the one before it where the last was itself a follow-up."""
    last = history[-1].question
    short = len(words_of(last, names)) <= 2 and (ABOUT.match(last) or REFERS.search(last))
    return f"{history[-2].question} {last}" if short and len(history) > 1 else last
