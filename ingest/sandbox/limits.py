"""What the reading process may use and do. Set once after its libraries are loaded; nothing here can be undone."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Sequence
from typing import Any

MEMORY_BYTES = 960 * 1024 * 1024
CPU_SECONDS = 20
OPEN_FILES = 48
# Events of Python's audit hooks by their beginning: https://docs.python.org/3/library/audit_events.html
FORBIDDEN = (
    *(
        "socket.",
        "subprocess.",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.system",
        "os.kill",
    ),
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown"),
    *(
        "shutil.",
        "tempfile.",
        "ctypes.",
        "webbrowser.",
        "urllib.Request",
        "ftplib.",
        "smtplib.",
        "http.client.",
        "pty.",
    ),
    *("sqlite3.", "syslog.", "os.putenv", "os.unsetenv", "signal.pthread_kill", "code.__new__"),
)
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC


def limit_process(readable: Sequence[str]) -> None:
    """Take away what reading a document never needs. Files may be read under the folders `readable` only."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        _lower(what, most)
    roots = tuple(f"{os.path.realpath(folder)}{os.sep}" for folder in readable)

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if isinstance(path, int):
                return
            if flags & WRITING or not os.path.realpath(os.fsdecode(path)).startswith(roots):
                raise PermissionError("a document may not open files")
        elif event.startswith(FORBIDDEN):
            raise PermissionError("a document may do nothing but be read")

    sys.addaudithook(refuse)


def allow_cpu_for_one_document() -> None:
    """Let the process use CPU_SECONDS more from now on; past them the system ends it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(used.ru_utime + used.ru_stime) + CPU_SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(what, (most, most))
