"""The staff application: every page of it stands behind one guard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, Response

from bot.problems import add_problem_handlers, problem
from bot.staff.records import Member, Role
from pages.markup import text
from pages.staff.account import account_router
from pages.staff.forms import add_form_page, member_of, page
from pages.staff.guard import Guard
from pages.staff.members import audit_router, members_router
from pages.staff.sign_in import sign_in_router

if TYPE_CHECKING:
    from bot.staff.staff import Staff

STYLES = {".css": "text/css", ".js": "text/javascript"}

Waiting = Callable[[Member], Sequence[tuple[str, str, int]]]
"""What waits for a member: the address of its page, its words, how much of it there is."""


def staff_app(
    staff: Staff,
    routers: Sequence[tuple[str, Role, APIRouter]] = (),
    waiting: Sequence[Waiting] = (),
    outside: Sequence[tuple[str, str]] = (),
    open_routers: Sequence[APIRouter] = (),
) -> FastAPI:
    """Return the application to be mounted at /staff.

    `routers` are mounted under their prefix ("/lookup") for members with their role; `waiting` tell the first page what there is to
    do; `outside` and `open_routers` are other ways to sign in (/oidc/...).
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    own: list[tuple[str, Role, APIRouter]] = [
        ("/members", "admin", members_router(staff)),
        ("/audit", "admin", audit_router(staff)),
    ]
    app.include_router(sign_in_router(staff, outside))
    app.include_router(account_router(staff))
    app.include_router(_first_page(waiting))
    for router in open_routers:
        app.include_router(router)
    roles: dict[str, Role] = {}
    for prefix, role, router in (*own, *routers):
        app.include_router(router, prefix=prefix)
        roles[prefix] = role
    add_problem_handlers(app)
    add_form_page(app)
    app.add_middleware(Guard, staff=staff, roles=roles)
    return app


def _first_page(waiting: Sequence[Waiting]) -> APIRouter:
    router = APIRouter()
    folder = Path(__file__).parent

    @router.get("/")
    def today(request: Request) -> Response:
        member = member_of(request)
        there = [one for tell in waiting for one in tell(member) if one[2]]
        rows = "".join(
            f'<li><a href="{text(path)}"><strong>{count}</strong> {text(words)}</a></li>'
            for path, words, count in there
        )
        body = f'<ul class="waiting">{rows}</ul>' if rows else "<p>Nothing waits for you.</p>"
        return page(request, "Today", body, "/staff/")

    @router.get("/style/{name}")
    def style(name: str) -> Response:
        kind = STYLES.get(Path(name).suffix)
        if kind is None or "/" in name or not (folder / name).is_file():
            return problem(404)
        return FileResponse(folder / name, media_type=kind, headers={"Cache-Control": "no-cache"})

    return router
