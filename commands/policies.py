"""`policydesk policies`: the library listed, shown, compared, removed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from commands.opening import fail, open_library, show_json
from commands.options import VAR, DataDir, Json

app = typer.Typer(help="The library: list, show, diff, remove.", invoke_without_command=True)


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
        typer.echo(
            f"{one.id:<16} {one.company:<24} version {one.version:<14} {one.clauses} clauses, {one.channels} channels, {one.damage} damage flags"
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
        policy = library.get(policy_id, version)
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
        str | None, typer.Option("--from", help="Older version; the one before the newest if left out.")
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
        versions = library.versions(policy_id)
        newer = library.get(policy_id, new)
        before = [name for name in versions if name != newer.version]
        if old is None and not before:
            fail(f"the policy {policy_id!r} has one version only, {newer.version}", 0)
        older = library.get(policy_id, old or before[-1])
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
    for change in changes:
        typer.echo(f"\n{change.kind}: {' > '.join(change.section)}")
        typer.echo(
            "\n".join(
                [
                    *(f"- {line}" for line in (change.old or "").splitlines()),
                    *(f"+ {line}" for line in (change.new or "").splitlines()),
                ]
            )
        )


@app.command("remove")
def remove_policy(policy_id: str, data_dir: DataDir = VAR) -> None:
    """Remove a policy with all its versions."""
    from vectorstore import StoreError

    library = open_library(data_dir)
    try:
        library.remove(policy_id)
        library.publish_index()
    except StoreError as error:
        fail(str(error))
    typer.echo(f"removed {policy_id}")
