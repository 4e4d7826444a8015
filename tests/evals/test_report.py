import re
from html.parser import HTMLParser

import pytest

from evals import compare, format_summary, run_set, summarize, write_report
from evals.metrics import METRICS
from evals.outcome import Judged, Outcome, Result
from evals.plots import histogram
from evals.report import Mean, mean_of

KEPT = "Birch keeps your name and your street for two years."
HOSTILE = "</p><script>alert(1)</script><img src=//evil.test/x onerror=alert(2)>\" onload='x' <b>&amp;"


def test_shares_of_zero_and_one_get_a_wilson_interval():
    found = mean_of([1.0] * 8 + [0.0] * 2)
    assert (found.n, found.mean) == (10, 0.8)
    # 8 of 10 after Wilson (1927), from the textbook formula.
    assert (found.low, found.high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert mean_of([1.0] * 10).high == pytest.approx(1.0)
    assert mean_of([1.0] * 10).low == pytest.approx(0.7225, abs=1e-4)
    assert mean_of([0.0]).low == 0.0


def test_other_shares_get_a_seeded_bootstrap_interval():
    scores = [0.25, 0.5, 0.75, 1.0]
    found = mean_of(scores)
    assert found.mean == 0.625
    assert 0.25 <= found.low < 0.625 < found.high <= 1.0
    assert mean_of(scores) == found
    assert mean_of([0.5] * 6) == Mean(6, 0.5, 0.5, 0.5)


def test_no_score_has_no_mean():
    with pytest.raises(ValueError, match="no score"):
        mean_of([])
    with pytest.raises(ValueError, match="no case"):
        summarize([])


def timed(desk, kind, milliseconds, **scores):
    outcome = Outcome(desk.answer("silent"), milliseconds, {})
    return Judged(desk.case(kind=kind), outcome, {name: scores.get(name) for name in METRICS})


def test_the_summary_has_n_per_metric_and_kind(desk):
    judged = [
        timed(desk, "yesno", 10.0, behaviour=1.0, verdict=1.0),
        timed(desk, "list", 20.0, behaviour=0.0),
        timed(desk, "yesno", 30.0, behaviour=1.0, verdict=0.0),
    ]
    found = summarize(judged)
    assert (found.cases, found.kinds) == (3, {"yesno": 2, "list": 1})
    assert list(found.overall) == ["behaviour", "verdict"]
    assert (found.overall["behaviour"].n, found.overall["behaviour"].mean) == (3, pytest.approx(2 / 3))
    assert found.by_kind["yesno"]["verdict"].n == 2
    assert "verdict" not in found.by_kind["list"]
    assert (found.latency_p50, found.latency_p95) == (20.0, pytest.approx(29.0))
    assert found.latency_by_kind["list"] == (20.0, 20.0)


def test_the_table_shows_mean_interval_and_n(desk):
    judged = [timed(desk, "yesno", 10.0, behaviour=1.0), timed(desk, "out_of_scope", 30.0, behaviour=0.0)]
    lines = format_summary(summarize(judged)).splitlines()
    assert lines[1].split() == ["behaviour", "0.500", "0.095", "-", "0.905", "2", "█" * 10]
    assert lines[4].split() == ["yesno", "outside"]
    assert lines[5].split() == ["behaviour", "1.00/1", "0.00/1"]
    assert lines[-1] == "time to answer, p50 / p95: 20.0 / 29.0 ms, 2 cases"


class Page(HTMLParser):
    """Collects tags, attributes and the text outside style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data):
        self.text += data


def report(desk, folder, **kwargs):
    cite = desk.cite(KEPT, quote=f"{KEPT} {HOSTILE}", policy_id=HOSTILE)
    case = desk.case(id=HOSTILE, question=HOSTILE, gold_quotes=[["gone " + HOSTILE, "or this"]])
    answers = [desk.answer("answered", cite, text=HOSTILE), desk.answer("silent")]
    judged = run_set(desk.bot(*answers), [case, desk.case(id="plain", kind="list")])
    return write_report(folder, judged, **kwargs).read_text(encoding="utf-8")


def test_hostile_words_stay_words(desk, tmp_path):
    before = [Result(id=HOSTILE, scores={"quote_exact": 1.0, HOSTILE: 1.0})]
    after = [Result(id=HOSTILE, scores={"quote_exact": 0.0, HOSTILE: 0.0})]
    plain = Page(report(desk, tmp_path / "a", title=HOSTILE, comparison=compare(before, after)))
    assert not plain.tags & {"script", "img", "iframe", "link", "object", "form", "a"}
    assert not {name for name in plain.attributes if name.startswith("on") or name in {"src", "href", "srcset"}}
    # Title twice, question, answer, quote, policy id, gold, and the comparison: every one arrives as it was written.
    assert plain.text.count(HOSTILE) >= 8


def test_the_page_loads_nothing(desk, tmp_path):
    page = report(desk, tmp_path)
    assert re.search(
        r"http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"", page
    )
    assert not re.search(r"url\(|@import|<link|<script|src=(?!//evil)", page)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_the_page_shows_answers_failures_and_missing_evidence(desk, tmp_path):
    text = Page(report(desk, tmp_path)).text
    assert "Missing evidence, one of each:" in text
    assert "or: or this" in text
    assert "quote_exact, evidence_all, evidence_recall" in text
    assert "2 cases, 0 without a failed metric" in text


def test_the_page_plots_every_metric_by_kind(desk, tmp_path):
    page = report(desk, tmp_path)
    assert page.count("<svg") == 6  # five metrics that apply, and the times
    figure = page.split("<figcaption>behaviour</figcaption>")[1].split("</figure>")[0]
    assert re.findall(r'text-anchor="end">([a-z_]+)<', figure) == ["all", "factual", "list"]
    assert re.findall(r'class="bar" x="150" y="\d+" width="([\d.]+)"', figure) == ["120.0", "240.0", "0.0"]


def test_the_histogram_counts_every_answer_once():
    drawn = histogram("Times", [0.0, 5.0, 10.0, 10.0], [("p50", 7.5)], bins=2)
    assert re.findall(r"<title>(.*?)</title>", drawn) == ["1 answers in 0 - 5 ms", "3 answers in 5 - 10 ms"]
    assert "p50 7.5 ms" in drawn
    assert "<svg" in histogram("Times", [0.0], [("p50", 0.0)])
