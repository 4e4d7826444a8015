"""A data folder saved while others write to it, and put back whole or not at all."""

from __future__ import annotations

import io
import sqlite3
import tarfile
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from vectorstore.backup import restore, save
from vectorstore.errors import BackupError


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    for place, content in {
        "requests.key": b"k" * 32,
        "outgoing/new/1": b"a mail",
        "index/1/vectors": b"derived",
        "requests.sqlite.lock": b"",
    }.items():
        file = folder / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    with closing(sqlite3.connect(folder / "policydesk.sqlite")) as connection:
        connection.execute("CREATE TABLE pairs (a INTEGER, b INTEGER)")
    return folder


def test_what_is_saved_comes_back_for_its_user_alone(data_dir: Path, tmp_path: Path) -> None:
    archive, back = tmp_path / "saved.tar.gz", tmp_path / "back"
    made = save(data_dir, archive)
    assert restore(archive, back) == made
    assert sorted(made.files) == ["outgoing/new/1", "policydesk.sqlite", "requests.key"]
    assert made.files[0] == "policydesk.sqlite"
    assert (back / "outgoing/new/1").read_bytes() == b"a mail"
    assert {(file.stat().st_mode & 0o777) for file in back.rglob("*") if file.is_file()} == {0o600}
    assert archive.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".*")) == []


def test_a_database_is_saved_as_it_stood_between_two_transactions(data_dir: Path, tmp_path: Path) -> None:
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(data_dir / "policydesk.sqlite", isolation_level=None, timeout=30)) as connection:
            number = 0
            while not stop.is_set():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO pairs VALUES (?, 1)", (number,))
                connection.execute("INSERT INTO pairs VALUES (?, 2)", (number,))
                connection.execute("COMMIT")
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            save(data_dir, tmp_path / f"{number}.tar.gz")
    finally:
        stop.set()
        writer.join(30)
    for number in range(5):
        back = tmp_path / f"back{number}"
        restore(tmp_path / f"{number}.tar.gz", back)
        with closing(sqlite3.connect(back / "policydesk.sqlite")) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            halves = connection.execute("SELECT count(*) FROM (SELECT a FROM pairs GROUP BY a HAVING count(*) <> 2)")
            assert halves.fetchone() == (0,)


def test_a_mail_that_goes_away_meanwhile_costs_nothing(data_dir: Path, tmp_path: Path) -> None:
    def told(place: str) -> None:
        if place == "outgoing/new/1":
            (data_dir / place).unlink()

    assert "outgoing/new/1" not in save(data_dir, tmp_path / "saved.tar.gz", told).files


def test_nothing_is_written_over(data_dir: Path, tmp_path: Path) -> None:
    archive = tmp_path / "saved.tar.gz"
    save(data_dir, archive)
    before = archive.read_bytes()
    with pytest.raises(BackupError, match="there already"):
        save(data_dir, archive)
    with pytest.raises(BackupError, match="not empty"):
        restore(archive, data_dir)
    assert archive.read_bytes() == before


def packed(change: Callable[[tarfile.TarInfo, bytes], tuple[tarfile.TarInfo, bytes]], archive: Path) -> None:
    """Write the archive anew with every entry changed."""
    with tarfile.open(archive) as opened:
        entries = [(entry, (opened.extractfile(entry) or io.BytesIO()).read()) for entry in opened]
    with tarfile.open(archive, "w:gz") as opened:
        for entry, content in entries:
            entry, content = change(entry, content)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))


@pytest.mark.parametrize("damage", ["cut", "changed", "leads out", "no archive"])
def test_a_damaged_or_hostile_archive_puts_nothing_anywhere(damage: str, data_dir: Path, tmp_path: Path) -> None:
    archive, back = tmp_path / "saved.tar.gz", tmp_path / "inner" / "back"
    save(data_dir, archive)

    def changed(entry: tarfile.TarInfo, content: bytes) -> tuple[tarfile.TarInfo, bytes]:
        if entry.name == "requests.key":
            if damage == "leads out":
                entry.name = "../../escaped"
            else:
                content = b"x" * 32
        return entry, content

    if damage == "cut":
        archive.write_bytes(archive.read_bytes()[:200])
    elif damage == "no archive":
        archive.write_bytes(b"hello")
    else:
        packed(changed, archive)
    with pytest.raises(BackupError):
        restore(archive, back)
    assert not back.exists()
    assert not (tmp_path / "escaped").exists()
    assert list(back.parent.glob(".*")) == []


def test_an_empty_or_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="no data folder"):
        save(tmp_path / "missing", tmp_path / "saved.tar.gz")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BackupError, match="nothing to save"):
        save(tmp_path / "empty", tmp_path / "saved.tar.gz")
    assert not (tmp_path / "saved.tar.gz").exists()
