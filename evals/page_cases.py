"""The cases of the report page and their filters. Owns markup, no judgement; every word from outside is escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from evals import evidence
from evals.compare import CaseChange, Comparison
from evals.outcome import Judged, quotes_of
from evals.reasons import is_right, reasons

if TYPE_CHECKING:
    from evals.judge import JudgedLine, Opinions

RESULTS = ("all", "wrong", "right")
CHANGED = ("better", "worse")


def anchors(judged: Sequence[Judged]) -> dict[str, str]:
    """Return the anchor of each case by id; ids may hold anything, anchors only letters and digits."""
    return {one.case.id: f"c{number}" for number, one in enumerate(judged, start=1)}


def cases(judged: Sequence[Judged], comparison: Comparison | None, opinions: Opinions | None) -> str:
    """Return the filters and every case, those with something wrong first."""
    places, changes = anchors(judged), _changes(comparison)
    names = {group: list(values) for group, values in _choices(judged, comparison).items()}
    shown = [
        _case(
            one,
            names,
            places[one.case.id],
            changes.get(one.case.id, []),
            opinions.of(one.case.id) if opinions else None,
        )
        for one in sorted(judged, key=is_right)
    ]
    note = '<p class="faint small">If nothing is listed, no case fits all the choices. Words of the expected evidence are marked in what was shown; tolerated evidence is underlined.</p>'
    return _filters(_choices(judged, comparison)) + note + "".join(shown)


def entries(
    judged: Sequence[Judged], shown: Sequence[Judged], comparison: Comparison | None = None, *, opened: bool = False
) -> str:
    """Return the cases `shown`, some of `judged`, without filters: for pages that choose what they show. `opened` unfolds them."""
    places, changes = anchors(judged), _changes(comparison)
    names = {group: list(values) for group, values in _choices(judged, comparison).items()}
    listed = (_case(one, names, places[one.case.id], changes.get(one.case.id, []), None) for one in shown)
    return "".join(one.replace("<details ", "<details open ", 1) if opened else one for one in listed)


def filter_style(judged: Sequence[Judged], comparison: Comparison | None) -> str:
    """Return the rules that hide what a chosen filter leaves out: the page runs no script."""
    return "".join(
        f"body:has(#{group}{place}:checked) .case:not(.{group}{place}){{display:none}}"
        for group, values in _choices(judged, comparison).items()
        for place in range(1, len(values))
    )


def _choices(judged: Sequence[Judged], comparison: Comparison | None) -> dict[str, dict[str, int]]:
    """Return for each filter its choices and how many cases each leaves; the first choice leaves all."""
    total = len(judged)
    right = sum(is_right(one) for one in judged)
    found = {
        "result": {"all": total, "wrong": total - right, "right": right},
        "kind": {"all": total},
        "status": {"all": total},
    }
    for one in judged:
        for group, value in (("kind", one.case.kind), ("status", one.outcome.answer.status)):
            found[group][value] = found[group].get(value, 0) + 1
    if comparison is not None:
        better, worse = ({c.case_id for c in part} for part in (comparison.better, comparison.worse))
        found["change"] = {"all": total, "better": len(better), "worse": len(worse)}
    return found


def _filters(choices: Mapping[str, Mapping[str, int]]) -> str:
    titles = {"result": "Result", "kind": "Kind", "status": "Status of the answer", "change": "Against the baseline"}
    sets = []
    for group, values in choices.items():
        options = "".join(
            f'<label><input type="radio" name="{group}" id="{group}{place}"{" checked" if place == 0 else ""}> '
            f"{escape(value.replace('_', ' '))} ({count})</label>"
            for place, (value, count) in enumerate(values.items())
        )
        sets.append(f"<fieldset><legend>{titles[group]}</legend>{options}</fieldset>")
    return "".join(sets)


def _case(
    one: Judged, names: Mapping[str, list[str]], place: str, changes: Sequence[CaseChange], opinion: JudgedLine | None
) -> str:
    case, answer = one.case, one.outcome.answer
    right, found = is_right(one), reasons(one)
    groups = {"result": "right" if right else "wrong", "kind": case.kind, "status": answer.status}
    classes = [f"{group}{names[group].index(value)}" for group, value in groups.items()]
    directions = {"worse" if c.before is None or c.after < c.before else "better" for c in changes}
    classes += [f"change{names['change'].index(direction)}" for direction in sorted(directions)]
    mark = (
        '<span class="good">right</span>'
        if right
        else f'<span class="bad">wrong: {escape(", ".join(r.metric for r in found))}</span>'
    )
    moved = "".join(f'<span class="tag">{direction} than the baseline</span>' for direction in sorted(directions))
    told = "".join(f"<li><b>{escape(r.metric)}</b>: {escape(str(r))}</li>" for r in found)
    changed = "".join(
        f"<li>{escape(c.metric)}: {'–' if c.before is None else f'{c.before:.2f}'} → {c.after:.2f}</li>"
        for c in changes
    )
    scores = ", ".join(f"{escape(name)} {score:.2f}" for name, score in one.scores.items() if score is not None)
    latency = "" if one.outcome.latency_ms is None else f", {one.outcome.latency_ms:.1f} ms"
    verdict = f", verdict {answer.verdict}" if answer.verdict else ""
    return (
        f'<details class="case {" ".join(classes)}"><summary><span class="id">{escape(case.id)}</span> {mark}'
        f'<span class="tag">{escape(case.kind.replace("_", " "))}</span><span class="tag">{answer.status.replace("_", " ")}</span>{moved}'
        f'<span class="asked">{escape(" / ".join(case.asked))}</span></summary><div id="{place}">'
        f"{f'<ul>{told}</ul>' if told else ''}{f'<h3>Changed against the baseline</h3><ul>{changed}</ul>' if changed else ''}"
        f'<h3>Answer</h3><p class="text">{escape(answer.text)}</p>{_expected(one)}{_shown(one)}{_opinion(opinion)}'
        f'<p class="faint small">expected: {case.expected_behavior}{f", verdict {case.yesno}" if case.yesno else ""}; '
        f'got: {answer.status}{verdict}{latency}</p><p class="faint small">{scores}</p></div></details>'
    )


def _expected(one: Judged) -> str:
    """Return the gold evidence, a block a group, each said to be shown or missing."""
    missing = evidence.missing_groups(one.case, one.outcome)
    blocks = []
    for group in one.case.gold_quotes:
        gone = group in missing
        words = "<br>or: ".join(escape(gold) for gold in group)
        state = '<span class="bad">missing</span>' if gone else '<span class="good">shown</span>'
        blocks.append(f'<blockquote class="{"gone" if gone else "found"}">{words}<br>{state}</blockquote>')
    return f"<h3>Expected evidence, one of each</h3>{''.join(blocks)}" if blocks else ""


def _shown(one: Judged) -> str:
    gold = [words for group in one.case.gold_quotes for words in group]
    blocks = [
        f"<blockquote>{marked(quote.quote, gold, one.case.related_quotes)}<br>"
        f'<span class="faint small">{escape(quote.policy_id)} {quote.start}–{quote.end}</span></blockquote>'
        for quote in quotes_of(one.outcome.answer)
    ]
    return f"<h3>Shown quotes</h3>{''.join(blocks)}" if blocks else ""


def marked(quote: str, gold: Sequence[str], related: Sequence[str]) -> str:
    """Return the quote as markup with the words of gold evidence marked, and those of tolerated evidence underlined."""
    parts, at = [], 0
    near = {place for start, end in evidence.spans(quote, related) for place in range(start, end)}
    hit = {place for start, end in evidence.spans(quote, gold) for place in range(start, end)}
    while at < len(quote):
        kind = "hit" if at in hit else "near" if at in near else ""
        end = at
        while end < len(quote) and kind == ("hit" if end in hit else "near" if end in near else ""):
            end += 1
        words = escape(quote[at:end])
        parts.append(
            f"<mark>{words}</mark>" if kind == "hit" else f'<mark class="near">{words}</mark>' if kind else words
        )
        at = end
    return "".join(parts)


def _opinion(line: JudgedLine | None) -> str:
    if line is None:
        return ""
    if line.opinion is None:
        return f"<h3>A model's opinion</h3><p>No usable opinion: {escape(line.fault or '')}</p>"
    supported = "supported by its quotes" if line.opinion.supported else "not supported by its quotes"
    answers = "answers the question" if line.opinion.answers else "does not answer the question"
    return f"<h3>A model's opinion</h3><p>{supported}; {answers}. {escape(line.opinion.reason)}</p>"


def _changes(comparison: Comparison | None) -> dict[str, list[CaseChange]]:
    found: dict[str, list[CaseChange]] = {}
    for change in (*comparison.worse, *comparison.better) if comparison else ():
        found.setdefault(change.case_id, []).append(change)
    return found
