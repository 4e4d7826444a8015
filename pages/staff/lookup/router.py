"""The look-up part of the staff application: its routes under one prefix. The guard of that application stands before it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response

from bot.problems import problem
from bot.staff.agent_desk import AgentDesk
from bot.staff.records import Member
from pages.conversations import Conversations
from pages.staff.lookup.kept_routes import add_kept_routes
from pages.staff.lookup.look_routes import add_look_routes
from pages.staff.lookup.parts import ROOT
from pages.staff.lookup.talk_routes import add_talk_routes

FILES = {"lookup.css": "text/css", "lookup.js": "text/javascript"}


def lookup_waiting(agents: AgentDesk, conversations: Conversations) -> Callable[[Member], list[tuple[str, str, int]]]:
    """Return what tells a member how much waits here: (path, words, count), for the first page of the staff."""

    def waiting(member: Member) -> list[tuple[str, str, int]]:
        if not {"agent", "admin"} & member.roles:
            return []
        talks = [one for one in conversations.live() if one.waits]
        mine = [one for one in talks if one.taken_by is not None and one.taken_by[0] == member.id]
        stale = [one for one in agents.approved.all() if one.state == "stale"]
        return [
            (f"{ROOT}/live", "live chats wait for you", len(mine)),
            (f"{ROOT}/questions", "questions without an answer", len(agents.questions.unanswered())),
            (f"{ROOT}/approved", "approved answers are stale", len(stale)),
        ]

    return waiting


def lookup_router(agents: AgentDesk, conversations: Conversations) -> APIRouter:
    """Return the routes, to be mounted at /staff/lookup for agents."""
    router = APIRouter(include_in_schema=False)
    add_look_routes(router, agents)
    add_kept_routes(router, agents)
    add_talk_routes(router, agents, conversations)

    @router.get("/style/{name}")
    def file(name: str) -> Response:
        if name not in FILES:
            return problem(404)
        headers = {"Cache-Control": "no-cache"}
        return FileResponse(Path(__file__).parent / name, media_type=FILES[name], headers=headers)

    return router
