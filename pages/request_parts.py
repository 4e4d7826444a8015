"""What the pages of requests share: the document, names of forms, hidden fields, addresses. Pure."""

from __future__ import annotations

from urllib.parse import urlencode

from pages.markup import text, worded
from pages.words import LANGUAGE, Family

FORMS = Family("request.form_")
"""Form of a message -> what people call it."""


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{text(value)}">'


def kept() -> str:
    return f'<p class="note">{worded("request.kept")}</p>'


def new_path(policy_id: str, request_type: str) -> str:
    """Return the address of the form of a new request."""
    return "/request/new?" + urlencode({"policy": policy_id, "type": request_type})


def document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="{LANGUAGE}"><head><meta charset="utf-8"><title>{text(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        '<link rel="stylesheet" href="/desk/colours.css"><link rel="stylesheet" href="/desk/policy.css">'
        f'<link rel="stylesheet" href="/desk/request.css"></head><body>{body}</body></html>'
    )
