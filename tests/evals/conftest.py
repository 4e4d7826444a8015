"""Two small policies, a library of them, and a bot that gives queued answers."""

import json
from collections.abc import Sequence

import pytest

from bot.reply import Answer, Channel, Citation, RequestCondition, RequestOffer, SelfService, Turn
from evals.case import Case
from evals.outcome import Outcome
from evals.run import stored_policies
from vectorstore.errors import UnknownPolicyError, UnknownVersionError
from vectorstore.policy import ChannelMention, ContactChannel, Policy

BIRCH = """Birch keeps your name and your street for two years.
We never sell what we know about you.
To ask for deletion, write to privacy@birch.test or call 1-555-010-2030 and press 3.
Submit a deletion request using this form.
If a friend acts for you, complete this form and have it notarized.
You may delete your basket cookies in the browser at any time.
Residents of Oakland may ask us to delete what we hold."""
CEDAR = """Cedar sells nothing to anyone.
Ask us at help@cedar.test about anything."""


class Shelf:
    """A library of whole policies, with the errors of the real one."""

    def __init__(self, *policies: Policy) -> None:
        self.policies = {policy.id: policy for policy in policies}

    def get(self, policy_id: str, version: str | None = None) -> Policy:
        if policy_id not in self.policies:
            raise UnknownPolicyError(policy_id)
        if version not in (None, self.policies[policy_id].version):
            raise UnknownVersionError(policy_id, str(version))
        return self.policies[policy_id]


class QueuedBot:
    """Gives the queued answers in order and keeps what it was asked."""

    def __init__(self, library: Shelf, answers: Sequence[Answer]) -> None:
        self.library = library
        self.queue = list(answers)
        self.asked: list[tuple[str, tuple[str, ...], tuple[Turn, ...]]] = []

    def reply(self, question: str, policy_ids: Sequence[str] = (), history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, tuple(policy_ids), tuple(history)))
        return self.queue.pop(0)


class Desk:
    """Builds cases, answers and outcomes over the two policies."""

    def __init__(self) -> None:
        webbed = ContactChannel("web_form", "https://birch.test/erase", "ok", None, (ChannelMention(0, 1, ()),))
        self.library = Shelf(
            Policy("birch", "1", "Privacy", "Birch", BIRCH, url="https://birch.test/privacy", channels=(webbed,)),
            Policy("cedar", "1", "Privacy", "Cedar", CEDAR),
        )

    def at(self, words: str, policy: str = "birch") -> dict[str, object]:
        start = self.library.policies[policy].text.index(words)
        return {"policy_id": policy, "quote": words, "start": start, "end": start + len(words)}

    def cite(self, words: str, policy: str = "birch", **changes: object) -> Citation:
        fields = self.at(words, policy) | {"n": 1, "company": policy, "version": "1", "section": [], "page": "/p"}
        return Citation.model_validate(fields | changes)

    def channel(self, kind: str, value: str | None, words: str, policy: str = "birch") -> Channel:
        status = "unresolved" if value is None else "ok"
        fields = {"type": kind, "value": value, "status": status, "conditions": None, "purposes": []}
        return Channel.model_validate(self.at(words, policy) | fields)

    def step(self, words: str) -> SelfService:
        return SelfService.model_validate(self.at(words) | {"step": words})

    def condition(self, words: str) -> RequestCondition:
        return RequestCondition.model_validate(self.at(words) | {"text": words})

    def offer(self, kind: str, *parts: Channel | SelfService | RequestCondition) -> RequestOffer:
        return RequestOffer(
            type=kind,
            right=None,
            offered=True,
            channels=[part for part in parts if isinstance(part, Channel)],
            self_service=[part for part in parts if isinstance(part, SelfService)],
            conditions=[part for part in parts if isinstance(part, RequestCondition)],
        )

    def answer(self, status: str, *citations: Citation, **fields: object) -> Answer:
        shown = {"question": "?", "text": "", "citations": list(citations)} | fields
        return Answer.model_validate({"status": status} | shown)

    def outcome(self, status: str, *citations: Citation, **fields: object) -> Outcome:
        return self.judge(self.answer(status, *citations, **fields))

    def judge(self, answer: Answer) -> Outcome:
        return Outcome(answer, 1.0, stored_policies(self.library, answer))

    def case(self, **fields: object) -> Case:
        usual = {"id": "c-1", "kind": "factual", "question": "?", "answerable": True, "expected_behavior": "answer"}
        # A JSON round trip, because a set is read from JSON.
        return Case.model_validate_json(json.dumps(usual | fields))

    def bot(self, *answers: Answer) -> QueuedBot:
        return QueuedBot(self.library, answers)


@pytest.fixture
def desk() -> Desk:
    return Desk()
