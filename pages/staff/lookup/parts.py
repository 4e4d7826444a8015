"""Pieces that the look-up pages share: the page around them, tabs, fields, clauses, notices. Pure but for the request."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import Request
from fastapi.responses import HTMLResponse

from bot.reply import Answer, Citation
from bot.staff.records import Member
from pages.markup import CITED, policy_path, text
from pages.policy_page import render_clause
from pages.staff.frame import staff_document
from pages.transcript import VERDICT_WORD, chip
from vectorstore.library import PolicySummary
from vectorstore.policy import Clause, Policy

ROOT = "/staff/lookup"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
TABS = (
    ("", "Search"),
    ("/ask", "Ask"),
    ("/compare", "Compare"),
    ("/versions", "Versions"),
    ("/library", "Library"),
    ("/questions", "Unanswered"),
    ("/approved", "Approved answers"),
    ("/live", "Live chats"),
)


def page(request: Request, title: str, body: str, tab: str, status: int = 200) -> HTMLResponse:
    """Return a page of the look-up part; `tab` is the path of its tab below ROOT."""
    tabs = "".join(
        f'<li><a href="{ROOT}{path}"{" aria-current=page" if path == tab else ""}>{label}</a></li>'
        for path, label in TABS
    )
    shown = (
        f'<link rel="stylesheet" href="{ROOT}/style/lookup.css"><script src="{ROOT}/style/lookup.js" defer></script>'
        f'<div class="lookup"><ul class="tabs" aria-label="Parts of the look-up">{tabs}</ul>'
        f'{body}<p class="visually-hidden" role="status" id="told"></p></div>'
    )
    html = staff_document(title, shown, member_of(request), ROOT)
    headers = {"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers=headers)


def member_of(request: Request) -> Member:
    """Return who is signed in; the guard of the staff application has put them there."""
    member: Member = request.state.member
    return member


def token(request: Request) -> str:
    """Return the hidden field without which the guard takes no form."""
    return f'<input type="hidden" name="token" value="{text(request.state.form_token)}">'


def problem_box(words: str | None) -> str:
    """Return what went wrong, "" if nothing did."""
    return f'<p class="problem" role="alert">{text(words)}</p>' if words else ""


def notice_box(words: str | None) -> str:
    """Return what was done, "" if nothing was."""
    return f'<p class="done" role="status">{text(words)}</p>' if words else ""


def field(name: str, label: str, value: str = "", kind: str = "text", hint: str = "", most: int = 300) -> str:
    """Return a labelled input; `hint` stands under it."""
    hinted = f'<span class="hint" id="{name}-hint">{text(hint)}</span>' if hint else ""
    by = f' aria-describedby="{name}-hint"' if hint else ""
    limit = f' maxlength="{most}"' if kind in {"text", "search"} else ""
    return (
        f'<p class="field"><label for="{name}">{text(label)}</label>'
        f'<input type="{kind}" id="{name}" name="{name}" value="{text(value)}"{limit}{by}>{hinted}</p>'
    )


def area(name: str, label: str, value: str = "", rows: int = 3, hint: str = "", most: int = 2_000) -> str:
    """Return a labelled field of several lines."""
    hinted = f'<span class="hint" id="{name}-hint">{text(hint)}</span>' if hint else ""
    by = f' aria-describedby="{name}-hint"' if hint else ""
    return (
        f'<p class="field wide"><label for="{name}">{text(label)}</label>'
        f'<textarea id="{name}" name="{name}" rows="{rows}" maxlength="{most}"{by}>{text(value)}</textarea>{hinted}</p>'
    )


def choice(name: str, label: str, options: Iterable[tuple[str, str]], chosen: str = "") -> str:
    """Return a labelled list of (value, words) to choose one of."""
    listed = "".join(
        f'<option value="{text(value)}"{" selected" if value == chosen else ""}>{text(words)}</option>'
        for value, words in options
    )
    return f'<p class="field"><label for="{name}">{text(label)}</label><select id="{name}" name="{name}">{listed}</select></p>'


def company_choice(name: str, label: str, rows: Sequence[PolicySummary], chosen: str, every: str | None = None) -> str:
    """Return a list of companies; `every` are the words for no choice, None where one must be made."""
    companies = [row.company for row in rows]
    options = [
        (row.id, row.company if companies.count(row.company) == 1 else f"{row.company} ({row.id})") for row in rows
    ]
    return choice(name, label, [("", every), *options] if every else options, chosen)


def clause_card(policy: Policy, clause: Clause, start: int, end: int, beside: str = "") -> str:
    """Return a clause with its marked words, its company, section and version, linked to the policy's page."""
    place = policy_path(policy.id, policy.version, start, end)
    section = " › ".join(clause.path) or "start of the policy"
    flags = "".join(
        f'<p class="flag">{text(reason[:1].upper() + reason[1:])}</p>'
        for reason in dict.fromkeys(flaw.reason for flaw in policy.damage_at(clause.start, clause.end))
    )
    return (
        f'<article class="clause-card"><h3><a href="{text(place)}" target="_blank" rel="noopener">{text(policy.company)}'
        f"<span> · {text(section)}</span></a></h3>"
        f'<div class="words" dir="auto">{render_clause(policy, clause, start, end)}</div>{flags}'
        f'<p class="meta">version {text(policy.version)}{beside}</p></article>'
    )


def answer_card(answer: Answer, name: str = "quote") -> str:
    """Return an answer as the visitor would get it: chip, words, numbered quotes; their ids begin with `name`."""
    label, style = chip(answer.verdict or answer.status)
    words = VERDICT_WORD.sub("", answer.text, count=1) if answer.verdict else answer.text
    lines = "".join(
        f'<p dir="auto">{_numbered(line, answer.citations, name)}</p>' for line in words.split("\n") if line.strip()
    )
    quotes = "".join(_quote(citation, name) for citation in answer.citations)
    return (
        f'<section class="answer"><p class="verdict"><span class="chip {style}">{label}</span></p>{lines}'
        + (f'<ol class="quotes">{quotes}</ol>' if quotes else "")
        + "</section>"
    )


def _numbered(line: str, citations: Sequence[Citation], name: str) -> str:
    known = {citation.n for citation in citations}
    parts = CITED.split(line)
    return "".join(
        text(part) if at % 2 == 0 else f'<a href="#{name}-{part}">[{part}]</a>' if int(part) in known else f"[{part}]"
        for at, part in enumerate(parts)
    )


def _quote(citation: Citation, name: str) -> str:
    place = policy_path(citation.policy_id, citation.version, citation.start, citation.end)
    section = " › ".join(citation.section)
    where = " · ".join(part for part in (citation.company, section, f"version {citation.version}") if part)
    return (
        f'<li value="{citation.n}" id="{name}-{citation.n}"><blockquote dir="auto">{text(citation.quote)}</blockquote>'
        f'<p class="meta"><a href="{text(place)}" target="_blank" rel="noopener">{text(where)}</a></p></li>'
    )
