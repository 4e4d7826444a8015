"""Offline law: with the network off everything works, and nothing even tries to call home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.reply import Answer
from tests.laws.checks import calls_out
from tests.laws.conftest import FOLDER, ROOT

GUARD = Path(__file__).parent / "offline"
CLI = (sys.executable, "-m", "cli")
# Switches an operator may have set; the law must hold without them.
SWITCHES = (
    "ANONYMIZED_TELEMETRY",
    "GRADIO_ANALYTICS_ENABLED",
    "HF_HUB_OFFLINE",
    "HF_HUB_DISABLE_TELEMETRY",
    "DO_NOT_TRACK",
)


def guarded(*command: str, timeout: float = 240) -> subprocess.CompletedProcess[str]:
    """Run a command whose Python processes report connections to other machines and cannot make them."""
    environment = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    environment["PYTHONPATH"] = str(GUARD)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=timeout)
    assert "GUARDED" in done.stderr
    return done


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of five policies, ingested under guard: so many that a question without a company searches the index."""
    folder = tmp_path_factory.mktemp("offline")
    words = (FOLDER / "larkspur-outfitters.txt").read_text(encoding="utf-8")
    for name in ("Maplewick", "Thornbury", "Quillhaven"):
        renamed = words.replace("Larkspur", name).replace("larkspur", name.lower()).replace("LARK", name.upper()[:4])
        (folder / f"{name.lower()}.txt").write_text(renamed, encoding="utf-8")
    sources = [str(FOLDER / "policies.yaml"), *map(str, sorted(folder.glob("*.txt")))]
    done = guarded(*CLI, "ingest", *sources, "--json", "--data-dir", str(folder / "data"))
    assert (done.returncode, calls_out(done.stderr)) == (0, []), done.stderr
    assert json.loads(done.stdout)["policies"] == 5
    # The probe of the index ran in a process of its own, under the same guard.
    assert len(list((folder / "data/index").glob("gen-*"))) == 1
    return folder / "data"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("does tidewell sell my data?", {"answered"}),
        ("delete everything tidewell has on me", {"request"}),
        ("do they sell my data?", {"needs_policy"}),
        ("what's the weather tomorrow?", {"out_of_scope", "needs_policy"}),
    ],
)
def test_questions_are_answered_without_a_connection(ingested: Path, question: str, status: set[str]) -> None:
    done = guarded(*CLI, "ask", question, "--json", "--data-dir", str(ingested))
    assert (done.returncode, calls_out(done.stderr)) == (0, []), done.stderr
    assert Answer.model_validate_json(done.stdout).status in status


def test_the_web_application_starts_and_answers_without_a_connection(ingested: Path) -> None:
    script = f"""
import socket, threading, time
from pathlib import Path
import httpx, uvicorn
from bot.build import build_bot
from vectorstore.settings import StoreSettings
from ui import create_app
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = uvicorn.Server(uvicorn.Config(create_app(build_bot(StoreSettings(Path({str(ingested)!r})))), port=port, log_level="error"))
threading.Thread(target=server.run, daemon=True).start()
while not server.started:
    time.sleep(0.05)
base = f"http://127.0.0.1:{{port}}"
with httpx.Client(base_url=base, timeout=60, trust_env=False) as visitor:
    for path in ("/", "/config", "/policy", "/docs", "/healthz"):
        assert visitor.get(path).status_code == 200, path
    print(visitor.post("/api/v1/ask", json={{"question": "does tidewell sell my data?"}}).json()["status"])
time.sleep(1)  # what starts in the background has its chance
server.should_exit = True
time.sleep(0.5)
"""
    done = guarded(sys.executable, "-c", script)
    assert (done.returncode, calls_out(done.stderr)) == (0, []), done.stderr[-3000:]
    assert done.stdout.split()[-1] == "answered"


def test_a_machine_without_any_network_answers(ingested: Path) -> None:
    """Native code, which the guard cannot see, has no network here either."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True).returncode != 0:
        pytest.skip("this system lets us make no network namespace")
    command = [unshare, "-rn", *CLI, "ask", "do they sell my data?", "--json", "--data-dir", str(ingested)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    assert Answer.model_validate_json(done.stdout).status == "needs_policy"


def test_the_index_reports_nothing_about_its_use(tmp_path: Path) -> None:
    from vectorstore.index import _client

    client = _client(tmp_path)
    assert client._system.settings.anonymized_telemetry is False
    client.close()


@pytest.mark.parametrize(
    "act",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import socket; socket.socket().connect(('192.0.2.1', 443))",
        "import socket; socket.socket().connect_ex(('192.0.2.1', 443))",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import urllib.request; urllib.request.urlopen('http://telemetry.test/')",
        "import httpx; httpx.get('https://telemetry.test/', trust_env=False)",
        "import subprocess, sys; subprocess.run([sys.executable, '-P', '-c', \"import socket; socket.getaddrinfo('a.test', 1)\"])",
    ],
)
def test_the_check_sees_a_process_that_calls_out(act: str) -> None:
    assert calls_out(guarded(sys.executable, "-c", act).stderr) != []


def test_the_check_lets_a_process_talk_to_itself() -> None:
    act = "import socket; s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())"
    done = guarded(sys.executable, "-c", act)
    assert (done.returncode, calls_out(done.stderr)) == (0, [])


def test_the_check_sees_a_desk_with_telemetry(ingested: Path) -> None:
    """The real command with one line planted: it reports every question to another machine."""
    plant = (
        "import sys, socket, bot.bot as room\n"
        "real = room.PolicyBot.reply\n"
        "def reply(self, *arguments, **named):\n"
        "    try:\n        socket.create_connection(('192.0.2.7', 443), timeout=1)\n    except OSError:\n        pass\n"
        "    return real(self, *arguments, **named)\n"
        "room.PolicyBot.reply = reply\n"
        f"sys.argv = ['policydesk', 'ask', 'does tidewell sell my data?', '--data-dir', {str(ingested)!r}]\n"
        "import cli\ncli.main()\n"
    )
    done = guarded(sys.executable, "-c", plant)
    assert done.returncode == 0
    assert calls_out(done.stderr) == ["192.0.2.7"]
