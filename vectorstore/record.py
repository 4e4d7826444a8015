"""A Policy as JSON and back. Owns the stored form of the nouns and its revision."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from vectorstore.policy import (
    ChannelMention,
    Clause,
    Condition,
    ContactChannel,
    CrossReference,
    Damage,
    Policy,
    PolicyDate,
    Right,
    SelfServiceStep,
    Sentence,
    Statement,
)


def dump_policy(policy: Policy) -> str:
    """Return the policy as one JSON document."""
    return json.dumps(asdict(policy), ensure_ascii=False, separators=(",", ":"))


def load_policy(record: str) -> Policy:
    """Return the policy that `dump_policy` wrote; raises TypeError or KeyError on a record of another form."""
    data = json.loads(record)
    return Policy(
        **{
            **data,
            "aliases": tuple(data["aliases"]),
            "cues": tuple(data["cues"]),
            "dates": tuple(PolicyDate(**date) for date in data["dates"]),
            "clauses": tuple(_clause(clause) for clause in data["clauses"]),
            "channels": tuple(_channel(channel) for channel in data["channels"]),
            "steps": tuple(SelfServiceStep(**_tuples(step, "purposes")) for step in data["steps"]),
            "rights": tuple(Right(**right) for right in data["rights"]),
            "conditions": tuple(Condition(**_tuples(condition, "types")) for condition in data["conditions"]),
            "damage": tuple(Damage(**damage) for damage in data["damage"]),
            "regimes": tuple(Statement(**regime) for regime in data["regimes"]),
            "audiences": tuple(Statement(**audience) for audience in data["audiences"]),
            "references": tuple(CrossReference(**reference) for reference in data["references"]),
        }
    )


def _tuples(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {**data, **{name: tuple(data[name]) for name in names}}


def _clause(data: dict[str, Any]) -> Clause:
    sentences = tuple(
        Sentence(**{**sentence, "lead_in": tuple(sentence["lead_in"]) if sentence["lead_in"] else None})
        for sentence in data["sentences"]
    )
    return Clause(**{**_tuples(data, "path"), "sentences": sentences})


def _channel(data: dict[str, Any]) -> ContactChannel:
    mentions = tuple(ChannelMention(**_tuples(mention, "purposes")) for mention in data["mentions"])
    return ContactChannel(**{**data, "mentions": mentions})
