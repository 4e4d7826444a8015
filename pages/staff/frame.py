"""What the staff pages share: the document with its navigation, and small pieces of forms. Pure."""

from __future__ import annotations

from bot.staff.records import Member, Role
from pages.markup import text

NAVIGATION: tuple[tuple[str, str, Role | None], ...] = (
    ("/staff/", "Today", None),
    ("/staff/lookup", "Look up", "agent"),
    ("/staff/requests", "Requests", "agent"),
    ("/staff/bench", "Bench", "evaluator"),
    ("/staff/members", "Members", "admin"),
    ("/staff/audit", "Audit", "admin"),
)
"""Address, words, and the role that a page needs (None: any)."""


def staff_document(title: str, body: str, member: Member, here: str) -> str:
    """Return a page with the navigation that the member may use; `here` is the address of the entry it belongs to."""
    links = "".join(
        f'<li><a href="{path}"{" aria-current=" + chr(34) + "page" + chr(34) if path == here else ""}>{words}</a></li>'
        for path, words, role in NAVIGATION
        if role is None or member.may(role)
    )
    top = (
        '<a class="skip" href="#main">Skip to the page</a><header class="top"><a class="brand" href="/staff/">PolicyDesk</a>'
        f'<nav aria-label="Staff"><ul>{links}</ul></nav><div class="me"><a href="/staff/account">{text(member.name)}</a>'
        '<form method="post" action="/staff/sign-out"><button class="plain-button" type="submit">Sign out</button></form></div></header>'
    )
    return _document(title, f'{top}<main id="main" tabindex="-1"><h1>{text(title)}</h1>{body}</main>')


def bare_document(title: str, body: str) -> str:
    """Return a page for who is not signed in."""
    return _document(
        title, f'<main id="main" class="bare"><p class="brand">PolicyDesk</p><h1>{text(title)}</h1>{body}</main>'
    )


def token(form_token: str) -> str:
    """Return the hidden field that every form holds."""
    return f'<input type="hidden" name="token" value="{text(form_token)}">'


def field(
    name: str, label: str, kind: str = "text", value: str = "", hint: str = "", extra: str = "", key: str = ""
) -> str:
    """Return a labelled field. `extra` are attributes of ours, already safe; `key` its id where the name is on the page twice."""
    key = key or name
    told = f' aria-describedby="{key}-hint"' if hint else ""
    note = f'<span class="note" id="{key}-hint">{text(hint)}</span>' if hint else ""
    return (
        f'<p class="field"><label for="{key}">{text(label)}</label>'
        f'<input id="{key}" name="{name}" type="{kind}" value="{text(value)}"{told} {extra}>{note}</p>'
    )


def notice(words: str | None) -> str:
    """Return a line that says what was done; "" for None."""
    return f'<p class="notice" role="status">{text(words)}</p>' if words else ""


def fault(words: str | None) -> str:
    """Return a line that says what was wrong; "" for None."""
    return f'<p class="problem" role="alert">{text(words)}</p>' if words else ""


def button(action: str, label: str, form_token: str, hidden: str = "", plain: bool = False) -> str:
    """Return a form that is one button."""
    style = "plain-button" if plain else "button"
    return (
        f'<form method="post" action="{text(action)}">{token(form_token)}{hidden}'
        f'<button class="{style}" type="submit">{text(label)}</button></form>'
    )


def _document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{text(title)} – PolicyDesk</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        '<link rel="icon" href="/desk/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/desk/colours.css">'
        f'<link rel="stylesheet" href="/staff/style/staff.css"></head><body>{body}</body></html>'
    )
