"""Members and the audit trail, for admins."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from bot.front.posted import fields_of
from bot.staff.errors import AccountError
from bot.staff.records import ROLES, Account, Act
from pages.markup import text
from pages.staff.forms import first, form_token, member_of, page
from pages.staff.frame import button, fault, field, notice, token

if TYPE_CHECKING:
    from bot.staff.staff import Staff

HERE = "/staff/members"
SHOWN = 100
WORK = {
    "agent": "looks things up, works the queue of requests, joins conversations",
    "evaluator": "runs sets of questions and compares runs",
    "admin": "everything, and members",
}


def members_router(staff: Staff) -> APIRouter:
    """Return the routes of the members' page."""
    router = APIRouter()

    def shown(request: Request, said: str | None = None, problem: str | None = None, status: int = 200) -> Response:
        written = form_token(request)
        rows = "".join(_row(one, written) for one in staff.accounts.all())
        body = (
            f'{notice(said)}{fault(problem)}<div class="scroll" role="region" aria-label="Members" tabindex="0"><table><caption class="visually-hidden">Members</caption><thead><tr>'
            '<th scope="col">Member</th><th scope="col">Roles</th><th scope="col">Signs in with</th><th scope="col">Since</th>'
            f'<th scope="col">Access</th></tr></thead><tbody>{rows}</tbody></table></div>{_new(written)}'
        )
        return page(request, "Members", body, HERE, status)

    def taken(request: Request, action: str, subject: str, act: Callable[[], str]) -> Response:
        try:
            said = act()
        except AccountError as error:
            return shown(request, problem=error.message, status=422)
        staff.trail.note(member_of(request).id, action, subject)
        return shown(request, said)

    @router.get("")
    def show(request: Request) -> Response:
        return shown(request)

    @router.post("")
    async def add(request: Request) -> Response:
        sent = await fields_of(request)
        name = first(sent, "name", 80)

        def added() -> Response:
            try:
                made = staff.accounts.add(
                    name, sent.get("role", []), first(sent, "password", 400), first(sent, "shown", 80) or None
                )
            except AccountError as error:
                return shown(request, problem=error.message, status=422)
            staff.trail.note(member_of(request).id, "add member", made.id)
            return shown(request, f"{made.name} can sign in now. Tell them to change the password.")

        return await run_in_threadpool(added)

    @router.post("/{member_id}/roles")
    async def roles(request: Request, member_id: str) -> Response:
        sent = await fields_of(request)

        def act() -> str:
            staff.accounts.set_roles(member_id, sent.get("role", []))
            return "The roles were changed. They hold from the next page on."

        return await run_in_threadpool(
            taken, request, f"set roles {' '.join(sorted(sent.get('role', [])))}", member_id, act
        )

    @router.post("/{member_id}/shut-out")
    def shut_out(request: Request, member_id: str) -> Response:
        def act() -> str:
            staff.accounts.set_disabled(member_id, True)
            staff.sessions.end_all(member_id)
            return "They can no longer sign in, and were signed out everywhere. Their keys open nothing."

        return taken(request, "shut out", member_id, act)

    @router.post("/{member_id}/let-in")
    def let_in(request: Request, member_id: str) -> Response:
        def act() -> str:
            staff.accounts.set_disabled(member_id, False)
            return "They can sign in again."

        return taken(request, "let in", member_id, act)

    return router


def audit_router(staff: Staff) -> APIRouter:
    """Return the route of the audit trail."""
    router = APIRouter()

    @router.get("")
    def show(request: Request, before: int | None = None) -> Response:
        acts = staff.trail.acts(SHOWN, before)
        names = {account.member.id: account.member.name for account in staff.accounts.all()}
        broken = staff.trail.first_fault()
        held = (
            fault(f"The entry {broken} was changed or one before it removed.")
            if broken
            else notice("No entry was changed or removed.")
        )
        older = (
            f'<p><a href="/staff/audit?before={acts[-1].number}">Older entries</a></p>' if len(acts) == SHOWN else ""
        )
        rows = "".join(_act(act, names) for act in acts)
        body = (
            f'{held}<div class="scroll" role="region" aria-label="Entries of the trail" tabindex="0"><table><caption class="visually-hidden">Entries, newest first</caption><thead><tr><th scope="col">No.</th>'
            '<th scope="col">When (UTC)</th><th scope="col">Who</th><th scope="col">Did</th><th scope="col">To</th></tr></thead>'
            f"<tbody>{rows}</tbody></table></div>{older}"
        )
        return page(request, "Audit trail", body, "/staff/audit")

    return router


def _row(account: Account, written: str) -> str:
    member = account.member
    base = f"{HERE}/{text(member.id)}"
    boxes = "".join(
        f'<label class="box"><input type="checkbox" name="role" value="{role}"{" checked" if role in member.roles else ""}> {role}</label>'
        for role in ROLES
    )
    how = "another site" if account.outside else "password and code" if account.second_factor else "password"
    if account.disabled:
        access = f"shut out {account.disabled:%Y-%m-%d}" + button(f"{base}/let-in", "Let in again", written, plain=True)
    else:
        access = button(f"{base}/shut-out", f"Shut {member.name} out", written, plain=True)
    return (
        f'<tr><th scope="row">{text(member.name)}</th><td><form method="post" action="{base}/roles">{token(written)}'
        f'<fieldset class="boxes"><legend class="visually-hidden">Roles of {text(member.name)}</legend>{boxes}</fieldset>'
        f'<button class="plain-button" type="submit">Set roles</button></form></td><td>{how}</td>'
        f"<td>{account.created:%Y-%m-%d}</td><td>{access}</td></tr>"
    )


def _new(written: str) -> str:
    boxes = "".join(
        f'<label class="box"><input type="checkbox" name="role" value="{role}"> {role} <span class="note">{WORK[role]}</span></label>'
        for role in ROLES
    )
    return (
        f'<section aria-labelledby="new"><h2 id="new">Add a member</h2><form method="post" action="{HERE}">{token(written)}'
        + field("name", "Name to sign in with", extra='autocapitalize="none" autocomplete="off" required')
        + field("shown", "Name that colleagues and visitors see", extra='autocomplete="off"')
        + field("password", "First password", "password", hint="At least 12 characters; several words make a good one.", extra='autocomplete="new-password" required')
        + f'<fieldset><legend>Roles</legend>{boxes}</fieldset><p><button class="button" type="submit">Add</button></p></form></section>'
    )  # fmt: skip


def _act(act: Act, names: dict[str, str]) -> str:
    who = names.get(act.member_id, act.member_id) or "command line"
    subject = names.get(act.subject, act.subject)
    return (
        f"<tr><td>{act.number}</td><td>{act.at:%Y-%m-%d %H:%M:%S}</td><td>{text(who)}</td>"
        f"<td>{text(act.action)}</td><td>{text(subject)}</td></tr>"
    )
