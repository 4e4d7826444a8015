"""Settings of a library in a file, so that a test's child processes open the same one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from vectorstore.settings import StoreSettings


def write_settings(file: Path, data_dir: Path, **others: Any) -> Path:
    file.write_text(json.dumps({"data_dir": str(data_dir), **others}), encoding="utf-8")
    return file


def read_settings(file: Path, **others: Any) -> StoreSettings:
    stored = {**json.loads(file.read_text(encoding="utf-8")), **others}
    return StoreSettings(**{**stored, "data_dir": Path(stored["data_dir"])})
