"""The database: one writer at a time, plain words for what goes wrong, SQL that a server understands."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from tests.vectorstore.shelf import document, open_library, put
from vectorstore import database as db
from vectorstore.errors import StoreUnavailableError


def test_sqlite_runs_with_the_settings_that_survived_the_kills(tmp_path: Path) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    wanted = {"journal_mode": "delete", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}
    with db.reading(engine) as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
    assert found == wanted


def test_a_locked_library_says_so_in_plain_words(tmp_path: Path) -> None:
    library = open_library(tmp_path, lock_seconds=0.1)
    put(library, document("birch", "Birch sells nothing."))
    holder = sqlite3.connect(tmp_path / "policydesk.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreUnavailableError, match="another process has been writing"):
        put(library, document("cedar", "Cedar sells nothing."))
    with pytest.raises(StoreUnavailableError, match="busy"):
        open_library(tmp_path, lock_seconds=0.1)
    holder.execute("ROLLBACK")
    holder.close()
    assert put(library, document("cedar", "Cedar sells nothing.")).status == "new"


def test_reading_goes_on_while_another_process_prepares_a_write(tmp_path: Path) -> None:
    library = open_library(tmp_path, lock_seconds=0.1)
    put(library, document("birch", "Birch sells nothing."))
    holder = sqlite3.connect(tmp_path / "policydesk.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert open_library(tmp_path, lock_seconds=0.1).get("birch").text == "Birch sells nothing."
    holder.close()


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_file_says_so_and_is_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "policydesk.sqlite"
    file.write_bytes(content)
    with pytest.raises(StoreUnavailableError, match="damaged: restore it from a backup"):
        open_library(tmp_path)
    assert file.read_bytes() == content


def test_a_database_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "policydesk.sqlite").mkdir()
    with pytest.raises(StoreUnavailableError, match="cannot be used: unable to open"):
        open_library(tmp_path)


def test_errors_of_statements_never_show_their_values(tmp_path: Path) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    row = {"id": "secret words of a policy", "current_version": None}
    with pytest.raises(IntegrityError) as caught, db.writing(engine) as connection:
        connection.execute(insert(db.policies).values(**row))
    assert "secret" not in str(caught.value)


def test_an_error_undoes_the_whole_transaction(tmp_path: Path) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")

    def fail_midway() -> None:
        with db.writing(engine) as connection:
            db.set_state(connection, "model", "half")
            raise LookupError

    with pytest.raises(LookupError):
        fail_midway()
    with db.reading(engine) as connection:
        assert db.get_state(connection, "model") is None


def test_state_is_set_changed_and_removed(tmp_path: Path) -> None:
    engine = db.open_engine(f"sqlite:///{tmp_path / 'a.sqlite'}")
    seen = []
    for value in ("one", "two", None):
        with db.writing(engine) as connection:
            db.set_state(connection, "model", value)
        with db.reading(engine) as connection:
            seen.append((db.get_state(connection, "model"), db.revision(connection)))
    assert seen == [("one", 0), ("two", 0), (None, 0)]


def test_tables_and_the_writers_queue_are_plain_sql_for_a_server() -> None:
    dialect = postgresql.dialect()
    tables = [str(CreateTable(table).compile(dialect=dialect)) for table in db.metadata.sorted_tables]
    assert len(tables) == 9
    assert any("BYTEA" in table for table in tables)
    # "end" is a word of SQL: it must be quoted.
    assert any('"end" INTEGER' in table for table in tables)
    queue = select(db.state.c.value).with_for_update()
    assert str(queue.compile(dialect=dialect)).endswith("FOR UPDATE")
