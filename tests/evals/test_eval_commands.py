"""`policydesk eval` over a real library of the sample policies: bytes, exit statuses, and words for people."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from typer.testing import CliRunner, Result

from cli import app
from evals.judge import Judge
from ingest import ingest_sources
from vectorstore import PolicyLibrary, StoreSettings

ROOT = Path(__file__).parents[2]
SET = ROOT / "evals/sets/samples.jsonl"
SMALL = 12  # cases: one of most kinds, and quick


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evals") / "data"
    ingest_sources([ROOT / "policies/policies.yaml"], PolicyLibrary.open(StoreSettings(folder)))
    return folder


@pytest.fixture(scope="module")
def small_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "small.jsonl"
    lines = SET.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[:: len(lines) // SMALL]) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def results(stocked: Path, small_set: Path) -> Path:
    path = small_set.with_name("results.jsonl")
    run("run", small_set, "--out", path, data_dir=stocked)
    return path


def run(*arguments: object, data_dir: Path | None = None, status: int = 0) -> Result:
    tail = [] if data_dir is None else ["--data-dir", str(data_dir)]
    result = CliRunner().invoke(app, ["eval", *map(str, arguments), *tail])
    assert result.exit_code == status, (result.output, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_two_runs_give_the_same_bytes_but_for_their_times(stocked: Path, small_set: Path, tmp_path: Path) -> None:
    """Two processes with other hash seeds, as sets and dicts of text would show."""
    for name, seed in (("one", "1"), ("two", "2")):
        words = ["eval", "run", small_set, "--no-times", "--out", tmp_path / name, "--data-dir", stocked]
        command = [sys.executable, "-m", "cli", *map(str, words)]
        subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True)
    one, two = ((tmp_path / name).read_bytes() for name in ("one", "two"))
    assert one == two
    lines = [json.loads(line) for line in one.splitlines()]
    assert {line["latency_ms"] for line in lines} == {None}
    assert {line["answer"]["latency_ms"] for line in lines} == {0.0}


def test_show_prints_what_the_run_printed(stocked: Path, small_set: Path, tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    printed = run("run", small_set, "--out", out, data_dir=stocked).stdout
    # The file holds milliseconds to 0.1, as the table does.
    assert run("show", out).stdout.splitlines()[:-1] == printed.splitlines()[:-1]
    assert json.loads(run("show", out, "--json").stdout)["cases"] == len(out.read_text().splitlines())


def test_show_writes_report_and_junit_without_asking_again(results: Path, tmp_path: Path) -> None:
    run("show", results, "--report", tmp_path / "page", "--junit", tmp_path / "j.xml", "--baseline", results)
    assert (tmp_path / "page/index.html").is_file()
    suites = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert int(suites.get("tests", "0")) == len(results.read_text().splitlines())


def test_results_without_words_can_be_compared_and_not_shown(results: Path, tmp_path: Path) -> None:
    accepted = run("accept", results, "--folder", tmp_path, "--name", "bare", "--scores-only").stdout.strip()
    assert accepted == f"baseline: {tmp_path / 'bare.jsonl'}"
    assert "larkspur" not in (tmp_path / "bare.jsonl").read_text()
    run("compare", tmp_path / "bare.jsonl", results)
    assert "has no answer or no case" in run("show", tmp_path / "bare.jsonl", status=2).stderr


def test_accept_refuses_a_regression_unless_told_and_says_what_it_allows(results: Path, tmp_path: Path) -> None:
    run("accept", results, "--folder", tmp_path, "--name", "b")
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    lines[0]["scores"]["quote_exact"] = 0.0
    worse = tmp_path / "worse.jsonl"
    worse.write_text("".join(json.dumps(line) + "\n" for line in lines))
    run("compare", tmp_path / "b.jsonl", worse, status=1)
    kept = (tmp_path / "b.jsonl").read_bytes()
    refused = run("accept", worse, "--folder", tmp_path, "--name", "b", status=1)
    assert "quote_exact: must hold, went from 1 to 0" in refused.stdout
    assert "--anyway" in refused.stderr
    assert (tmp_path / "b.jsonl").read_bytes() == kept
    said = run("accept", worse, "--folder", tmp_path, "--name", "b", "--anyway")
    assert f"what must hold does not hold in {lines[0]['id']}" in said.stderr
    run("compare", tmp_path / "b.jsonl", worse)
    assert "not a plain file name" in run("accept", worse, "--folder", tmp_path, "--name", "../x", status=2).stderr


def test_compare_gives_paired_changes_as_json(results: Path) -> None:
    found = json.loads(run("compare", results, results, "--json").stdout)
    assert found["regressions"] == []
    behaviour = next(one for one in found["metrics"] if one["metric"] == "behaviour")
    assert (behaviour["paired"]["mean"], behaviour["paired"]["n"]) == (0.0, len(results.read_text().splitlines()))


def test_check_finds_no_fault_in_the_bundled_set(stocked: Path) -> None:
    assert run("check", SET, data_dir=stocked).stdout == "samples.jsonl: 74 cases, no fault\n"


def test_check_tells_all_faults_with_their_lines(stocked: Path, tmp_path: Path) -> None:
    lines = SET.read_text(encoding="utf-8").splitlines()[:3]
    lines[1] = lines[1].replace("Last Updated:", "Last Changed:")
    lines[2] = lines[2].replace('"policy": "larkspur"', '"policy": "nobody"')
    path = tmp_path / "s.jsonl"
    path.write_text("\n".join([*lines, "{no json"]), encoding="utf-8")
    said = run("check", path, data_dir=stocked, status=2).stderr
    assert f"{path}:4: not valid JSON" in said
    assert (
        f'{path}:2: gold_quotes, entry 1, entry 1: "Last Changed: February 12, 2026" is not in the stored text' in said
    )
    assert f"{path}:3: the library holds no policy 'nobody'" in said
    # A run stops at faults of form; what the library lacks it says and goes on, unless --strict.
    assert "Last Changed" not in run("run", path, data_dir=stocked, status=2).stderr
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "Last Changed" in run("run", path, data_dir=stocked).stderr
    assert "cannot be met" in run("run", path, "--strict", data_dir=stocked, status=2).stderr


def test_a_judge_is_told_beside_and_changes_no_exit_status(
    stocked: Path, small_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = '{"supported": false, "answers": false, "reason": "no"}'
    model = GenericFakeChatModel(messages=iter(["no JSON", *[reply] * 100]))
    monkeypatch.setattr("evals.judge.open_judge", lambda name: Judge(model, name))
    out = tmp_path / "r.jsonl"
    said = run(
        "run",
        small_set,
        "--out",
        out,
        "--judge",
        "fake:one",
        "--baseline",
        out_of(stocked, small_set, tmp_path),
        data_dir=stocked,
    )
    assert "opinion of fake:one (no part of any regression)" in said.stdout
    assert "supported by its quotes   0.000" in said.stdout
    assert "no usable opinion on 1 cases" in said.stdout
    opinions = [json.loads(line) for line in (tmp_path / "r.judge.jsonl").read_text().splitlines()]
    assert [line["id"] for line in opinions] == [json.loads(line)["id"] for line in out.read_text().splitlines()]


def out_of(stocked: Path, small_set: Path, folder: Path) -> Path:
    run("run", small_set, "--out", folder / "before.jsonl", data_dir=stocked)
    return folder / "before.jsonl"


def test_a_judge_that_cannot_be_opened_is_told_before_anything_is_asked(stocked: Path, small_set: Path) -> None:
    said = run("run", small_set, "--judge", "no-such-provider:x", data_dir=stocked, status=2)
    assert said.stderr.startswith("policydesk: the judge cannot be opened: ")
    assert said.stdout == ""


def test_the_page_of_figures_is_made_of_results_and_scores_alone(results: Path, tmp_path: Path) -> None:
    scores = tmp_path / "scores.jsonl"
    scores.write_text('{"score": 0.9, "answerable": true}\n{"score": 0.1, "answerable": false}\n')
    page = tmp_path / "docs/quality.md"
    run("quality", results, "--scores", scores, "--out", page)
    written = page.read_text(encoding="utf-8")
    assert "policydesk eval quality results.jsonl --scores scores.jsonl --out quality.md" in written
    assert str(tmp_path) not in written
    assert (tmp_path / "docs/images/silence.svg").is_file()
    run("quality", results, "--scores", scores, "--out", page)
    assert page.read_text(encoding="utf-8") == written
    assert "<- the desk" in run("curve", scores, "--at", "0.5", "--out", tmp_path / "c.svg").stdout
    assert run("curve", results, status=2).stderr.startswith("policydesk: ")
    assert run("quality", scores, "--out", page, status=2).stderr.startswith("policydesk: ")


@pytest.mark.parametrize(
    "command", ["run", "show", "check", "compare", "accept", "policyqa", "reading", "curve", "quality"]
)
def test_every_help_teaches_with_an_example(command: str) -> None:
    assert f"Example: policydesk eval {command} " in run(command, "--help").stdout
