"""`policydesk backup` and `restore`, and the log that a collector reads."""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path

from typer.testing import CliRunner

from bot.requests.ledger import Ledger
from cli import app
from commands.logs import JsonLines
from tests.bot.requests.desks import new_request, queued, settings_in

RUN = CliRunner()


def test_a_restored_desk_sends_nothing_that_may_have_left_since(tmp_path: Path) -> None:
    ledger = Ledger.open(settings_in(tmp_path))
    waiting = queued(ledger, new_request())
    archive, back = tmp_path / "saved.tar.gz", tmp_path / "back"
    saved = RUN.invoke(app, ["backup", str(archive), "--data-dir", str(tmp_path / "data")])
    assert saved.exit_code == 0
    restored = RUN.invoke(app, ["restore", str(archive), "--data-dir", str(back)])
    assert restored.exit_code == 0
    assert "Sending is stopped: 2 messages waited" in restored.output
    settings = settings_in(tmp_path / "other")
    again = Ledger.open(type(settings)(back, delivery=True, desk_mailbox=settings.desk_mailbox))
    assert again.get(waiting.id).state == "queued"
    assert "restored from the backup of" in (again.outbox.stopped() or "")
    assert again.outbox.claim("sender", ["maildir"]) is None


def test_a_desk_where_nothing_waited_goes_on_at_once(tmp_path: Path) -> None:
    Ledger.open(settings_in(tmp_path))
    archive, back = tmp_path / "saved.tar.gz", tmp_path / "back"
    RUN.invoke(app, ["backup", str(archive), "--data-dir", str(tmp_path / "data")])
    assert "stopped" not in RUN.invoke(app, ["restore", str(archive), "--data-dir", str(back)]).output
    assert Ledger.open(type(settings_in(tmp_path))(back)).outbox.stopped() is None


def test_what_cannot_be_saved_or_restored_is_told_in_one_line(tmp_path: Path) -> None:
    told = RUN.invoke(app, ["backup", "--data-dir", str(tmp_path / "none")])
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    (tmp_path / "text").write_text("hello")
    told = RUN.invoke(app, ["restore", str(tmp_path / "text"), "--data-dir", str(tmp_path / "back")])
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    assert "no whole backup" in told.output


def test_a_line_of_the_json_log_names_a_fault_by_its_type_alone() -> None:
    try:
        raise ValueError("what a visitor typed")
    except ValueError:
        record = logging.LogRecord("bot.bot", logging.ERROR, __file__, 1, "failed: id %s", ("a1",), sys.exc_info())
    line = json.loads(JsonLines().format(record))
    assert line.keys() == {"time", "level", "logger", "message", "error"}
    assert (line["level"], line["message"], line["error"]) == ("error", "failed: id a1", "ValueError")
    assert "\n" not in JsonLines().format(record)
