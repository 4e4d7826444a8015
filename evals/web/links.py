"""Addresses of the bench's pages. Owns no page."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from bot.reply import Turn

BASE = "/staff/bench"
LONGEST_ADDRESS = 6_000
"""Characters of an address: browsers and proxies cut longer ones."""


def conversation_address(turns: Sequence[Turn], base: str = BASE) -> str:
    """Return the address of the page that makes a case of a conversation; of a long one, the last turns that fit."""
    kept = list(turns)
    while True:
        pairs = [("q", turn.question) for turn in kept]
        policy = next((turn.policy_ids[0] for turn in reversed(kept) if turn.policy_ids), None)
        address = f"{base}/make?{urlencode(pairs + ([('policy', policy)] if policy else []))}"
        if len(address) <= LONGEST_ADDRESS or len(kept) <= 1:
            return address
        kept = kept[1:]
