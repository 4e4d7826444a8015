"""The page that makes a case of a conversation. Pure; what was filled in stays filled in."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import get_args

from bot.reply import Answer
from evals.case import NOT_A_REQUEST, Behavior, Kind
from evals.reasons import BEHAVIOURS
from evals.web.forms import CaseForm
from evals.web.making import Choice, Sentence
from evals.web.parts import Place, area, attribute, entry, hidden, select
from vectorstore.policy import REQUEST_TYPES, Policy
from vectorstore.summaries import PolicySummary


def make_body(
    place: Place,
    form: CaseForm,
    policies: Sequence[PolicySummary],
    policy: Policy | None,
    answer: Answer | None,
    choices: tuple[Sequence[Choice], int],
    own_sets: Sequence[str],
    message: str = "",
) -> str:
    """Return the form. `message` is markup: what was wrong, or what was done."""
    listed = [("", "Choose the policy"), *((one.id, f"{one.company} ({one.id})") for one in policies)]
    turns_hint = "One a line, in their order. The last one is judged."
    first = (
        '<section class="card"><h2>The conversation</h2>'
        + area("turns", "Questions", form.turns, turns_hint, 4, ' maxlength="20000"')
        + select("policy", "Policy that is meant", listed, form.policy)
        + '<button type="submit" name="step" value="look" class="second">Show its clauses and what the desk says</button></section>'
    )
    parts = [message, f'<form method="post" action="{place.link("make")}">{place.token}', first, _said(answer)]
    if policy is not None and form.asked:
        parts += [
            hidden("version", policy.version),
            _expected(form),
            _sentences(form, policy, *choices),
            _target(form, own_sets),
        ]
    return "".join(parts) + "</form>"


def _said(answer: Answer | None) -> str:
    if answer is None:
        return ""
    verdict = f", verdict {answer.verdict}" if answer.verdict else ""
    quotes = "".join(f"<blockquote>{escape(citation.quote)}</blockquote>" for citation in answer.citations)
    return (
        f'<section class="card"><h2>What the desk says now</h2><p class="meta">{answer.status.replace("_", " ")}{verdict}</p>'
        f'<p class="text">{escape(answer.text)}</p>{quotes}<p class="meta">This is no model of a right answer: say below what is right.</p></section>'
    )


def _expected(form: CaseForm) -> str:
    behaviors = [(name, BEHAVIOURS[name]) for name in get_args(Behavior)]
    kinds = [("", "by itself"), *((kind, kind.replace("_", " ")) for kind in get_args(Kind))]
    verdicts = [("", "not a yes/no question"), ("yes", "yes"), ("no", "no"), ("conditional", "it depends")]
    requests = [
        ("", "says nothing of requests"),
        (NOT_A_REQUEST, "no request"),
        *((name, name.replace("_", " ")) for name in REQUEST_TYPES),
    ]
    return (
        '<section class="card"><h2>What is right</h2><div class="grid">'
        + select("behavior", "Expected", behaviors, form.behavior)
        + select("verdict", "Verdict", verdicts, form.verdict)
        + select("request_type", "Request", requests, form.request_type)
        + select("kind", "Kind", kinds, form.kind)
        + "</div>"
        + area("must_mention", "Words that have to be in the answer", form.must_mention, "One a line; may stay empty.", 2, ' maxlength="2000"')
        + "</section>"
    )  # fmt: skip


def _sentences(form: CaseForm, policy: Policy, found: Sequence[Choice], more: int) -> str:
    blocks = []
    for choice in found:
        heading = " › ".join(part.rstrip(" .:") for part in choice.path) or policy.title
        boxes = "".join(_box(one) for one in choice.sentences)
        blocks.append(
            f"<details{' open' if choice.is_open else ''}><summary>{escape(heading)}: {escape(_short(choice.sentences[0].words))}</summary>"
            f'<fieldset><legend class="visually-hidden">{escape(heading)}</legend>{boxes}</fieldset></details>'
        )
    rest = f"<p>{more} further clauses: name words to find them.</p>" if more else ""
    together = select(
        "together", "If several are chosen", [("all", "all of them have to be shown"), ("one", "one of them is enough")], form.together
    )  # fmt: skip
    return (
        f'<section class="card"><h2>Evidence: sentences that a right answer shows</h2><p class="meta">{escape(policy.company)}, version {escape(policy.version)}. '
        "Quotes are cut out of the stored text; nothing is typed.</p>"
        + entry("find", "Words in the clause", form.find, extra=' maxlength="200"')
        + '<button type="submit" name="step" value="look" class="second">Find clauses</button>'
        + "".join(blocks)
        + f"{rest}{together}</section>"
    )


def _box(one: Sentence) -> str:
    value = f"{one.start}-{one.end}"
    quoted = ' <span class="tag">the desk quotes this now</span>' if one.quoted else ""
    checked = " checked" if one.chosen else ""
    return f'<label class="choice"><input type="checkbox" name="gold" value="{value}"{checked}> <span>{escape(one.words)}{quoted}</span></label>'


def _target(form: CaseForm, own_sets: Sequence[str]) -> str:
    existing = [("", "a new set"), *((name, name) for name in own_sets)]
    return (
        '<section class="card"><h2>Where it goes</h2><div class="grid">'
        + select("into", "Add to", existing, form.into)
        + entry("fresh", "Name of the new set", form.fresh, "Small letters, digits, - and _.", ' maxlength="60" autocomplete="off"')
        + entry("case_id", "Id of the case", form.case_id, "May stay empty.", ' maxlength="200" autocomplete="off"')
        + '</div><button type="submit" name="step" value="add">Add the case</button></section>'
    )  # fmt: skip


def added(place: Place, name: str, case_id: str, line: str) -> str:
    """Return what was added and where."""
    return (
        f'<div class="done" role="status"><p>Case {escape(case_id)} stands in the set <a href="{attribute(place.base)}/sets/{attribute(name)}">{escape(name)}</a>.</p>'
        f"<details><summary>Its line</summary><pre>{escape(line)}</pre></details></div>"
    )


def _short(words: str, longest: int = 70) -> str:
    line = " ".join(words.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
