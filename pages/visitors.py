"""Who a visitor is to the server: a random cookie that says nothing else, and dies with the browser."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

COOKIE = "desk"
_FORM = re.compile(r"[A-Za-z0-9_-]{43}")


def visitor_of(cookies: Mapping[str, str]) -> str | None:
    """Return the visitor's key, None without a cookie of ours. What was not made here is no key."""
    value = cookies.get(COOKIE, "")
    return value if _FORM.fullmatch(value) else None


def new_cookie(secure: bool, embedded: bool = False) -> str:
    """Return a Set-Cookie header for a new visitor; `secure` where the page came over https.

    Scripts cannot read it, and another site's forms do not carry it. For a page `embedded` in another site it is a cookie
    partitioned by that site (CHIPS, draft-cutler-httpbis-partitioned-cookies): the same person on two shops is two visitors.
    Browsers take such a one over https only; elsewhere the embedded conversation lives as long as its page.
    """
    place = "SameSite=None; Secure; Partitioned" if secure and embedded else "SameSite=Lax" + "; Secure" * secure
    return f"{COOKIE}={secrets.token_urlsafe(32)}; Path=/; HttpOnly; {place}"
