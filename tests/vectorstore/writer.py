"""A process of its own that writes to a library; run as a script by the tests of crashes and of two writers.

Usage: python -m tests.vectorstore.writer FOLDER NAME PUTS PUBLISH. It prints a line before and after every step.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.vectorstore.shelf import document, open_library, put


def main(folder: Path, name: str, puts: int, publish: bool) -> None:
    library = open_library(folder)
    print("open", flush=True)  # noqa: T201
    for number in range(puts):
        words = [f"{name.title()} keeps thing {number} in room {room}." for room in range(40)]
        put(library, document(f"{name}-{number}", *words, company=f"{name}-{number}"))
        print(f"put {name}-{number}", flush=True)  # noqa: T201
        if publish:
            library.publish_index()
            print("published", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4] == "publish")
