"""What the bench's pages share: their body, tabs, forms and small marks. Pure; every word from outside is escaped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from evals.errors import Fault

Frame = Callable[[str, str, Request], str]
"""Makes a whole page of a title (the page's h1), the body's markup and the request."""

TABS = (("", "Sets"), ("/runs", "Runs"), ("/make", "Make a case"))
SHOWN_FAULTS = 50


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands: the frame around it, the address of the bench, and the request that asks for it."""

    frame: Frame
    base: str
    request: Request

    @property
    def token(self) -> str:
        """The hidden field that every form holds; the guard of the staff pages gives it."""
        return f'<input type="hidden" name="token" value="{attribute(getattr(self.request.state, "form_token", ""))}">'

    @property
    def member(self) -> str:
        """The id of who asks."""
        return str(getattr(getattr(self.request.state, "member", None), "id", ""))

    def link(self, *parts: str, **query: str) -> str:
        """Return the address of a page of the bench, ready for an attribute."""
        path = "".join("/" + quote(part, safe="") for part in parts)
        return attribute(self.base + path + (f"?{urlencode(query)}" if query else ""))

    def page(self, title: str, body: str, tab: str, status: int = 200) -> HTMLResponse:
        """Return the page under the tab of that path."""
        tabs = "".join(
            f'<li><a href="{attribute(self.base + path)}"{CURRENT if path == tab else ""}>{words}</a></li>'
            for path, words in TABS
        )
        style, script = self.link("style", "bench.css"), self.link("style", "bench.js")
        whole = (
            f'<link rel="stylesheet" href="{style}"><script src="{script}" defer></script><div class="bench">'
            f'<nav aria-label="Bench"><ul class="tabs">{tabs}</ul></nav>{body}</div>'
        )
        return HTMLResponse(self.frame(title, whole, self.request), status)

    def button(self, action: str, label: str, fields: str = "", *, plain: bool = False) -> str:
        """Return a form that is one button; `action` comes from `link`."""
        kind = ' class="second"' if plain else ""
        return f'<form method="post" action="{action}">{self.token}{fields}<button type="submit"{kind}>{escape(label)}</button></form>'


CURRENT = ' aria-current="page"'


def attribute(value: object) -> str:
    """Return the value for an attribute in double quotes."""
    return escape(str(value), quote=True)


def hidden(name: str, value: str) -> str:
    """Return a hidden field."""
    return f'<input type="hidden" name="{name}" value="{attribute(value)}">'


def select(name: str, label: str, choices: Sequence[tuple[str, str]], chosen: str = "") -> str:
    """Return a labelled list of (value, words)."""
    options = "".join(
        f'<option value="{attribute(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
        for value, words in choices
    )
    return f'<p class="field"><label for="{name}">{escape(label)}</label><select id="{name}" name="{name}">{options}</select></p>'


def entry(name: str, label: str, value: str = "", hint: str = "", extra: str = "") -> str:
    """Return a labelled line to fill in; `extra` are attributes of ours."""
    return (
        f'<p class="field"><label for="{name}">{escape(label)}</label>{_hint(name, hint)}'
        f'<input id="{name}" name="{name}" value="{attribute(value)}"{_told(name, hint)}{extra}></p>'
    )


def area(name: str, label: str, value: str = "", hint: str = "", rows: int = 3, extra: str = "") -> str:
    """Return a labelled field of several lines; `extra` are attributes of ours."""
    # The parser drops the first line end of a text area: one of ours stands before the words.
    return (
        f'<p class="field"><label for="{name}">{escape(label)}</label>{_hint(name, hint)}'
        f'<textarea id="{name}" name="{name}" rows="{rows}"{_told(name, hint)}{extra}>\n{escape(value)}</textarea></p>'
    )


def problem_box(message: str, faults: Sequence[Fault] = ()) -> str:
    """Return what was refused and why, each fault with its line; "" for no message."""
    if not message:
        return ""
    listed = "".join(f"<li>{escape(_fault_words(fault))}</li>" for fault in faults[:SHOWN_FAULTS])
    more = f"<p>... and {len(faults) - SHOWN_FAULTS} more.</p>" if len(faults) > SHOWN_FAULTS else ""
    return f'<div class="problem" role="alert"><p>{escape(message)}</p>{f"<ul>{listed}</ul>" if listed else ""}{more}</div>'


def fault_list(faults: Sequence[Fault]) -> str:
    """Return what the library could not meet, as a list; "" without any."""
    if not faults:
        return ""
    listed = "".join(f"<li>{escape(_fault_words(fault))}</li>" for fault in faults[:SHOWN_FAULTS])
    return f'<div class="flag"><p>{len(faults)} things that no answer from this library could meet:</p><ul>{listed}</ul></div>'


def notice(words: str) -> str:
    """Return what was done; "" for no words."""
    return f'<p class="done" role="status">{escape(words)}</p>' if words else ""


def moment(at: dt.datetime) -> str:
    """Return a time in UTC, with what machines read."""
    return f'<time datetime="{at.isoformat(timespec="seconds")}">{at:%Y-%m-%d %H:%M} UTC</time>'


def pager(place: Place, parts: Sequence[str], query: dict[str, str], page: int, pages: int) -> str:
    """Return links to the neighbouring pages; "" where there is one page only."""
    if pages <= 1:
        return ""
    links = [
        f'<a href="{place.link(*parts, **(query | {"page": str(at)}))}">{words}</a>'
        for at, words in ((page - 1, "← Earlier"), (page + 1, "Further →"))
        if 1 <= at <= pages
    ]
    return f'<nav class="pager" aria-label="Pages"><span>Page {page} of {pages}</span> {" ".join(links)}</nav>'


def _fault_words(fault: Fault) -> str:
    return f"line {fault.line}: {fault.reason}" if fault.line else fault.reason


def _hint(name: str, hint: str) -> str:
    return f'<span class="hint" id="{name}-hint">{escape(hint)}</span>' if hint else ""


def _told(name: str, hint: str) -> str:
    return f' aria-describedby="{name}-hint"' if hint else ""
