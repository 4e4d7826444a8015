"""The conversation as HTML, from answers kept on the server. Pure; everything shown is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.reply import Answer, Citation
from pages.conversations import Exchange, Line
from pages.markup import CITED, outside_link, policy_path, text
from pages.request_card import TITLES, render_request

CHIPS = {
    "yes": ("Yes", "yes"),
    "no": ("No", "no"),
    "conditional": ("It depends", "depends"),
    "silent": ("The policy doesn’t say", "quiet"),
    "damaged": ("Damaged source", "caution"),
    "needs_policy": ("Which company?", "ask"),
    "out_of_scope": ("Not about these policies", "quiet"),
    "request": ("Your request", "ask"),
    "answered": ("From the policy", "plain"),
}
WAITING = '<p class="waiting">Sent to the person of the support team.</p>'
VERDICT_WORD = re.compile(r"^(yes|no|it depends)\s*[.:,–-]\s*(?=\S)", re.IGNORECASE)
WELCOME = (
    '<section class="welcome"><h2>How do companies handle your data?</h2>'
    "<p>Ask in plain words. You get the policy’s own words, shown where they stand, and the right place to turn to "
    "when you want something done.</p>{companies}</section>"
)


READ_ALONG = (
    '<p class="note">People of the support team can read this conversation while it is open, and join it. '
    "Questions that no policy answers are kept for 30 days, without who asked.</p>"
)


def render_welcome(companies: Sequence[str], staffed: bool = False) -> str:
    """Return what stands in an empty conversation; `staffed` where agents can read and join conversations."""
    if not companies:
        return WELCOME.format(companies='<p class="note">No policy has been added to this desk yet.</p>')
    shown = ", ".join(text(company) for company in companies[:8])
    more = f" and {len(companies) - 8} more" if len(companies) > 8 else ""
    notice = READ_ALONG if staffed else ""
    return WELCOME.format(companies=f'<p class="note">Policies here: {shown}{more}.</p>{notice}')


def render_transcript(
    exchanges: Sequence[Exchange], pending: str | None = None, welcome: str = "", revision: int | None = None
) -> str:
    """Return the conversation, the newest exchange last; `pending` is a question still being answered.

    `revision` is the store's, by which the page's script knows that there is something new; None where nobody joins.
    """
    turns = "".join(_turn(exchange, newest=pending is None and exchange is exchanges[-1]) for exchange in exchanges)
    if pending is not None:
        turns += (
            f'<li class="turn">{_question(pending)}<p class="reading" data-pending>'
            '<span class="dots" aria-hidden="true">'
            "<i></i><i></i><i></i></span>Reading the policies…</p></li>"
        )
    number = "" if revision is None else f' data-revision="{revision}"'
    return f'<ol class="turns"{number}>{turns}</ol>' if turns else welcome


def _turn(exchange: Exchange, newest: bool) -> str:
    if exchange.line is not None:
        return _line(exchange.id, exchange.line, newest)
    if exchange.answer is None and exchange.problem is None:
        shown, announce, opened = WAITING, "", None
    elif exchange.answer is None:
        shown = f'<div class="card problem"><p>{text(exchange.problem or "")}</p></div>'
        announce, opened = exchange.problem or "", None
    else:
        shown = _answer(exchange.answer, exchange)
        announce = _announcement(exchange.answer)
        opened = exchange.answer.citations[0] if exchange.answer.citations else None
    data = f' data-newest="{text(exchange.id)}" data-announce="{text(announce)}"' if newest else ""
    if newest and opened is not None:
        data += f' data-open="{text(_page(opened))}"'
    return f'<li class="turn"{data}>{_question(exchange.question)}{shown}</li>'


def _line(exchange_id: str, line: Line, newest: bool) -> str:
    """Return what a person of the desk says, or the desk about them: told apart from every word of a policy."""
    announce = f"{line.speaker or 'Notice'}: {line.words}"
    data = f' data-newest="{text(exchange_id)}" data-announce="{text(announce)}"' if newest else ""
    if line.speaker is None:
        return f'<li class="turn"{data}><p class="notice joined">{text(line.words)}</p></li>'
    paragraphs = "".join(f'<p dir="auto">{text(part)}</p>' for part in line.words.split("\n") if part.strip())
    return (
        f'<li class="turn"{data}><section class="card agent" aria-label="Message of a person">'
        f'<p class="who"><strong>{text(line.speaker)}</strong> <span>support team, not the policy’s words</span></p>'
        f"{paragraphs}</section></li>"
    )


def _question(question: str) -> str:
    if not question.strip():
        return ""
    return f'<div class="asked"><h2 class="visually-hidden">You asked</h2><p dir="auto">{text(question)}</p></div>'


def _answer(answer: Answer, exchange: Exchange) -> str:
    label, style = CHIPS[answer.verdict or answer.status]
    companies = dict.fromkeys(
        [citation.company for citation in answer.citations]
        + [exchange.names[policy_id].company for policy_id in answer.policy_ids if policy_id in exchange.names]
    )
    about = f'<span class="about">{text(", ".join(companies))}</span>' if companies and len(companies) <= 4 else ""
    # The chip says the verdict: the same word at the head of the text would be read twice.
    words = VERDICT_WORD.sub("", answer.text, count=1) if answer.verdict else answer.text
    quotes = "".join(_quote(citation) for citation in answer.citations)
    heading = "The nearest passages" if answer.status == "silent" else "In the policy’s words"
    listed = f'<h3>{heading}</h3><ol class="quotes">{quotes}</ol>' if quotes else ""
    request = (
        render_request(answer.request, exchange.names, f"t{text(exchange.id)}", exchange.can_request)
        if answer.request
        else ""
    )
    asked_for = bool(request) and answer.status in ("request", "needs_policy")
    if asked_for:
        # The card below shows each channel with its link; the text's plain list of them would say it twice.
        words = "\n".join(
            line for line in words.split("\n") if not line.startswith(("- ", "The policy's conditions: "))
        )
    elif answer.request and request:
        summary = f"What you can do: {TITLES.get(answer.request.type, 'contact the company')}"
        request = f'<details class="offer"><summary>{text(summary)}</summary>{request}</details>'
    says = f'<div class="says">{_paragraphs(words, answer.citations)}</div>'
    return (
        f'<article class="card" aria-label="Answer"><div class="verdict"><span class="chip {style}">{label}</span>'
        f"{about}</div>{says}{request + listed if asked_for else listed + request}</article>"
    )


def _paragraphs(words: str, citations: Sequence[Citation]) -> str:
    """Return the text as paragraphs and lists in which each [n] of a citation is a link to its quote's place."""
    pages = {citation.n: citation for citation in citations}
    shown, listed = "", False
    for line in filter(None, (line.strip() for line in (words[:1].upper() + words[1:]).split("\n"))):
        item = line.startswith("- ")
        shown += "<ul>" * (item and not listed) + "</ul>" * (listed and not item)
        listed = item
        block = _with_marks(line.removeprefix("- "), pages)
        shown += f'<li dir="auto">{block}</li>' if item else f'<p dir="auto">{block}</p>'
    return shown + "</ul>" * listed


def _with_marks(line: str, pages: Mapping[int, Citation]) -> str:
    parts = CITED.split(line)
    shown = [text(part) for part in parts]
    for at in range(1, len(parts), 2):
        cited = pages.get(int(parts[at]))
        shown[at] = f"[{parts[at]}]" if cited is None else _mark(cited)
    return "".join(shown)


def _mark(citation: Citation) -> str:
    label = f"Quote {citation.n}: show in the policy of {citation.company}"
    return f'<a class="n" href="{text(_page(citation))}" target="policy" aria-label="{text(label)}">{citation.n}</a>'


def _page(citation: Citation) -> str:
    return policy_path(citation.policy_id, citation.version, citation.start, citation.end)


def _quote(citation: Citation) -> str:
    # A page's first heading is often its title, which says no more than the company does.
    titled = len(citation.section) > 1 and citation.company in citation.section[0]
    section = " › ".join(citation.section[1:] if titled else citation.section)
    place = " · ".join(filter(None, [citation.company, section, f"version {citation.version}"]))
    damaged = '<span class="chip caution small">damaged in the stored source</span>' if citation.damaged else ""
    outside = f" · {outside_link(citation.url, 'company’s page')}" if citation.url else ""
    return (
        f'<li class="quote"><blockquote><span class="number" aria-hidden="true">{citation.n}</span>'
        f'<p dir="auto">{text(citation.quote)}</p></blockquote>'
        f'<p class="source">{damaged}<a href="{text(_page(citation))}" target="policy">'
        f'<span class="visually-hidden">Show quote {citation.n} in the policy: </span>'
        f"{text(place)}</a>{outside}</p></li>"
    )


def _announcement(answer: Answer) -> str:
    """Return what a screen reader says when the answer is there."""
    label = CHIPS[answer.verdict or answer.status][0]
    words = CITED.sub("", VERDICT_WORD.sub("", answer.text, count=1) if answer.verdict else answer.text)
    quotes = len(answer.citations)
    return f"{label}. {words.strip()} {quotes} quote{'' if quotes == 1 else 's'}."
