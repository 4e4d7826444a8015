"""Whose page sent a request, as browsers tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

Site = Literal["own", "foreign", "unsaid"]


def site_of(headers: Mapping[str, str]) -> Site:
    """Return whose page sent a request: Sec-Fetch-Site (W3C Fetch Metadata) says it, else Origin (RFC 6454, section 7).

    "unsaid" is what no page sent: an address typed by hand, or a program that says nothing.
    """
    fetched = headers.get("sec-fetch-site")
    if fetched is not None:
        return "own" if fetched == "same-origin" else "unsaid" if fetched == "none" else "foreign"
    origin = headers.get("origin")
    if origin is None:
        return "unsaid"
    return "own" if urlsplit(origin).netloc.lower() == headers.get("host", "").lower() else "foreign"
