"""Text and addresses on their way into HTML: escaping, safe links, the addresses of the desk's own pages."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from pages.words import say

CITED = re.compile(r"\[(\d{1,2})\]")


def text(value: object) -> str:
    """Return the value as HTML text that no markup survives in."""
    return escape(str(value), quote=True)


def worded(key: str, /, **values: object) -> str:
    """Return words of the catalogue as HTML text."""
    return text(say(key, **values))


def policy_path(
    policy_id: str,
    version: str | None = None,
    start: int | None = None,
    end: int | None = None,
    anchor: str = "cite",
) -> str:
    """Return the path of the policy page, with the span of `start` and `end` highlighted if both are given.

    `anchor` is where the page opens: at the highlighted words, or at the clause of that id.
    """
    path = "/policy/" + quote(policy_id, safe="")
    if version is None:
        return path
    path += "/" + quote(version, safe="")
    if start is None or end is None:
        return path
    return f"{path}?{urlencode({'start': start, 'end': end})}#{quote(anchor, safe='')}"


def safe_href(href: str | None, schemes: tuple[str, ...] = ("http", "https")) -> str | None:
    """Return the address if its scheme is one of `schemes`, None otherwise."""
    if href is None:
        return None
    try:
        scheme = urlsplit(href).scheme
    except ValueError:
        return None
    return href if scheme in schemes and href.isprintable() else None


def outside_link(href: str | None, label: str) -> str:
    """Return a link that leaves the desk in a new tab, or only its label if the address is not http or https."""
    safe = safe_href(href)
    if safe is None:
        return text(label)
    return f'<a href="{text(safe)}" target="_blank" rel="noopener noreferrer">{text(label)}</a>'
