"""Approved answers: the list, and the form in which an agent chooses passages for a question. Pure rendering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bot.retrieve import Hit
from bot.staff.approved_records import Standing
from pages.markup import policy_path, text
from pages.staff.lookup.parts import ROOT, area, choice, company_choice, field
from vectorstore.library import PolicySummary
from vectorstore.policy import Clause, Policy

CANDIDATES = 8
"""Clauses offered for choosing."""

STATES = {"valid": ("In use", "yes"), "stale": ("Stale: not used", "caution"), "retired": ("Retired", "quiet")}
VERDICTS = [("", "None"), ("yes", "Yes"), ("no", "No"), ("conditional", "It depends")]


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form: `places` are the chosen spans, `find` the words that candidates are ranked by."""

    policy: Policy
    wordings: str = ""
    verdict: str = ""
    places: tuple[tuple[int, int], ...] = ()
    find: str = ""


def render_approved(standings: Sequence[Standing], names: dict[str, str]) -> str:
    """Return all approved answers, stale ones first; `names` are companies by policy id."""
    intro = (
        '<p class="hint">An approved answer is preferred for its question about its company. It quotes the policy, never you: '
        "once a new version no longer says so, it is stale and not used.</p>"
        f'<p><a class="button" href="{ROOT}/approved/new">Choose a new one</a></p>'
    )
    rows = "".join(f"<li>{_row(one, names)}</li>" for one in standings)
    return f'{intro}<ul class="hits">{rows}</ul>' if rows else f"{intro}<p>There is none yet.</p>"


def _row(one: Standing, names: dict[str, str]) -> str:
    label, style = STATES[one.state]
    answer = one.answer
    path = f"{ROOT}/approved/{quote(answer.id, safe='')}"
    wordings = " · ".join(answer.wordings)
    quotes = "".join(f'<blockquote dir="auto">{text(span.quote)}</blockquote>' for span in answer.spans)
    current = f" · current version {one.version}" if one.version and one.version != answer.version else ""
    return (
        f'<article class="clause-card"><h2><a href="{text(path)}">{text(answer.wordings[0])}</a></h2>'
        f'<p><span class="chip {style}">{label}</span> {text(names.get(answer.policy_id, answer.policy_id))}</p>'
        f'{quotes}<p class="meta">{text(wordings)}</p>'
        f'<p class="meta">chosen from version {text(answer.version)}{text(current)} · changed {answer.changed:%Y-%m-%d}</p></article>'
    )


def render_choose(companies: Sequence[PolicySummary]) -> str:
    """Return the first step: whose policy, and which question."""
    return (
        f'<form class="ask" method="get" action="{ROOT}/approved/new">{field("question", "Question", most=300)}'
        f"{company_choice('policy', 'Company', companies, '')}"
        '<p class="field"><button>Show passages</button></p></form>'
    )


def render_form(draft: Draft, candidates: Sequence[Clause], token: str, standing: Standing | None = None) -> str:
    """Return the form: wordings, verdict, and passages to choose; `standing` is set where one is being changed."""
    policy = draft.policy
    answer_id = standing.answer.id if standing else ""
    target = f"{ROOT}/approved/{answer_id or 'new'}"
    find = (
        f'<div class="look">{field("find", "Look for other passages", draft.find, "search")}'
        '<p class="field"><button class="second" name="look" value="1">Look</button></p></div>'
    )
    chosen = "".join(_fieldset(policy, clause, draft.places) for clause in candidates)
    label = "Save changes" if standing else "Approve this answer"
    retire = (
        f'<form method="post" action="{text(target)}/retire">{token}<button class="second">Retire this answer</button></form>'
        if standing and standing.state != "retired"
        else ""
    )
    return (
        f"<p>{text(policy.company)}, {text(policy.title)}, version {text(policy.version)}</p>{_stale(standing)}"
        f'<form class="approve" method="post" action="{text(target)}">{token}'
        f'<input type="hidden" name="policy" value="{text(policy.id)}">'
        f"{area('wordings', 'Question, one wording a line', draft.wordings, 4, 'People’s own words; the company’s name may be left out.', 7_000)}"
        f"{choice('verdict', 'Verdict', VERDICTS, draft.verdict)}"
        f'<h2>Passages to quote</h2><p class="hint">The first one chosen leads the answer. Up to 5, and 1,200 characters.</p>{find}{chosen}'
        f"<p><button>{label}</button></p></form>{retire}"
    )


def _stale(standing: Standing | None) -> str:
    if standing is None or standing.state != "stale":
        return ""
    answer = standing.answer
    quotes = "".join(
        f'<blockquote dir="auto"><a href="{text(policy_path(answer.policy_id, answer.version, span.start, span.end))}" '
        f'target="_blank" rel="noopener">{text(span.quote)}</a></blockquote>'
        for span in answer.spans
    )
    return (
        '<div class="flag"><p>Stale: the current version no longer holds these words, so this answer is not used. '
        f"Choose passages of the current version, or retire it.</p>{quotes}</div>"
    )


def _fieldset(policy: Policy, clause: Clause, places: Sequence[tuple[int, int]]) -> str:
    boxes = "".join(
        f'<p class="pick"><input type="checkbox" name="place" id="p{start}-{end}" value="{start}-{end}"'
        f"{' checked' if (start, end) in places else ''}>"
        f'<label for="p{start}-{end}" dir="auto">{text(policy.text[start:end])}</label></p>'
        for start, end in pieces(policy, clause)
    )
    section = " › ".join(clause.path) or "start of the policy"
    link = policy_path(policy.id, policy.version, clause.start, clause.end)
    return (
        f'<fieldset><legend>{text(section)}</legend>{boxes}<p class="meta">'
        f'<a href="{text(link)}" target="_blank" rel="noopener">Show in the policy</a></p></fieldset>'
    )


def pieces(policy: Policy, clause: Clause) -> list[tuple[int, int]]:
    """Return the spans of a clause that can be chosen: a list or a table whole, else its sentences; nothing damaged."""
    whole = [(clause.start, clause.end)]
    sentences = [(s.start, s.end) for s in clause.sentences if s.kind not in {"heading", "lead_in"}]
    spans = [*whole, *sentences] if clause.kind in {"list", "table"} else sentences or whole
    return [span for span in dict.fromkeys(spans) if not policy.is_damaged(*span)]


def candidates_of(policy: Policy, hits: Sequence[Hit], places: Sequence[tuple[int, int]]) -> list[Clause]:
    """Return the clauses to choose from: those chosen before, then the best by `hits`."""
    held = [
        clause for clause in policy.clauses if any(clause.start <= start and end <= clause.end for start, end in places)
    ]
    found = {
        clause.id: clause
        for clause in [*held, *(hit.clause for hit in hits)]
        if clause.kind != "heading" and clause.is_read
    }
    return [clause for clause in list(found.values())[: CANDIDATES + len(held)] if pieces(policy, clause)]
