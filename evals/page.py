"""The report page: one HTML file that loads and runs nothing. Owns its order; the parts make their own markup."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from evals import page_cases, page_confusions, page_figures, plots
from evals.compare import Comparison
from evals.outcome import Judged
from evals.reasons import is_right
from evals.report import Summary, summarize

if TYPE_CHECKING:
    from evals.judge import Opinions

STYLE = Path(__file__).with_name("report.css")
# Nothing may load or run, whatever a policy or a question smuggled in.
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_report(
    folder: Path,
    judged: Sequence[Judged],
    title: str = "Evaluation",
    comparison: Comparison | None = None,
    opinions: Opinions | None = None,
) -> Path:
    """Write `folder`/index.html and return its path. Raises ValueError if nothing was run."""
    page = render_report(judged, title, comparison, opinions)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def render_report(
    judged: Sequence[Judged],
    title: str = "Evaluation",
    comparison: Comparison | None = None,
    opinions: Opinions | None = None,
) -> str:
    """Return the page: what changed, metrics, confusions, times, then every case behind filters."""
    summary = summarize(judged)
    parts = {
        "baseline": ("Against the baseline", page_figures.comparison(comparison) if comparison else ""),
        "metrics": ("Metrics", page_figures.metrics(summary)),
        "kinds": ("Metrics by kind", page_figures.kinds(summary)),
        "confusions": (
            "Expected and said",
            page_confusions.groups(
                summary.groups, {name: f"#{place}" for name, place in page_cases.anchors(judged).items()}
            ),
        ),
        "judge": ("A model's opinion", page_figures.opinions(opinions) if opinions else ""),
        "times": ("Time to answer", _times(judged, summary)),
        "cases": ("Cases", page_cases.cases(judged, comparison, opinions)),
    }
    shown = {name: part for name, part in parts.items() if part[1]}
    links = "".join(f'<a href="#{name}">{heading}</a>' for name, (heading, _) in shown.items())
    body = "".join(
        f'<section><h2 id="{name}">{heading}</h2>{part}</section>' for name, (heading, part) in shown.items()
    )
    style = STYLE.read_text(encoding="utf-8") + page_cases.filter_style(judged, comparison)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{style}</style></head><body>"
        f"<header><h1>{escape(title)}</h1>{_tally(judged, comparison)}"
        f'<nav aria-label="Sections">{links}</nav></header>'
        f"<main>{body}</main></body></html>\n"
    )


def _tally(judged: Sequence[Judged], comparison: Comparison | None) -> str:
    right = sum(is_right(one) for one in judged)
    against = ""
    if comparison is not None:
        found = len(comparison.regressions)
        against = (
            f' <span class="bad">Regressions: {found}.</span>' if found else ' <span class="good">No regression.</span>'
        )
    return (
        f"<p>{len(judged)} cases: {right} right, {len(judged) - right} with something wrong.{against}</p>"
        '<p class="faint">Scores run from 0 to 1, higher is better. Intervals are 95 %, from 2,000 resamples with a fixed seed '
        "(Wilson's where every case is right or every case is wrong); n is the number of cases that a figure is about.</p>"
    )


def _times(judged: Sequence[Judged], summary: Summary) -> str:
    known = [one.outcome.latency_ms for one in judged if one.outcome.latency_ms is not None]
    if not known or summary.latency is None:
        return ""
    marks = [("p50", summary.latency.p50), ("p95", summary.latency.p95)]
    return plots.histogram("Wall time of the judged turn", known, marks) + page_figures.times(summary)
