"""The Ray engine with two local workers: what it puts into the library is what the plain engine puts there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingest import ingest_sources
from ingest.pipeline import DocumentReport
from ingest.ray_engine import Cluster
from tests.servers.firms import Edition
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings

ROOT = Path(__file__).parents[2]
# Ray's own start: files it leaves to the collector, and a future default of its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MANIFEST = """policies:
  - {id: ashgrove, source: ashgrove-1.md}
  - {id: birchwell, source: birchwell-1.md}
  - {id: cedarline, source: cedarline-1.md}
  - {id: nothing, source: menu.md}
  - {id: missing, source: missing.md}
"""


@pytest.fixture(scope="module", autouse=True)
def ray_is_here() -> None:
    """Skip with the reason without Ray, or fail where CI=true; Ray must not report its use to its makers."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray  # noqa: F401
    except ModuleNotFoundError:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Ray is not installed: the extra `ray`")


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "sources"
    folder.mkdir()
    for firm in ("Ashgrove", "Birchwell", "Cedarline"):
        (folder / f"{firm.lower()}-1.md").write_text(Edition(firm, 1).text, encoding="utf-8")
    (folder / "menu.md").write_text("Home\n\nShop\n\nBasket\n", encoding="utf-8")
    (folder / "policies.yaml").write_text(MANIFEST, encoding="utf-8")
    return folder


def told(reports: list[DocumentReport]) -> list[tuple[object, ...]]:
    return [(r.source, r.policy_id, r.status, r.version, r.passages, r.embedded, r.error) for r in reports]


def assert_same(mine: PolicyLibrary, theirs: PolicyLibrary) -> None:
    assert [row.id for row in mine.policies()] == [row.id for row in theirs.policies()]
    for row in mine.policies():
        assert mine.versions(row.id) == theirs.versions(row.id)
        for version in mine.versions(row.id):
            assert mine.get(row.id, version) == theirs.get(row.id, version)
            one, other = mine.vectors(row.id, version), theirs.vectors(row.id, version)
            assert one.passages == other.passages
            assert np.array_equal(one.matrix, other.matrix)


def test_two_workers_put_in_what_the_plain_engine_puts_in(sources: Path, tmp_path: Path) -> None:
    plain = PolicyLibrary.open(StoreSettings(tmp_path / "plain"))
    spread = PolicyLibrary.open(StoreSettings(tmp_path / "spread"))
    by_hand = told(list(ingest_sources([sources], plain)))
    by_ray = told(list(ingest_sources([sources], spread, cluster=Cluster(workers=2))))
    assert by_ray == by_hand
    assert [row[2] for row in by_ray] == ["new", "new", "new", "failed", "failed"]
    assert_same(spread, plain)
    # A later edition embeds only what is new in it, and an unchanged one nothing.
    (sources / "ashgrove-1.md").write_text(Edition("Ashgrove", 2).text, encoding="utf-8")
    by_hand = told(list(ingest_sources([sources], plain)))
    by_ray = told(list(ingest_sources([sources], spread, cluster=Cluster(workers=2))))
    assert by_ray == by_hand
    assert [row[2] for row in by_ray] == ["changed", "unchanged", "unchanged", "failed", "failed"]
    # Eight of its fifteen passages name the date, the months or the edition.
    assert by_ray[0][4:6] == (15, 8)
    assert_same(spread, plain)


def test_a_cluster_that_does_not_answer_is_said_in_one_line(sources: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cli", "ingest", str(sources), "--engine", "ray", "--ray-address", "127.0.0.1:1"]
    done = subprocess.run(
        [*command, "--data-dir", str(tmp_path / "var")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "no Ray cluster answers at 127.0.0.1:1" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_ray_the_message_names_the_extra(sources: Path, tmp_path: Path) -> None:
    # A module of that name that cannot be imported stands in for a machine without Ray.
    (tmp_path / "ray.py").write_text("raise ModuleNotFoundError(\"No module named 'ray'\", name='ray')\n")
    command = [
        sys.executable,
        "-m",
        "cli",
        "ingest",
        str(sources),
        "--engine",
        "ray",
        "--data-dir",
        str(tmp_path / "var"),
    ]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert "pip install 'policydesk[ray]'" in done.stderr
    assert "Traceback" not in done.stderr
