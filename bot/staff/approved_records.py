"""What an approved answer is, how it stands, and its row. Nouns only."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from bot.evidence import Quote
from bot.requests.chain import stamp
from bot.staff.spans import ChosenSpan


@dataclass(frozen=True, slots=True)
class ApprovedAnswer:
    """Question wordings and the quotes that answer them, as an agent chose them in `version`.

    `verdict` is one of VERDICTS or None. `member` is the id of who changed it last; `retired` is None while it is in use.
    """

    id: str
    policy_id: str
    version: str
    wordings: tuple[str, ...]
    spans: tuple[ChosenSpan, ...]
    verdict: str | None
    member: str
    created: dt.datetime
    changed: dt.datetime
    retired: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An approved answer against the policy as it is now.

    `state` is "valid", "stale" (the current version no longer holds the quotes) or "retired". `version` is the current one,
    None where the policy is gone; `quotes` are the quotes in it, empty unless valid.
    """

    answer: ApprovedAnswer
    state: str
    version: str | None
    quotes: tuple[Quote, ...] = ()


def row_of(answer: ApprovedAnswer) -> dict[str, str | None]:
    """Return an approved answer as a row of its table."""
    spans = [{"start": s.start, "end": s.end, "quote": s.quote, "path": list(s.path)} for s in answer.spans]
    return {
        "id": answer.id,
        "policy_id": answer.policy_id,
        "version": answer.version,
        "wordings": json.dumps(list(answer.wordings), ensure_ascii=False),
        "verdict": answer.verdict,
        "spans": json.dumps(spans, ensure_ascii=False),
        "member": answer.member,
        "created": stamp(answer.created),
        "changed": stamp(answer.changed),
        "retired": stamp(answer.retired) if answer.retired else None,
    }


def answer_of(row: Row[Any]) -> ApprovedAnswer:
    """Return an approved answer from its row."""
    spans = tuple(
        ChosenSpan(one["start"], one["end"], one["quote"], tuple(one["path"])) for one in json.loads(row.spans)
    )
    return ApprovedAnswer(
        row.id,
        row.policy_id,
        row.version,
        tuple(json.loads(row.wordings)),
        spans,
        row.verdict,
        row.member,
        dt.datetime.fromisoformat(row.created),
        dt.datetime.fromisoformat(row.changed),
        dt.datetime.fromisoformat(row.retired) if row.retired else None,
    )
