"""PolicyBot: one question in, one Answer out. Plain control flow; every quote is checked before it leaves."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Protocol

from bot import compose
from bot.asked import Asked, QuestionReader
from bot.change_words import changed_text, unchanged_text
from bot.changes import Changed, ChangeSearch
from bot.citations import check_quote_law, cite
from bot.evidence import Quote, plain_quote, within, without_overlap
from bot.plain_replies import plain_reply
from bot.question import clean, is_question
from bot.reply import Answer, RequestOffer, Turn
from bot.requests.intent import IntentRecogniser
from bot.requests.offer import channels_for, offer_for, request_quotes
from bot.requests.wording import request_text
from bot.retrieve import Hit
from bot.search import Found, PolicySearch
from bot.settings import AnswerSettings
from bot.several import merged, split_questions
from bot.suggestions import STARTERS, Starter, suggest
from bot.why import Reasons, reasons_for
from vectorstore.library import PolicyLibrary
from vectorstore.policy import REQUEST_TYPES, Policy

if TYPE_CHECKING:
    from bot.generate import EvidenceSelector
    from vectorstore.assessor import Assessor

logger = logging.getLogger(__name__)

NEAR_POLICIES = 8  # policies searched for passages where none is named
SHARE_OF_SEVERAL = 2  # quotes for each of several questions in one message


class ApprovedAnswers(Protocol):
    """Answers that a person chose for questions, each with its quotes in the policy as it is now."""

    def find(self, question: str, policy_ids: Sequence[str]) -> Answer | None:
        """Return the answer to that question about those policies, None where nobody chose one."""


class PolicyBot:
    """Answers questions from the library's policies. Keeps no conversation: history comes with each call."""

    def __init__(
        self,
        library: PolicyLibrary,
        recogniser: IntentRecogniser,
        settings: AnswerSettings | None = None,
        selector: EvidenceSelector | None = None,
        approved: ApprovedAnswers | None = None,
        assessor: Assessor | None = None,
    ) -> None:
        self.library = library
        self.approved = approved
        self.settings = settings or AnswerSettings()
        self._reader = QuestionReader(library, recogniser, self.settings)
        self._search = PolicySearch(library, self.settings, selector, assessor)
        self._changes = ChangeSearch(library, self.settings, self._search.retriever)
        self._suggestions: dict[tuple[str, str], list[Starter]] = {}

    def reply(
        self,
        question: str,
        policy_ids: Sequence[str] = (),
        history: Sequence[Turn] = (),
        as_of: date | None = None,
    ) -> Answer:
        """Return the answer to `question`.

        `policy_ids` limit the policies that may be quoted (all where empty; UnknownPolicyError for an unknown one);
        `history` are the earlier turns, oldest first; `as_of` is the day whose versions answer, None for today. Raises QuestionError for an empty or too long question.
        """
        began = time.perf_counter()
        words = clean(question, self.settings.max_question)
        parts = split_questions(words) if len(words) <= self.settings.max_question else [words]
        if len(parts) == 1:
            answer = self._answer(self._reader.read(question, policy_ids, history, as_of))
        else:
            answer = merged(question, parts, self._one_by_one(parts, policy_ids, history, as_of))
        check_quote_law(answer, self.library)
        elapsed = (time.perf_counter() - began) * 1000
        logger.info("answered: status=%s citations=%d ms=%.1f", answer.status, len(answer.citations), elapsed)
        return answer.model_copy(update={"latency_ms": round(elapsed, 1)})

    def _one_by_one(
        self, parts: Sequence[str], policy_ids: Sequence[str], history: Sequence[Turn], as_of: date | None
    ) -> list[Answer]:
        """Return the answers to the questions of one message; each knows those before it."""
        answers: list[Answer] = []
        turns = list(history)
        for part in parts:
            asked = replace(self._reader.read(part, policy_ids, turns, as_of), most=SHARE_OF_SEVERAL)
            answers.append(self._answer(asked))
            turns.append(Turn(question=part, policy_ids=answers[-1].policy_ids))
        return answers

    def best_score(self, question: str, policy_ids: Sequence[str] = (), history: Sequence[Turn] = ()) -> float | None:
        """Return the score of the sentence that fits best, in the unit of settings.answer_from; None without a policy.

        It is what silence is decided by. `question`, `policy_ids` and `history` as for `reply`.
        """
        asked = self._reader.read(question, policy_ids, history)
        hits = [self._search.rank(asked, policy)[:1] for policy in asked.scope.policies[: self.settings.compare_up_to]]
        return max((found[0].score for found in hits if found), default=None)

    def why(
        self,
        question: str,
        policy_ids: Sequence[str] = (),
        history: Sequence[Turn] = (),
        as_of: date | None = None,
    ) -> list[Reasons]:
        """Return why `reply` answers as it does, for each question of the message. Raises as `reply`."""
        words = clean(question, self.settings.max_question)
        parts = split_questions(words) if len(words) <= self.settings.max_question else [words]
        return [
            reasons_for(self._reader.read(part, policy_ids, history, as_of), self._search, self.settings)
            for part in parts
        ]

    def read(self, question: str, policy_ids: Sequence[str] = (), as_of: date | None = None) -> Asked:
        """Return a question as the bot reads it: its company, its vector, its words. Raises as `reply`."""
        return self._reader.read(question, policy_ids, (), as_of)

    @property
    def search(self) -> PolicySearch:
        """The search in single policies that answers are made from."""
        return self._search

    def passages(self, question: str, policy_ids: Sequence[str] = (), limit: int = 10) -> list[Hit]:
        """Return the sentences nearest to `question`, best first: of those policies, or of the nearest where none is named.

        `policy_ids` as for `reply`; scores are in the unit of settings.answer_from. Raises QuestionError, UnknownPolicyError.
        """
        asked = self._reader.read(question, policy_ids, ())
        chosen = list(asked.scope.policies)
        if not policy_ids and len(chosen) > NEAR_POLICIES:
            near = dict.fromkeys(hit[0] for hit in self.library.search(asked.vector, 200))
            chosen = [self.library.get(policy_id) for policy_id in list(near)[:NEAR_POLICIES]]
        ranked = (self._search.retriever.rank(policy, asked.vector, asked.words)[:limit] for policy in chosen)
        return sorted((hit for hits in ranked for hit in hits), key=lambda hit: -hit.score)[:limit]

    def suggestions(self, policy_ids: Sequence[str] = ()) -> list[str]:
        """Return up to four starter questions that the policies (all where empty) do answer."""
        policies = [policy for policy in self._reader.finder().policies if not policy_ids or policy.id in policy_ids]
        return suggest([self._answerable(policy) for policy in policies[:4]], most=4)

    def _answer(self, asked: Asked) -> Answer:
        plain = plain_reply(asked.intent, asked.scope)
        if plain is not None:
            return self._plain(asked, "out_of_scope", plain)
        if asked.scope.how == "elsewhere":
            return self._elsewhere(asked)
        if asked.unheld and not asked.scope.policies:
            return self._plain(asked, "needs_policy", compose.nothing_then(asked.unheld, asked.as_of))
        if not asked.scope.policies:
            return self._plain(asked, "needs_policy", compose.which_company((), shown=False))
        readable = [policy for policy in asked.scope.policies if policy.language == "en"]
        if not readable:
            return self._plain(asked, "silent", compose.unread_text(asked.scope.policies))
        if len(readable) < len(asked.scope.policies):
            asked = replace(asked, scope=replace(asked.scope, policies=tuple(readable)))
        chosen = self._chosen(asked)
        if chosen is not None:
            return chosen
        if asked.wish is not None:
            return self._request(asked, asked.wish)
        if asked.scope.how == "none" and len(asked.scope.policies) > self.settings.compare_up_to:
            return self._ask_which(asked)
        if asked.change is not None:
            return self._changed(asked)
        answer = self._said(asked)
        return answer if asked.as_of is None else _dated(answer, asked)

    def _chosen(self, asked: Asked) -> Answer | None:
        """Return the answer that a person chose for a question about one policy as it is today, None without one.

        What leans on an earlier turn, and what a person tells the desk to do, is never answered from there.
        """
        if self.approved is None or asked.leans or asked.as_of or asked.change or len(asked.scope.policies) != 1:
            return None
        if asked.wish is not None and not is_question(asked.question.text):
            return None
        policy = asked.scope.policies[0]
        found = self.approved.find(asked.question.text, (policy.id,))
        if found is None:
            return None
        offer = offer_for([policy], asked.wish) if asked.wish else None
        return found.model_copy(update={"question": asked.raw, "request": offer, "follow_ups": self._follow_ups(asked)})

    def _said(self, asked: Asked) -> Answer:
        """Answer a question from what the policies in scope say."""
        found = [self._search.find(asked, policy) for policy in asked.scope.policies]
        if asked.intent.label == "out_of_scope" and self._is_foreign(asked, found):
            return self._plain(asked, "out_of_scope", OUT_OF_SCOPE)
        return self._compare(asked, found) if len(found) > 1 else self._one(asked, found[0])

    def _one(self, asked: Asked, found: Found) -> Answer:
        """Answer from one policy."""
        if found.damaged:
            return self._damaged(asked, found)
        if not found.answers:
            return self._silent(asked, [found])
        found, lead = self._search.select(asked.question, found)
        verdict = self._search.verdict(asked, found.quotes)
        text = compose.answer_text(verdict, found.quotes, self._notes(asked, found), lead)
        return self._made(asked, "answered", text, found.quotes, verdict, self._offer_beside(asked, found))

    def _changed(self, asked: Asked) -> Answer:
        """Answer what changed, with quotes of both versions."""
        assert asked.change is not None
        share = max(2, self.settings.max_quotes // len(asked.scope.policies))
        quotes: list[Quote] = []
        parts: list[str] = []
        found: list[Changed] = []
        for policy in asked.scope.policies:
            one = self._changes.find(policy, asked.change, asked.vector, asked.words, asked.names, share)
            found.append(one)
            period = asked.change.period.words if asked.change.period else ""
            if one.pieces:
                parts.append(changed_text(one, len(quotes) + 1, bool(asked.change.topic)))
                quotes += [quote for piece in one.pieces for quote in piece.quotes]
            else:
                parts.append(unchanged_text(one, asked.change.topic, period))
        opening = (
            [compose.which_company(asked.scope.policies, shown=True)]
            if asked.scope.how == "none" and len(found) > 1
            else []
        )
        if not quotes:
            return self._made(asked, "needs_policy" if opening else "silent", "\n\n".join([*opening, *parts]), [])
        verdict = change_verdict(asked.change.wants, found)
        text = compose.OPENING.get(verdict or "", "") + "\n\n".join([*opening, *parts])
        return self._made(asked, "needs_policy" if opening else "answered", text, quotes, verdict)

    def _notes(self, asked: Asked, found: Found) -> str:
        notes = ""
        if any(found.policy.is_damaged(quote.start, quote.end) for quote in found.quotes):
            notes += " Part of what is quoted stands in a damaged passage of the stored copy; check it on the company's page."
        if asked.scope.how == "implied":
            notes += f" (Answered for {found.policy.company}, because you mention “{asked.scope.cue}”.)"
        return notes

    def _compare(self, asked: Asked, found: list[Found]) -> Answer:
        """Answer from several policies side by side; with no company named, ask which is meant beside it."""
        unnamed = asked.scope.how == "none"
        speaking = [one for one in found if one.answers]
        if not speaking:
            if unnamed:
                return (
                    self._ask_which(asked)
                    if not any(one.damaged for one in found)
                    else self._damaged(asked, next(one for one in found if one.damaged))
                )
            return self._silent(asked, found)
        share = max(1, self.settings.max_quotes // len(speaking))
        quotes: list[Quote] = []
        parts = []
        room = self.settings.max_quoted // len(speaking)
        for one in speaking:
            kept = within(one.quotes[:share], room)
            numbered = [(len(quotes) + n, quote) for n, quote in enumerate(kept, start=1)]
            quotes += kept
            parts.append((one.policy, self._search.verdict(asked, kept), numbered))
        silent = [one.policy for one in found if not one.answers and not one.damaged]
        damaged = [one.policy for one in found if one.damaged]
        opening = compose.which_company(asked.scope.policies, shown=True) if unnamed else ""
        text = compose.comparison_text(opening, parts, silent, damaged)
        verdicts = {verdict for _, verdict, _ in parts}
        shared = verdicts.pop() if len(verdicts) == 1 and len(parts) == len(found) else None
        return self._made(asked, "needs_policy" if unnamed else "answered", text, quotes, shared)

    def _request(self, asked: Asked, kind: str) -> Answer:
        """Offer the channels, steps and conditions that the policies name for what the person wants done."""
        policies = asked.scope.policies
        unnamed = asked.scope.how == "none" and len(policies) > 1
        if unnamed and len(policies) > self.settings.compare_up_to:
            return self._ask_which(asked)
        offer = offer_for(policies, kind)
        quotes: list[Quote] = []
        room = self.settings.max_quoted // len(policies)
        for policy in policies:
            found = self._search.find(asked, policy, most=2)
            relevant = (
                [quote for quote in found.quotes if quote.score >= self.settings.sure_from] if found.answers else []
            )
            own = request_quotes(policy, kind, relevant)
            quotes += within(without_overlap(own), room)[: max(2, self.settings.max_quotes // len(policies))]
        quotes = quotes[: self.settings.max_quotes] if len(policies) == 1 else quotes
        opening = compose.which_company(policies, shown=True) + "\n\n" if unnamed else ""
        numbers = {
            policy.id: [n for n, quote in enumerate(quotes, start=1) if quote.policy.id == policy.id]
            for policy in policies
        }
        waiting = [policy.id for policy in policies if self._waits(policy, kind)]
        text = opening + request_text(offer, policies, numbers, asked.question.contact_type, waiting)
        return self._made(asked, "needs_policy" if unnamed else "request", text, quotes, None, offer)

    def _waits(self, policy: Policy, kind: str) -> bool:
        """True if an address that the policy names for that request waits for the operator's approval."""
        reviewed = self.library.history.reviewed(self.library.get(policy.id, policy.version))
        purposes = {kind, "general_contact"}
        return any(c.status == "pending" and purposes & set(c.purposes) for c in reviewed.channels)

    def _offer_beside(self, asked: Asked, found: Found) -> RequestOffer | None:
        """Return the right that a quoted clause grants, None if none does; of several the one the question is about."""
        granted = {
            right.type
            for right in found.policy.rights
            for quote in found.quotes[:3]
            if right.start < quote.end and quote.start < right.end
        }
        if not granted:
            return None
        first = next(kind for kind in REQUEST_TYPES if kind in granted)
        return offer_for([found.policy], asked.intent.about if asked.intent.about in granted else first)

    def _silent(self, asked: Asked, found: Sequence[Found]) -> Answer:
        """Say that the policies do not answer, with at most the nearest clause of each, marked as not answering."""
        nearest = [plain_quote(one.judgement.hits[0]) for one in found if one.judgement.hits][:2]
        missing = next((one.judgement.missing for one in found if one.judgement.missing), None)
        text = compose.silent_text([one.policy for one in found], bool(nearest), missing)
        return self._made(asked, "silent", text, nearest)

    def _damaged(self, asked: Asked, found: Found) -> Answer:
        """Say that the passage that would answer is damaged, and show what is left of it."""
        best = found.judgement.hits[0]
        reason = next(
            d.reason
            for d in found.policy.damage
            if d.unreliable and d.start < best.sentence.end and best.sentence.start < d.end
        )
        text = compose.damaged_text(found.policy, reason)
        return self._made(asked, "damaged", text, [plain_quote(best)])

    def _ask_which(self, asked: Asked) -> Answer:
        """Ask which company is meant, the library's nearest policies first; a question far from all of them is out of scope."""
        hits = self.library.search(asked.vector, 40)
        if asked.intent.label == "out_of_scope" and (not hits or hits[0][3] < self.settings.answer_from):
            return self._plain(asked, "out_of_scope", OUT_OF_SCOPE)
        near = [hit[0] for hit in hits]
        order = {policy_id: place for place, policy_id in reversed(list(enumerate(near)))}
        policies = sorted(asked.scope.policies, key=lambda policy: order.get(policy.id, len(near)))
        text = compose.which_company(policies, shown=False)
        offer = RequestOffer(type=asked.wish, right=None, offered=False) if asked.wish else None
        return self._made(asked, "needs_policy", text, [], None, offer)

    def _elsewhere(self, asked: Asked) -> Answer:
        held = [policy.company for policy in asked.scope.policies or self._reader.finder().policies]
        name = asked.scope.outside or "that company"
        if asked.scope.policies:
            text = f"You ask about {name}, but this conversation is limited to {compose.joined(held)}. Choose {name} in the list of companies to ask about it."
            return self._plain(asked, "needs_policy", text)
        return self._plain(
            asked,
            "out_of_scope",
            f"The desk holds no privacy policy of {name}. It can answer about {compose.joined(held[:8])}.",
        )

    def _is_foreign(self, asked: Asked, found: Sequence[Found]) -> bool:
        """True if no policy comes near enough to overrule the impression that the question is about something else."""
        best = max((one.judgement.hits[0].score for one in found if one.judgement.hits), default=0.0)
        return best < self.settings.answer_from + FOREIGN_MARGIN * asked.intent.confidence

    def _plain(self, asked: Asked, status: str, text: str) -> Answer:
        return Answer(question=asked.raw, status=status, text=text, policy_ids=[], follow_ups=[])  # type: ignore[arg-type]

    def _made(
        self,
        asked: Asked,
        status: str,
        text: str,
        quotes: Sequence[Quote],
        verdict: str | None = None,
        offer: RequestOffer | None = None,
    ) -> Answer:
        return Answer(
            question=asked.raw,
            status=status,  # type: ignore[arg-type]
            verdict=verdict,  # type: ignore[arg-type]
            text=text,
            citations=cite(quotes),
            request=offer,
            policy_ids=[policy.id for policy in asked.scope.policies],
            follow_ups=self._follow_ups(asked),
        )

    def _follow_ups(self, asked: Asked) -> list[str]:
        policies = asked.scope.policies
        if asked.scope.how == "none" or len(policies) != 1:
            return []
        return suggest([self._answerable(policies[0])], most=3, unlike=asked.vector)

    def _answerable(self, policy: Policy) -> list[Starter]:
        """Return the starter questions that this version of the policy answers, judged once."""
        key = (policy.id, policy.version)
        if key not in self._suggestions:
            kept = []
            for starter in STARTERS:
                asked = self._reader.read(starter.format(company=policy.company), (policy.id,), ())
                if self._can_offer(asked, policy):
                    kept.append(Starter(asked.raw, asked.vector))
            self._suggestions[key] = kept
        return self._suggestions[key]

    def _can_offer(self, asked: Asked, policy: Policy) -> bool:
        """True if the question is sure to get an answer: well found and undamaged, or a wish that has a channel."""
        if asked.wish is not None:
            return bool(channels_for(policy, asked.wish))
        found = self._search.find(asked, policy)
        return found.answers and found.judgement.hits[0].score >= self.settings.answer_from + 0.1


# How far over answer_from a policy must come to overrule a sure impression that the question is about something else.
FOREIGN_MARGIN = 0.08
OUT_OF_SCOPE = (
    "That is not something a privacy policy covers, so this desk cannot help with it. "
    "It answers questions about what companies do with personal data, and helps with requests such as seeing or deleting your data."
)


def change_verdict(wants: str, found: Sequence[Changed]) -> str | None:
    """Return "yes" where what was asked about changed; "conditional" where it cannot be told whether in the way asked."""
    if wants == "what":
        return None
    if wants == "yes_no":
        return "yes" if all(one.pieces for one in found) else "conditional"
    pieces = [piece for one in found for piece in one.pieces]
    fits = {"added": any(p.old is None for p in pieces), "removed": any(p.new is None for p in pieces)}
    return "yes" if len(found) == 1 and fits.get(wants, False) else "conditional"


def _dated(answer: Answer, asked: Asked) -> Answer:
    """Say in front of an answer as of when it is true, and behind it whose policy of then is not held."""
    assert asked.as_of is not None
    text = compose.as_of_text(asked.scope.policies, asked.as_of) + answer.text
    if asked.unheld:
        text += "\n\n" + compose.nothing_then(asked.unheld, asked.as_of)
    return answer.model_copy(update={"text": text})
