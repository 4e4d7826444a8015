"""The desk as a process that answers lines, for the speed suite: `python -m evals.speed.desk_program DATA_DIR`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from bot.build import build_bot
from vectorstore.settings import StoreSettings


def main(data_dir: str) -> None:
    """Answer each JSON line {"question": ...} of standard input with {"ms": ..., "found": quotes} on standard output."""
    bot = build_bot(StoreSettings(Path(data_dir)))
    with os.fdopen(os.dup(0), encoding="utf-8") as questions, os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        for line in questions:
            began = time.perf_counter()
            answer = bot.reply(json.loads(line)["question"])
            took = (time.perf_counter() - began) * 1000
            answers.write(json.dumps({"ms": took, "found": len(answer.citations), "status": answer.status}) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(sys.argv[1])
