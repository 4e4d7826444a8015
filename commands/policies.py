"""`policydesk policies`: the library listed, shown, compared, rolled back, removed; channels approved."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.opening import fail, open_library, show_json
from commands.options import VAR, DataDir, Json

if TYPE_CHECKING:
    from vectorstore.difference import Change

app = typer.Typer(
    help="The library: list, show, versions, diff, rollback, remove, and your word on new addresses.",
    invoke_without_command=True,
)
STATES = {"pending": "pending", "refused": "refused"}


@app.callback()
def policies(context: typer.Context, as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """List the policies of the library."""
    if context.invoked_subcommand is not None:
        return
    from vectorstore import StoreError

    try:
        summaries = open_library(data_dir).policies()
    except StoreError as error:
        fail(str(error))
    if as_json:
        show_json([asdict(summary) for summary in summaries])
        return
    for one in summaries:
        foreign = "" if one.language == "en" else f"  not in English ({one.language}): nothing is answered from it"
        typer.echo(
            f"{one.id:<16} {one.company:<24} version {one.version:<14} {one.clauses} clauses, {one.channels} channels, {one.damage} damage flags{foreign}"
        )
    if not summaries:
        typer.echo("The library is empty. Add a policy with: policydesk ingest FILE")


@app.command("show")
def show_policy(
    policy_id: str,
    version: Annotated[
        str | None, typer.Option("--version", help="A stored version; the current one if left out.")
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Print the stored text and nothing else.")] = False,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Show a policy: clauses, channels, damage flags, or its stored text."""
    from ingest.report import channel_object, damage_object, policy_facts, policy_notes, policy_steps
    from vectorstore import StoreError

    library = open_library(data_dir)
    try:
        policy = library.history.reviewed(library.get(policy_id, version))
    except StoreError as error:
        fail(str(error))
    if text:
        typer.echo(policy.text, nl=False)
    elif as_json:
        show_json(
            {
                "id": policy.id,
                "version": policy.version,
                "versions": library.versions(policy_id),
                "title": policy.title,
                "company": policy.company,
                "aliases": policy.aliases,
                "url": policy.url,
                "entity": policy.entity,
                "language": policy.language,
                "dates": [
                    {**asdict(stated), "quote": policy.text[stated.start : stated.end]} for stated in policy.dates
                ],
                "regimes": [asdict(regime) for regime in policy.regimes],
                "audiences": [asdict(audience) for audience in policy.audiences],
                "clauses": [
                    {
                        "id": c.id,
                        "kind": c.kind,
                        "section": c.path,
                        "start": c.start,
                        "end": c.end,
                        "damage": [flaw.kind for flaw in policy.damage_at(c.start, c.end)],
                    }
                    for c in policy.clauses
                ],
                "steps": [asdict(step) for step in policy.steps],
                "channels": [channel_object(policy, channel) for channel in policy.channels],
                "damage": [damage_object(damage) for damage in policy.damage],
            }
        )
    else:
        typer.echo(
            f"{policy.company}: {policy.title}, version {policy.version}\nversions: {', '.join(library.versions(policy_id))}"
        )
        typer.echo("\n".join([*policy_facts(policy), *policy_notes(policy), *policy_steps(policy)]))
        for clause in policy.clauses:
            flaws = [flaw for flaw in policy.damage_at(clause.start, clause.end) if flaw.kind != "foreign_language"]
            if clause.is_read or flaws:
                words = policy.text[clause.start : clause.end].replace("\n", " / ")
                flag = " [damaged]" if policy.is_damaged(clause.start, clause.end) else ""
                typer.echo(
                    f"{clause.start:>6}  {'# ' if clause.kind == 'heading' else '  '}{words[:100]}{'...' if len(words) > 100 else ''}{flag}"
                )
                typer.echo("".join(f"          ! {flaw.kind}: {flaw.reason}\n" for flaw in flaws), nl=False)


@app.command("diff")
def diff_policy(
    policy_id: str,
    old: Annotated[
        str | None, typer.Option("--from", help="Older version; the one in force before if left out.")
    ] = None,
    new: Annotated[str | None, typer.Option("--to", help="Newer version; the current one if left out.")] = None,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Show what changed between two versions, clause by clause."""
    from vectorstore import StoreError
    from vectorstore.difference import differences

    library = open_library(data_dir)
    try:
        newer = library.get(policy_id, new)
        before = old or library.history.before(policy_id, newer.version)
        if before is None:
            fail(f"the policy {policy_id!r} has no version before {newer.version}", 0)
        older = library.get(policy_id, before)
    except StoreError as error:
        fail(str(error))
    changes = differences(older, newer)
    if as_json:
        show_json(
            {
                "policy_id": policy_id,
                "from": older.version,
                "to": newer.version,
                "changes": [asdict(change) for change in changes],
            }
        )
        return
    typer.echo(f"{policy_id}: {older.version} -> {newer.version}, {len(changes)} changes")
    if changes:
        typer.echo("[-words taken out-] {+words put in+}")
    for change in changes:
        typer.echo("\n".join(difference_lines(change)))


@app.command("versions")
def list_versions(policy_id: str, as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """List the versions of a policy: since when each was in force, when it was ingested, which is current."""
    from vectorstore import StoreError

    try:
        rows = open_library(data_dir).history.rows(policy_id)
    except StoreError as error:
        fail(str(error))
    if as_json:
        show_json([asdict(row) for row in rows])
        return
    for row in rows:
        mark = {"current": "* current", "scheduled": "  scheduled"}.get(row.standing, "")
        by_hand = f"  made current by hand on {row.rolled_back_to}" if row.rolled_back_to else ""
        typer.echo(
            f"{row.version:<14} in force from {row.start}  ingested {row.ingested}  {row.clauses} clauses  {mark}{by_hand}".rstrip()
        )


@app.command("rollback")
def roll_back(
    policy_id: str,
    version: Annotated[str, typer.Option("--to", help="The stored version to answer from.")],
    data_dir: DataDir = VAR,
) -> None:
    """Answer from an earlier version again, until words that are new to the library are ingested."""
    from vectorstore import StoreError

    library = open_library(data_dir)
    try:
        changed = library.history.roll_back(policy_id, version)
        if changed:
            library.publish_index()
    except StoreError as error:
        fail(str(error))
    typer.echo(f"{policy_id}: {version} is {'now' if changed else 'already'} the current version")


@app.command("channels")
def list_channels(policy_id: str, as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """List the addresses of a policy with your word on them: approved, pending or refused."""
    from vectorstore import StoreError
    from vectorstore.policy import on_one_line

    library = open_library(data_dir)
    try:
        policy = library.history.reviewed(library.get(policy_id))
        decided = library.history.channels(policy_id)
    except StoreError as error:
        fail(str(error))
    held = {(channel.type, channel.value): channel for channel in policy.channels if channel.value}
    rows = [
        {"type": kind, "value": value, "state": STATES.get(channel.status, "approved"), "current": True}
        for (kind, value), channel in held.items()
    ]
    rows += [
        {"type": one.type, "value": one.value, "state": one.state, "current": False}
        for one in decided
        if (one.type, one.value) not in held
    ]
    if as_json:
        show_json(rows)
        return
    for row in rows:
        older = "" if row["current"] else "  (of another version)"
        typer.echo(f"{row['state']:<9} {row['type']}: {on_one_line(str(row['value']))}{older}")
    if not rows:
        typer.echo(f"{policy_id} names no address")


@app.command("approve")
def approve_channels(
    policy_id: str,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", help="An address as `policies channels` shows it; may be repeated.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    data_dir: DataDir = VAR,
) -> None:
    """Approve new addresses, so that they are offered for requests. With no --channel: all that wait."""
    _decide(policy_id, None if every or not channel else channel, "approved", data_dir)


@app.command("refuse")
def refuse_channels(
    policy_id: str,
    channel: Annotated[list[str], typer.Option("--channel", help="An address as `policies channels` shows it.")],
    data_dir: DataDir = VAR,
) -> None:
    """Refuse addresses: they are never offered."""
    _decide(policy_id, channel, "refused", data_dir)


def _decide(policy_id: str, values: list[str] | None, state: str, data_dir: Path) -> None:
    from vectorstore import StoreError
    from vectorstore.policy import on_one_line

    try:
        decided = open_library(data_dir).history.decide(policy_id, values, state)
    except StoreError as error:
        fail(str(error))
    for one in decided:
        typer.echo(f"{state}: {one.type} {on_one_line(one.value)}")
    if not decided:
        typer.echo(
            "nothing was waiting" if values is None else "no such address was waiting: see policydesk policies channels"
        )


@app.command("remove")
def remove_policy(
    policy_id: str,
    version: Annotated[
        str | None, typer.Option("--version", help="Remove this version only; citations of it can no longer be read.")
    ] = None,
    data_dir: DataDir = VAR,
) -> None:
    """Remove a policy with all its versions, or one version of it."""
    from vectorstore import StoreError

    library = open_library(data_dir)
    try:
        library.remove(policy_id, version)
        library.publish_index()
    except StoreError as error:
        fail(str(error))
    typer.echo(f"removed {policy_id}{f' {version}' if version else ''}")


def difference_lines(change: Change) -> list[str]:
    """Return one change as lines: kind and section, then the words with marks where they changed."""
    from vectorstore.difference import marked_words

    lines = ["", f"{change.kind}: {' > '.join(change.section)}"]
    if change.kind == "moved":
        return [*lines, *(f"  {line}" for line in (change.new or "").splitlines())]
    if change.old is None or change.new is None:
        sign = "+" if change.old is None else "-"
        return [*lines, *(f"{sign} {line}" for line in (change.new or change.old or "").splitlines())]
    marks = {"same": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return [*lines, "  " + " ".join(marks[mark].format(words) for mark, words in marked_words(change.old, change.new))]
