"""HTTP routes of the front: answers as a stream, passages, opinions, and whether the desk is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from bot.api import REFUSED, AskRequest, PolicyId, Sent, caller
from bot.citations import check_quote_law, page_path
from bot.errors import QuestionError, QuoteLawError
from bot.front.asking import Asking, weight
from bot.front.readiness import Readiness, ReadyCheck
from bot.front.stream import PATIENCE, StreamStatus, StreamText, answer_events
from bot.problems import Problem
from bot.reply import Answer
from bot.retrieve import Hit

EVENT: dict[str, Any] = {
    "type": "object",
    "description": "one event of the stream",
    "properties": {
        "event": {"enum": ["status", "citation", "text", "done", "problem"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
    "required": ["event", "data"],
}
EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `status` (StreamStatus), `citation` (Citation), `text` (StreamText), then `done` "
        "(Answer), or `problem` (Problem) where it failed on the way",
        "content": {"text/event-stream": {"schema": EVENT}},
    }
}
NOT_OURS = "This is not an answer that the desk gave: a quote in it is not the policy's text."


class SearchRequest(Sent):
    """Words to look for, in some policies or in the whole library."""

    query: str = Field(description="up to 2,000 characters")
    policy_ids: list[PolicyId] = Field(default=[], max_length=50)
    limit: int = Field(default=10, ge=1, le=50)


class PassageRow(BaseModel):
    """A sentence of a policy's current version: `quote == stored_text[start:end]`, characters, end excluded."""

    model_config = ConfigDict(frozen=True)

    policy_id: str
    company: str
    version: str
    section: Sequence[str]
    clause: str
    quote: str
    start: int
    end: int
    page: str = Field(description="path of the desk's own page that shows the passage highlighted")
    score: float = Field(description="mixed score, about 0 to 1, the higher the nearer")
    similarity: float = Field(description="cosine similarity of the sentence and the words looked for")


class FeedbackRequest(Sent):
    """What a visitor thinks of an answer: the whole Answer as the desk gave it, and words if they wrote any."""

    answer: Answer
    helpful: bool
    words: str | None = Field(default=None, max_length=2_000)


class Kept(BaseModel):
    """That an opinion was kept, and for how long."""

    id: str
    days: Literal[30] = 30


def front_router(asking: Asking, ready: ReadyCheck) -> APIRouter:
    """Return the routes through `asking`. Opinions are taken only where the operator keeps them."""
    router = APIRouter()

    @router.post(
        "/api/v1/ask/stream", tags=["questions"], summary="Ask a question, answered as a stream",
        responses={**EVENTS, **REFUSED}, response_class=StreamingResponse,
    )  # fmt: skip
    async def stream(asked: AskRequest, request: Request) -> StreamingResponse:
        """Send the answer of /api/v1/ask in events. Nothing is sent before every quote was checked."""
        reply = asking.ask_later(
            caller(request), asked.question, tuple(asked.policy_ids), tuple(asked.history), asked.as_of
        )
        task = asyncio.create_task(reply)
        # What is refused at once is refused as everywhere else: with its status.
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        if done:
            task.result()
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(answer_events(task), media_type="text/event-stream", headers=headers)

    @router.post("/api/v1/search", tags=["questions"], summary="Find passages", responses=REFUSED)
    async def search(wanted: SearchRequest, request: Request) -> list[PassageRow]:
        """Return the sentences nearest to the words, best first. Posted, so that no log on the way holds the words."""
        found = await asking.work(
            caller(request),
            lambda: asking.bot.passages(wanted.query, tuple(wanted.policy_ids), wanted.limit),
            weight(wanted.query),
        )
        return [passage_row(hit) for hit in found]

    @router.get(
        "/readyz", tags=["service"], summary="Ask whether the desk can answer", responses={503: {"model": Readiness}}
    )
    def readyz(response: Response) -> Readiness:
        """Return how database, model, index and requests are; 503 where questions cannot be answered."""
        seen = ready.look()
        response.status_code = 200 if seen.status == "ready" else 503
        return seen

    if asking.questions is not None:
        questions = asking.questions
        told: dict[int | str, dict[str, Any]] = {code: REFUSED[code] for code in (404, 422, 429)}

        @router.post(
            "/api/v1/feedback",
            tags=["questions"],
            summary="Say whether an answer helped",
            status_code=201,
            responses=told,
        )
        def feedback(opinion: FeedbackRequest, request: Request) -> Kept:
            """Keep an opinion for 30 days, with the answer's question; who sent it is not kept."""
            asking.gate.admit(caller(request), "tell")
            try:
                check_quote_law(opinion.answer, asking.bot.library)
            except (QuoteLawError, KeyError) as error:
                raise QuestionError(NOT_OURS) from error
            return Kept(id=questions.feedback(opinion.answer, opinion.helpful, opinion.words))

    return router


def passage_row(hit: Hit) -> PassageRow:
    """Return the wire form of a sentence that was found."""
    policy, sentence = hit.policy, hit.sentence
    return PassageRow(
        policy_id=policy.id,
        company=policy.company,
        version=policy.version,
        section=hit.clause.path,
        clause=hit.clause.id,
        quote=policy.text[sentence.start : sentence.end],
        start=sentence.start,
        end=sentence.end,
        page=page_path(policy, sentence.start, sentence.end),
        score=round(hit.score, 4),
        similarity=round(hit.similarity, 4),
    )


STREAMED: tuple[type[BaseModel], ...] = (StreamStatus, StreamText, Problem)
"""Objects that only events carry: the description names them all the same."""

__all__ = ["STREAMED", "FeedbackRequest", "PassageRow", "SearchRequest", "front_router", "passage_row"]
