"""The commands about versions: list, differences, roll-back, removal of one, approval of addresses, answers as of a day."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import app
from tests.bot.test_changes import NEW_SHARING, OLD_SHARING, VERSIONS


def run(*arguments: object, data_dir: Path, status: int = 0) -> Result:
    result = CliRunner().invoke(app, [*map(str, arguments), "--data-dir", str(data_dir)])
    assert result.exit_code == status, (result.output, result.exception)
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three versions of a policy, and the library that holds them."""
    folder = tmp_path_factory.mktemp("ingested")
    for day, text in VERSIONS:
        file = folder / f"{day}.md"
        file.write_text(text, encoding="utf-8")
        run("ingest", file, "--policy-id", "larkspur", data_dir=folder / "data")
    return folder


@pytest.fixture
def stocked(ingested: Path, tmp_path: Path) -> Path:
    """The library in a copy of that folder, for the test to change."""
    return Path(shutil.copytree(ingested, tmp_path, dirs_exist_ok=True)) / "data"


def test_versions_are_listed_compared_rolled_back_and_removed(stocked: Path) -> None:
    listed = run("policies", "versions", "larkspur", data_dir=stocked).stdout.splitlines()
    assert [line.split()[0] for line in listed] == ["2023-03-01", "2024-06-10", "2026-02-20"]
    assert listed[2].endswith("* current")
    rows = json.loads(run("policies", "versions", "larkspur", "--json", data_dir=stocked).stdout)
    assert [(row["start"], row["standing"]) for row in rows][0] == ("2023-03-01", "earlier")

    shown = run("policies", "diff", "larkspur", data_dir=stocked).stdout
    assert "2024-06-10 -> 2026-02-20" in shown
    assert "[-does not-] {+may+} share" in shown
    assert "advertisers {+if you agree.+}" in shown or "{+advertisers if you agree.+}" in shown
    found = json.loads(run("policies", "diff", "larkspur", "--from", "2023-03-01", "--json", data_dir=stocked).stdout)
    sharing = next(change for change in found["changes"] if NEW_SHARING in (change["new"] or ""))
    assert (sharing["kind"], sharing["edits"][0]["kind"]) == ("reworded", "reworded")
    text = run("policies", "show", "larkspur", "--version", "2023-03-01", "--text", data_dir=stocked).stdout
    assert text[sharing["edits"][0]["old_start"] : sharing["edits"][0]["old_end"]] == OLD_SHARING

    assert (
        "2024-06-10 is now the current version"
        in run("policies", "rollback", "larkspur", "--to", "2024-06-10", data_dir=stocked).stdout
    )
    assert "version 2024-06-10" in run("policies", data_dir=stocked).stdout
    run("policies", "remove", "larkspur", "--version", "2024-06-10", data_dir=stocked)
    left = json.loads(run("policies", "versions", "larkspur", "--json", data_dir=stocked).stdout)
    assert [(row["version"], row["standing"]) for row in left] == [("2023-03-01", "earlier"), ("2026-02-20", "current")]
    for command in (
        ("versions", "nobody"),
        ("rollback", "larkspur", "--to", "1999-01-01"),
        ("diff", "nobody"),
        ("channels", "nobody"),
    ):
        run("policies", *command, data_dir=stocked, status=2)


def test_a_new_address_waits_for_a_word(stocked: Path, tmp_path: Path) -> None:
    again = run("ingest", tmp_path / "2026-02-20.md", "--policy-id", "larkspur", data_dir=stocked).stdout
    assert "waiting for your approval: policydesk policies approve larkspur" in again
    assert "waiting for your approval" in run("policies", "show", "larkspur", data_dir=stocked).stdout
    listed = run("policies", "channels", "larkspur", data_dir=stocked).stdout
    assert "pending   email: requests@larkspur.example" in listed
    assert "approved  email: privacy@larkspur.example  (of another version)" in listed
    refused = run("policies", "refuse", "larkspur", "--channel", "requests@larkspur.example", data_dir=stocked).stdout
    assert refused == "refused: email requests@larkspur.example\n"
    assert "nothing was waiting" in run("policies", "approve", "larkspur", data_dir=stocked).stdout
    approved = run("policies", "approve", "larkspur", "--channel", "requests@larkspur.example", data_dir=stocked).stdout
    assert approved == "approved: email requests@larkspur.example\n"


def test_an_earlier_document_says_that_the_current_version_stays(stocked: Path, tmp_path: Path) -> None:
    file = tmp_path / "old.md"
    file.write_text(
        VERSIONS[0][1].replace("March 1, 2023", "May 5, 2022").replace("two weeks", "a week"), encoding="utf-8"
    )
    shown = run("ingest", file, "--policy-id", "larkspur", data_dir=stocked).stdout
    assert "stored as an earlier version, in force from 2022-05-05: the current version stays" in shown


def test_ask_answers_as_of_a_day_and_refuses_what_is_no_day(stocked: Path) -> None:
    question = "How long does Larkspur keep order records?"
    answer = json.loads(run("ask", question, "--as-of", "2023-06-01", "--json", data_dir=stocked).stdout)
    assert {citation["version"] for citation in answer["citations"]} == {"2023-03-01"}
    assert answer["text"].startswith("As the policy stood on 2023-06-01 (version 2023-03-01): ")
    run("ask", question, "--as-of", "last May", data_dir=stocked, status=2)
