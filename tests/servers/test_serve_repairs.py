"""`policydesk serve` builds a damaged index again by itself, without an ingest."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

from ingest import ingest_sources
from tests.servers.running import free_port
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]


def test_a_server_that_finds_its_index_damaged_builds_it_again(tmp_path: Path) -> None:
    library = PolicyLibrary.open(StoreSettings(tmp_path / "var", scan_up_to=0))
    list(ingest_sources([ROOT / "policies" / "policies.yaml"], library))
    question = library.embedder.encode(["do they sell my data?"])[0]
    assert library._generations.search(question, 1) is not None
    (former,) = (tmp_path / "var" / "index").glob("gen-*")
    for part in former.iterdir():
        shutil.rmtree(part) if part.is_dir() else part.write_bytes(b"damaged")
    assert PolicyLibrary.open(library.settings)._generations.search(question, 1) is None
    command = [sys.executable, "-m", "cli", "serve", "--port", str(free_port()), "--data-dir", str(tmp_path / "var")]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 120
        while PolicyLibrary.open(library.settings)._generations.search(question, 1) is None:
            assert server.poll() is None, server.communicate()[1][-1000:]
            assert time.monotonic() < deadline
            time.sleep(0.5)
    finally:
        server.kill()
        server.communicate()
