"""Search and ask: what agents look up, with scores, and why the desk is silent where it is. Pure rendering."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from bot.concepts import CONCEPTS
from bot.reply import Answer
from bot.staff.lookup import Filters, Search, topics
from bot.staff.reply_copy import html_reply, plain_reply_text
from bot.why import Check, PolicyReasons, Reasons
from pages.markup import policy_path, text
from pages.request_card import TITLES
from pages.staff.lookup.parts import ROOT, answer_card, choice, clause_card, company_choice, field
from vectorstore.library import PolicySummary

MET = {True: ("met", "✓ met"), False: ("unmet", "✗ not met"), None: ("unreached", "not reached")}


def search_form(words: str, filters: Filters, companies: Sequence[PolicySummary], laws: Sequence[str]) -> str:
    """Return the form of the search with what was chosen."""
    day = filters.day.isoformat() if filters.day else ""
    topic_names = [("", "Any topic"), *((name, topic_label(name)) for name in topics())]
    return (
        f'<form class="ask" method="get" action="{ROOT}" role="search">'
        f"{field('words', 'Question or words', words, 'search', most=2_000)}"
        f"{company_choice('company', 'Company', companies, filters.company, 'All companies')}"
        f"{field('section', 'Section', filters.section, hint='Words of a heading')}"
        f"{choice('topic', 'Topic', topic_names, filters.topic)}"
        f"{choice('regime', 'Law', [('', 'Any law'), *((law, law) for law in laws)], filters.regime)}"
        f"{field('day', 'In force on', day, 'date')}"
        '<p class="field"><button>Search</button></p></form>'
    )


def topic_label(name: str) -> str:
    """Return a topic in words for people."""
    words = name if name in CONCEPTS else f"Right: {TITLES.get(name, name)}"
    return words[:1].upper() + words[1:]


def render_search(search: Search | None) -> str:
    """Return what a search found, "" where nothing was looked for."""
    if search is None:
        return (
            '<p class="hint">Search the words of all policies, or choose a topic or a section to list its clauses.</p>'
        )
    count = len(search.hits)
    found = (
        "Nothing found"
        if not count
        else f"The first {count} clauses"
        if search.more
        else f"{count} clause{'s' if count > 1 else ''}"
    )
    notes = f"{found}, in {search.searched} polic{'y' if search.searched == 1 else 'ies'}."
    if search.skipped:
        notes += f" {search.skipped} more were not searched: choose a company to look into one of them."
    if search.unheld:
        notes += f" No version from that day is held of: {', '.join(search.unheld[:20])}."
    cards = "".join(
        f"<li>{clause_card(hit.policy, hit.clause, hit.start, hit.end, '' if hit.score is None else f' · score {hit.score:.2f}')}</li>"
        for hit in search.hits
    )
    listed = f'<ol class="hits">{cards}</ol>' if cards else ""
    return f'<h2>Found</h2><p role="status">{text(notes)}</p>{listed}'


def ask_form(question: str, company: str, day: str, companies: Sequence[PolicySummary]) -> str:
    """Return the form of a question."""
    return (
        f'<form class="ask" method="get" action="{ROOT}/ask">'
        f"{field('question', 'Question', question, most=2_000)}"
        f"{company_choice('company', 'Company', companies, company, 'As the question says')}"
        f"{field('day', 'As of', day, 'date')}"
        '<p class="field"><button>Ask</button></p></form>'
    )


def render_answer(answer: Answer, reasons: Sequence[Reasons], company: str, base_url: str) -> str:
    """Return an answer with its reasons and the reply to copy."""
    one = company or (answer.policy_ids[0] if len(answer.policy_ids) == 1 else "")
    link = f"{ROOT}/approved/new?{urlencode({'policy': one, 'question': answer.question})}"
    approve = f'<p><a class="button" href="{text(link)}">Choose an approved answer</a></p>' if one else ""
    copy = render_copy(answer, base_url) if answer.citations else ""
    return f"<h2>Answer</h2>{answer_card(answer)}{copy}{approve}{''.join(render_reasons(one_of) for one_of in reasons)}"


def render_copy(answer: Answer, base_url: str) -> str:
    """Return the reply as plain text and as formatted text, each with a button; both can be selected without it."""
    plain = plain_reply_text(answer, base_url)
    rows = min(16, 2 + plain.count("\n"))
    return (
        '<details class="copy"><summary>Copy as a reply</summary>'
        '<p class="field wide"><label for="reply-text">Plain text</label>'
        f'<textarea id="reply-text" rows="{rows}" readonly>{text(plain)}</textarea></p>'
        '<p><button type="button" data-copy="reply-text">Copy plain text</button></p>'
        '<h3 id="reply-label">Formatted, with links</h3>'
        f'<div id="reply-html" class="formatted" tabindex="0" role="group" aria-labelledby="reply-label">{html_reply(answer, base_url)}</div>'
        '<p><button type="button" data-copy-html="reply-html">Copy formatted</button></p></details>'
    )


def render_reasons(reasons: Reasons) -> str:
    """Return why one question got its answer."""
    notes = "".join(f"<li>{text(note)}</li>" for note in reasons.notes)
    intent = f"{reasons.intent.replace('_', ' ')}, {reasons.confidence:.0%} sure"
    policies = "".join(_policy(one) for one in reasons.policies)
    return (
        f'<section class="why"><h2>Why this answer?</h2><p class="meta">Read as: “{text(reasons.question)}” · company '
        f"{text(SCOPES.get(reasons.scope, reasons.scope))} · intent {text(intent)}</p>"
        + (f"<ul>{notes}</ul>" if notes else "")
        + policies
        + "</section>"
    )


SCOPES = {
    "named": "named in the question",
    "given": "as chosen",
    "carried": "of the conversation",
    "implied": "implied by a product",
    "only": "the only one here",
    "none": "not named",
    "elsewhere": "not among those asked",
}


def _policy(one: PolicyReasons) -> str:
    said = "is damaged where it should answer" if one.damaged else "answers" if one.answers else "is silent"
    checks = "".join(_check(check) for check in one.checks)
    rows = "".join(
        f"<tr><td>{hit.score:.2f}</td><td>{hit.similarity:.2f}</td><td>{hit.lexical:.2f}</td>"
        f"<td>{'–' if hit.opinion is None else f'{hit.opinion:.0%}'}</td>"
        f'<td><a href="{text(policy_path(one.policy.id, one.policy.version, hit.sentence.start, hit.sentence.end))}" '
        f'target="_blank" rel="noopener">{text(" › ".join(hit.clause.path) or "start of the policy")}</a>'
        f'<span dir="auto">{text(hit.text)}</span></td></tr>'
        for hit in one.candidates
    )
    return (
        f'<h3>{text(one.policy.company)} {said}</h3><ul class="checks">{checks}</ul>'
        f'<div class="scroll" role="region" aria-label="Candidates of {text(one.policy.company)}" tabindex="0"><table>'
        f"<caption>Best sentences of {text(one.policy.company)}</caption>"
        '<thead><tr><th scope="col">Score</th><th scope="col">Meaning</th><th scope="col">Words</th><th scope="col">Answers, at a second look</th>'
        '<th scope="col">Sentence</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _check(check: Check) -> str:
    style, label = MET[check.met]
    return f'<li class="{style}"><strong>{label}</strong> {text(check.words)}</li>'
