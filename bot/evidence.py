"""Ranked sentences to evidence: a few quotes that carry the answer, lists whole, nothing twice, within the budget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.question import Question
from bot.retrieve import Hit
from bot.settings import AnswerSettings
from vectorstore.lexical import words_of
from vectorstore.policy import Clause, Policy, Sentence

LIMITS = re.compile(
    r"^(?:however|but|except|unless|note(?: that)?|please note(?: that)?|even so|that said|nevertheless|nonetheless|still|in (?:some|certain) cases)\b",
    re.IGNORECASE,
)
LONGEST_LIST = 1_200  # characters of a list or table quoted as one piece
SHORT_TABLE = 400  # characters of a table quoted whole where two of its rows answer


@dataclass(frozen=True, slots=True)
class Quote:
    """A span of a policy's text to be quoted. `items` are the items or rows in it where a whole list or table is quoted.

    `lead_in` is the line it depends on: the one that opens its list, or the heads of its table's columns.
    """

    policy: Policy
    clause: Clause
    start: int
    end: int
    score: float
    lead_in: tuple[int, int] | None = None
    items: tuple[Sentence, ...] = ()

    @property
    def text(self) -> str:
        """The quoted words."""
        return self.policy.text[self.start : self.end]

    @property
    def is_row(self) -> bool:
        """True for a single row of a table."""
        return any(s.kind == "row" and (s.start, s.end) == (self.start, self.end) for s in self.clause.sentences)

    @property
    def said(self) -> str:
        """The quoted words after the line they depend on: "we will not: charge you more"."""
        lead = self.policy.text[slice(*self.lead_in)] + " " if self.lead_in else ""
        return lead + self.text


def choose_quotes(
    hits: Sequence[Hit], question: Question, settings: AnswerSettings, most: int | None = None
) -> list[Quote]:
    """Return the quotes that answer, best first, within settings.max_quoted characters.

    At most `most` of them: where None, settings.max_quotes for a list and settings.usual_quotes for anything else.

    `hits` are ranked sentences of one policy. A further quote must lie within settings.spread (settings.list_spread for
    a list) of the best one.
    """
    if not hits:
        return []
    most = most or (settings.max_quotes if question.wants_list else settings.usual_quotes)
    floor = hits[0].score - (settings.list_spread if question.wants_list else settings.spread)
    near = [hit for hit in hits[:25] if hit.score >= floor]
    chosen: list[Quote] = []
    room = settings.max_quoted
    for hit in near:
        if len(chosen) == most:
            break
        quote = _as_quote(hit, near, question, room)
        if quote is None or any(_repeats(quote, other) for other in chosen):
            continue
        chosen.append(quote)
        room -= quote.end - quote.start
        taken = _taken_back(quote) if question.yes_no and len(chosen) < most else None
        if (
            taken is not None
            and taken.end - taken.start <= room
            and not any(_repeats(taken, other) for other in chosen)
        ):
            chosen.append(taken)
            room -= taken.end - taken.start
    return chosen


def _taken_back(quote: Quote) -> Quote | None:
    """Return the next sentence of the clause where it limits what the quote says: "However, ..."; None where none does."""
    after = next((one for one in quote.clause.sentences if one.start >= quote.end), None)
    if after is None or after.kind != "sentence" or quote.items:
        return None
    if not LIMITS.match(quote.policy.text[after.start : after.end]):
        return None
    return Quote(quote.policy, quote.clause, after.start, after.end, quote.score, after.lead_in)


def _as_quote(hit: Hit, near: Sequence[Hit], question: Question, room: int) -> Quote | None:
    """Return the hit as a quote, widened to its whole list where the list is the answer; None if it does not fit."""
    sentence = hit.sentence
    if sentence.kind == "heading":
        return None
    # What a damaged list announces is lost: its opening line must never stand over the wrong items.
    if sentence.kind == "lead_in" and hit.policy.is_damaged(sentence.start, sentence.end):
        return None
    in_table = sum(other.clause is hit.clause and other.sentence.kind == "row" for other in near[:6])
    wants_list = (
        sentence.kind == "lead_in"
        or (sentence.kind == "row" and in_table >= 2 and (question.wants_list or _length(hit.clause) <= SHORT_TABLE))
        or (sentence.kind == "item" and len(hit.text.split()) <= 3)
        or (
            sentence.kind == "item"
            and sum(other.clause is hit.clause and other.sentence.kind in {"item", "lead_in"} for other in near[:6])
            >= (2 if question.wants_list else 3)
        )
    )
    if hit.clause.kind in {"list", "table"} and wants_list:
        whole = _whole_list(hit, room)
        if whole is not None:
            return whole
    # The heads of a table's columns say nothing without its rows.
    if hit.clause.kind == "table" and sentence.kind == "lead_in":
        return None
    # A bare word such as "Name" says nothing without its list.
    if sentence.end - sentence.start > room or (sentence.kind == "item" and len(hit.text.split()) <= 3):
        return None
    return Quote(hit.policy, hit.clause, sentence.start, sentence.end, hit.score, sentence.lead_in)


def _length(clause: Clause) -> int:
    return clause.end - clause.start


def _whole_list(hit: Hit, room: int) -> Quote | None:
    lead = hit.sentence.lead_in or (hit.sentence.start, hit.sentence.end)
    above = next((s.lead_in for s in hit.clause.sentences if (s.start, s.end) == lead), None)
    # Items below other items go with them; a lead-in of another clause is no part of this list.
    spans, items = {lead}, list[Sentence]()
    for sentence in hit.clause.sentences:
        if sentence.kind in {"item", "row"} and sentence.lead_in in spans:
            spans.add((sentence.start, sentence.end))
            items.append(sentence)
    if not items or hit.policy.is_damaged(hit.clause.start, hit.clause.end):
        return None
    start, end = lead[0], items[-1].end
    if end - start > min(room, LONGEST_LIST):
        return None
    return Quote(hit.policy, hit.clause, start, end, hit.score, above, tuple(items))


def _repeats(quote: Quote, other: Quote) -> bool:
    """Return True if `quote` lies inside `other` or says nearly the same words."""
    if _overlap(quote, other):
        return True
    one, two = set(words_of(quote.text)), set(words_of(other.text))
    return bool(one) and len(one & two) / len(one | two) > 0.8


def plain_quote(hit: Hit) -> Quote:
    """Return a sentence as a quote, without its list."""
    return Quote(hit.policy, hit.clause, hit.sentence.start, hit.sentence.end, hit.score, hit.sentence.lead_in)


def within(quotes: Sequence[Quote], room: int) -> list[Quote]:
    """Return the first quotes that fit into `room` characters, at least one."""
    kept: list[Quote] = []
    for quote in quotes:
        room -= quote.end - quote.start
        if room < 0 and kept:
            break
        kept.append(quote)
    return kept


def without_overlap(quotes: Sequence[Quote]) -> list[Quote]:
    """Return the quotes that do not overlap an earlier one."""
    kept: list[Quote] = []
    for quote in quotes:
        if not any(_overlap(quote, other) for other in kept):
            kept.append(quote)
    return kept


def _overlap(one: Quote, other: Quote) -> bool:
    return one.policy.id == other.policy.id and one.start < other.end and other.start < one.end
