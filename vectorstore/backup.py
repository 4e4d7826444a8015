"""A data folder saved as one archive while others write to it, and put back. The index is left out: it is built again."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from vectorstore.errors import BackupError

LIST = "backup.json"
FORM = 1
_DATABASES = (".sqlite",)
# Derived (the index), or of a running process only.
_LEFT_OUT = frozenset({"index"})
_PASSING = (".lock", "-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Backup:
    """What an archive holds: `files` by their place in the data folder, the time (UTC) at which it was begun."""

    made: dt.datetime
    files: tuple[str, ...]


Told = Callable[[str], None]
"""Called with each file's place before it is copied."""


def save(data_dir: Path, archive: Path, told: Told = lambda place: None) -> Backup:
    """Write an archive of the folder, readable by its user alone, whole or not at all.

    Databases come first, each as it stood at one moment, then the other files: so a mail that a database calls sent is
    in the archive's mail folder too. Raises BackupError where there is nothing to save, or a file cannot be read.
    """
    made = dt.datetime.now(dt.UTC).replace(microsecond=0)
    if not data_dir.is_dir():
        raise BackupError(f"there is no data folder {data_dir}")
    if archive.exists():
        raise BackupError(f"{archive} is there already: name another file")
    sums: dict[str, str] = {}
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=archive.parent.resolve()) as passing:
            draft = Path(passing, "archive")
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                with tarfile.open(fileobj=out, mode="w:gz") as packed:
                    for file in _ordered(data_dir):
                        place = file.relative_to(data_dir).as_posix()
                        told(place)
                        copy = Path(passing, "copy")
                        if _copied(file, copy):
                            sums[place] = _sum(copy)
                            packed.add(copy, arcname=place)
                            copy.unlink()
                    _add_list(packed, made, sums)
                out.flush()
                os.fsync(out.fileno())
            if not sums:
                raise BackupError(f"{data_dir} holds nothing to save")
            draft.rename(archive)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"the backup could not be made: {error}") from error
    return Backup(made, tuple(sums))


def restore(archive: Path, data_dir: Path) -> Backup:
    """Put an archive back into a folder that is empty or not there yet. Raises BackupError; then nothing was put there.

    Every file is compared with its SHA-256 first. Links, devices and paths that lead out of the folder are refused.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        raise BackupError(f"{data_dir} is not empty: a backup is put back into an empty folder (--data-dir)")
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=data_dir.parent.resolve()) as passing:
        folder = Path(passing, "data")
        folder.mkdir(mode=0o700)
        try:
            with tarfile.open(archive, "r:gz") as packed:
                packed.extractall(folder, filter="data")
            backup, sums = _read_list(folder / LIST)
        except (OSError, EOFError, tarfile.TarError, ValueError, KeyError, TypeError) as error:
            raise BackupError(f"{archive} is no whole backup of PolicyDesk ({type(error).__name__})") from error
        (folder / LIST).unlink()
        found = {file.relative_to(folder).as_posix(): _sum(file) for file in folder.rglob("*") if file.is_file()}
        if found != sums:
            wrong = sorted(place for place in found.keys() | sums.keys() if found.get(place) != sums.get(place))
            raise BackupError(f"{archive} is damaged: {', '.join(wrong[:5])}")
        for file in folder.rglob("*"):
            file.chmod(0o700 if file.is_dir() else 0o600)
        if data_dir.exists():
            data_dir.rmdir()
        shutil.move(folder, data_dir)
    return backup


def _ordered(data_dir: Path) -> Iterator[Path]:
    files = [
        file
        for file in sorted(data_dir.rglob("*"))
        if file.is_file()
        and not file.is_symlink()
        and file.relative_to(data_dir).parts[0] not in _LEFT_OUT
        and not file.name.endswith(_PASSING)
        and not any(part.startswith((".backup-", ".restore-")) for part in file.parts)
    ]
    yield from sorted(files, key=lambda file: file.suffix not in _DATABASES)


def _copied(file: Path, copy: Path) -> bool:
    """Copy a file; return False where it went away meanwhile, as mails do between two folders."""
    if file.suffix in _DATABASES:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        return True
    try:
        shutil.copyfile(file, copy)
    except FileNotFoundError:
        return False
    return True


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return file_digest(opened, "sha256").hexdigest()


def _add_list(packed: tarfile.TarFile, made: dt.datetime, sums: dict[str, str]) -> None:
    content = json.dumps({"form": FORM, "made": made.isoformat(), "files": sums}, indent=1).encode()
    entry = tarfile.TarInfo(LIST)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(made.timestamp())
    packed.addfile(entry, io.BytesIO(content))


def _read_list(file: Path) -> tuple[Backup, dict[str, str]]:
    written = json.loads(file.read_bytes())
    if written["form"] != FORM:
        raise ValueError("another form of backup")
    sums = {str(place): str(digest) for place, digest in written["files"].items()}
    return Backup(dt.datetime.fromisoformat(written["made"]), tuple(sums)), sums
