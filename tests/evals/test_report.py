import re
from html.parser import HTMLParser

import pytest

from evals import compare, format_summary, run_set, summarize, write_report
from evals.interval import Mean, difference_of, mean_of
from evals.metrics import METRICS
from evals.outcome import Judged, Outcome, Result
from evals.plots import histogram
from evals.report import Times

KEPT = "Birch keeps your name and your street for two years."
HOSTILE = "</p><script>alert(1)</script><img src=//evil.test/x onerror=alert(2)>\" onload='x' <b>&amp;"


def test_scores_get_a_seeded_bootstrap_interval():
    found = mean_of([1.0] * 80 + [0.0] * 20)
    assert (found.n, found.mean) == (100, 0.8)
    # The bootstrap distribution of a share is binomial: its 2.5 and 97.5 percentiles for n = 100, p = .8 are 72 and 87.
    assert (found.low, found.high) == (pytest.approx(0.72, abs=0.011), pytest.approx(0.87, abs=0.011))
    assert mean_of([1.0] * 80 + [0.0] * 20) == found


def test_where_every_case_is_right_or_wrong_the_interval_still_has_width():
    # 10 of 10 after Wilson (1927), from the textbook formula: resampling would claim certainty.
    assert mean_of([1.0] * 10).low == pytest.approx(0.7225, abs=1e-4)
    assert mean_of([1.0] * 10).high == 1.0
    assert mean_of([0.0] * 10).high == pytest.approx(0.2775, abs=1e-4)
    assert mean_of([0.0]).low == 0.0
    assert mean_of([1.0] * 4, shares=False) == Mean(4, 1.0, 1.0, 1.0)


def test_shares_between_zero_and_one_are_resampled_too():
    scores = [0.25, 0.5, 0.75, 1.0]
    found = mean_of(scores)
    assert found.mean == 0.625
    assert 0.25 <= found.low < 0.625 < found.high <= 1.0
    assert mean_of(scores) == found
    assert mean_of([0.5] * 6) == Mean(6, 0.5, 0.5, 0.5)


def test_no_score_has_no_mean():
    with pytest.raises(ValueError, match="no score"):
        mean_of([])
    with pytest.raises(ValueError, match="no score"):
        difference_of([], [])
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
    assert found.latency == Times(3, 20.0, pytest.approx(29.0))
    assert found.latency_by_kind["list"] == Times(1, 20.0, 20.0)


def test_the_table_shows_mean_interval_and_n(desk):
    judged = [timed(desk, "yesno", 10.0, behaviour=1.0), timed(desk, "out_of_scope", 30.0, behaviour=0.0)]
    lines = format_summary(summarize(judged)).splitlines()
    assert lines[1].split() == ["behaviour", "0.500", "0.000", "-", "1.000", "2", "█" * 10]
    assert lines[4].split() == ["yesno", "outside"]
    assert lines[5].split() == ["behaviour", "1.00/1", "0.00/1"]
    assert lines[-1] == "time to answer, p50 / p95: 20.0 / 29.0 ms, 2 cases"


class Page(HTMLParser):
    """Collects tags, attributes and the text outside style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}
        self.links += [value for name, value in attributes if name == "href"]

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
    assert not plain.tags & {"script", "img", "iframe", "link", "object", "form"}
    assert not {name for name in plain.attributes if name.startswith("on") or name in {"src", "srcset"}}
    assert all(link.startswith("#") for link in plain.links)
    # Title twice, question, answer, quote, policy id, gold, and the comparison: every one arrives as it was written.
    assert plain.text.count(HOSTILE) >= 8


def test_the_page_loads_nothing(desk, tmp_path):
    page = report(desk, tmp_path)
    assert re.search(
        r"http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"", page
    )
    assert not re.search(r"url\(|@import|<link|<script|src=(?!//evil)", page)
    assert [path.name for path in tmp_path.iterdir()] == ["index.html"]


def test_the_page_shows_answers_reasons_and_missing_evidence(desk, tmp_path):
    text = Page(report(desk, tmp_path)).text
    assert "or: or this" in text
    assert 'expected the quote "gone ' in text
    assert "2 cases: 0 right, 2 with something wrong." in text


def test_words_of_the_expected_evidence_are_marked_in_what_was_shown(desk, tmp_path):
    judged = run_set(
        desk.bot(desk.answer("answered", desk.cite(f"{KEPT}\nWe never sell what we know about you."))),
        [desk.case(gold_quotes=[["your name and your street"]], related_quotes=["We  never sell"])],
    )
    page = write_report(tmp_path, judged).read_text(encoding="utf-8")
    assert (
        'Birch keeps <mark>your name and your street</mark> for two years.\n<mark class="near">We never sell</mark> what'
        in page
    )
    assert '<blockquote class="found">your name and your street<br><span class="good">shown</span>' in page


def test_the_page_draws_every_metric_with_its_interval(desk, tmp_path):
    page = report(desk, tmp_path)
    assert page.count("<svg") == 7  # six metrics that apply, and the times
    row = page.split("behaviour</th>")[1].split("</tr>")[0]
    assert 'aria-label="0.500, interval 0.000 to 1.000"' in row
    assert 'class="bar" x="0" y="1" width="120.0"' in row
    assert re.findall(r'<td class="n[a-z ]*">(.*?)</td>', row) == ["0.500", "0.000 – 1.000", "2"]


def test_filters_need_no_script_and_count_what_they_leave(desk, tmp_path):
    page = report(desk, tmp_path)
    text = Page(page).text
    for label in ("all (2)", "wrong (2)", "right (0)", "factual (1)", "list (1)", "answered (1)", "silent (1)"):
        assert label in text
    assert "body:has(#kind2:checked) .case:not(.kind2){display:none}" in page
    assert page.count('class="case result1 kind1 status1"') == 1
    assert page.count('class="case result1 kind2 status2"') == 1


def test_every_link_leads_to_a_place_on_the_page(desk, tmp_path):
    judged = run_set(
        desk.bot(desk.answer("answered", desk.cite(KEPT), verdict="yes"), desk.answer("silent")),
        [desk.case(id="x y", yesno="no", policy="cedar"), desk.case(id="quiet")],
    )
    page = write_report(tmp_path, judged).read_text(encoding="utf-8")
    links = re.findall(r'href="#([^"]*)"', page)
    assert {"metrics", "cases", "c1", "c2"} <= set(links)
    assert [link for link in links if f'id="{link}"' not in page] == []


def test_changes_against_the_baseline_stand_at_their_case(desk, tmp_path):
    judged = run_set(desk.bot(desk.answer("silent")), [desk.case(id="a")])
    before = [Result(id="a", scores={"behaviour": 1.0})]
    comparison = compare(before, [one.result for one in judged])
    page = write_report(tmp_path, judged, "Set", comparison).read_text(encoding="utf-8")
    assert "worse than the baseline" in page
    assert "<li>behaviour: 1.00 → 0.00</li>" in page
    assert "Regressions: 1." in page


def test_the_histogram_counts_every_answer_once():
    drawn = histogram("Times", [0.0, 5.0, 10.0, 10.0], [("p50", 7.5)], bins=2)
    assert re.findall(r"<title>(.*?)</title>", drawn) == ["1 answers in 0 - 5 ms", "3 answers in 5 - 10 ms"]
    assert "p50 7.5 ms" in drawn
    assert "<svg" in histogram("Times", [0.0], [("p50", 0.0)])
