"""The way from a conversation to the bench's page that makes a case of it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from bot.reply import Turn
from bot.staff.records import Member
from pages.markup import text

PAGE = "/staff/bench/make"
LONGEST_ADDRESS = 6_000
"""Characters of an address: browsers and proxies cut longer ones."""

MOST_TURNS = 12
"""Questions that the page takes."""


def case_address(turns: Sequence[Turn]) -> str:
    """Return the address of the page that makes a case of a conversation; of a long one, the last turns that fit."""
    kept = list(turns)[-MOST_TURNS:]
    while True:
        pairs = [("q", turn.question) for turn in kept]
        policy = next((turn.policy_ids[0] for turn in reversed(kept) if turn.policy_ids), None)
        address = f"{PAGE}?{urlencode(pairs + ([('policy', policy)] if policy else []))}"
        if len(address) <= LONGEST_ADDRESS or len(kept) <= 1:
            return address
        kept = kept[1:]


def case_link(turns: Sequence[Turn], member: Member) -> str:
    """Return the link to that page for who may open it; "" for others, and where nobody has asked anything."""
    if not turns or not member.may("evaluator"):
        return ""
    what = "question" if len(turns) == 1 else "conversation"
    return f'<a href="{text(case_address(turns))}">Make a case of this {what}</a>'
