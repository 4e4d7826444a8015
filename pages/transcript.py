"""The conversation as HTML, from answers kept on the server. Pure; everything shown is escaped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.reply import Answer, Citation
from pages.conversations import Exchange, FoundRequest, Line, PolicyName
from pages.markup import CITED, outside_link, policy_path, text, worded
from pages.request_card import render_request, request_title
from pages.words import say

CHIPS = {
    "yes": "yes",
    "no": "no",
    "conditional": "depends",
    "silent": "quiet",
    "damaged": "caution",
    "needs_policy": "ask",
    "out_of_scope": "quiet",
    "request": "ask",
    "answered": "plain",
}
"""Verdict or status -> style of its chip; its words are "chat.chip_..." of the catalogue."""

VERDICT_WORD = re.compile(r"^(yes|no|it depends)\s*[.:,–-]\s*(?=\S)", re.IGNORECASE)


def chip(kind: str) -> tuple[str, str]:
    """Return the words (HTML text) and the style of the chip of a verdict or status."""
    return worded(f"chat.chip_{kind}"), CHIPS[kind]


def render_welcome(companies: Sequence[str], staffed: bool = False) -> str:
    """Return what stands in an empty conversation; `staffed` where agents can read and join conversations."""
    note = say("chat.no_policies")
    if companies:
        shown = ", ".join(companies[:8])
        if len(companies) > 8:
            shown = say("chat.and_more", companies=shown, more=len(companies) - 8)
        note = say("chat.policies_here", companies=shown)
    words = f'<p>{worded("chat.welcome_words")}</p><p class="note">{text(note)}</p>'
    if staffed and companies:
        words += f'<p class="note">{worded("chat.read_along")}</p>'
    return f'<section class="welcome"><h2>{worded("chat.welcome")}</h2>{words}</section>'


def render_notice(heading: str, words: str, mark: str = "") -> str:
    """Return a notice in place of a conversation; it is read out once for each new `mark`, if one is given."""
    data = f' data-newest="{text(mark)}" data-announce="{text(words)}"' if mark else ""
    return f'<section class="welcome"{data}><h2>{text(heading)}</h2><p>{text(words)}</p></section>'


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
            f"<i></i><i></i><i></i></span>{worded('chat.reading')}</p></li>"
        )
    number = "" if revision is None else f' data-revision="{revision}"'
    return f'<ol class="turns"{number}>{turns}</ol>' if turns else welcome


def _turn(exchange: Exchange, newest: bool) -> str:
    if exchange.line is not None:
        return _line(exchange.id, exchange.line, newest)
    if exchange.found is not None:
        shown, announce, opened = *_found(exchange.found), None
    elif exchange.answer is None and exchange.problem is None:
        shown, announce, opened = f'<p class="waiting">{worded("chat.passed_on")}</p>', "", None
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
    announce = f"{line.speaker or say('chat.notice')}: {line.words}"
    data = f' data-newest="{text(exchange_id)}" data-announce="{text(announce)}"' if newest else ""
    if line.speaker is None:
        return f'<li class="turn"{data}><p class="notice joined">{text(line.words)}</p></li>'
    paragraphs = "".join(f'<p dir="auto">{text(part)}</p>' for part in line.words.split("\n") if part.strip())
    return (
        f'<li class="turn"{data}><section class="card agent" aria-label="{worded("chat.line")}">'
        f'<p class="who"><strong>{text(line.speaker)}</strong> <span>{worded("chat.no_policys_words")}</span></p>'
        f"{paragraphs}</section></li>"
    )


def _question(question: str) -> str:
    if not question.strip():
        return ""
    return f'<div class="asked"><h2 class="visually-hidden">{worded("chat.asked")}</h2><p dir="auto">{text(question)}</p></div>'


def _answer(answer: Answer, exchange: Exchange) -> str:
    kind = answer.verdict or answer.status
    label, style = chip(kind)
    companies = dict.fromkeys(
        [citation.company for citation in answer.citations]
        + [exchange.names[policy_id].company for policy_id in answer.policy_ids if policy_id in exchange.names]
    )
    about = f'<span class="about">{text(", ".join(companies))}</span>' if companies and len(companies) <= 4 else ""
    # The chip says the verdict: the same word at the head of the text would be read twice.
    words = VERDICT_WORD.sub("", answer.text, count=1) if answer.verdict else answer.text
    quotes = "".join(_quote(citation, exchange.names.get(citation.policy_id)) for citation in answer.citations)
    heading = worded("chat.nearest" if answer.status == "silent" else "chat.quotes")
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
        summary = say("chat.what_you_can_do", what=request_title(answer.request.type))
        request = f'<details class="offer"><summary>{text(summary)}</summary>{request}</details>'
    says = f'<div class="says">{_paragraphs(words, answer.citations)}</div>'
    return (
        f'<article class="card" aria-label="{worded("chat.answer")}"><div class="verdict"><span class="chip {style}">{label}</span>'
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
    label = say("chat.mark", n=citation.n, company=citation.company)
    return f'<a class="n" href="{text(_page(citation))}" target="policy" aria-label="{text(label)}">{citation.n}</a>'


def _page(citation: Citation) -> str:
    return policy_path(citation.policy_id, citation.version, citation.start, citation.end)


def _quote(citation: Citation, name: PolicyName | None) -> str:
    # A page's first heading is often its title, which says no more than the company does.
    titled = len(citation.section) > 1 and citation.company in citation.section[0]
    section = " › ".join(citation.section[1:] if titled else citation.section)
    # A version is mostly named by the day of its last update.
    dated = name is not None and name.updated and not citation.version.startswith(name.updated)
    updated = say("chat.updated", date=name.updated) if name is not None and dated else ""
    version = say("chat.version", version=citation.version)
    place = " · ".join(filter(None, [citation.company, section, version, updated]))
    damaged = f'<span class="chip caution small">{worded("chat.damaged_copy")}</span>' if citation.damaged else ""
    outside = f" · {outside_link(citation.url, say('chat.company_page'))}" if citation.url else ""
    clause = citation.clause or "cite"
    deep = policy_path(citation.policy_id, citation.version, citation.start, citation.end, clause)
    copy = (
        f'<button type="button" class="link" data-link="{text(deep)}" '
        f'aria-label="{worded("chat.copy_link_of", n=citation.n)}">{worded("chat.copy_link")}</button>'
    )
    language = f' lang="{text(name.language)}"' if name is not None else ""
    return (
        f'<li class="quote"><blockquote><span class="number" aria-hidden="true">{citation.n}</span>'
        f'<p dir="auto"{language}>{text(citation.quote)}</p></blockquote>'
        f'<p class="source">{damaged}<a href="{text(_page(citation))}" target="policy">'
        f'<span class="visually-hidden">{worded("chat.show_quote", n=citation.n)}</span>'
        f"{text(place)}</a>{outside} · {copy}</p></li>"
    )


def _found(found: FoundRequest) -> tuple[str, str]:
    """Return the card of a request that was asked for by its number, and what a screen reader says of it."""
    state = say(f"request.state_{found.state}")
    words = say("chat.request_found", number=found.number, company=found.company)
    link = f'<a class="button" href="/request/{text(found.number)}" target="policy">{worded("chat.request_open")}</a>'
    card = (
        f'<article class="card" aria-label="{worded("chat.answer")}"><div class="verdict"><span class="chip ask">{text(state)}</span></div>'
        f'<div class="says"><p>{text(words)}</p></div><p class="row">{link}</p></article>'
    )
    return card, f"{state}. {words}"


def _announcement(answer: Answer) -> str:
    """Return what a screen reader says when the answer is there."""
    label = say(f"chat.chip_{answer.verdict or answer.status}")
    words = CITED.sub("", VERDICT_WORD.sub("", answer.text, count=1) if answer.verdict else answer.text).strip()
    count = len(answer.citations)
    return say("chat.announce_one" if count == 1 else "chat.announce_many", label=label, words=words, count=count)
