"""Which pages the staff application is made of, here and now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI

from bot.staff.records import Role
from pages.conversations import Conversations
from pages.staff.app import Waiting, staff_app
from pages.staff.oidc_routes import oidc_router
from pages.staff.queue_routes import queue_router, waiting_requests

if TYPE_CHECKING:
    from bot.requests.desk import RequestDesk
    from bot.staff.agent_desk import AgentDesk
    from bot.staff.oidc import Provider
    from bot.staff.staff import Staff


def staff_pages(
    staff: Staff,
    desk: RequestDesk | None,
    agents: AgentDesk | None,
    conversations: Conversations,
    bench: APIRouter | None,
    providers: Mapping[str, Provider],
) -> FastAPI:
    """Return the staff application with the pages of the parts that are there; see ui.create_app."""
    pages: list[tuple[str, Role, APIRouter]] = []
    waiting: list[Waiting] = []
    if desk is not None:
        pages.append(("/requests", "agent", queue_router(desk, staff.trail)))
        waiting.append(waiting_requests(desk))
    if agents is not None:
        from pages.staff.lookup.router import lookup_router, lookup_waiting

        pages.append(("/lookup", "agent", lookup_router(agents, conversations)))
        waiting.append(lookup_waiting(agents, conversations))
    if bench is not None:
        pages.append(("/bench", "evaluator", bench))
    outside = [(f"/staff/oidc/{name}", one.settings.label) for name, one in providers.items()]
    return staff_app(staff, pages, waiting, outside, [oidc_router(staff, providers)] if providers else [])
