"""The processes that the speed suite measures: started, asked, weighed and ended. Each side runs alone in its own."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.errors import BenchError

STOCK_PROGRAM = Path(__file__).with_name("stock_program.py")
START_SECONDS = 300.0

UNLIMITED = """limits:
  ask: &many {count: 1000000, seconds: 1, burst: 1000000}
  ask_all: *many
  page: *many
  streams: 1000000
each_answering: 4
waiting: 1000
each_waiting: 1000
wait_seconds: 120
"""


@dataclass(frozen=True, slots=True)
class Side:
    """One pipeline over one store. Commands are argument lists; `path` is the HTTP route that takes {"question": ...}.

    `lines` answers a JSON line a question, `first` is the shortest way to one answer, and `serve` lacks its port, the last
    argument.
    """

    name: str
    lines: tuple[str, ...]
    first: tuple[str, ...]
    serve: tuple[str, ...]
    path: str


def desk_side(data: Path, question: str) -> Side:
    """Return the desk over the library in `data`."""
    # Its users all come from one address: what holds one visitor back must not hold back a measurement.
    data.mkdir(parents=True, exist_ok=True)
    (data / "service.yaml").write_text(UNLIMITED, encoding="utf-8")
    desk = (sys.executable, "-m", "cli")
    return Side(
        "PolicyDesk",
        (sys.executable, "-m", "evals.speed.desk_program", str(data)),
        (*desk, "ask", question, "--json", "--data-dir", str(data)),
        (*desk, "serve", "--data-dir", str(data), "--port"),
        "/api/v1/ask",
    )


def stock_side(data: Path, model: Path) -> Side:
    """Return the stock pipeline over the collection in `data`, with the weights in the folder `model`."""
    program = (sys.executable, "-P", str(STOCK_PROGRAM), str(data), str(model))
    return Side("stock", (*program, "0"), (*program, "0"), program, "/search")


class LineProcess:
    """A process that answers one JSON line with another."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def ask(self, question: str) -> dict[str, Any]:
        """Return the answer to a question. Raises BenchError if the process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"question": question}) + "\n")
            self._process.stdin.flush()
        except OSError:
            pass  # it has ended, and has said nothing: told below
        line = self._process.stdout.readline()
        if not line:
            raise BenchError(f"a process of the benchmark ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    @property
    def resident(self) -> int | None:
        """Bytes of memory it holds, None where the system does not tell."""
        return resident_bytes(self._process.pid)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def line_processes(sides: Sequence[Side]) -> Iterator[list[LineProcess]]:
    """Start a process a side, and end them all afterwards."""
    started: list[LineProcess] = []
    try:
        for side in sides:
            started.append(LineProcess(side.lines))
        yield started
    finally:
        for process in started:
            process.close()


def first_answer_seconds(side: Side, question: str) -> float:
    """Return the seconds from the start of a new process to its first words of an answer. Raises BenchError."""
    began = time.perf_counter()
    process = subprocess.Popen(side.first, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps({"question": question}).encode() + b"\n")
        process.stdin.flush()
        if not process.stdout.readline():
            raise BenchError(f"{side.name} ended without an answer")
        return time.perf_counter() - began
    finally:
        process.kill()
        process.communicate()


class ServedSide:
    """A side's web page and HTTP route, served from a process of its own on a free loopback port."""

    def __init__(self, side: Side) -> None:
        self.side = side
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        command = [*side.serve, str(self.port)]
        self._began = time.perf_counter()
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def seconds_to_answer(self, question: str) -> float:
        """Return the seconds from the start to the first answer. Raises BenchError if it ends or takes START_SECONDS."""
        deadline = self._began + START_SECONDS
        while time.perf_counter() < deadline and self._process.poll() is None:
            try:
                self.ask(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60), question)
            except OSError:
                time.sleep(0.05)
            else:
                return time.perf_counter() - self._began
        raise BenchError(f"the server of {self.side.name} did not start")

    def ask(self, connection: http.client.HTTPConnection, question: str) -> None:
        """Ask over a connection and read the whole reply. Raises BenchError unless it is 200, OSError from the network."""
        body = json.dumps({"question": question})
        connection.request("POST", self.side.path, body, {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise BenchError(f"{self.side.name} answered with status {reply.status}")

    def open_page(self) -> None:
        """Fetch the web page, as a visitor's browser does first."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()

    @property
    def resident(self) -> int | None:
        """Bytes of memory it holds, None where the system does not tell."""
        return resident_bytes(self._process.pid)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def resident_bytes(process_id: int) -> int | None:
    """Return the resident size of a process and its children in bytes, None where the system does not tell."""
    try:
        status = Path(f"/proc/{process_id}/status").read_text()
        children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    except OSError:
        return None
    own = next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    return own + sum(resident_bytes(int(child)) or 0 for child in children)
