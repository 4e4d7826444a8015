"""The pages of runs: the list, the progress of one, its figures and plots. Owns their order; `evals` makes the figures."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import urlencode

from evals import page_confusions, page_figures, plots
from evals.curve import Scored, around, curve_of, point_at
from evals.curve_plot import curve_svg
from evals.outcome import Judged
from evals.page_table import number, table
from evals.reasons import is_right
from evals.report import Summary, summarize
from evals.web.parts import Place, moment, pager, select
from evals.web.runs import OPEN, UNFINISHED, Run
from evals.web.worker import Progress

PER_PAGE = 50
STATES = {
    "waiting": "waits its turn",
    "running": "running",
    "done": "done",
    "cancelled": "cancelled",
    "stopped": "stopped with the server",
    "failed": "failed",
}


def runs_body(place: Place, runs: Sequence[Run], page: int) -> str:
    """Return the list of runs, a page of it."""
    if not runs:
        return f'<p>Nothing was run yet. <a href="{place.link()}">Choose a set</a> and run it.</p>'
    pages = max(1, -(-len(runs) // PER_PAGE))
    page = min(page, pages)
    rows = [
        [
            f'<a href="{place.link("runs", run.id)}">{escape(run.id)}</a>',
            escape(run.set),
            moment(run.created),
            number(run.cases, 0),
            f"{STATES[run.state]}" + (f", {run.done} cases" if run.state in UNFINISHED else ""),
            escape(run.version),
            number(run.revision, 0),
        ]
        for run in runs[(page - 1) * PER_PAGE : page * PER_PAGE]
    ]
    heads = ("run", "set", "begun", "n", "state", "version", "library")
    note = (
        '<p class="meta">“library” counts the changes of the library: runs with one number asked the same policies.</p>'
    )
    return note + table(heads, rows, label="Runs") + pager(place, ("runs",), {}, page, pages)


def progress_body(place: Place, run: Run, progress: Progress) -> str:
    """Return how far a run is. Without scripts the page asks again every few seconds; with them it changes in place."""
    percent = round(100 * progress.done / progress.cases) if progress.cases else 0
    state = "Waits for the runs before it." if progress.state == "waiting" else "Asking."
    return (
        '<noscript><meta http-equiv="refresh" content="3"></noscript>'
        f'<div class="card" data-progress="{place.link("runs", run.id, "progress")}"><p><label for="bar">Cases done</label></p>'
        f'<progress id="bar" max="{progress.cases}" value="{progress.done}">{percent} %</progress>'
        f"<p><span data-count>{progress.done} of {progress.cases} cases</span>. <span data-state>{state}</span></p>"
        '<p class="visually-hidden" role="status" data-said></p></div>'
        f'<div class="actions">{place.button(place.link("runs", run.id, "cancel"), "Cancel the run", plain=True)}'
        f'<a class="button second" href="{place.link("runs", run.id)}">Look again</a></div>'
        '<p class="meta">The run makes room for visitors: it waits while they are being answered. You may leave this page.</p>'
    )


def run_body(
    place: Place,
    run: Run,
    judged: Sequence[Judged],
    scored: Sequence[Scored],
    threshold: float,
    others: Sequence[tuple[str, str]],
    message: str = "",
) -> str:
    """Return the figures of a run. `others` are what it can be held against, (value, words)."""
    head = _head(place, run, judged)
    if not judged:
        return message + head + "<p>It has no results.</p>"
    summary = summarize(judged)
    cases = {one.case.id: f"{place.base}/runs/{run.id}/case?{urlencode({'case': one.case.id})}" for one in judged}
    parts = {
        "metrics": ("Metrics", page_figures.metrics(summary)),
        "kinds": ("Metrics by kind", page_figures.kinds(summary)),
        "confusions": ("Expected and said", page_confusions.groups(summary.groups, cases)),
        "scores": ("Scores", scores(scored, threshold)),
        "times": ("Time to answer", _times(judged, summary)),
    }
    shown = {name: part for name, part in parts.items() if part[1]}
    links = "".join(f'<li><a href="#{name}">{heading}</a></li>' for name, (heading, _) in shown.items())
    sections = "".join(
        f'<section><h2 id="{name}">{heading}</h2>{part}</section>' for name, (heading, part) in shown.items()
    )
    return f'{message}{head}{_actions(place, run, others)}<nav aria-label="Sections"><ul class="sections">{links}</ul></nav>{sections}'


def scores(scored: Sequence[Scored], threshold: float) -> str:
    """Return how the best scores of questions lie and what each threshold costs; "" where no score was kept."""
    if not scored:
        return ""
    groups = [
        ("answerable", [one.score for one in scored if one.answerable]),
        ("unanswerable", [one.score for one in scored if not one.answerable]),
    ]
    note = '<p class="meta">The score of the best sentence for each question about one policy. Bars upwards: the policy answers it; downwards: it does not.</p>'
    shown = note + plots.distribution("Best scores", groups, threshold)
    if not all(values for _, values in groups):
        return shown
    rows = []
    for at in around(threshold):
        point = point_at(scored, at)
        silence, answers = point.false_silence, point.false_answer
        rows.append(
            [
                f"<strong>{at:.2f}, the desk’s</strong>" if at == threshold else f"{at:.2f}",
                f'<td class="n">{silence.mean:.2f} ({silence.low:.2f} – {silence.high:.2f})</td>',
                f'<td class="n">{answers.mean:.2f} ({answers.low:.2f} – {answers.high:.2f})</td>',
            ]
        )
    figures = table(("answers from", "false silence", "false answers"), rows, label="What each threshold costs")
    picture = curve_svg(curve_of(scored), point_at(scored, threshold), alone=False)
    return f'{shown}<h3>When the desk falls silent</h3><div class="beside"><figure tabindex="0">{picture}</figure>{figures}</div>'


def _head(place: Place, run: Run, judged: Sequence[Judged]) -> str:
    right = sum(is_right(one) for one in judged)
    facts = [
        ("Set", f'<a href="{place.link("sets", run.set)}">{escape(run.set)}</a>'),
        ("Begun", moment(run.created)),
        ("State", STATES[run.state]),
        ("Cases", f"{len(judged)} of {run.cases}: {right} right, {len(judged) - right} with something wrong"),
        ("Version", f"{escape(run.version) or '–'}, library {run.revision}"),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{words}</dd></div>" for name, words in facts)
    note = (
        '<p class="meta">Scores run from 0 to 1, higher is better. Intervals are 95 %, from 2,000 resamples with a fixed seed '
        "(Wilson’s where every case is right or every case is wrong); n is the number of cases that a figure is about.</p>"
    )
    return f'<dl class="facts">{listed}</dl>{note if judged else ""}'


def _actions(place: Place, run: Run, others: Sequence[tuple[str, str]]) -> str:
    at = ("runs", run.id)
    links = [f'<a class="button" href="{place.link(*at, "cases")}">Cases</a>']
    links += [
        f'<a class="button second" href="{place.link(*at, name)}">{words}</a>'
        for name, words in (("results.jsonl", "Results (JSONL)"), ("junit.xml", "JUnit"), ("report.html", "Report (HTML)"), ("scores.jsonl", "Scores (JSONL)"))
    ]  # fmt: skip
    against = (
        f'<form class="card line" method="get" action="{place.link(*at, "against")}">'
        + select("with", "Compare with", others)
        + '<button type="submit">Compare</button></form>'
        if others
        else ""
    )
    manage = []
    if run.state in UNFINISHED:
        manage.append(place.button(place.link(*at, "continue"), "Go on with this run"))
    if run.state == "done":
        manage.append(place.button(place.link(*at, "accept"), "Accept as baseline"))
    if run.state not in OPEN:
        remove = place.button(place.link(*at, "remove"), "Remove the run", plain=True)
        manage.append(f"<details><summary>Remove this run</summary><p>Its results are deleted.</p>{remove}</details>")
    return f'<div class="actions">{"".join(links)}</div>{against}<div class="actions">{"".join(manage)}</div>'


def _times(judged: Sequence[Judged], summary: Summary) -> str:
    known = [one.outcome.latency_ms for one in judged if one.outcome.latency_ms is not None]
    if not known or summary.latency is None:
        return ""
    marks = [("p50", summary.latency.p50), ("p95", summary.latency.p95)]
    return plots.histogram("Wall time of the judged turn", known, marks) + page_figures.times(summary)
