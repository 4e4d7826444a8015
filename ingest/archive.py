"""ZIP archives of documents: which members are documents, which are refused and why, and one member's bytes.

Nothing is ever unpacked to disk. Runs in the reading process.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from ingest.errors import ArchiveError, DocumentTooLargeError, UnreadableDocumentError
from ingest.formats import BY_ENDING

MAX_MEMBERS = 2_000
MAX_MEMBER_BYTES = 10 * 1024 * 1024
MAX_TOTAL_BYTES = 200 * 1024 * 1024
# Text packs to a fifth, repetitive HTML to a fiftieth; a bomb packs to a thousandth.
MAX_RATIO = 200
RATIO_COUNTS_FROM = 1024 * 1024
ENCRYPTED = 0x1
MEGABYTE = 1024 * 1024
NESTED = (".zip", ".jar", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz")


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an archive. `refused` says in plain words why it is not read, None if it is."""

    name: str
    refused: str | None = None


def list_members(data: bytes, name: str) -> list[Member]:
    """Return the documents of an archive in the order of their names.

    Files of formats that no policy comes in (pictures, style sheets) and those of file managers are left out. Raises
    ArchiveError or UnreadableDocumentError.
    """
    with _opened(data, name) as archive:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > MAX_MEMBERS:
            raise ArchiveError(name, f"this archive holds {len(entries)} files; give at most {MAX_MEMBERS} at a time")
        total = sum(entry.file_size for entry in entries)
        if total > MAX_TOTAL_BYTES:
            limit = MAX_TOTAL_BYTES // MEGABYTE
            raise ArchiveError(
                name, f"this archive would unpack to over {limit} MB; give its documents in smaller ones"
            )
        names = [entry.filename for entry in entries]
        found = []
        for entry in sorted(entries, key=lambda entry: entry.filename):
            refused = "two files in this archive have this name" if names.count(entry.filename) > 1 else _refused(entry)
            if refused is not None or _is_document(entry.filename):
                found.append(Member(entry.filename, refused))
        if not found:
            raise ArchiveError(name, f"no document in this archive; known endings: {', '.join(sorted(BY_ENDING))}")
    return found


def read_member(data: bytes, name: str, member: str) -> bytes:
    """Return the bytes of one member, never more than MAX_MEMBER_BYTES. Raises an IngestError."""
    with _opened(data, name) as archive:
        try:
            entry = archive.getinfo(member)
        except KeyError as error:
            raise ArchiveError(member, "this archive holds no such file") from error
        refused = _refused(entry)
        if refused is not None:
            raise ArchiveError(member, refused)
        with archive.open(entry) as file:
            content = file.read(MAX_MEMBER_BYTES + 1)
    # The size that the archive states may be a lie.
    if len(content) > MAX_MEMBER_BYTES:
        raise DocumentTooLargeError(member, f"the file is over {MAX_MEMBER_BYTES // MEGABYTE} MB unpacked")
    return content


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise UnreadableDocumentError(
            name, "this archive is broken or uses a method that is not read; pack it anew as ZIP"
        ) from error


def _refused(entry: zipfile.ZipInfo) -> str | None:
    """Return why a member is not read, None if it may be."""
    path = PurePosixPath(entry.filename.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\x00" in entry.orig_filename:
        return "its name points outside the archive"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "it is a link to another file, not a document"
    if entry.flag_bits & ENCRYPTED:
        return "it is encrypted; pack it without a password"
    if path.suffix.lower() in NESTED:
        return "it is an archive inside an archive; give it on its own"
    if entry.file_size > MAX_MEMBER_BYTES:
        return f"the file is over {MAX_MEMBER_BYTES // MEGABYTE} MB unpacked"
    if entry.file_size > RATIO_COUNTS_FROM and entry.file_size > MAX_RATIO * max(1, entry.compress_size):
        return "it unpacks to far more than a document ever does"
    return None


def _is_document(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in path.parts)
    return not hidden and path.suffix.lower() in BY_ENDING
