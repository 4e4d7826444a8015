"""`policydesk staff`: who may sign in, with which roles; keys for programs; the audit trail."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from commands.opening import fail, open_staff, show_json
from commands.options import VAR, DataDir, Json

app = typer.Typer(
    help="The people who work here: agents, evaluators, admins. They sign in at /staff.\n\n"
    "Start with: policydesk staff add YOUR-NAME --role admin",
    no_args_is_help=True,
)
key_app = typer.Typer(help="Keys for programs: a key may do over HTTP what its member may.", no_args_is_help=True)
app.add_typer(key_app, name="key")
T = TypeVar("T")
Name = Annotated[str, typer.Argument(help="The name to sign in with.")]
Roles = Annotated[list[str], typer.Option("--role", help="agent, evaluator or admin; may be repeated.")]


@app.command()
def add(
    name: Name,
    role: Roles,
    shown: Annotated[str | None, typer.Option(help="Name that colleagues and visitors see.")] = None,
    data_dir: DataDir = VAR,
) -> None:
    """Add a member. The password is asked for, or read from standard input where that is no terminal."""
    staff = open_staff(data_dir)
    made = _told(lambda: staff.accounts.add(name, role, _password(), shown))
    staff.trail.note("", "add member", made.id)
    typer.echo(f"{made.name} can sign in at /staff ({', '.join(sorted(made.roles))}).")


@app.command("list")
def list_members(as_json: Json = False, data_dir: DataDir = VAR) -> None:
    """List the members."""
    accounts = open_staff(data_dir).accounts.all()
    if as_json:
        show_json(
            [
                {
                    "id": one.member.id,
                    "name": one.member.name,
                    "roles": sorted(one.member.roles),
                    "second_factor": one.second_factor,
                    "outside": one.outside,
                    "created": one.created.isoformat(),
                    "disabled": one.disabled.isoformat() if one.disabled else None,
                }
                for one in accounts
            ]
        )
        return
    for one in accounts:
        state = (
            "shut out"
            if one.disabled
            else "code of an app"
            if one.second_factor
            else "signs in elsewhere"
            if one.outside
            else ""
        )
        typer.echo(f"{one.member.id}  {one.member.name:<24} {', '.join(sorted(one.member.roles)):<24} {state}")
    if not accounts:
        typer.echo("Nobody can sign in yet: policydesk staff add YOUR-NAME --role admin")


@app.command()
def roles(name: Name, role: Roles, data_dir: DataDir = VAR) -> None:
    """Give a member other roles."""
    staff = open_staff(data_dir)
    member_id = _told(lambda: staff.accounts.named(name).member.id)
    _told(lambda: staff.accounts.set_roles(member_id, role))
    staff.trail.note("", f"set roles {' '.join(sorted(role))}", member_id)


@app.command()
def disable(
    name: Name,
    again: Annotated[bool, typer.Option("--undo", help="Let them in again.")] = False,
    data_dir: DataDir = VAR,
) -> None:
    """Shut a member out: signed out everywhere, their keys open nothing."""
    staff = open_staff(data_dir)
    member_id = _told(lambda: staff.accounts.named(name).member.id)
    _told(lambda: staff.accounts.set_disabled(member_id, not again))
    staff.sessions.end_all(member_id)
    staff.trail.note("", "let in" if again else "shut out", member_id)


@app.command()
def password(name: Name, data_dir: DataDir = VAR) -> None:
    """Set a member's password; they are signed out everywhere."""
    staff = open_staff(data_dir)
    member_id = _told(lambda: staff.accounts.named(name).member.id)
    _told(lambda: staff.accounts.set_password(member_id, _password()))
    staff.sessions.end_all(member_id)
    staff.trail.note("", "change password", member_id)


@app.command()
def totp(name: Name, data_dir: DataDir = VAR) -> None:
    """Ask a member for no code any more, where telephone and recovery codes are lost. They set it up again on their page."""
    staff = open_staff(data_dir)
    member_id = _told(lambda: staff.accounts.named(name).member.id)
    staff.accounts.drop_second(member_id)
    staff.trail.note("", "drop app", member_id)


@key_app.command("add")
def add_key(
    name: Name,
    label: Annotated[str, typer.Argument(help="What the key is for.")],
    data_dir: DataDir = VAR,
) -> None:
    """Make a key and print it, this once."""
    staff = open_staff(data_dir)
    member_id = _told(lambda: staff.accounts.named(name).member.id)
    key_id, key = _told(lambda: staff.keys.add(member_id, label))
    staff.trail.note("", "add key", key_id)
    typer.echo(key)


@key_app.command("list")
def list_keys(data_dir: DataDir = VAR) -> None:
    """List the keys, never the keys themselves."""
    staff = open_staff(data_dir)
    names = {one.member.id: one.member.name for one in staff.accounts.all()}
    for key in staff.keys.of():
        used = f"last used {key.used:%Y-%m-%d}" if key.used else "never used"
        typer.echo(f"{key.id}  {names.get(key.member_id, ''):<24} {key.label:<30} {'revoked' if key.revoked else used}")


@key_app.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="The key's id.")], data_dir: DataDir = VAR) -> None:
    """Let a key open nothing any more."""
    staff = open_staff(data_dir)
    _told(lambda: staff.keys.revoke(key_id))
    staff.trail.note("", "revoke key", key_id)


@app.command()
def audit(
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 100,
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Print the audit trail, newest first; exit status 1 if an entry was changed or removed."""
    staff = open_staff(data_dir)
    acts, broken = staff.trail.acts(limit), staff.trail.first_fault()
    if as_json:
        entries = [
            {"number": act.number, "at": act.at.isoformat(), "member": act.member_id, "action": act.action, "subject": act.subject}
            for act in acts
        ]  # fmt: skip
        show_json({"first_fault": broken, "entries": entries})
    else:
        for act in acts:
            typer.echo(
                f"{act.number:>6}  {act.at:%Y-%m-%d %H:%M:%S}  {act.member_id or 'command':<12}  {act.action:<24} {act.subject}"
            )
        typer.echo(
            f"The entry {broken} was changed or one before it removed."
            if broken
            else "No entry was changed or removed."
        )
    raise typer.Exit(1 if broken else 0)


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline(400).rstrip("\r\n")


def _told(act: Callable[[], T]) -> T:
    """Do something, or say in one line why it cannot be done."""
    from bot.staff.errors import AccountError

    try:
        return act()
    except AccountError as error:
        fail(error.message)
