"""The report page: one HTML file that loads nothing. Owns the markup; every word from outside is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from evals import evidence, plots
from evals.compare import Comparison
from evals.outcome import Judged, quotes_of
from evals.report import Mean, Summary, summarize

STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--faint:#5b6675;
--paper:#fff;--card:#f5f7fa;
--line:#d9dfe7;--bar:#3465a4;--bad:#b3261e;--good:#2e6b34}
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--faint:#9aa6b5;
--paper:#14181e;--card:#1d232b;
--line:#343d49;--bar:#6f9fd8;--bad:#f2837c;--good:#86c98d}}
body{font:15px/1.5 system-ui,sans-serif;
color:var(--ink);background:var(--paper);margin:0 auto;max-width:1180px;padding:24px}
h1{font-size:24px;margin:0}h2{font-size:18px;margin:32px 0 8px}.faint{color:var(--faint)}.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);vertical-align:top}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.bad{color:var(--bad)}.good{color:var(--good)}
.plots{display:flex;flex-wrap:wrap;gap:16px}
figure{margin:0;background:var(--card);border-radius:8px;padding:12px;overflow-x:auto}
figcaption{font-weight:600;margin-bottom:6px}
svg text{font:12px system-ui,sans-serif;fill:var(--ink)}
svg .faint{fill:var(--faint)}
svg .bar{fill:var(--bar);fill-opacity:.55}
svg .track{fill:var(--line)}
svg .whisker,svg .axis{stroke:var(--ink);fill:none}
details{background:var(--card);border-radius:8px;padding:8px 12px;margin:6px 0}
summary{cursor:pointer}
blockquote{margin:6px 0;padding:2px 10px;border-left:3px solid var(--bar);white-space:pre-line}
blockquote.gone{border-color:var(--bad)}
.text{white-space:pre-line}
"""
# Nothing may load or run, whatever a policy or a question smuggled in.
CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def write_report(
    folder: Path, judged: Sequence[Judged], title: str = "Evaluation", comparison: Comparison | None = None
) -> Path:
    """Write `folder`/index.html and return its path. Raises ValueError if nothing was run."""
    page = render_report(judged, title, comparison)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def render_report(judged: Sequence[Judged], title: str = "Evaluation", comparison: Comparison | None = None) -> str:
    """Return the page: figures, plots by kind, times, the comparison if there is one, then every case."""
    summary = summarize(judged)
    perfect = sum(not one.failed for one in judged)
    body = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="faint">{summary.cases} cases, {perfect} without a failed metric. '
        "Scores run from 0 to 1, higher is better; intervals are 95 % (Wilson, or bootstrap for shares); "
        "n is the number of cases a metric applies to.</p>",
        _comparison(comparison) if comparison else "",
        "<h2>Metrics</h2>",
        _metric_table(summary),
        "<h2>Metrics by kind</h2>",
        _plots(summary),
        "<h2>Time to answer</h2>",
        plots.histogram(
            "Wall time of the judged turn",
            [one.outcome.latency_ms for one in judged],
            [("p50", summary.latency_p50), ("p95", summary.latency_p95)],
        ),
        _time_table(summary),
        "<h2>Cases</h2>",
        *(_case(one) for one in sorted(judged, key=lambda one: -len(one.failed))),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{''.join(body)}</body></html>\n"
    )


def _metric_table(summary: Summary) -> str:
    rows = "".join(
        f'<tr><td>{escape(name)}</td><td class="n {"bad" if mean.mean < 1 else "good"}">{mean.mean:.3f}</td>'
        f'<td class="n">{mean.low:.3f} – {mean.high:.3f}</td><td class="n">{mean.n}</td></tr>'
        for name, mean in summary.overall.items()
    )
    head = '<tr><th>metric</th><th class="n">mean</th><th class="n">95 % interval</th><th class="n">n</th></tr>'
    return f'<div class="scroll"><table>{head}{rows}</table></div>'


def _plots(summary: Summary) -> str:
    figures = []
    for name, overall in summary.overall.items():
        kinds: list[tuple[str, Mean | None]] = [
            (kind, means[name]) for kind, means in summary.by_kind.items() if name in means
        ]
        figures.append(plots.bars(name, [("all", overall), *kinds]))
    return f'<div class="plots">{"".join(figures)}</div>'


def _time_table(summary: Summary) -> str:
    rows = "".join(
        f'<tr><td>{escape(kind)}</td><td class="n">{p50:.1f}</td><td class="n">{p95:.1f}</td>'
        f'<td class="n">{summary.kinds[kind]}</td></tr>'
        for kind, (p50, p95) in summary.latency_by_kind.items()
    )
    head = '<tr><th>kind</th><th class="n">p50 ms</th><th class="n">p95 ms</th><th class="n">n</th></tr>'
    return f'<div class="scroll"><table>{head}{rows}</table></div>'


def _comparison(comparison: Comparison) -> str:
    found = comparison.regressions
    verdict = f'<p class="bad">{len(found)} regressions</p>' if found else '<p class="good">No regression.</p>'
    reasons = "".join(
        f"<li>{escape(r.case_id or 'whole set')}: {escape(r.metric or 'case')}: {escape(r.reason)}</li>" for r in found
    )
    rows = "".join(
        f'<tr><td>{escape(m.metric)}</td><td class="n">{m.before:.3f}</td><td class="n">{m.after:.3f}</td>'
        f'<td class="n {"bad" if m.difference < 0 else "good"}">{m.difference:+.3f}</td><td class="n">{m.n}</td></tr>'
        for m in comparison.metrics
        if m.before is not None and m.after is not None
    )
    head = (
        '<tr><th>metric</th><th class="n">before</th><th class="n">after</th>'
        '<th class="n">change</th><th class="n">n</th></tr>'
    )
    changes = "".join(
        f'<li class="{tone}">{escape(c.case_id)}: {escape(c.metric)} '
        f"{'–' if c.before is None else f'{c.before:.2f}'} → {c.after:.2f}</li>"
        for tone, group in (("bad", comparison.worse), ("good", comparison.better))
        for c in group
    )
    return (
        f"<h2>Against the baseline</h2>{verdict}<ul>{reasons}</ul>"
        f'<div class="scroll"><table>{head}{rows}</table></div>'
        f"<details><summary>Scores that changed</summary><ul>{changes}</ul></details>"
    )


def _case(one: Judged) -> str:
    case, answer = one.case, one.outcome.answer
    failed = ", ".join(one.failed)
    mark = f'<span class="bad">{escape(failed)}</span>' if failed else '<span class="good">all right</span>'
    quotes = "".join(
        f"<blockquote>{escape(quote.quote)}<br>"
        f'<span class="faint">{escape(quote.policy_id)} {quote.start}–{quote.end}</span></blockquote>'
        for quote in quotes_of(answer)
    )
    missing = "".join(
        f'<blockquote class="gone">{"<br>or: ".join(escape(gold) for gold in group)}</blockquote>'
        for group in evidence.missing_groups(case, one.outcome)
    )
    scores = ", ".join(f"{escape(name)} {score:.2f}" for name, score in one.scores.items() if score is not None)
    return (
        f"<details><summary><b>{escape(case.id)}</b> {mark}<br>{escape(' / '.join(case.asked))}</summary>"
        f'<p class="faint">{escape(case.kind)}, expected: {escape(case.expected_behavior)}, got: '
        f"{escape(answer.status)}{f', verdict {escape(answer.verdict)}' if answer.verdict else ''}, "
        f"{one.outcome.latency_ms:.1f} ms</p>"
        f'<p class="text">{escape(answer.text)}</p>{quotes}'
        f'{f"<p>Missing evidence, one of each:</p>{missing}" if missing else ""}<p class="faint">{scores}</p></details>'
    )
