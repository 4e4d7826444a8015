"""What a staff page was sent: fields of a form, who sent it, and the answers that pages give."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.staff.records import Member
from pages.staff.frame import staff_document

FIELDS = 400


async def fields_of(request: Request) -> dict[str, list[str]]:
    """Return the values of each field of a posted form, in their order; what is no text is no field."""
    try:
        return parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=FIELDS)
    except ValueError:
        return {}


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


def framed(here: str) -> Callable[[str, str, Request], str]:
    """Return what makes a whole page of a title, a body and the request, for pages that other rooms render."""
    return lambda title, body, request: staff_document(title, body, member_of(request), here)


def back(path: str) -> RedirectResponse:
    """Return the way back to a page after a form was taken."""
    return RedirectResponse(path, 303)
