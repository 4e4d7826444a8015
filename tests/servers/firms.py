"""Fictional firms whose policies change from day to day, each version with facts that tell which version it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

FIRMS = ("Ashgrove", "Birchwell", "Cedarline", "Dogwood", "Elmstone")
FIRST = date(2020, 1, 1)
KEPT = "order records for"  # stands in the one sentence that tells how long


@dataclass(frozen=True, slots=True)
class Edition:
    """Version `number` of a firm's policy, from 1: what it says is a function of firm and number alone."""

    firm: str
    number: int

    @property
    def policy_id(self) -> str:
        return self.firm.lower()

    @property
    def version(self) -> str:
        """The name the library gives it: the day it was last updated."""
        return (FIRST + timedelta(days=self.number)).isoformat()

    @property
    def months(self) -> int:
        """How many months this version says orders are kept: no two firms or versions share a number."""
        return 10 + self.number * len(FIRMS) + FIRMS.index(self.firm)

    @property
    def text(self) -> str:
        updated = FIRST + timedelta(days=self.number)
        firm, mail = self.firm, f"privacy{self.number}@{self.policy_id}.example"
        return f"""# {firm} Privacy Policy

Last updated: {updated:%B} {updated.day}, {updated.year}

This privacy policy tells you what {firm} does with your personal information in edition {self.number}.

## What we collect

We collect your name, your postal address and your e-mail address when you buy from {firm}.
We collect the type of your browser when you visit our pages.

## How long we keep it

We keep {KEPT} {self.months} months after your last purchase.
We keep letters to our staff for as long as the law wants it.

## Sharing

We do not sell your personal information to anyone.
We share your address with the carrier that brings your parcel.

## Contact

To have your personal information deleted, write to {mail}.
"""


def edition_of(policy_id: str, version: str) -> Edition:
    """Return the edition that the library stores under that name."""
    firm = next(firm for firm in FIRMS if firm.lower() == policy_id)
    return Edition(firm, (date.fromisoformat(version) - FIRST).days)


def months_said(quote: str) -> int | None:
    """Return the months that the quote names, None where it names none."""
    found = re.search(rf"{KEPT} (\d+) months", quote)
    return int(found.group(1)) if found else None
