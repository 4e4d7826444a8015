"""The report of an ingest as data (one object, the same for --json) and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.purposes import RIGHTS
from vectorstore.policy import ContactChannel, Damage, Policy, on_one_line
from vectorstore.versions import PutResult

STANDING = {
    "earlier": "stored as an earlier version, in force from {day}: the current version stays",
    "scheduled": "stored: it becomes the current version on {day}",
}
REVIEW = {
    "pending": " new address, waiting for your approval: policydesk policies approve {id}",
    "refused": " refused by you, never offered",
}


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """What became of one document. `status` is "new", "changed", "unchanged" or "failed"; `error` is for people.

    `standing` is "current", "earlier" or "scheduled" (see PutResult), `in_force` the first day (YYYY-MM-DD) on which that
    version was in force. `facts` are company, clauses, channels and damage as `report_object` shows them, `notes` the lines of `policy_notes`. The
    policy itself is not kept: a run may read thousands.
    """

    source: str
    policy_id: str
    status: str
    version: str | None = None
    passages: int = 0
    embedded: int = 0
    embedded_characters: int = 0
    standing: str = "current"
    in_force: str | None = None
    error: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def report_of(source: str, policy: Policy, put: PutResult, passages: int) -> DocumentReport:
    """Return the report of a document that is in, as the stored `policy`, by the place that `put` tells."""
    facts = {
        "company": policy.company,
        "language": policy.language,
        "clauses": _clauses(policy),
        "channels": [channel_object(policy, channel) for channel in policy.channels],
        "damage": [damage_object(damage) for damage in policy.damage],
    }
    return DocumentReport(
        source,
        policy.id,
        put.status,
        policy.version,
        passages,
        put.embedded,
        put.embedded_characters,
        put.standing,
        put.start or None,
        facts=facts,
        notes=tuple(policy_notes(policy)),
    )


QUOTED = 90  # characters of a quote on a line of a terminal


def report_object(reports: Sequence[DocumentReport]) -> dict[str, Any]:
    """Return the whole report as one JSON-ready object."""
    counts = {status: sum(r.status == status for r in reports) for status in ("new", "changed", "unchanged", "failed")}
    documents = [_document(report) for report in reports]
    return {"policies": len({r.policy_id for r in reports if r.status != "failed"}), **counts, "documents": documents}


def report_lines(reports: Sequence[DocumentReport]) -> Iterator[str]:
    """Yield a row a document, its channels and its damage flags below it, and a sum."""
    for report in reports:
        if report.status == "failed":
            yield f"{report.policy_id:<12} FAILED     {report.source}: {report.error}"
            continue
        flags = len(report.facts["damage"])
        yield (
            f"{report.policy_id:<12} {report.status:<10} version {report.version}  {report.facts['clauses']} clauses  {report.passages} passages  "
            f"{len(report.facts['channels'])} channels  {flags} damage flag{'' if flags == 1 else 's'}"
        )
        if report.standing in STANDING:
            yield f"    {STANDING[report.standing].format(day=report.in_force)}"
        yield from (f"    {line}" for line in report.notes)
    total = report_object(reports)
    yield (
        f"{total['policies']} polic{'y' if total['policies'] == 1 else 'ies'} in: {total['new']} new, {total['changed']} changed, "
        f"{total['unchanged']} unchanged; {total['failed']} failed"
    )


def policy_facts(policy: Policy) -> Iterator[str]:
    """Yield what a policy says of itself: legal entity, dates, laws, audiences, and its language if that is not English."""
    if policy.language != "en":
        yield f"language: {policy.language} (not English: the desk answers nothing from it)"
    if policy.entity:
        yield f"entity: {policy.entity}"
    for stated in policy.dates:
        yield f"{stated.kind}: {stated.iso}  (“{_words(policy, stated.start, stated.end)}”)"
    if policy.regimes:
        yield "laws: " + ", ".join(regime.name for regime in policy.regimes)
    if policy.audiences:
        yield "audiences: " + ", ".join(audience.name for audience in policy.audiences)


def policy_steps(policy: Policy) -> Iterator[str]:
    """Yield what a person can do alone, a line each."""
    for step in policy.steps:
        where = step.path or step.link or "no link"
        yield f"{step.kind}: {where}  [{', '.join(step.purposes)}]  (“{_words(policy, step.start, step.end)}”)"


def _words(policy: Policy, start: int, end: int) -> str:
    words = policy.text[start:end].replace("\n", " / ")
    return f"{words[:QUOTED]}..." if len(words) > QUOTED else words


def policy_notes(policy: Policy) -> Iterator[str]:
    """Yield the channels of a policy and the damage that costs words; flaws of form are counted."""
    if policy.language != "en":
        yield f"not in English ({policy.language}): stored, but the desk answers nothing from it"
    for channel in policy.channels:
        address = on_one_line(channel.value) if channel.value else f"unresolved (“{channel.label}”)"
        condition = f", {channel.conditions}" if channel.conditions else ""
        purposes = "any request" if set(RIGHTS) <= set(channel.purposes) else ", ".join(channel.purposes)
        purposes = purposes or "not for privacy requests"
        review = REVIEW.get(channel.status, "").format(id=policy.id)
        desk = "" if channel.desk == "privacy" else f" ({channel.desk.replace('_', ' ')})"
        yield f"{channel.type}: {address}{condition}{desk}  [{purposes}]{review}"
    for damage in policy.damage:
        if damage.unreliable:
            yield f"damaged ({damage.kind}) at {damage.start}-{damage.end}: {damage.reason}"
    minor = [damage.kind for damage in policy.damage if not damage.unreliable]
    if minor:
        yield "noted: " + ", ".join(f"{minor.count(kind)} {kind}" for kind in sorted(set(minor)))


def _clauses(policy: Policy) -> int:
    return sum(clause.is_read for clause in policy.clauses)


def _document(report: DocumentReport) -> dict[str, Any]:
    facts = {"company": None, "language": None, "clauses": 0, "channels": [], "damage": [], **report.facts}
    return {
        "source": report.source,
        "policy_id": report.policy_id,
        "status": report.status,
        "version": report.version,
        "company": facts["company"],
        "language": facts["language"],
        "clauses": facts["clauses"],
        "passages": report.passages,
        "embedded": report.embedded,
        "embedded_characters": report.embedded_characters,
        "standing": report.standing,
        "in_force": report.in_force,
        "channels": facts["channels"],
        "damage": facts["damage"],
        "error": report.error,
    }


def channel_object(policy: Policy, channel: ContactChannel) -> dict[str, Any]:
    """Return a channel as it stands in the library, with the quote of its first mention."""
    first = channel.mentions[0]
    return {
        "type": channel.type,
        "value": channel.value,
        "status": channel.status,
        "conditions": channel.conditions,
        "desk": channel.desk,
        "purposes": list(channel.purposes),
        "origin": channel.origin,
        "quote": policy.text[first.start : first.end],
        "start": first.start,
        "end": first.end,
    }


def damage_object(damage: Damage) -> dict[str, Any]:
    """Return a damage flag; `unreliable` tells that words are lost there."""
    return {
        "kind": damage.kind,
        "start": damage.start,
        "end": damage.end,
        "reason": damage.reason,
        "unreliable": damage.unreliable,
    }
