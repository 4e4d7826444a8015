"""What the pages of requests share: the document, names of forms, hidden fields, addresses. Pure."""

from __future__ import annotations

from urllib.parse import urlencode

from pages.markup import text

FORMS = {
    "email": "E-mail",
    "letter": "Letter",
    "phone_script": "Phone call",
    "form_sheet": "Web form",
    "drp": "Request endpoint (Data Rights Protocol)",
    "opendsr": "Request endpoint (OpenDSR)",
    "webhook": "The desk’s ticket system",
}
"""Form of a message -> what people call it."""


def hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{text(value)}">'


def kept() -> str:
    return (
        '<p class="note">The desk keeps what you write here to carry the request and to prove it, unfinished drafts for a week. '
        "You can withdraw at any time.</p>"
    )


def new_path(policy_id: str, request_type: str) -> str:
    """Return the address of the form of a new request."""
    return "/request/new?" + urlencode({"policy": policy_id, "type": request_type})


def document(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{text(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">'
        '<link rel="stylesheet" href="/desk/colours.css"><link rel="stylesheet" href="/desk/policy.css">'
        f'<link rel="stylesheet" href="/desk/request.css"></head><body>{body}</body></html>'
    )
