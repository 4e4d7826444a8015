"""The reading process: hostile documents cost a typed error, never the parent, a gigabyte or half a minute."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.errors import DocumentTooCostlyError, IngestError, NotAPolicyError, UnreadableDocumentError
from ingest.manifest import Entry
from ingest.reader import read_policy
from ingest.sandbox import ReadingPool, SandboxedReader
from ingest.sandbox.wire import BrokenFrameError, read_frame, write_frame
from tests.ingest.bombs import BOMBS
from tests.ingest.documents import ACME, acme_pdf, html, word

ENTRY = Entry(id="acme", source="acme.txt")
ROOT = Path(__file__).parents[2]
GIGABYTE = 1024 * 1024 * 1024


SOAK = os.environ.get("POLICYDESK_SOAK") == "1"
# On a run of all tests a bomb is given up sooner than an operator's document is.
SECONDS = 28.0 if SOAK else 10.0


@pytest.fixture(scope="module")
def reader() -> Iterator[SandboxedReader]:
    with SandboxedReader(wall_seconds=SECONDS) as made:
        yield made


class PeakMemory:
    """Looks at the memory of the reading process twenty times a second; `most` is in bytes."""

    def __init__(self, reader: SandboxedReader) -> None:
        self.most = 0
        self._reader = reader
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.is_set():
            try:
                status = Path(f"/proc/{self._reader.process_id}/status").read_text(encoding="ascii")
            except OSError:
                status = ""
            peaks = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")]
            self.most = max([self.most, *peaks])
            self._done.wait(0.05)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_a_typed_error_or_is_read(reader: SandboxedReader, name: str) -> None:
    file, make = BOMBS[name]
    data = make()
    # A process that is up: the measure below is the document's, not the start's.
    reader.read_policy(ACME.encode(), "acme.txt", ENTRY)
    error: IngestError | None = None
    started = time.monotonic()
    with PeakMemory(reader) as memory:
        try:
            if file.endswith(".zip"):
                reader.list_members(data, file)
            else:
                assert reader.read_policy(data, file, ENTRY).text
        except IngestError as caught:
            error = caught
    assert time.monotonic() - started < 30
    assert 20 * 1024 * 1024 < memory.most < GIGABYTE
    assert error is None or len(error.reason) > 20
    # The reader reads on.
    assert reader.read_policy(ACME.encode(), "acme.txt", ENTRY).version == "2026-05-01"


@pytest.mark.parametrize(
    ("data", "name"),
    [(ACME.encode(), "a.txt"), (html(), "a.html"), (word(), "a.docx"), (acme_pdf(), "a.pdf")],
    ids=["txt", "html", "docx", "pdf"],
)
def test_a_policy_is_the_same_as_without_the_process(reader: SandboxedReader, data: bytes, name: str) -> None:
    assert reader.read_policy(data, name, ENTRY) == read_policy(data, name, ENTRY)


def test_errors_keep_their_type_and_reason(reader: SandboxedReader) -> None:
    with pytest.raises(NotAPolicyError, match="check that it is the policy's own page"):
        reader.read_policy(b"Pancakes and syrup. " * 40, "a.txt", ENTRY)


def test_a_process_that_is_killed_is_one_failed_document_and_a_new_process(reader: SandboxedReader) -> None:
    reader.read_policy(ACME.encode(), "a.txt", ENTRY)
    former = reader.process_id
    assert former is not None
    data = b"[" * 100_000 + ACME.encode()
    timer = threading.Timer(0.5, os.kill, (former, signal.SIGSEGV))
    timer.start()
    with pytest.raises(UnreadableDocumentError, match="its parser crashed on it"):
        reader.read_policy(data, "a.md", ENTRY)
    assert reader.read_policy(ACME.encode(), "a.txt", ENTRY).company
    assert reader.process_id != former


def test_a_document_that_takes_too_long_is_ended() -> None:
    with SandboxedReader(wall_seconds=1.0) as reader:
        reader.read_policy(ACME.encode(), "a.txt", ENTRY)
        started = time.monotonic()
        with pytest.raises(DocumentTooCostlyError, match="longer than 1 s"):
            reader.read_policy(b"[" * 200_000 + ACME.encode(), "a.md", ENTRY)
        assert time.monotonic() - started < 5


def test_a_process_is_replaced_after_so_many_documents() -> None:
    with SandboxedReader(documents=2) as reader:
        seen = []
        for _ in range(4):
            reader.read_policy(ACME.encode(), "a.txt", ENTRY)
            seen.append(reader.process_id)
    assert seen[0] == seen[1] != seen[2] == seen[3]
    assert reader.process_id is None


FORBIDDEN = {
    "write a file": "open({path!r}, 'w')",
    "read a file": "open('/etc/passwd').read()",
    "connect": "__import__('socket').create_connection(('127.0.0.1', 9))",
    "run a program": "__import__('subprocess').run(['true'])",
    "fork": "__import__('os').fork()",
    "remove a file": "__import__('os').remove({path!r})",
    "take two gigabytes": "bytearray(2_000_000_000)",
}


@pytest.mark.parametrize("act", FORBIDDEN)
def test_what_a_parser_never_needs_is_forbidden(act: str, tmp_path: Path) -> None:
    kept = tmp_path / "kept.txt"
    kept.write_text("kept", encoding="utf-8")
    code = (
        "import os, socket, subprocess, sys\n"
        "from ingest.sandbox.limits import limit_process\n"
        "limit_process([sys.prefix, os.path.dirname(os.__file__)])\n"
        f"try:\n    {FORBIDDEN[act].format(path=str(kept))}\n"
        "except (PermissionError, MemoryError):\n    os._exit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 7, done.stderr
    assert kept.read_text(encoding="utf-8") == "kept"


def test_a_pool_gives_documents_back_in_order_and_closes_at_once() -> None:
    texts = [ACME.replace("two more", f"{number} more") for number in range(12)]
    with ReadingPool(2) as pool:
        policies = pool.ahead(lambda text, reader: reader.read_policy(text.encode(), "a.txt", ENTRY), texts)
        assert [f"then for {number} more years" in policy.text for number, policy in enumerate(policies)] == [True] * 12
        started = time.monotonic()
        # Six documents are begun, and nobody waits for them.
        slow = pool.ahead(lambda data, reader: reader.read_policy(data, "a.md", ENTRY), [b"[" * 200_000] * 6, window=1)
        threading.Timer(1.0, pool.__exit__).start()
        with pytest.raises(IngestError):
            next(slow)
    assert time.monotonic() - started < 10


def test_frames_are_whole_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "frames"
    with path.open("wb") as stream:
        write_frame(stream, {"do": "read"}, b"body")
    with path.open("rb") as stream:
        assert read_frame(stream, 10) == ({"do": "read"}, b"body")
        assert read_frame(stream, 10) is None
    with path.open("rb") as stream, pytest.raises(BrokenFrameError, match="over the limit"):
        read_frame(stream, 3)
    path.write_bytes(path.read_bytes()[:-1])
    with path.open("rb") as stream, pytest.raises(BrokenFrameError, match="ends early"):
        read_frame(stream, 10)
