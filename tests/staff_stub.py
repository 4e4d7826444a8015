"""A guard that lets everybody in who names themselves, for tests of pages that stand behind the real one."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from bot.problems import add_problem_handlers
from bot.staff.records import Member, Role
from pages.staff.forms import add_form_page

TOKEN = "form-token"
ROLES: dict[str, frozenset[Role]] = {"Eve": frozenset({"agent", "evaluator"})}
"""Of those who are more than agents."""

STYLE = Path(__file__).parents[1] / "pages" / "staff" / "staff.css"


@dataclass(slots=True)
class ListedTrail:
    """A trail in memory."""

    entries: list[tuple[str, str, str]] = field(default_factory=list)

    def note(self, member_id: str, action: str, subject: str) -> None:
        self.entries.append((member_id, action, subject))


def stub_staff_app(router: APIRouter, prefix: str) -> FastAPI:
    """Return a staff application with one router. Who asks stands in the cookie `who`; forms need the token."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    add_problem_handlers(app)
    add_form_page(app)

    @app.middleware("http")
    async def guard(request: Request, call_next) -> Response:
        who = request.cookies.get("who", "Ann")
        request.state.member = Member(f"m-{who.lower()}", who, ROLES.get(who, frozenset({"agent"})))
        request.state.form_token = TOKEN
        if request.method == "POST" and f"token={TOKEN}".encode() not in await request.body():
            return PlainTextResponse("no token", 403)
        return await call_next(request)

    @app.get("/style/staff.css")
    def style() -> Response:
        return Response(STYLE.read_text(), media_type="text/css")

    app.include_router(router, prefix=prefix)
    return app
