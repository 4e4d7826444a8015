"""A PostgreSQL cluster and a Chroma server of one's own: installed where they may be, started, stopped."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installing import install

CHROMA = Path(sys.executable).with_name("chroma")
START_SECONDS = 60


class CannotRunError(Exception):
    """A server cannot be run on this machine; the message says why."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def find_postgres() -> Path | None:
    """Return the folder of initdb and postgres, the newest version's; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    found = [folder for folder in folders if (folder / "initdb").exists()]
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).resolve().parent if on_path else None


def install_postgres() -> Path:
    """Return the folder of PostgreSQL's programs, installing the distribution's where root may. Raises CannotRunError."""
    reason = install("postgresql", unless=find_postgres)
    found = find_postgres()
    if found is None:
        raise CannotRunError(f"PostgreSQL is not on this machine (no initdb): {reason}")
    return found


class Postgres:
    """A cluster in `folder`, listening on a loopback port only, with a password; not safe against power cuts."""

    password = "birch:and@elm"  # characters that a URL has to escape

    def __init__(self, folder: Path) -> None:
        self.programs = install_postgres()
        self.folder = folder
        self.port = free_port()
        # initdb and postgres refuse to run as root: the distribution's own user runs them.
        self._as_user: list[str] = []
        if os.geteuid() == 0:
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError as error:
                raise CannotRunError("there is no user `postgres` to run the server as") from error
            os.chown(folder, owner.pw_uid, owner.pw_gid)
            self._as_user = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        self._process: subprocess.Popen[bytes] | None = None
        secret = folder / "secret"
        secret.write_text(self.password)
        secret.chmod(0o644)
        data = ["-D", str(folder / "cluster"), "-U", "desk", f"--pwfile={secret}", "-A", "scram-sha-256"]
        # A server in another language than C: what sorts by it must not change.
        self._run("initdb", *data, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")

    def url(self, database: str, password: str | None = None) -> str:
        escaped = (password or self.password).replace(":", "%3A").replace("@", "%40")
        return f"postgresql://desk:{escaped}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """Make an empty database and return its URL."""
        import psycopg

        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def start(self) -> None:
        settings = ["fsync=off", "full_page_writes=off", f"unix_socket_directories={self.folder}", "max_connections=60"]
        options = [word for setting in settings for word in ("-c", setting)]
        where = ["-D", str(self.folder / "cluster"), "-p", str(self.port), "-h", "127.0.0.1"]
        log = (self.folder / "log").open("ab")
        with log:
            command = [*self._as_user, str(self.programs / "postgres"), *where, *options]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + START_SECONDS
        while self._ready() != 0:
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise CannotRunError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-300:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(3)  # SIGQUIT: at once, the cluster is thrown away
            self._process.wait(60)
            self._process = None

    def _ready(self) -> int:
        command = [str(self.programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self.programs / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False)
        if done.returncode != 0:
            raise CannotRunError(f"{program} failed: {done.stderr.strip()[-300:]}")


class ChromaServer:
    """`chroma run` over `folder` on a loopback port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        if not CHROMA.exists():
            raise CannotRunError(f"there is no command {CHROMA.name} beside this Python")
        where = ["--path", str(self.folder / "data"), "--host", "127.0.0.1", "--port", str(self.port)]
        log = (self.folder / "log").open("ab")
        with log:
            self._process = subprocess.Popen([str(CHROMA), "run", *where], stdout=log, stderr=log, cwd=self.folder)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise CannotRunError(f"the Chroma server did not start: {(self.folder / 'log').read_text()[-300:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(60)
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def running(server: Postgres | ChromaServer) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()
