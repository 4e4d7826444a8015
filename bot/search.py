"""What one policy says to a question: ranked, judged, quoted; and whether what should have said it is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.answerable import Judgement, judge
from bot.asked import Asked
from bot.evidence import Quote, choose_quotes, plain_quote, within
from bot.facts import dates_first
from bot.question import Question
from bot.retrieve import Hit, Retriever
from bot.second_look import agreed, looked_at, opinion_on
from bot.settings import AnswerSettings
from bot.verdict import verdict_for
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Policy

if TYPE_CHECKING:
    from bot.generate import EvidenceSelector
    from vectorstore.assessor import Assessor

LOST_AMONG = 5  # best sentences among which the opening of a damaged list counts as what should have answered
LOST_WITHIN = 0.05  # how far below the best score it may lie where there are other quotes
SELECT_FROM = 10  # sentences that a language model may choose among


@dataclass(frozen=True, slots=True)
class Found:
    """What one policy says. `damaged` means that what should answer is lost: `judgement.hits[0]` is what is left of it."""

    policy: Policy
    judgement: Judgement
    quotes: tuple[Quote, ...]
    damaged: bool

    @property
    def answers(self) -> bool:
        """True if there is something to quote."""
        return bool(self.quotes) and not self.damaged


class PolicySearch:
    """Searches single policies. `selector` is the optional language model's part, None without one.

    `assessor` takes a second look at the best sentences; without one (None) the ranking alone decides.
    """

    def __init__(
        self,
        library: PolicyLibrary,
        settings: AnswerSettings,
        selector: EvidenceSelector | None,
        assessor: Assessor | None = None,
    ) -> None:
        self._settings = settings
        self._retriever = Retriever(library, settings)
        self._selector = selector
        self._assessor = assessor

    def rank(self, asked: Asked, policy: Policy) -> list[Hit]:
        """Return all sentences of `policy`, best first, as they are judged: what is wished for needs no second look."""
        hits = self._retriever.rank(policy, asked.vector, asked.words, asked.question.defines)
        if self._assessor is not None and asked.wish is None:
            hits = looked_at(asked, hits, self._assessor, self._settings)
        return dates_first(hits, asked.question.text) if "date" in asked.question.needs else hits

    def find(self, asked: Asked, policy: Policy, most: int | None = None) -> Found:
        """Return what `policy` says to the question, in at most `most` quotes (None: as many as usual)."""
        hits = self.rank(asked, policy)
        judgement = judge(asked.question, hits, self._settings, asked.names)
        quotes = (
            choose_quotes(judgement.hits, asked.question, self._settings, most or asked.most)
            if judgement.answers
            else []
        )
        lost = next((hit for hit in hits[:LOST_AMONG] if is_lost(hit)), None)
        if lost is None or lost.score < self._settings.nearest_from:
            return Found(policy, judgement, tuple(quotes), damaged=False)
        damaged = not quotes or lost.score >= hits[0].score - LOST_WITHIN
        if damaged:
            judgement = replace(judgement, hits=(lost, *judgement.hits))
        return Found(policy, judgement, tuple(quotes), damaged)

    @property
    def retriever(self) -> Retriever:
        """The scorer of sentences, whose memory of policies is shared."""
        return self._retriever

    def verdict(self, asked: Asked, quotes: Sequence[Quote]) -> str | None:
        """Return the verdict that the quotes support, best first."""
        if not asked.question.yes_no or not quotes:
            return None
        said = [quote.said for quote in quotes]
        sure = quotes[0].score >= self._settings.sure_from
        by_words = verdict_for(asked.question, said, sure)
        if self._assessor is None or by_words is None:
            return by_words
        if_sure = by_words if sure else verdict_for(asked.question, said)
        return agreed(by_words, if_sure or by_words, opinion_on(asked, quotes, self._assessor), self._settings)

    def select(self, question: Question, found: Found) -> tuple[Found, str | None]:
        """Let the language model, if there is one, pick among the sentences found and word the lead (None without)."""
        if self._selector is None:
            return found, None
        hits = [hit for hit in found.judgement.hits if hit.sentence.kind != "heading" and not is_lost(hit)][
            :SELECT_FROM
        ]
        picked = self._selector.select(question.text, found.policy.company, [hit.text for hit in hits])
        if picked is None:
            return found, None
        quotes = within([plain_quote(hits[place]) for place in picked.picked], self._settings.max_quoted)
        return replace(found, quotes=tuple(quotes)), picked.lead if len(quotes) == len(picked.picked) else None


def is_lost(hit: Hit) -> bool:
    """True if the sentence opens a list whose own items are lost: what it promises is not in the stored text."""
    return hit.sentence.kind == "lead_in" and any(
        flaw.kind == "spliced_list" and flaw.start <= hit.sentence.start < flaw.end for flaw in hit.policy.damage
    )
