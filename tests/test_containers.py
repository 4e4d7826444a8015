"""The image and the compose file hold against their linters, and name what is really there."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
SCRIPTS = Path(sys.executable).parent


def lint_image(file: Path) -> list[str]:
    found = subprocess.run(
        [SCRIPTS / "hadolint", "--no-color", "--format", "json", file],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return [f"{one['line']}: {one['code']} {one['message']}" for one in json.loads(found.stdout)]


def lint_compose(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SCRIPTS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", file],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_image_has_no_fault_and_does_not_run_as_root() -> None:
    assert lint_image(ROOT / "Dockerfile") == []
    assert re.findall(r"^USER (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)[-1:] == ["10001"]


def test_the_linter_of_images_finds_a_planted_fault(tmp_path: Path) -> None:
    planted = tmp_path / "Dockerfile"
    planted.write_text("FROM python\nRUN cd /srv\n")
    assert any("DL3006" in one for one in lint_image(planted))


def test_the_compose_file_is_one() -> None:
    told = lint_compose(ROOT / "compose.yaml")
    assert told.returncode == 0, told.stdout
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert services.keys() == {"desk", "database", "index", "mail"}
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_the_linter_of_compose_files_finds_a_planted_fault(tmp_path: Path) -> None:
    planted = tmp_path / "compose.yaml"
    planted.write_text("services:\n  desk:\n    port: 80\n")
    assert lint_compose(planted).returncode == 1


def test_the_image_copies_all_that_the_package_is_made_of() -> None:
    allowed = set((ROOT / ".dockerignore").read_text().split())
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    for name in (packages - {"tests"}) | {"cli.py", "ui.py", "pyproject.toml", "requirements.lock", "policies"}:
        assert f"!{name}" in allowed, name


def test_the_index_server_of_the_compose_file_is_of_the_version_that_is_tested() -> None:
    pinned = re.search(r"^chromadb==(\S+)$", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert pinned is not None
    assert f"chromadb/chroma:{pinned[1]}" in (ROOT / "compose.yaml").read_text()


def test_what_the_image_leaves_out_is_not_needed_to_answer(tmp_path: Path) -> None:
    written = re.search(r"grep -vE '\^\(([^)]+)\)'", (ROOT / "Dockerfile").read_text())
    assert written is not None
    lock = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    left_out = [name for name in lock if re.match(f"({written[1]})", name)]
    assert {"torch", "transformers", "sentence-transformers", "ray"} <= set(left_out)
    modules = sorted({name.lower().replace("-", "_") for name in left_out})
    program = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({modules!r}))\n"  # to import one of them is an ImportError now
        "from pathlib import Path\n"
        "from starlette.testclient import TestClient\n"
        "from bot.build import build_bot\n"
        "from ingest import ingest_sources\n"
        "from ui import create_app\n"
        "from vectorstore import StoreSettings\n"
        f"bot = build_bot(StoreSettings(Path({str(tmp_path)!r})))\n"
        f"list(ingest_sources([Path({str(ROOT / 'policies/policies.yaml')!r})], bot.library))\n"
        "with TestClient(create_app(bot)) as client:\n"
        "    told = client.post('/api/v1/ask', json={'question': 'does larkspur sell my data?'}).json()\n"
        "    assert client.get('/').status_code == 200\n"
        "sys.stdout.write(told['status'])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert ran.stdout == "answered", ran.stderr[-2000:]
