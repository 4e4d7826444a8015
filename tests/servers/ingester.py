"""A process that ingests edition after edition and says so; run as a script, to be killed at any moment.

Usage: python -m tests.servers.ingester SETTINGS.json FIRST_NUMBER. It prints "try FIRM NUMBER" before an ingest, "in FIRM
NUMBER" as soon as the library has acknowledged the document, and "index FIRM NUMBER" when the index is built too.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from typing import Any

from ingest import ingest_sources
from tests.servers.firms import FIRMS, Edition
from tests.servers.stores import read_settings
from vectorstore.library import PolicyLibrary, PutResult


class Telling(PolicyLibrary):
    """A library that says at once what it has acknowledged."""

    said = ""

    def put(self, *arguments: Any, **named: Any) -> PutResult:
        result = super().put(*arguments, **named)
        print(f"in {self.said}", flush=True)  # noqa: T201
        return result


def main(settings: Path, first: int) -> None:
    library = Telling.open(read_settings(settings))
    source = settings.parent / "editions"
    source.mkdir(exist_ok=True)
    for number in count(first):
        for firm in FIRMS:
            edition = Edition(firm, number)
            file = source / f"{edition.policy_id}.md"
            file.write_text(edition.text, encoding="utf-8")
            library.said = f"{firm} {number}"  # type: ignore[attr-defined]
            print(f"try {firm} {number}", flush=True)  # noqa: T201
            reports = list(ingest_sources([file], library))
            if reports[0].status not in {"new", "changed", "unchanged"} or reports[0].version != edition.version:
                raise SystemExit(f"{firm} {number}: {reports}")
            print(f"index {firm} {number}", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
