"""What the script of an open chat page asks now and then: is there something new in its conversation?"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from pages.conversations import Conversations
from pages.visitors import visitor_of


def live_router(conversations: Conversations) -> APIRouter:
    """Return the route that tells a visitor the revision of their own conversation, and nothing of what is in it."""
    router = APIRouter(include_in_schema=False)

    @router.get("/conversation/revision")
    async def revision(request: Request) -> Response:
        visitor = visitor_of(request.cookies)
        number = conversations.revision(visitor) if visitor else 0
        return JSONResponse({"revision": number}, headers={"Cache-Control": "no-store"})

    return router
