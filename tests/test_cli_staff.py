"""`policydesk staff`: members, keys and the trail from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from cli import app
from commands.opening import open_staff

RUN = CliRunner()
WORDS = "four plain words here"


def staff(folder: Path, *arguments: str, typed: str | None = None) -> Result:
    return RUN.invoke(app, ["staff", *arguments, "--data-dir", str(folder)], input=typed)


def test_a_member_is_added_listed_changed_and_shut_out(tmp_path: Path) -> None:
    assert "Nobody can sign in yet" in staff(tmp_path, "list").output
    added = staff(tmp_path, "add", "boss", "--role", "admin", "--shown", "The Boss", typed=f"{WORDS}\n")
    assert (added.exit_code, "The Boss can sign in at /staff (admin)." in added.output) == (0, True)
    staff(tmp_path, "add", "ines", "--role", "agent", typed=f"{WORDS}\n")
    staff(tmp_path, "roles", "ines", "--role", "agent", "--role", "evaluator")
    listed = json.loads(staff(tmp_path, "list", "--json").output)
    assert [(one["name"], one["roles"], one["disabled"]) for one in listed] == [
        ("The Boss", ["admin"], None),
        ("ines", ["agent", "evaluator"], None),
    ]
    opened = open_staff(tmp_path)
    assert opened.accounts.sign_in("ines", WORDS, "", None).name == "ines"
    assert staff(tmp_path, "password", "ines", typed="another four plain words\n").exit_code == 0
    assert opened.accounts.sign_in("ines", "another four plain words", "", None).name == "ines"
    assert staff(tmp_path, "disable", "ines").exit_code == 0
    assert json.loads(staff(tmp_path, "list", "--json").output)[1]["disabled"] is not None
    assert staff(tmp_path, "disable", "ines", "--undo").exit_code == 0
    opened.close()


def test_what_cannot_be_done_is_told_in_one_line(tmp_path: Path) -> None:
    staff(tmp_path, "add", "boss", "--role", "admin", typed=f"{WORDS}\n")
    for told in (
        staff(tmp_path, "add", "boss", "--role", "admin", typed=f"{WORDS}\n"),
        staff(tmp_path, "add", "other", "--role", "king", typed=f"{WORDS}\n"),
        staff(tmp_path, "add", "other", "--role", "agent", typed="short\n"),
        staff(tmp_path, "disable", "nobody"),
        staff(tmp_path, "disable", "boss"),
        staff(tmp_path, "key", "revoke", "nokey"),
    ):
        assert (told.exit_code, told.output.count("\n")) == (2, 1), told.output
        assert told.output.startswith("policydesk: ")


def test_a_key_is_printed_once_and_every_act_stands_in_the_trail(tmp_path: Path) -> None:
    staff(tmp_path, "add", "boss", "--role", "admin", typed=f"{WORDS}\n")
    key = staff(tmp_path, "key", "add", "boss", "night job").output.strip()
    opened = open_staff(tmp_path)
    assert opened.keys.member_of(key) is not None
    listed = staff(tmp_path, "key", "list").output
    assert "night job" in listed
    assert key not in listed
    staff(tmp_path, "key", "revoke", listed.split()[0])
    assert opened.keys.member_of(key) is None
    trail = json.loads(staff(tmp_path, "audit", "--json").output)
    assert trail["first_fault"] is None
    assert [entry["action"] for entry in trail["entries"]] == ["revoke key", "add key", "add member"]
    assert staff(tmp_path, "audit").exit_code == 0
    opened.close()
