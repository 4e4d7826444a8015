"""The operator's word on contact channels: an address that a new version brings waits for approval before it is offered.

Owns which channels wait, are approved or refused. A policy's first version needs no approval: the operator put it in.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select, update

from vectorstore import database as db
from vectorstore.policy import ContactChannel, Policy
from vectorstore.record import load_policy

APPROVED, PENDING, REFUSED = "approved", "pending", "refused"
WITHHELD = frozenset({PENDING, REFUSED})


@dataclass(frozen=True, slots=True)
class ChannelDecision:
    """What is known of one address of a policy. `state` is "approved", "pending" or "refused"; `decided_at` is ISO 8601."""

    type: str
    value: str
    state: str
    decided_at: str


def channel_key(channel_type: str, value: str) -> str:
    """Return what makes an address the same address: spacing, letter case and a phone number's punctuation do not count."""
    plain = " ".join(value.casefold().split()).strip(" .,;")
    if channel_type in {"phone", "fax", "tty"}:
        plain = re.sub(r"[^0-9a-z+]", "", plain) or plain
    if channel_type in {"web_form", "api"}:
        plain = re.sub(r"^https?://(?:www\.)?", "", plain).split("#")[0].rstrip("/")
    if channel_type == "mail":
        plain = re.sub(r"[^\w]+", " ", plain).strip()
    return hashlib.sha256(f"{channel_type}\n{plain}".encode()).hexdigest()


def read_decisions(connection: Connection, policy_id: str) -> dict[str, ChannelDecision]:
    """Return what is recorded of a policy's addresses, by channel key."""
    table = db.channel_approvals
    rows = connection.execute(select(table).where(table.c.policy_id == policy_id).order_by(table.c.type, table.c.value))
    return {row.digest: ChannelDecision(row.type, row.value, row.state, row.decided_at) for row in rows}


def note_channels(connection: Connection, policy_id: str, former: str | None, current: str) -> int:
    """Record the addresses that version `current` brings after `former` as pending; return how many there are.

    Addresses of the operator's own file need no approval. With no former version all are approved, and nothing is recorded.
    """
    if former is None:
        return 0
    known = read_decisions(connection, policy_id)
    before = _addresses(connection, policy_id, former)
    for digest, (kind, value) in before.items():
        if digest not in known:
            _record(connection, policy_id, digest, ChannelDecision(kind, value, APPROVED, _now()))
    fresh = {
        digest: address
        for digest, address in _addresses(connection, policy_id, current).items()
        if digest not in before and digest not in known
    }
    for digest, (kind, value) in fresh.items():
        _record(connection, policy_id, digest, ChannelDecision(kind, value, PENDING, _now()))
    return len(fresh)


def decide(connection: Connection, policy_id: str, values: Sequence[str] | None, state: str) -> list[ChannelDecision]:
    """Set the state of the addresses with those values (None: all that are pending); return what was decided."""
    decided = []
    for digest, one in read_decisions(connection, policy_id).items():
        chosen = one.state == PENDING if values is None else digest in {channel_key(one.type, v) for v in values}
        if chosen and one.state != state:
            made = replace(one, state=state, decided_at=_now())
            connection.execute(
                update(db.channel_approvals)
                .where(db.channel_approvals.c.policy_id == policy_id, db.channel_approvals.c.digest == digest)
                .values(state=made.state, decided_at=made.decided_at)
            )
            decided.append(made)
    return decided


def reviewed(policy: Policy, decisions: Mapping[str, ChannelDecision]) -> Policy:
    """Return the policy with "pending" or "refused" as the status of the channels that must not be offered."""
    if not any(one.state in WITHHELD for one in decisions.values()):
        return policy
    return replace(policy, channels=tuple(_reviewed(channel, decisions) for channel in policy.channels))


def offered(policy: Policy) -> Policy:
    """Return a reviewed policy without the channels that wait for approval or were refused."""
    kept = tuple(channel for channel in policy.channels if channel.status not in WITHHELD)
    return policy if len(kept) == len(policy.channels) else replace(policy, channels=kept)


def _reviewed(channel: ContactChannel, decisions: Mapping[str, ChannelDecision]) -> ContactChannel:
    if channel.value is None or channel.origin == "override":
        return channel
    decision = decisions.get(channel_key(channel.type, channel.value))
    withheld = decision is not None and decision.state in WITHHELD
    return replace(channel, status=decision.state) if decision is not None and withheld else channel


def _addresses(connection: Connection, policy_id: str, version: str) -> dict[str, tuple[str, str]]:
    """Return (type, value) of a version's addresses by key; none where its record cannot be read."""
    record = connection.execute(
        select(db.versions.c.record).where(db.versions.c.policy_id == policy_id, db.versions.c.version == version)
    ).scalar_one_or_none()
    try:
        channels = load_policy(record).channels if record else ()
    except (KeyError, TypeError, ValueError):
        channels = ()
    return {
        channel_key(channel.type, channel.value): (channel.type, channel.value)
        for channel in channels
        if channel.value is not None and channel.origin != "override"
    }


def _record(connection: Connection, policy_id: str, digest: str, one: ChannelDecision) -> None:
    row = {"policy_id": policy_id, "digest": digest, "type": one.type, "value": one.value, "state": one.state}
    connection.execute(insert(db.channel_approvals).values(**row, decided_at=one.decided_at))


def _now() -> str:
    return datetime.now(UTC).isoformat()
