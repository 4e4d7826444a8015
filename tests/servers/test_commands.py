"""The commands on PostgreSQL and a Chroma server: the same answers, and plain words for a server that is not there."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.servers.conftest import Desk
from tests.servers.running import Postgres, free_port

QUESTION = "Does Larkspur sell my personal information?"


def test_ingest_and_ask_work_on_the_servers_as_they_do_without(desk: Desk, tmp_path: Path) -> None:
    done = desk("ingest", "policies/policies.yaml", "--json")
    assert done.returncode == 0, done.stderr
    assert [row["status"] for row in json.loads(done.stdout)["documents"]] == ["new", "new"]
    again = desk("ingest", "policies/policies.yaml", "--json")
    assert [row["status"] for row in json.loads(again.stdout)["documents"]] == ["unchanged", "unchanged"]
    on_servers = json.loads(desk("ask", QUESTION, "--json").stdout)
    assert not (tmp_path / "var" / "policydesk.sqlite").exists()
    assert not (tmp_path / "var" / "index").exists()
    here = {"POLICYDESK_DATABASE_URL": "", "POLICYDESK_CHROMA_URL": ""}
    desk("ingest", "policies/policies.yaml", **here)
    embedded = json.loads(desk("ask", QUESTION, "--json", **here).stdout)
    assert (tmp_path / "var" / "policydesk.sqlite").exists()
    for answer in (on_servers, embedded):
        del answer["latency_ms"]
    assert on_servers == embedded
    assert on_servers["status"] == "answered"
    removed = desk("policies", "remove", "tidewell")
    assert removed.returncode == 0, removed.stderr
    assert [row["id"] for row in json.loads(desk("policies", "--json").stdout)] == ["larkspur"]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("POLICYDESK_DATABASE_URL", "postgresql://desk:secret-word@127.0.0.1:{closed}/x", "no database server answers at desk@127.0.0.1"),
        ("POLICYDESK_DATABASE_URL", "postgresql://desk:secret-word@127.0.0.1:{open}/postgres", "refused the user name or the password"),
        ("POLICYDESK_DATABASE_URL", "postgresql://desk:secret-word@nowhere.invalid/x", "the host of desk@nowhere.invalid"),
        ("POLICYDESK_DATABASE_URL", "mysql://desk:secret-word@127.0.0.1/x", "databases of the kind 'mysql' are not known here"),
        ("POLICYDESK_DATABASE_URL", "secret-word", "the database's address cannot be read"),
        ("POLICYDESK_CHROMA_URL", "http://chroma.example.test:8000", "is not on this machine and is not protected"),
        ("POLICYDESK_CHROMA_URL", "ftp://127.0.0.1", "write POLICYDESK_CHROMA_URL as http://127.0.0.1:8000"),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_used_is_said_in_one_line_without_the_password(
    desk: Desk, postgres: Postgres, variable: str, value: str, words: str
) -> None:
    address = value.format(closed=free_port(), open=postgres.port)
    done = desk("policies", **{variable: address})
    assert done.returncode == 2
    assert words in done.stderr
    assert "secret-word" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_database_that_does_not_exist_is_said_with_the_way_out(desk: Desk, postgres: Postgres) -> None:
    done = desk("policies", POLICYDESK_DATABASE_URL=postgres.url("nothing_here"))
    assert done.returncode == 2
    assert "nothing_here; create it with createuser and createdb" in done.stderr


def test_an_ingest_without_the_chroma_server_takes_the_documents_in_and_says_so(desk: Desk) -> None:
    down = {"POLICYDESK_CHROMA_URL": f"http://127.0.0.1:{free_port()}"}
    done = desk("ingest", "policies/policies.yaml", **down)
    assert done.returncode == 0, done.stderr
    assert "does not answer" in done.stderr
    assert "The documents are in and are searched without an index" in done.stderr
    assert json.loads(desk("ask", QUESTION, "--json", **down).stdout)["status"] == "answered"
    assert os.environ.get("POLICYDESK_CHROMA_URL") is None
