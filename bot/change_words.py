"""The words of an answer about changes: what was said before, what is said now, and of which versions that is true."""

from __future__ import annotations

import re

from bot.changes import Changed, Piece
from bot.compose import told
from bot.evidence import Quote

PLAIN_TOPIC = re.compile(
    r"^(?:about|on|regarding|for|with)\s+([A-Za-z][A-Za-z' -]{1,58}?)(?:\s+(?:in|of|at|for|to|by|and))?$"
)


def changed_text(found: Changed, number: int, about: bool) -> str:
    """Return what changed in one policy; its quotes are numbered from `number` on. `about` tells that a matter was asked about."""
    assert found.old is not None
    company = found.new.company
    count = len(found.pieces) + found.more
    places = "one passage" if count == 1 else f"{count} passages"
    on_this = " on this" if about else ""
    lines = [f"{company}'s privacy policy changed{on_this} in {places}. {_compared(found)}"]
    for piece in found.pieces:
        lines.append(_told(piece, number))
        number += len(piece.quotes)
    if found.more:
        lines.append(f"{found.more} more {'passage' if found.more == 1 else 'passages'} changed{on_this}.")
    return "\n".join(lines)


def unchanged_text(found: Changed, topic: str, words: str) -> str:
    """Say that nothing changed on the matter, or that there is nothing to compare. `words` are the question's for the period."""
    company = found.new.company
    if found.old is None:
        since = f", in force from {found.starts[1]}" if found.starts[1] else ""
        return (
            f"The library holds no earlier version of {company}'s privacy policy to compare with: version {found.new.version}{since}. "
            "So it cannot say what changed."
        )
    if found.old.version == found.new.version:
        return (
            f"{company}'s privacy policy did not change in that time: version {found.new.version}, in force from "
            f"{found.starts[1]}, held all along."
        )
    match = PLAIN_TOPIC.match(topic)
    what = f"about {match.group(1)}" if match else "about this" if topic else "that matters"
    return f"Nothing {what} changed in {company}'s privacy policy. {_compared(found)}"


def _compared(found: Changed) -> str:
    assert found.old is not None
    old, new = (
        f"{start} (version {policy.version})" if start != policy.version else start
        for start, policy in zip(found.starts, (found.old, found.new), strict=True)
    )
    earliest = " The library holds nothing older." if found.is_earliest else ""
    return f"Compared are the words in force from {old} and those in force from {new}.{earliest}"


def _told(piece: Piece, number: int) -> str:
    lines = []
    if piece.old is not None:
        lines.append(f"{'Before' if piece.new is not None else 'No longer there'}: {_said(piece.old)} [{number}]")
        number += 1
    if piece.new is not None:
        lines.append(f"{'Now' if piece.old is not None else 'New'}: {_said(piece.new)} [{number}]")
    return "\n".join(lines)


def _said(quote: Quote) -> str:
    return told(quote) or "see the quote"
