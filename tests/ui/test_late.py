"""What a late page leaves out while it loads."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from pages.late import absent

ROOT = Path(__file__).parents[2]


def test_a_package_looks_absent_inside_the_block_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "oddly_named_package.py").write_text("there = True")
    monkeypatch.syspath_prepend(str(tmp_path))
    with absent("oddly_named_package"), pytest.raises(ImportError):
        importlib.import_module("oddly_named_package")
    assert importlib.import_module("oddly_named_package").there


def test_what_is_loaded_stays() -> None:
    with absent("json"):
        import json
    assert json.loads("1") == 1


def test_the_pages_framework_loads_without_pyarrow() -> None:
    program = (
        "import sys; from pages.late import absent\n"
        "with absent('pyarrow'):\n    from pages.mounting import chat_app\n"
        "print('pandas' in sys.modules, 'pyarrow' in sys.modules)\n"
        "import pyarrow; print(pyarrow.__name__)"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.split() == ["True", "False", "pyarrow"], done.stderr
