"""Questions that a policy's stored facts answer: when it was updated, made or came into force."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.retrieve import Hit

KINDS = (
    ("created", re.compile(r"\b(?:created?|written|first|originally|published|made|start\w*)\b", re.IGNORECASE)),
    ("effective", re.compile(r"\b(?:effect\w*|in force|apply|applies|kick\w* in|valid)\b", re.IGNORECASE)),
    ("updated", re.compile(r"", re.IGNORECASE)),
)
ABOUT_POLICY = re.compile(
    r"\b(?:polic(?:y|ies)|notice|statement|document|this (?:page|thing)|terms|version|updat\w*|revis\w*)\b",
    re.IGNORECASE,
)


def dates_first(hits: Sequence[Hit], question: str) -> list[Hit]:
    """Return the hits with the policy's own date line of the kind asked for in front, as certain.

    Questions about other dates, and policies without that date, keep their order. A date line of another kind is not put first.
    """
    if not hits or not ABOUT_POLICY.search(question):
        return list(hits)
    policy = hits[0].policy
    wanted = next((kind for kind, pattern in KINDS if pattern.search(question) and policy.date(kind)), None)
    dated = policy.date(wanted) if wanted else None
    first = [hit for hit in hits if dated and hit.sentence.start == dated.start]
    return [*(replace(hit, score=1.0) for hit in first), *(hit for hit in hits if hit not in first)]
