"""Programs of the distribution that tests need: installed where root may, one installer at a time over all test processes."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

LOCK = Path(tempfile.gettempdir()) / "policydesk-tests-install.lock"


def install(*packages: str, unless: Callable[[], object]) -> str:
    """Install packages unless `unless` finds what is needed; return why it could not be done, "" otherwise."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if unless():
            return ""
        if not shutil.which("apt-get") or os.geteuid() != 0:
            return "only root on Debian may install it"
        command = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=900, env=environment)
        return "" if run.returncode == 0 else f"apt-get could not install it: {run.stderr.strip()[-200:]}"
