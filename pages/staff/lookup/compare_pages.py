"""Two companies side by side, and two versions of one policy. Pure rendering."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from bot.staff.comparing import TOPICS, Comparison, Said, Side
from pages.markup import policy_path, text
from pages.policy_page import render_clause
from pages.staff.lookup.parts import ROOT, choice, company_choice, field
from pages.transcript import chip
from vectorstore.difference import Change, marked_words
from vectorstore.history import VersionRow
from vectorstore.library import PolicySummary
from vectorstore.policy import Policy

KINDS = {
    "added": "Added",
    "removed": "Removed",
    "reworded": "Reworded",
    "moved": "Moved, same words",
    "renamed": "Section renamed",
}
MARKS = {"same": "{}", "removed": "<del>{}</del>", "added": "<ins>{}</ins>"}


def compare_form(question: str, left: str, right: str, companies: Sequence[PolicySummary]) -> str:
    """Return the form of a comparison, with topics to choose at a click."""
    links = {name: urlencode({"question": words, "left": left, "right": right}) for name, words in TOPICS.items()}
    topics = "".join(f'<li><a href="{ROOT}/compare?{text(asked)}">{name}</a></li>' for name, asked in links.items())
    return (
        f'<form class="ask" method="get" action="{ROOT}/compare">'
        f"{field('question', 'Question or topic', question, most=2_000)}"
        f"{company_choice('left', 'One company', companies, left)}{company_choice('right', 'Other company', companies, right)}"
        '<p class="field"><button>Compare</button></p></form>'
        f'<p class="hint" id="topics">Or choose a topic:</p><ul class="topics" aria-labelledby="topics">{topics}</ul>'
    )


def render_comparison(found: Comparison) -> str:
    """Return both sides: clauses about the same in one row, and plain words where one company is silent."""
    heads = "".join(f'<th scope="col">{_head(side)}</th>' for side in (found.left, found.right))
    rows = (
        "".join(f"<tr>{_cell(left, found.left)}{_cell(right, found.right)}</tr>" for left, right in found.rows)
        or f"<tr>{_cell(None, found.left)}{_cell(None, found.right)}</tr>"
    )
    return (
        '<h2>Side by side</h2><table class="sides"><caption class="visually-hidden">Clauses of two companies</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _head(side: Side) -> str:
    label, style = chip(side.verdict or ("silent" if side.silent else "answered"))
    return f'{text(side.policy.company)} <span class="chip {style}">{label}</span>'


def _cell(said: Said | None, side: Side) -> str:
    company = f'<span class="whose">{text(side.policy.company)}</span>'
    if said is None:
        words = side.silent or "Nothing on this beside the other’s clause."
        return f'<td class="nothing">{company}<p>{text(words)}</p></td>'
    place = policy_path(said.policy.id, said.policy.version, said.start, said.end)
    section = " › ".join(said.clause.path) or "start of the policy"
    return (
        f'<td>{company}<div class="words" dir="auto">{render_clause(said.policy, said.clause, said.start, said.end)}</div>'
        f'<p class="meta"><a href="{text(place)}" target="_blank" rel="noopener">{text(section)}</a> · score {said.score:.2f}</p></td>'
    )


def render_version_list(rows: Sequence[tuple[PolicySummary, int]]) -> str:
    """Return all policies with how many versions are stored."""
    listed = "".join(
        f'<li><a href="{ROOT}/versions/{quote(row.id, safe="")}">{text(row.company)}</a> '
        f'<span class="meta">{text(row.title)} · {count} version{"" if count == 1 else "s"}</span></li>'
        for row, count in rows
    )
    return f'<ul class="plain">{listed}</ul>' if listed else "<p>No policy has been added yet.</p>"


def render_versions(
    policy: Policy, rows: Sequence[VersionRow], older: str | None, newer: str, changes: Sequence[Change]
) -> str:
    """Return the versions of a policy and what changed between two of them; `older` is None where there is only one."""
    here = f"{ROOT}/versions/{quote(policy.id, safe='')}"
    listed = "".join(_version_row(policy, row) for row in rows)
    table = (
        '<div class="scroll" role="region" aria-label="Versions" tabindex="0"><table><caption>Stored versions</caption><thead><tr>'
        '<th scope="col">Version</th><th scope="col">In force from</th><th scope="col">Ingested</th><th scope="col">Clauses</th>'
        f'<th scope="col">Standing</th></tr></thead><tbody>{listed}</tbody></table></div>'
    )
    if older is None:
        return f"{table}<p>Only one version is stored: there is nothing to compare it with.</p>"
    options = [(row.version, f"{row.version}, from {row.start}") for row in rows]
    form = (
        f'<form class="ask" method="get" action="{here}">{choice("from", "Older", options, older)}'
        f'{choice("to", "Newer", options, newer)}<p class="field"><button>Show differences</button></p></form>'
    )
    count = len(changes)
    said = f"{count or 'No'} difference{'' if count == 1 else 's'} from {older} to {newer}."
    shown = "".join(f"<li>{_change(policy.id, older, newer, change)}</li>" for change in changes)
    listed_changes = f'<ol class="changes">{shown}</ol>' if shown else ""
    return f'{table}<h2>Differences</h2>{form}<p role="status">{text(said)}</p>{listed_changes}'


def _version_row(policy: Policy, row: VersionRow) -> str:
    standing = row.standing + (f", by hand on {row.rolled_back_to}" if row.rolled_back_to else "")
    return (
        f'<tr><th scope="row"><a href="{text(policy_path(policy.id, row.version))}" target="_blank" rel="noopener">'
        f"{text(row.version)}</a></th><td>{text(row.start)}</td><td>{text(row.ingested)}</td><td>{row.clauses}</td>"
        f"<td>{text(standing)}</td></tr>"
    )


def _change(policy_id: str, older: str, newer: str, change: Change) -> str:
    links = []
    if change.old_start is not None:
        links.append((policy_path(policy_id, older, change.old_start, change.old_end), "older text"))
    if change.new_start is not None:
        links.append((policy_path(policy_id, newer, change.new_start, change.new_end), "newer text"))
    linked = " · ".join(f'<a href="{text(path)}" target="_blank" rel="noopener">{label}</a>' for path, label in links)
    section = " › ".join(change.section) or "start of the policy"
    return (
        f'<article class="clause-card"><h3>{KINDS.get(change.kind, change.kind)}<span> · {text(section)}</span></h3>'
        f'<div class="words" dir="auto"><p>{_words(change)}</p></div><p class="meta">{linked}</p></article>'
    )


def _words(change: Change) -> str:
    if change.old is not None and change.new is not None and change.kind != "moved":
        return " ".join(MARKS[mark].format(text(words)) for mark, words in marked_words(change.old, change.new))
    if change.kind == "moved":
        return text(change.new or "")
    return MARKS["removed" if change.new is None else "added"].format(text(change.new or change.old or ""))
