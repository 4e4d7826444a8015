"""A member's own account: password, the second factor, keys for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from bot.front.posted import fields_of
from bot.staff.errors import AccountError
from bot.staff.records import ApiKey
from pages.markup import text
from pages.staff.forms import first, form_token, member_of, page
from pages.staff.frame import button, fault, field, notice, token
from pages.staff.qr import qr_svg

if TYPE_CHECKING:
    from bot.staff.staff import Staff

HERE = "/staff/account"


def account_router(staff: Staff) -> APIRouter:
    """Return the routes over `staff`."""
    router = APIRouter()

    def shown(request: Request, said: str = "", problem: str | None = None, status: int = 200) -> Response:
        member = member_of(request)
        account, keys = staff.accounts.get(member.id), staff.keys.of(member.id)
        written = form_token(request)
        parts = [said, fault(problem)]
        parts.append(f"<p>Roles: {', '.join(sorted(member.roles))}</p>")
        if not account.outside:
            parts += [_password(written), _second(account.second_factor, written)]
        parts.append(_keys(keys, written))
        return page(request, member.name, "".join(parts), HERE, status)

    @router.get("/account")
    def show(request: Request) -> Response:
        return shown(request)

    @router.post("/account/password")
    async def password(request: Request) -> Response:
        sent, member = await fields_of(request), member_of(request)

        def change() -> Response:
            if not staff.accounts.has_password(member.id, first(sent, "present", 400)):
                return shown(request, problem="Your present password does not fit.", status=422)
            if first(sent, "new", 400) != first(sent, "again", 400):
                return shown(request, problem="The two new passwords differ.", status=422)
            try:
                staff.accounts.set_password(member.id, first(sent, "new", 400))
            except AccountError as error:
                return shown(request, problem=error.message, status=422)
            staff.sessions.end_others(member.id, request.state.session_word)
            staff.trail.note(member.id, "change password", member.id)
            return shown(request, notice("Your password was changed. Other browsers were signed out."))

        return await run_in_threadpool(change)

    @router.post("/account/second")
    def second(request: Request) -> Response:
        secret, address = staff.accounts.start_second(member_of(request).id)
        return page(request, "A code of an app", _set_up(secret, address, form_token(request)), HERE)

    @router.post("/account/second/keep")
    async def keep(request: Request) -> Response:
        sent, member = await fields_of(request), member_of(request)
        secret = first(sent, "secret", 64)

        def kept() -> Response:
            try:
                codes = staff.accounts.keep_second(member.id, secret, first(sent, "code", 20))
            except AccountError as error:
                address = staff.accounts.address_for(member.id, secret)
                if address is None:
                    return shown(request, problem=error.message, status=422)
                body = fault(error.message) + _set_up(secret, address, form_token(request))
                return page(request, "A code of an app", body, HERE, 422)
            staff.trail.note(member.id, "set up app", member.id)
            listed = "".join(f"<li><code>{text(one)}</code></li>" for one in codes)
            body = (
                notice("From now on signing in asks for a code.")
                + "<h2>Recovery codes</h2><p>Each lets you in once if you lose your telephone. They are shown this once: print them or "
                f'write them down.</p><ul class="codes">{listed}</ul><p><a href="{HERE}">Back to your account</a></p>'
            )
            return page(request, "A code of an app", body, HERE)

        return await run_in_threadpool(kept)

    @router.post("/account/second/drop")
    async def drop(request: Request) -> Response:
        sent, member = await fields_of(request), member_of(request)

        def dropped() -> Response:
            if not staff.accounts.has_password(member.id, first(sent, "present", 400)):
                return shown(request, problem="Your present password does not fit.", status=422)
            staff.accounts.drop_second(member.id)
            staff.trail.note(member.id, "drop app", member.id)
            return shown(request, notice("No code is asked for any more."))

        return await run_in_threadpool(dropped)

    @router.post("/account/keys")
    async def add_key(request: Request) -> Response:
        sent, member = await fields_of(request), member_of(request)

        def added() -> Response:
            label = " ".join(first(sent, "label", 80).split()) or "a program"
            key_id, key = staff.keys.add(member.id, label)
            staff.trail.note(member.id, "add key", key_id)
            said = f'<div class="notice" role="status"><p>Your new key, shown this once:</p><p><code>{text(key)}</code></p></div>'
            return shown(request, said)

        return await run_in_threadpool(added)

    @router.post("/account/keys/{key_id}/revoke")
    def revoke(request: Request, key_id: str) -> Response:
        member = member_of(request)
        try:
            staff.keys.revoke(key_id, member.id)
        except AccountError as error:
            return shown(request, problem=error.message, status=404)
        staff.trail.note(member.id, "revoke key", key_id)
        return shown(request, notice("The key opens nothing any more."))

    return router


def _password(written: str) -> str:
    return (
        f'<section aria-labelledby="password"><h2 id="password">Password</h2><form method="post" action="{HERE}/password">{token(written)}'
        + field("present", "Present password", "password", extra='autocomplete="current-password" required')
        + field("new", "New password", "password", hint="At least 12 characters; several words make a good one.", extra='autocomplete="new-password" required')
        + field("again", "New password again", "password", extra='autocomplete="new-password" required')
        + '<p><button class="button" type="submit">Change password</button></p></form></section>'
    )  # fmt: skip


def _second(on: bool, written: str) -> str:
    head = '<section aria-labelledby="second"><h2 id="second">A code of an app</h2>'
    if not on:
        words = "<p>An app on your telephone shows a new code every 30 seconds. With it a stolen password is not enough.</p>"
        return f"{head}{words}{button(f'{HERE}/second', 'Set it up', written)}</section>"
    return (
        f'{head}<p>Signing in asks for a code.</p><form method="post" action="{HERE}/second/drop">{token(written)}'
        + field("present", "Present password", "password", extra='autocomplete="current-password" required', key="present-too")
        + '<p><button class="plain-button" type="submit">Ask for no code any more</button></p></form></section>'
    )  # fmt: skip


def _set_up(secret: str, address: str, written: str) -> str:
    grouped = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return (
        f"<p>Scan this with the app, or type its letters: <code>{text(grouped)}</code></p>{qr_svg(address)}"
        f'<form method="post" action="{HERE}/second/keep">{token(written)}<input type="hidden" name="secret" value="{text(secret)}">'
        + field(
            "code", "The code that the app shows now", extra='autocomplete="one-time-code" inputmode="numeric" required'
        )
        + '<p><button class="button" type="submit">Ask for codes from now on</button></p></form>'
    )


def _keys(keys: list[ApiKey], written: str) -> str:
    rows = "".join(
        f'<tr><th scope="row">{text(one.label)}</th><td>{one.created:%Y-%m-%d}</td>'
        f"<td>{f'{one.used:%Y-%m-%d}' if one.used else 'never'}</td>"
        f"<td>{'revoked' if one.revoked else button(f'{HERE}/keys/{one.id}/revoke', 'Revoke', written, plain=True)}</td></tr>"
        for one in keys
    )
    table = (
        '<div class="scroll" role="region" aria-label="Your keys" tabindex="0"><table><caption class="visually-hidden">Your keys</caption><thead><tr><th scope="col">For</th><th scope="col">Made</th>'
        f'<th scope="col">Last used</th><th scope="col">State</th></tr></thead><tbody>{rows}</tbody></table></div>'
        if keys
        else ""
    )
    return (
        '<section aria-labelledby="keys"><h2 id="keys">Keys for programs</h2><p>A program that sends a key as '
        f"<code>Authorization: Bearer pd_…</code> may do over HTTP what you may.</p>{table}"
        f'<form method="post" action="{HERE}/keys">{token(written)}{field("label", "What is it for?", extra="required")}'
        '<p><button class="button" type="submit">Make a key</button></p></form></section>'
    )
