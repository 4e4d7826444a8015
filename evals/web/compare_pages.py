"""Run against run: the paired change of each metric, the cases that differ, and one difference side by side. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evals import page_figures
from evals.compare import CaseChange, Comparison
from evals.outcome import Judged, Quote
from evals.page_cases import marked
from evals.page_table import number, table
from evals.web.differences import Difference, Shown, shown_evidence
from evals.web.parts import Place, hidden, select
from evals.web.runs import Run

TONES = {"worse": "worse", "mixed": "worse and better", "better": "better", "other": "another answer, same scores"}


def against_body(
    place: Place, run: Run, other: str, name: str, comparison: Comparison, found: Sequence[Difference], tone: str
) -> str:
    """Return what changed from `name` to the run; `tone` is the only sort of differences shown, "" for all."""
    at = ("runs", run.id)
    counts = {key: sum(1 for one in found if one.tone == key) for key in TONES}
    choices = [("", f"all ({len(found)})"), *((key, f"{words} ({counts[key]})") for key, words in TONES.items())]
    form = (
        f'<form class="card line" method="get" action="{place.link(*at, "against")}">{hidden("with", other)}'
        + select("tone", "Show", choices, tone)
        + '<button type="submit">Show</button></form>'
    )
    rows = [
        [
            f'<a href="{place.link(*at, "difference", case=one.after.case.id, **{"with": other})}">{escape(one.after.case.id)}</a>',
            _tone(one),
            escape(" / ".join(one.after.case.asked)),
            "<br>".join(_change(change) for change in one.changes) or "–",
        ]
        for one in found
        if tone in ("", one.tone)
    ]
    shown = (
        table(("case", "change", "question", "scores"), rows, label="Cases that differ", small=True)
        if rows
        else "<p>No case of this sort differs.</p>"
    )
    return (
        f'<p><a href="{place.link(*at)}">Figures of the run</a></p><p>Before: {escape(name)}. After: run {escape(run.id)}. '
        "Changes are paired, case by case, over the cases that both have.</p>"
        f"<h2>What changed</h2>{page_figures.comparison(comparison)}{_only_one(comparison)}"
        f'<h2 id="cases">Cases that differ</h2>{form if found else ""}{shown}'
    )  # fmt: skip


def difference_body(place: Place, run: Run, other: str, name: str, one: Difference, order: Sequence[str]) -> str:
    """Return a case before and after with its evidence; `order` are the ids of all cases that differ."""
    case, at = one.after.case, ("runs", run.id)
    turns = "".join(f"<li>{escape(question)}</li>" for question in case.asked)
    expected = escape(case.expected_behavior.replace("_", " ")) + (f", verdict {case.yesno}" if case.yesno else "")
    before = shown_evidence(one.before) if one.before is not None else None
    after = shown_evidence(one.after)
    gold = [
        [
            "<br>or: ".join(f"“{escape(words)}”" for words in group),
            _found(before.found[place_of]) if before is not None and place_of < len(before.found) else "not kept",
            _found(after.found[place_of]),
        ]
        for place_of, group in enumerate(case.gold_quotes)
    ]
    evidence = (
        table(("expected evidence, one of each", "before", "after"), gold, label="Evidence")
        if gold
        else "<p>The case expects no quotes.</p>"
    )
    scores = [[escape(change.metric), number(change.before, 2), number(change.after, 2)] for change in one.changes]
    changed = (
        table(("score", "before", "after"), scores, label="Scores that changed")
        if scores
        else "<p>No score changed.</p>"
    )
    spot = order.index(case.id)
    near = "".join(
        f'<a href="{place.link(*at, "difference", case=order[there], **{"with": other})}">{words}</a> '
        for there, words in ((spot - 1, "← Difference before"), (spot + 1, "Next difference →"))
        if 0 <= there < len(order)
    )
    back = place.link(*at, "against", **{"with": other})
    legend = '<p class="meta">Marked: words of the expected evidence. Underlined: tolerated evidence. A quote with neither is extra.</p>'
    return (
        f'<p><a href="{back}">All differences</a></p><p>{_tone(one)}</p><ol class="turns">{turns}</ol>'
        f'<p class="meta">expected: {expected}</p><h2>Evidence</h2>{evidence}<h2>Before and after</h2>{legend}'
        f'<div class="columns">{_side(f"Before: {name}", one.before, before)}{_side("After: this run", one.after, after)}</div>'
        f'<h2>Scores</h2>{changed}<nav class="pager" aria-label="Differences">{near}</nav>'
    )  # fmt: skip


def _side(heading: str, one: Judged | None, shown: Shown | None) -> str:
    if one is None or shown is None:
        return f'<section class="card"><h3>{escape(heading)}</h3><p>The words of this run were not kept.</p></section>'
    answer = one.outcome.answer
    gold = [words for group in one.case.gold_quotes for words in group]
    quotes = "".join(_quote(quote, gold, one, quote in shown.extra) for quote in shown.quotes)
    verdict = f", verdict {answer.verdict}" if answer.verdict else ""
    request = f", request {escape(answer.request.type)}" if answer.request else ""
    return (
        f'<section class="card"><h3>{escape(heading)}</h3><p class="meta">{answer.status.replace("_", " ")}{verdict}{request}</p>'
        f'<p class="text">{escape(answer.text)}</p>{quotes or "<p>It shows no quote.</p>"}</section>'
    )


def _quote(quote: Quote, gold: Sequence[str], one: Judged, extra: bool) -> str:
    words = marked(quote.quote, gold, one.case.related_quotes)
    mark = ' <span class="tag">extra</span>' if extra else ""
    where = f'<span class="meta">{escape(quote.policy_id)} {quote.start}–{quote.end}</span>{mark}'
    return f'<blockquote class="{"extra" if extra else ""}">{words}<br>{where}</blockquote>'


def _found(shown: bool) -> str:
    return '<td><span class="good">found</span></td>' if shown else '<td><span class="bad">missed</span></td>'


def _tone(one: Difference) -> str:
    kind = "good" if one.tone == "better" else "" if one.tone == "other" else "bad"
    return f'<span class="{kind}">{TONES[one.tone]}{", a regression" if one.breaks else ""}</span>'


def _change(change: CaseChange) -> str:
    before = "–" if change.before is None else f"{change.before:.2f}"
    return f"{escape(change.metric)} {before} → {change.after:.2f}"


def _only_one(comparison: Comparison) -> str:
    parts = []
    for words, names in (("Not run now", comparison.missing), ("Not run before", comparison.added)):
        if names:
            parts.append(f"<p>{words}: {escape(', '.join(names))}.</p>")
    return "".join(parts)
