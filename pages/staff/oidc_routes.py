"""Routes of signing in elsewhere: out to the issuer, and back with a code. Strangers may ask for both."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from bot.staff.errors import OutsideError
from pages.staff.frame import bare_document, fault
from pages.staff.guard import session_cookie

if TYPE_CHECKING:
    from bot.staff.oidc import Provider
    from bot.staff.staff import Staff

logger = logging.getLogger(__name__)

COOKIE = "staff-begun"
NOT_LET_IN = (
    "You could not be signed in. Try once more from the sign-in page; if it does not work again, ask an admin of this desk whether your "
    "group may use it."
)
LONGEST = 2_000
"""Longest value of a field of an issuer's answer, characters."""


def oidc_router(staff: Staff, providers: Mapping[str, Provider]) -> APIRouter:
    """Return the routes over the issuers by name."""
    router = APIRouter()

    @router.get("/oidc/{name}")
    def begin(request: Request, name: str) -> Response:
        if name not in providers:
            return _refused(404)
        try:
            address, sealed = providers[name].begin()
        except OutsideError as error:
            logger.warning("signing in with %s failed: %s", name, error.reason)
            return _refused(502)
        response = RedirectResponse(address, 303, headers={"Cache-Control": "no-store"})
        response.headers.append("Set-Cookie", _begun(sealed, request))
        return response

    @router.get("/oidc/{name}/callback")
    def back(request: Request, name: str) -> Response:
        from bot.staff.outside import member_for

        if name not in providers:
            return _refused(404)
        provider = providers[name]
        answer = {one: value[:LONGEST] for one, value in request.query_params.items()}
        try:
            outsider = provider.finish(request.cookies.get(COOKIE, ""), answer)
            member = member_for(staff.accounts, outsider, provider.settings.roles)
        except OutsideError as error:
            logger.warning("signing in with %s failed: %s", name, error.reason)
            response = _refused(401)
            response.headers.append("Set-Cookie", _begun("", request))
            return response
        word = staff.sessions.begin(member.id)
        staff.trail.note(member.id, f"sign in with {name}"[:40], member.id)
        # Not a redirect: the way here began on the issuer's site, and a browser sends the session's cookie, which is for our own site
        # alone, only to an address that our own page leads to.
        body = bare_document("Signed in", '<p><a class="button" href="/staff/">Go on</a></p>')
        response = HTMLResponse(body, headers={"Cache-Control": "no-store", "Refresh": "0; url=/staff/"})
        response.headers.append("Set-Cookie", session_cookie(word, request.url.scheme == "https"))
        response.headers.append("Set-Cookie", _begun("", request))
        return response

    return router


def _begun(sealed: str, request: Request) -> str:
    """Return the Set-Cookie header of a sign-in that was begun; "" takes it away. It has to come back from the issuer's site: Lax."""
    ends = 600 if sealed else 0
    secure = "; Secure" if request.url.scheme == "https" else ""
    return f"{COOKIE}={sealed}; Path=/staff/oidc; HttpOnly; SameSite=Lax; Max-Age={ends}{secure}"


def _refused(status: int) -> Response:
    words = {404: "Nobody signs in there.", 502: "The other side cannot be reached. Try again in a while."}.get(
        status, NOT_LET_IN
    )
    body = bare_document("Not signed in", f'{fault(words)}<p><a href="/staff/sign-in">Sign in</a></p>')
    return HTMLResponse(body, status, headers={"Cache-Control": "no-store"})
