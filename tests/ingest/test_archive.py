"""Archives give their documents one by one; whatever could leave the archive or blow up is refused by name."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from ingest import archive
from ingest.archive import list_members, read_member
from ingest.errors import ArchiveError, IngestError, UnreadableDocumentError
from tests.ingest.documents import ACME, html, word, zipped


def listed(data: bytes) -> list[tuple[str, str | None]]:
    return [(member.name, member.refused) for member in list_members(data, "a.zip")]


def refusal(data: bytes) -> str:
    ((_, refused),) = listed(data)
    assert refused is not None
    return refused


def test_documents_are_listed_by_name_and_everything_else_is_left_out() -> None:
    data = zipped(
        {"b/policy.html": html(), "a.txt": ACME.encode(), "logo.png": b"\x89PNG", "style.css": b"p{}", "c.docx": word(),
         "__MACOSX/a.txt": b"x", ".DS_Store": b"x", "b/.hidden.md": b"x"}
    )  # fmt: skip
    assert listed(data) == [("a.txt", None), ("b/policy.html", None), ("c.docx", None)]
    assert read_member(data, "a.zip", "a.txt") == ACME.encode()


@pytest.mark.parametrize(
    "name", ["../a.txt", "/etc/a.txt", "b/../../a.txt", "C:\\a.txt", "..\\a.txt", "\\\\host\\a.txt"]
)
def test_names_that_leave_the_archive_are_refused(name: str) -> None:
    assert refusal(zipped({name: ACME.encode()})) == "its name points outside the archive"
    with pytest.raises(ArchiveError, match="outside"):
        read_member(zipped({name: ACME.encode()}), "a.zip", name)


def test_links_archives_and_locked_members_are_refused() -> None:
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(link, "/etc/passwd")
    assert refusal(out.getvalue()) == "it is a link to another file, not a document"
    assert (
        refusal(zipped({"in.zip": zipped({"a.txt": b"x"})})) == "it is an archive inside an archive; give it on its own"
    )
    assert refusal(locked(zipped({"a.txt": ACME.encode()}))) == "it is encrypted; pack it without a password"


def locked(data: bytes) -> bytes:
    """Set the flag of encryption in both headers of a single member."""
    central = data.index(b"PK\x01\x02")
    return data[:6] + b"\x01\x00" + data[8 : central + 8] + b"\x01\x00" + data[central + 10 :]


def test_bombs_are_refused_by_what_they_unpack_to() -> None:
    assert refusal(zipped({"a.txt": b"a" * 5_000_000})) == "it unpacks to far more than a document ever does"
    assert "over 10 MB" in refusal(zipped({"a.txt": b"a" * 11_000_000}))
    with pytest.raises(ArchiveError, match="over 200 MB"):
        list_members(zipped({f"{number}.txt": b"a" * 9_000_000 for number in range(24)}), "a.zip")
    with pytest.raises(ArchiveError, match="holds 2001 files; give at most 2000"):
        list_members(zipped({f"{number}.txt": b"" for number in range(2_001)}), "a.zip")


def test_a_size_that_lies_does_not_get_past_the_limit() -> None:
    data = bytearray(zipped({"a.txt": b"ab" * 6_000_000}))
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(mark)
        data[at + offset : at + offset + 4] = struct.pack("<I", 1_000)
    with pytest.raises(IngestError):
        read_member(bytes(data), "a.zip", "a.txt")


def test_two_files_of_one_name_are_both_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.txt", "one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            packed.writestr("a.txt", "two")
    assert listed(out.getvalue()) == [("a.txt", "two files in this archive have this name")] * 2


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04 nonsense", b"", zipped({"a.txt": ACME.encode()})[:80]], ids=["nonsense", "empty", "cut"]
)
def test_a_broken_archive_is_a_typed_error(data: bytes) -> None:
    with pytest.raises(UnreadableDocumentError, match="broken"):
        list_members(data, "a.zip")


def test_an_archive_without_documents_says_so() -> None:
    with pytest.raises(ArchiveError, match="no document in this archive"):
        list_members(zipped({"logo.png": b"x"}), "a.zip")


def test_the_limits_leave_room_for_real_archives() -> None:
    assert (archive.MAX_MEMBERS, archive.MAX_TOTAL_BYTES, archive.MAX_RATIO) == (2_000, 200 * 1024 * 1024, 200)
