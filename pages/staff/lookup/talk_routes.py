"""Routes of live conversations: see them, take one, write in it, hand it back. Every step is noted in the trail."""

from __future__ import annotations

import hashlib

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from bot.front.posted import fields_of, read_form
from bot.problems import problem
from bot.staff.agent_desk import AgentDesk
from pages.conversations import Conversations, LiveConversation
from pages.staff.lookup.forms import LineForm
from pages.staff.lookup.live_pages import (
    LONGEST_LINE,
    conversation_fragment,
    list_fragment,
    render_conversation,
    render_list,
)
from pages.staff.lookup.parts import ROOT, member_of, page, problem_box, token

TITLE, ONE = "Live conversations", "Conversation"
GONE = "This conversation is over: the visitor has ended it, or it has been quiet for an hour."
TAKEN = "Another member has this conversation now."


def add_talk_routes(router: APIRouter, agents: AgentDesk, conversations: Conversations) -> None:
    """Add the routes over the store of conversations."""

    def shown(request: Request, one: LiveConversation | None, words: str | None = None, status: int = 200) -> Response:
        if one is None:
            return page(request, ONE, problem_box(GONE), "/live", 404)
        body = problem_box(words) + render_conversation(one, member_of(request), token(request))
        return page(request, ONE, body, "/live", status)

    def stepped(request: Request, conversation_id: str, action: str, worked: bool) -> Response:
        """Note a step and go back to the conversation, or say who has it."""
        if not worked:
            return shown(request, conversations.find(conversation_id), TAKEN, 409)
        agents.trail.note(member_of(request).id, action, conversation_id)
        return RedirectResponse(f"{ROOT}/live/{conversation_id}", 303)

    @router.get("/live")
    def every(request: Request) -> Response:
        return page(request, TITLE, render_list(conversations.live(), member_of(request)), "/live")

    @router.get("/live/fragment")
    def every_fragment(request: Request) -> Response:
        html = list_fragment(conversations.live(), member_of(request))
        return _fragment(html, hashlib.sha256(html.encode()).hexdigest()[:16])

    @router.get("/live/{conversation_id}")
    def one(request: Request, conversation_id: str) -> Response:
        return shown(request, conversations.find(conversation_id))

    @router.get("/live/{conversation_id}/fragment")
    def one_fragment(conversation_id: str) -> Response:
        found = conversations.find(conversation_id)
        return problem(404) if found is None else _fragment(conversation_fragment(found), str(found.revision))

    @router.post("/live/{conversation_id}/take")
    def take(request: Request, conversation_id: str) -> Response:
        member = member_of(request)
        return stepped(
            request, conversation_id, "chat taken", conversations.take(conversation_id, member.id, member.name)
        )

    @router.post("/live/{conversation_id}/say")
    async def say(request: Request, conversation_id: str) -> Response:
        words = read_form(await fields_of(request), LineForm).words.strip()
        if not words or len(words) > LONGEST_LINE:
            return shown(request, conversations.find(conversation_id), f"Write a message of up to {LONGEST_LINE:,} characters.", 422)  # fmt: skip
        done = conversations.say(conversation_id, member_of(request).id, words)
        return stepped(request, conversation_id, "chat answered", done)

    @router.post("/live/{conversation_id}/back")
    def back(request: Request, conversation_id: str) -> Response:
        done = conversations.hand_back(conversation_id, member_of(request).id)
        return stepped(request, conversation_id, "chat handed back", done)


def _fragment(html: str, revision: str) -> Response:
    return JSONResponse({"revision": revision, "html": html}, headers={"Cache-Control": "no-store"})
