"""The pages of sets: the list with the form for a new one, and one set's cases. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evals.case import Case
from evals.errors import Fault
from evals.page_table import number, table
from evals.web.parts import Place, area, entry, fault_list, hidden, pager, problem_box
from evals.web.sets import MAX_SET, SetEntry

PER_PAGE = 50


def sets_body(place: Place, entries: Sequence[SetEntry], name: str = "", text: str = "", problem: str = "") -> str:
    """Return the list and the form; `name` and `text` are what was filled in, `problem` markup that says what was wrong."""
    parts = [problem]
    own = [one for one in entries if one.own]
    for heading, group in (("Your sets", own), ("Bundled sets", [one for one in entries if not one.own])):
        rows = [
            [f'<a href="{place.link("sets", one.name)}">{escape(one.name)}</a>', number(one.cases, 0), _run(place, one)]
            for one in group
        ]
        shown = table(("set", "cases", "run"), rows, label=heading) if rows else "<p>There is none yet.</p>"
        parts.append(f"<h2>{heading}</h2>{shown}")
    name_hint = "small letters, digits, - and _"
    text_hint = f"One JSON case a line, at most {MAX_SET // 1_000_000} MB. A set with faults is not kept; each fault is shown with its line."
    parts.append(
        f'<h2 id="new">A new set</h2><form class="card" method="post" action="{place.link("sets")}">{place.token}'
        + entry("name", "Name of the set", name, name_hint, ' autocomplete="off" maxlength="60"')
        + area("text", "Cases", text, text_hint, 8, ' spellcheck="false" data-file="text"')
        + '<button type="submit">Keep the set</button></form>'
    )
    return "".join(parts)


def set_body(
    place: Place,
    one: SetEntry,
    cases: Sequence[tuple[int, Case]],
    faults: Sequence[Fault],
    page: int,
    message: str = "",
) -> str:
    """Return the cases of a set, a page of them, with what is wrong."""
    pages = max(1, -(-len(cases) // PER_PAGE))
    page = min(page, pages)
    rows = [
        [
            escape(case.id),
            escape(case.kind.replace("_", " ")),
            "<br>".join(escape(question) for question in case.asked),
            escape(case.expected_behavior.replace("_", " ")) + (f", verdict {case.yesno}" if case.yesno else ""),
            "<br>".join(" or ".join(f"“{escape(_short(gold))}”" for gold in group) for group in case.gold_quotes),
        ]
        for _, case in cases[(page - 1) * PER_PAGE : page * PER_PAGE]
    ]
    shown = table(
        ("case", "kind", "question", "expected", "evidence, one of each"),
        rows,
        label=f"Cases of {one.name}",
        small=True,
    )
    remove = (
        f"<details><summary>Remove this set</summary><p>Its runs are kept.</p>{place.button(place.link('sets', one.name, 'remove'), 'Remove the set', plain=True)}</details>"
        if one.own
        else ""
    )
    return (
        f'{message}<p class="meta">{len(cases)} cases. {"One of your sets." if one.own else "A bundled set: it is not changed here."}</p>'
        f'<div class="actions">{_run(place, one)}<a class="button second" href="{place.link("sets", one.name, "download")}">Download</a></div>'
        f"{fault_list(faults)}<h2>Cases</h2>{shown}{pager(place, ('sets', one.name), {}, page, pages)}{remove}"
    )


def refused_set(message: str, faults: Sequence[Fault] = ()) -> str:
    """Return why a set was not kept."""
    return problem_box(message, faults)


def _run(place: Place, one: SetEntry) -> str:
    label = f'Run<span class="visually-hidden"> {escape(one.name)}</span>'
    return (
        f'<form method="post" action="{place.link("runs")}">{place.token}{hidden("set", one.name)}'
        f'<button type="submit">{label}</button></form>'
    )


def _short(words: str, longest: int = 90) -> str:
    line = " ".join(words.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
