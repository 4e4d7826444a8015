"""The whole web application in a process of its own, every log record written to a file; run as a script by the log law.

Usage: python -m tests.laws.logged_server DATA_DIR LOG_FILE. It prints its address once it serves.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
from pathlib import Path

import uvicorn

from bot.build import build_bot
from tests.laws.checks import OURS, written
from ui import create_app
from vectorstore.settings import StoreSettings


class ToFile(logging.Handler):
    """Writes logger name and full text of every record, one JSON object a line."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.DEBUG)
        self.file = path.open("w", encoding="utf-8", buffering=1)

    def emit(self, record: logging.LogRecord) -> None:
        self.file.write(json.dumps({"name": record.name, "msg": written(record)}) + "\n")


def main(data_dir: Path, log: Path) -> None:
    logging.getLogger().addHandler(ToFile(log))
    for name in ("", *OURS):
        logging.getLogger(name or None).setLevel(logging.DEBUG)
    listening = socket.create_server(("127.0.0.1", 0))
    # The access log of `policydesk serve` is off; an operator may run the application with it on.
    config = uvicorn.Config(
        create_app(build_bot(StoreSettings(data_dir))), log_config=None, log_level="debug", access_log=True
    )
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
