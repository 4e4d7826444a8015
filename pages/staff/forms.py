"""What staff pages share: who sent a form, its fields, and the answers that pages give."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.front.posted import FormError
from bot.staff.records import Member
from pages.staff.frame import bare_document, fault, staff_document


def first(fields: dict[str, list[str]], name: str, longest: int = 2_000) -> str:
    """Return the first value of a field, cut at `longest` characters; "" without one."""
    return fields.get(name, [""])[0][:longest]


def member_of(request: Request) -> Member:
    """Return who is signed in: the guard has put them there."""
    member: Member = request.state.member
    return member


def form_token(request: Request) -> str:
    """Return the token for the forms of the answer."""
    return str(request.state.form_token)


def page(request: Request, title: str, body: str, here: str, status: int = 200) -> HTMLResponse:
    """Return a whole page for who is signed in."""
    return HTMLResponse(staff_document(title, body, member_of(request), here), status)


def add_form_page(app: FastAPI) -> None:
    """Let a form that cannot be read end on a page that says so."""

    @app.exception_handler(FormError)
    async def unreadable(request: Request, error: FormError) -> Response:
        title, words = "This was not done", fault(error.message)
        if getattr(request.state, "member", None) is None:
            return HTMLResponse(bare_document(title, words), 422)
        return page(request, title, words, "", 422)


def framed(here: str) -> Callable[[str, str, Request], str]:
    """Return what makes a whole page of a title, a body and the request, for pages that other rooms render."""
    return lambda title, body, request: staff_document(title, body, member_of(request), here)


def back(path: str) -> RedirectResponse:
    """Return the way back to a page after a form was taken."""
    return RedirectResponse(path, 303)
