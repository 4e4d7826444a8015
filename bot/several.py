"""Several questions in one message: told apart, and their answers put together to one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.question import is_question
from bot.reply import Answer, Citation, RequestOffer

MOST = 3  # questions of one message that are answered one by one
FEWEST_WORDS = 3
ENDS = re.compile(r"(?<=\?)\s+")
# "Do they sell my data and how long do they keep it?": a second question with its own question word and subject.
JOINED = re.compile(
    r",?\s+(?:and|also|plus)\s+(?=(?:how|what|who|where|when|why|which|do|does|can|will|is|are)\s+(?:\w+\s+){0,3}?(?:do|does|did|can|will|is|are|they|you|i|my|the|we|it)\b)",
    re.IGNORECASE,
)
CHANGE = re.compile(r"\bchang|\bdiffer", re.IGNORECASE)
# How urgent each kind of reply is: the merged reply has the first one that occurs.
ORDER = ("request", "answered", "damaged", "needs_policy", "silent", "out_of_scope")

ONE_REQUEST = " Send this in a message of its own to get its contact channels and a draft."


def split_questions(text: str) -> list[str]:
    """Return the questions of a message, each to be answered for itself; the message alone where there is only one.

    Sentences that ask nothing stay with the question after them, or before them at the end.
    """
    sentences = [part.strip() for part in ENDS.split(text) if part.strip()]
    if len(sentences) == 1:
        sentences = _joined(sentences[0])
    parts: list[str] = []
    for sentence in sentences:
        own = len(sentence.split()) >= FEWEST_WORDS and is_question(sentence)
        if own or not parts:
            parts.append(sentence)
        else:
            parts[-1] = f"{parts[-1]} {sentence}"
    return parts if 1 < len(parts) <= MOST and all(is_question(part) for part in parts) else [text]


def _joined(sentence: str) -> list[str]:
    if CHANGE.search(sentence):  # "how long is it kept, and what changed about it?" is one question about a change
        return [sentence]
    halves = [half.strip() for half in JOINED.split(sentence, maxsplit=1)]
    both = len(halves) == 2 and all(len(half.split()) >= FEWEST_WORDS and is_question(half) for half in halves)
    return halves if both else [sentence]


def merged(question: str, parts: Sequence[str], answers: Sequence[Answer]) -> Answer:
    """Return one answer to all parts: a paragraph for each, citations numbered through; a verdict where only one has one.

    An answer carries one request: the first; a further one is said to need a message of its own.
    """
    citations: list[Citation] = []
    paragraphs: list[str] = []
    request: RequestOffer | None = None
    for part, answer in zip(parts, answers, strict=True):
        numbers: dict[int, int] = {}
        for citation in answer.citations:
            same = next((c.n for c in citations if _place(c) == _place(citation)), None)
            numbers[citation.n] = same or len(citations) + 1
            if same is None:
                citations.append(citation.model_copy(update={"n": numbers[citation.n]}))
        said = re.sub(r"\[(\d+)\]", lambda match: f"[{numbers.get(int(match[1]), int(match[1]))}]", answer.text)  # noqa: B023
        if answer.request is not None and request is not None and answer.request.type != request.type:
            said += ONE_REQUEST
        request = request or answer.request
        # Brackets in a person's words would look like the number of a citation.
        paragraphs.append(f"“{part.replace('[', '(').replace(']', ')')}” {said}")
    leading = min(answers, key=lambda answer: ORDER.index(answer.status))
    verdicts = [answer.verdict for answer in answers if answer.verdict]
    policy_ids = list(dict.fromkeys(name for answer in answers for name in answer.policy_ids))
    return leading.model_copy(
        update={
            "question": question,
            "verdict": verdicts[0] if len(verdicts) == 1 else None,
            "text": "\n\n".join(paragraphs),
            "citations": citations,
            "request": request,
            "policy_ids": policy_ids,
            "follow_ups": answers[-1].follow_ups,
        }
    )


def _place(citation: Citation) -> tuple[str, str, int, int]:
    return citation.policy_id, citation.version, citation.start, citation.end
