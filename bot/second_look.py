"""A second look at the best sentences: each is read beside the question and moves up or down. The ranking saw them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.asked import Asked
from bot.evidence import Quote
from bot.retrieve import Hit
from bot.settings import AnswerSettings
from vectorstore.assessor import Assessor, Opinion, evidence_text
from vectorstore.policy import Clause

OPPOSITE = {"yes": "no", "no": "yes"}
LEAST = 3  # sentences of a policy looked at where several are compared


def looked_at(asked: Asked, hits: Sequence[Hit], assessor: Assessor, settings: AnswerSettings) -> list[Hit]:
    """Return the hits of one policy, best first, after a second look at the first of them.

    It is settings.assessed that are looked at in all policies together, at least LEAST in each. A hit that answers for certain gains half of settings.assessor_weight, one that certainly does not loses as much; its
    `opinion` is how likely it answers. What was not looked at keeps its score less what the worst lost.
    """
    if not hits:
        return []
    floor = hits[0].score - settings.assessed_within
    share = max(LEAST, settings.assessed // max(1, len(asked.scope.policies)))
    first = [hit for hit in hits[:share] if hit.score >= floor]
    opinions = assessor.opinions(asked.read_as, [evidence_text(_heading(hit.clause), _said(hit)) for hit in first])
    moved = [
        replace(hit, score=hit.score + settings.assessor_weight * (opinion.answers - 0.5), opinion=opinion.answers)
        for hit, opinion in zip(first, opinions, strict=True)
    ]
    rest = [replace(hit, score=hit.score - settings.assessor_weight / 2) for hit in hits[len(first) :]]
    return sorted([*moved, *rest], key=lambda hit: -hit.score)


def opinion_on(asked: Asked, quotes: Sequence[Quote], assessor: Assessor) -> Opinion:
    """Return what the assessor thinks of the quotes together, best first."""
    text = evidence_text(_heading(quotes[0].clause), " ".join(quote.said for quote in quotes))
    return assessor.opinions(asked.read_as, [text])[0]


def _heading(clause: Clause) -> str:
    return clause.path[-1] if clause.path else ""


def _said(hit: Hit) -> str:
    return f"{hit.lead_in} {hit.text}" if hit.lead_in else hit.text


def agreed(by_words: str, if_sure: str, opinion: Opinion, settings: AnswerSettings) -> str:
    """Return the verdict that the rules for words and the assessor agree on; where they differ, "conditional".

    `by_words` is the verdict of the rules, `if_sure` what it were if the evidence stood on the question rather than near it.
    A plain verdict falls where the assessor holds its opposite for likely (settings.veto_from); one that is held back only for
    want of nearness is given where the assessor confirms it (settings.confirm_from).
    """
    likely = {"yes": opinion.yes, "no": opinion.no, "conditional": opinion.conditional}
    if by_words in OPPOSITE:
        return "conditional" if likely[OPPOSITE[by_words]] >= settings.veto_from else by_words
    return if_sure if if_sure in OPPOSITE and likely[if_sure] >= settings.confirm_from else by_words
