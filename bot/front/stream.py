"""An answer as server-sent events (WHATWG HTML, section 9.2). Streams the checked answer: no word leaves before the check."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import AsyncIterator
from typing import Literal

from pydantic import BaseModel

from bot.errors import QuestionError
from bot.front.errors import BusyError
from bot.problems import Problem
from bot.reply import Answer, Status, Verdict
from vectorstore.errors import UnknownPolicyError, UnknownVersionError

logger = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds in which an answer, or its refusal, is waited for before the stream begins: most are there by then."""

BEAT = 10.0
"""Seconds between two comments that keep a waiting connection open."""

WORDS = 8
"""Words of the text in one event."""


class StreamStatus(BaseModel):
    """Data of the event `status`: "working" while there is no answer yet, then "done" with the answer's status and verdict."""

    stage: Literal["working", "done"]
    status: Status | None = None
    verdict: Verdict | None = None
    policy_ids: list[str] = []


class StreamText(BaseModel):
    """Data of the event `text`: the next words of the answer's text. All of them together are the text, byte for byte."""

    text: str


def event(name: str, data: BaseModel) -> str:
    """Return one event; the data are one line of JSON."""
    return f"event: {name}\ndata: {data.model_dump_json(exclude_none=isinstance(data, Problem))}\n\n"


def pieces(text: str) -> list[str]:
    """Cut a text into runs of a few words; joined they are the text."""
    words = re.findall(r"\S*\s*", text)
    return ["".join(words[at : at + WORDS]) for at in range(0, len(words), WORDS) if "".join(words[at : at + WORDS])]


async def answer_events(asked: asyncio.Task[Answer]) -> AsyncIterator[str]:
    """Yield the events of an answer: status, each citation, the text in pieces, done with the whole Answer.

    Where the answer fails after the stream began, the last event is `problem`, and no word of an answer was sent.
    """
    if not asked.done():
        yield event("status", StreamStatus(stage="working"))
    try:
        while not asked.done():
            await asyncio.wait({asked}, timeout=BEAT)
            if not asked.done():
                yield ": waiting\n\n"
        answer = asked.result()
    except asyncio.CancelledError:
        asked.cancel()
        raise
    # The edge of the stream: its status is sent already, so the failure is told inside it, in words of our own.
    except Exception as error:  # noqa: BLE001
        yield event("problem", told(error))
        return
    status = StreamStatus(stage="done", status=answer.status, verdict=answer.verdict, policy_ids=answer.policy_ids)
    yield event("status", status)
    for citation in answer.citations:
        yield event("citation", citation)
    for piece in pieces(answer.text):
        yield event("text", StreamText(text=piece))
    yield event("done", answer)


def told(error: Exception) -> Problem:
    """Return an error in words for the caller; of one that nobody expected only an id, which the log has too."""
    if isinstance(error, BusyError):
        return Problem(title="Too many requests", status=429, detail=error.message)
    if isinstance(error, QuestionError):
        return Problem(title="The question cannot be answered as it stands", status=422, detail=error.message)
    if isinstance(error, (UnknownPolicyError, UnknownVersionError)):
        return Problem(title="No such policy is in the library", status=404)
    error_id = secrets.token_hex(4)
    logger.error("stream failed: %s, id %s", type(error).__name__, error_id)
    words = f"Tell us the number {error_id} if you report this."
    return Problem(title="Something went wrong on our side", status=500, detail=words)
