"""The command: every command of the contract, its output and its exit status, over the sample policies."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.reply import Answer
from cli import app
from evals.run import read_results
from ingest import ingest_sources
from vectorstore import PolicyLibrary, StoreSettings
from vectorstore.errors import StoreUnavailableError
from vectorstore.policy import Policy

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "policies/policies.yaml"
SHOP = ROOT / "policies/larkspur-outfitters.txt"
COMMANDS = (
    "", "ingest", "policies", "policies show", "policies diff", "policies remove",
    "policies versions", "policies rollback", "policies channels", "policies approve", "policies refuse", "ask", "chat", "serve",
    "eval", "eval run", "eval compare", "eval accept", "eval policyqa",
)  # fmt: skip


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library that holds the sample policies; tests that change it take a copy."""
    folder = tmp_path_factory.mktemp("cli") / "data"
    ingest_sources([SAMPLES], PolicyLibrary.open(StoreSettings(folder)))
    return folder


@pytest.fixture
def copy(stocked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stocked, tmp_path / "copy"))


def run(*arguments: object, data_dir: Path | None = None, status: int = 0, typed: str | None = None) -> Result:
    """Run the command and check its exit status; no fault of it may show a traceback."""
    tail = [] if data_dir is None else ["--data-dir", str(data_dir)]
    # The options of the `policies` list stand before its subcommands.
    result = CliRunner().invoke(app, [*map(str, arguments), *tail], input=typed)
    assert result.exit_code == status, (result.output, result.exception)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_in_a_sentence_what_a_command_does(command: str) -> None:
    lines = [line.strip() for line in run(*command.split(), "--help").stdout.splitlines() if line.strip()]
    said = lines[1]
    assert lines[0].startswith("Usage:")
    assert said[0].isupper()
    assert len(said.split()) >= 3


@pytest.mark.parametrize(
    "arguments", [("nonsense",), ("ask",), ("ask", "a", "b"), ("ingest",), ("ask", "hi", "--nope")]
)
def test_wrong_usage_ends_with_2(arguments: tuple[str, ...]) -> None:
    run(*arguments, status=2)


def test_ingest_reports_every_document_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    first = run("ingest", SAMPLES, data_dir=tmp_path)
    assert "larkspur" in first.stdout
    assert "2 policies in: 2 new, 0 changed, 0 unchanged; 0 failed" in first.stdout
    again = json.loads(run("ingest", SAMPLES, "--json", data_dir=tmp_path).stdout)
    assert (again["policies"], again["unchanged"], again["failed"]) == (2, 2, 0)
    row = again["documents"][0]
    assert (row["policy_id"], row["status"], row["version"], row["embedded"]) == (
        "larkspur",
        "unchanged",
        "2026-02-12",
        0,
    )
    assert row["clauses"] > 30
    assert row["passages"] > row["clauses"]
    assert {channel["type"] for channel in row["channels"]} >= {"email", "phone", "mail", "web_form"}
    assert any(flag["unreliable"] for flag in row["damage"])


def test_ingest_ends_with_1_where_a_document_failed_and_the_rest_is_in(tmp_path: Path) -> None:
    empty, binary, recipe = (tmp_path / name for name in ("empty.txt", "binary.txt", "recipe.txt"))
    empty.write_text("")
    binary.write_bytes(bytes(range(256)) * 20)
    recipe.write_text("Boil the eggs for six minutes. Peel them under cold water and serve. " * 20)
    result = run(
        "ingest", empty, SHOP, binary, recipe, tmp_path / "missing.txt", "--json", data_dir=tmp_path / "d", status=1
    )
    report = json.loads(result.stdout)
    assert [one["status"] for one in report["documents"]] == ["failed", "new", "failed", "failed", "failed"]
    assert all(one["error"] for one in report["documents"] if one["status"] == "failed")
    listed = json.loads(run("policies", "--json", "--data-dir", tmp_path / "d").stdout)
    assert [one["id"] for one in listed] == ["larkspur-outfitters"]


def test_ingest_refuses_one_id_for_two_documents(tmp_path: Path) -> None:
    result = run("ingest", SAMPLES, "--policy-id", "both", data_dir=tmp_path, status=2)
    assert "names one policy, but 2 documents" in result.stderr


def test_ingest_takes_an_id_and_keeps_it_from_another_company(copy: Path) -> None:
    other = ROOT / "policies/tidewell-app.md"
    result = run("ingest", other, "--policy-id", "larkspur", data_dir=copy, status=1)
    assert "belongs to Larkspur" in result.stdout
    assert run("ingest", SHOP, "--policy-id", "shop", data_dir=copy).stdout.startswith("shop")


def test_policies_lists_the_library(stocked: Path, tmp_path: Path) -> None:
    rows = json.loads(run("policies", "--json", "--data-dir", stocked).stdout)
    assert [(row["id"], row["version"]) for row in rows] == [("larkspur", "2026-02-12"), ("tidewell", "2026-06-03")]
    assert "tidewell" in run("policies", "--data-dir", stocked).stdout
    assert "The library is empty" in run("policies", "--data-dir", tmp_path).stdout


def test_policies_show_gives_clauses_channels_and_damage(stocked: Path) -> None:
    shown = run("policies", "show", "larkspur", data_dir=stocked).stdout
    assert "privacy@larkspur.example" in shown
    assert "damaged" in shown
    data = json.loads(run("policies", "show", "tidewell", "--json", data_dir=stocked).stdout)
    assert (data["id"], data["versions"]) == ("tidewell", ["2026-06-03"])
    text = run("policies", "show", "tidewell", "--version", "2026-06-03", "--text", data_dir=stocked).stdout
    for channel in data["channels"]:
        assert text[channel["start"] : channel["end"]] == channel["quote"]
    assert text == PolicyLibrary.open(StoreSettings(stocked)).get("tidewell").text


@pytest.mark.parametrize(
    "arguments",
    [("show", "nobody"), ("show", "larkspur", "--version", "1999-01-01"), ("diff", "nobody"), ("remove", "nobody")],
)
def test_an_unknown_policy_ends_with_2(copy: Path, arguments: tuple[str, ...]) -> None:
    result = run("policies", *arguments, data_dir=copy, status=2)
    assert result.stderr.startswith(
        "policydesk: the policy 'larkspur' has" if "larkspur" in arguments else "policydesk: no policy"
    )
    assert result.stdout == ""


def test_policies_diff_shows_what_changed(copy: Path, tmp_path: Path) -> None:
    run("policies", "diff", "larkspur", data_dir=copy)
    words = SHOP.read_text(encoding="utf-8")
    newer = tmp_path / "newer.txt"
    newer.write_text(words.replace("for seven years", "for nine years").replace("February 12, 2026", "May 2, 2026"))
    run("ingest", newer, "--policy-id", "larkspur", data_dir=copy)
    report = json.loads(run("policies", "diff", "larkspur", "--json", data_dir=copy).stdout)
    assert (report["from"], report["to"]) == ("2026-02-12", "2026-05-02")
    assert any("seven years" in (c["old"] or "") and "nine years" in (c["new"] or "") for c in report["changes"])
    shown = run("policies", "diff", "larkspur", "--from", "2026-02-12", "--to", "2026-05-02", data_dir=copy).stdout
    assert "for [-seven-] {+nine+} years" in shown
    run("policies", "diff", "larkspur", "--from", "1999-01-01", data_dir=copy, status=2)


def test_policies_remove_takes_the_policy_out(copy: Path) -> None:
    assert "removed larkspur" in run("policies", "remove", "larkspur", data_dir=copy).stdout
    assert [row["id"] for row in json.loads(run("policies", "--json", "--data-dir", copy).stdout)] == ["tidewell"]
    run("policies", "remove", "larkspur", data_dir=copy, status=2)
    run("policies", "remove", "tidewell", data_dir=copy)
    assert "empty" in run("policies", "--data-dir", copy).stdout


@pytest.mark.parametrize(
    "question",
    [
        "does larkspur sell my info?",
        "delete everything tidewell has on me",
        "do they sell it?",
        "2+2?",
        "tidewell blood type?",
    ],
)
def test_ask_gives_the_answer_object_and_0_whatever_the_status(stocked: Path, question: str) -> None:
    answer = Answer.model_validate_json(run("ask", question, "--json", data_dir=stocked).stdout)
    assert answer.question == question
    shown = run("ask", question, data_dir=stocked).stdout
    assert all(f"[{citation.n}]" in shown for citation in answer.citations)


def test_ask_keeps_to_the_policies_it_is_given(stocked: Path) -> None:
    answer = Answer.model_validate_json(
        run("ask", "do you sell my data?", "--policy", "tidewell", "--json", data_dir=stocked).stdout
    )
    assert {citation.policy_id for citation in answer.citations} == {"tidewell"}
    assert "no policy with the id 'nobody'" in run("ask", "hi", "--policy", "nobody", data_dir=stocked, status=2).stderr


@pytest.mark.parametrize("question", ["", "   ", "?!", "x" * 20_000, "\x00\x1b"])
def test_ask_refuses_what_is_no_question_in_one_clear_line(stocked: Path, question: str) -> None:
    result = run("ask", question, data_dir=stocked, status=2)
    assert result.stdout == ""
    assert result.stderr.startswith("policydesk: ")
    assert result.stderr.count("\n") == 1
    assert len(result.stderr) < 200


def test_an_answer_that_breaks_the_quote_law_is_withheld_without_a_traceback(
    stocked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = PolicyLibrary.get
    asked: list[str] = []

    def changed(self: PolicyLibrary, policy_id: str, version: str | None = None) -> Policy:
        asked.append(policy_id)
        policy = check(self, policy_id, version)
        return replace(policy, text="#" + policy.text) if len(asked) > 2 else policy

    monkeypatch.setattr(PolicyLibrary, "get", changed)
    result = run("ask", "does tidewell sell my data?", data_dir=stocked, status=2)
    assert (result.stdout, "is not the stored text" in result.stderr) == ("", True)


@pytest.mark.parametrize("arguments", [("ingest", SHOP), ("policies",)])
def test_a_library_that_fails_midway_is_told_in_plain_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[object, ...]
) -> None:
    def busy(self: PolicyLibrary, *others: object) -> None:
        raise StoreUnavailableError("the library is busy")

    monkeypatch.setattr(PolicyLibrary, "put", busy)
    monkeypatch.setattr(PolicyLibrary, "policies", busy)
    result = run(*arguments, "--data-dir", tmp_path, status=2)
    assert result.stderr.strip() == "policydesk: the library is busy"


def test_chat_answers_until_an_empty_line_and_remembers_the_company(stocked: Path) -> None:
    shown = run("chat", data_dir=stocked, typed="does tidewell sell my data?\nand larkspur?\n\n").stdout
    assert shown.count("[1] ") >= 2
    assert run("chat", data_dir=stocked, typed="x" * 20_000 + "\n").stdout.count("characters") == 1
    run("chat", data_dir=stocked, typed="")


CASE = {
    "id": "c-1", "kind": "yesno", "policy": "tidewell", "question": "does tidewell sell my data?", "answerable": True,
    "expected_behavior": "answer", "gold_quotes": [["We do not sell personal data"]], "yesno": "no",
    "must_mention": [], "must_not_mention": [], "policies": ["tidewell"],
}  # fmt: skip


@pytest.fixture
def small_set(tmp_path: Path) -> Path:
    path = tmp_path / "small.jsonl"
    path.write_text(
        "\n".join(json.dumps(case) for case in (CASE, CASE | {"id": "c-2", "question": "can tidewell sell data"}))
    )
    return path


def test_eval_run_writes_results_and_a_report_and_prints_metrics(
    stocked: Path, small_set: Path, tmp_path: Path
) -> None:
    out, page = tmp_path / "results.jsonl", tmp_path / "report"
    result = run("eval", "run", small_set, "--out", out, "--report", page, data_dir=stocked)
    assert "quote" in result.stdout
    assert [row.id for row in read_results(out)] == ["c-1", "c-2"]
    line = json.loads(out.read_text().splitlines()[0])
    assert {"id", "answer", "latency_ms", "scores"} <= line.keys()
    Answer.model_validate(line["answer"])
    assert list(page.rglob("*.html"))
    assert isinstance(json.loads(run("eval", "run", small_set, "--json", data_dir=stocked).stdout), dict)


def test_eval_ends_with_1_on_a_regression_and_with_0_on_none(stocked: Path, small_set: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    run("eval", "run", small_set, "--out", good, data_dir=stocked)
    assert "no regression" in run("eval", "run", small_set, "--baseline", good, data_dir=stocked).stdout
    run("eval", "compare", good, good)
    # The same set over a desk that lost the policy.
    empty = tmp_path / "empty"
    result = run("eval", "run", small_set, "--out", bad, "--baseline", good, data_dir=empty, status=1)
    assert "regressions:" in result.stdout
    run("eval", "compare", good, bad, status=1)
    run("eval", "compare", bad, good)


def test_eval_says_what_is_wrong_with_its_files(stocked: Path, small_set: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "x"}\nnot json\n')
    for arguments in (("run", broken), ("run", tmp_path / "missing"), ("run", small_set, "--baseline", broken)):
        assert run("eval", *arguments, data_dir=stocked, status=2).stderr.startswith("policydesk: ")
    for arguments in (("compare", broken, broken), ("accept", broken), ("policyqa", broken)):
        assert run("eval", *arguments, status=2).stderr.startswith("policydesk: ")


def test_the_environment_names_the_library_too(stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICYDESK_DATA_DIR", str(stocked))
    assert len(json.loads(run("policies", "--json").stdout)) == 2
    assert json.loads(run("policies", "--json", "--data-dir", tmp_path).stdout) == []


def test_the_default_library_is_var_in_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLICYDESK_DATA_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    run("policies")
    assert (tmp_path / "var/policydesk.sqlite").is_file()


@pytest.mark.parametrize(
    "command", [("policies",), ("policies", "show", "x"), ("ask", "hi"), ("ingest", str(SHOP)), ("chat",)]
)
def test_a_broken_library_is_told_in_plain_words(tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "policydesk.sqlite").write_bytes(b"no database " * 500)
    assert "damaged" in run(*command, data_dir=tmp_path, status=2).stderr


def test_a_library_of_another_model_is_told_with_the_way_out_which_works(tmp_path: Path) -> None:
    ingest_sources([SHOP], PolicyLibrary.open(StoreSettings(tmp_path, embedder="hash")))
    assert "Run `policydesk ingest`" in run("ask", "hi", data_dir=tmp_path, status=2).stderr
    assert "1 unchanged" in run("ingest", str(SHOP), data_dir=tmp_path).stdout
    assert run("ask", "does larkspur sell my data?", data_dir=tmp_path).stdout.startswith("No.")


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "POLICYDESK_DATA_DIR"}
    line = [sys.executable, "-m", "cli", *arguments]
    return subprocess.run(line, cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=120)


def test_the_real_command_answers(stocked: Path) -> None:
    done = command("ask", "does tidewell sell my data?", "--json", POLICYDESK_DATA_DIR=str(stocked))
    assert done.returncode == 0, done.stderr
    assert Answer.model_validate_json(done.stdout).verdict == "no"
    assert done.stderr == ""


def test_the_real_command_fails_without_a_traceback(stocked: Path) -> None:
    done = command("ask", "", "--data-dir", str(stocked))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("policydesk: Please type a question")


def test_answering_from_one_policy_loads_neither_index_nor_torch(stocked: Path) -> None:
    script = (
        "import sys, cli\n"
        "try:\n    cli.app(['ask', 'do you sell my data?', '--policy', 'tidewell', '--data-dir', sys.argv[1]])\n"
        "except SystemExit:\n    pass\n"
        "print(*sorted({'chromadb', 'torch', 'gradio', 'sentence_transformers', 'transformers'} & sys.modules.keys()), file=sys.stderr)"
    )
    line = [sys.executable, "-c", script, str(stocked)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "[1]" in done.stdout


def test_a_taken_port_is_said_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, ["serve", "--port", str(port), "--data-dir", str(tmp_path)])
    assert done.exit_code == 2
    assert "choose another port with --port" in done.stderr
