"""The frame of every staff page: head, skip link, navigation, main landmark."""

from __future__ import annotations

from bot.staff.records import Member
from pages.markup import text

LINKS = (("/staff/lookup", "Look up", "agent"),)


def staff_document(title: str, body: str, member: Member, here: str) -> str:
    """Return a whole page. `here` is the path of the navigation's entry that the page belongs to."""
    links = "".join(
        f'<li><a href="{path}"{" aria-current=page" if path == here else ""}>{text(label)}</a></li>'
        for path, label, role in LINKS
        if role in member.roles
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{text(title)} – PolicyDesk staff</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        '<link rel="stylesheet" href="/desk/colours.css"><link rel="stylesheet" href="/staff/style/staff.css"></head>'
        f'<body><a class="skip" href="#main">Skip to the content</a><header class="staff"><span>PolicyDesk staff</span>'
        f'<nav aria-label="Staff"><ul>{links}</ul></nav><span>{text(member.name)}</span></header>'
        f'<main id="main" tabindex="-1">{body}</main></body></html>'
    )
