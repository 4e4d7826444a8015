"""Where the chat may stand inside another site's page: the sites an operator lists, and what tells browsers so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?")
PLACE = re.compile(r"/embed/([^/]{1,200})")
INSIDE = re.compile(r"/(embed|policy|request)(/.*)?", re.DOTALL)
SELF = "frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class Embedding:
    """The sites whose pages may hold the chat, as origins: "https://www.shop.example"; none but the desk's own by default.

    "https://*.shop.example" stands for every name under it (CSP Level 3, section 6.6.2).
    """

    origins: tuple[str, ...] = ()

    @classmethod
    def of(cls, sites: Iterable[str]) -> Embedding:
        """Return the list of these sites. Raises ValueError with the first that is no origin."""
        origins = tuple(dict.fromkeys(site.strip().lower().rstrip("/") for site in sites))
        for origin in origins:
            if not ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin!r} is no site: write it as https://www.shop.example, without a path")
        return cls(origins)

    def widened(self, path: str, content_policy: str) -> str:
        """Return a Content-Security-Policy that lets the listed sites hold this page, where the widget opens such pages."""
        if not self.origins or not INSIDE.fullmatch(path):
            return content_policy
        return content_policy.replace(SELF, f"{SELF} {' '.join(self.origins)}")


def embedded_policy(path: str) -> str | None:
    """Return the id of the policy that the embedded chat at this path is about, None for any other path."""
    found = PLACE.fullmatch(path)
    return found.group(1) if found else None
