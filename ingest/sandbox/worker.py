"""The parent's side of the reading process: starts it, hands it documents, and ends it when it breaks a limit."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from threading import Timer
from typing import Any

from ingest.errors import BY_NAME, DocumentTooCostlyError, IngestError, UnreadableDocumentError
from ingest.manifest import Entry
from ingest.sandbox.wire import MAX_REPLY, BrokenFrameError, read_frame, write_frame
from vectorstore.policy import Policy
from vectorstore.record import load_policy

logger = logging.getLogger(__name__)

WALL_SECONDS = 28.0
START_SECONDS = 180.0
DOCUMENTS = 300  # after as many the process is replaced: whatever a parser leaked goes with it
BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from ingest.sandbox.child import main; main()"
# One thread a process for the number libraries: each more costs address space, which is limited.
ENVIRONMENT = {"PYTHONUTF8": "1", "TZ": "UTC", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
TIME = "reading this document takes longer than {} s; check that it is the policy's own page"


class SandboxedReader:
    """Reads one document after another in a process of its own. Not for several threads at once; close it after use."""

    def __init__(self, wall_seconds: float = WALL_SECONDS, documents: int = DOCUMENTS) -> None:
        self._wall_seconds = wall_seconds
        self._documents = documents
        self._process: subprocess.Popen[bytes] | None = None
        self._read = 0

    def __enter__(self) -> SandboxedReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """Id of the reading process, None while none runs."""
        return self._process.pid if self._process is not None else None

    def read_policy(
        self, data: bytes, name: str, entry: Entry, charset: str | None = None, member: str | None = None
    ) -> Policy:
        """Return the policy in `data`, as `ingest.reader.read_policy` does, or in the `member` of the archive `data`.

        Raises an IngestError, whatever the document does to its reader.
        """
        request = {"do": "read", "name": name, "entry": entry.model_dump(), "charset": charset, "member": member}
        _, record = self._ask(request, data, name)
        try:
            return load_policy(record.decode())
        except (KeyError, TypeError, ValueError) as error:
            raise UnreadableDocumentError(name, "the process that read this document sent no policy") from error

    def list_members(self, data: bytes, name: str) -> list[tuple[str, str | None]]:
        """Return the members of an archive: (name, None), or (name, why it is refused). Raises an IngestError."""
        header, _ = self._ask({"do": "list", "name": name}, data, name)
        return [(str(member), refused) for member, refused in header.get("members", [])]

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    # A pipe that broke with bytes still in it says so again when it is closed.
                    try:
                        pipe.close()
                    except OSError:
                        logger.debug("the pipe to reading process %d was broken", process.pid)
            process.wait()

    def _ask(self, request: dict[str, Any], data: bytes, name: str) -> tuple[dict[str, Any], bytes]:
        if self._read >= self._documents:
            self.close()
        process = self._process or self._start(name)
        self._read += 1
        header, body = self._exchange(process, request, data, name)
        kind = header.get("error")
        if kind is not None:
            known = BY_NAME.get(str(kind), UnreadableDocumentError)
            if known is DocumentTooCostlyError:
                # Memory that was used up once is not given back to the system.
                self.close()
            raise known(name, str(header.get("reason", "")))
        return header, body

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        paths = json.dumps([os.path.abspath(path) for path in sys.path])
        # The environment is ours alone, -I keeps the user's start-up files out, and the paths are those of this process.
        process = subprocess.Popen(
            [sys.executable, "-I", "-c", BOOT, paths],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            close_fds=True,
        )
        self._process, self._read = process, 0
        alarm = Timer(START_SECONDS, process.kill)
        alarm.start()
        try:
            ready = read_frame(_pipe(process.stdout), MAX_REPLY)
        except (BrokenFrameError, OSError):
            ready = None
        finally:
            alarm.cancel()
        if ready is None:
            self.close()
            raise UnreadableDocumentError(name, "the process that reads documents did not start; try again")
        return process

    def _exchange(
        self, process: subprocess.Popen[bytes], request: dict[str, Any], data: bytes, name: str
    ) -> tuple[dict[str, Any], bytes]:
        """Send a request and return its reply; a process that dies or takes too long is gone afterwards."""
        late = False

        def end() -> None:
            nonlocal late
            late = True
            process.kill()

        alarm = Timer(self._wall_seconds, end)
        alarm.start()
        try:
            write_frame(_pipe(process.stdin), request, data)
            reply = read_frame(_pipe(process.stdout), MAX_REPLY)
        except (BrokenFrameError, OSError):
            reply = None
        finally:
            alarm.cancel()
        if reply is None:
            status = _status(process)
            self.close()
            logger.info("reading process ended with status %s", status)
            raise self._breach(name, late, status)
        return reply

    def _breach(self, name: str, late: bool, status: int | None) -> IngestError:
        if late or status == -signal.SIGXCPU:
            return DocumentTooCostlyError(name, TIME.format(f"{self._wall_seconds:g}"))
        if status == -signal.SIGKILL:
            return DocumentTooCostlyError(name, "the system ended the reading of this document for its memory")
        return UnreadableDocumentError(name, "this document is broken: its parser crashed on it")


def _pipe(stream: Any) -> Any:
    if stream is None:
        raise BrokenFrameError("the process has no pipes")
    return stream


def _status(process: subprocess.Popen[bytes]) -> int | None:
    """Return how the process ended, None if it lives on and only its words were wrong."""
    try:
        return process.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return None
