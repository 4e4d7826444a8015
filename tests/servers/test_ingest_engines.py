"""One suite for every way an ingest can run: SQLite with embedded Chroma, PostgreSQL with a Chroma server, Ray with two workers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.build import build_bot
from ingest import ingest_sources
from ingest.ray_engine import Cluster
from ingest.report import DocumentReport
from tests.ingest.documents import html, zipped
from tests.servers.firms import Edition
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings

# What Ray's own start leaves to the collector, and a future default of its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning:ray"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:ray"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Ingest = Callable[..., list[DocumentReport]]
BROKEN = b"PK\x03\x04 no archive at all"


@pytest.fixture(params=["embedded", "servers", "ray"])
def settings(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoreSettings:
    if request.param == "ray":
        try:
            import ray  # noqa: F401
        except ModuleNotFoundError:
            (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("Ray is not installed: the extra `ray`")
        monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    if request.param == "servers":
        urls = {"database_url": request.getfixturevalue("fresh_database")}
        return StoreSettings(tmp_path / "var", chroma_url=request.getfixturevalue("chroma_url"), scan_up_to=0, **urls)
    return StoreSettings(tmp_path / "var", scan_up_to=0)


@pytest.fixture
def ingest(request: pytest.FixtureRequest, settings: StoreSettings) -> Ingest:
    """Ingest into the library of `settings`, on the engine that is tested."""
    cluster = Cluster(workers=2) if "ray" in request.node.callspec.id else None

    def run(*sources: Path, policy_id: str | None = None) -> list[DocumentReport]:
        return ingest_sources(sources, PolicyLibrary.open(settings), policy_id, cluster=cluster)

    return run


def told(reports: list[DocumentReport]) -> list[tuple[str, str, str | None]]:
    return [(report.policy_id, report.status, report.version) for report in reports]


def test_documents_of_all_kinds_get_in_and_bad_ones_cost_only_themselves(
    tmp_path: Path, settings: StoreSettings, ingest: Ingest
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ashgrove.md").write_text(Edition("Ashgrove", 1).text, encoding="utf-8")
    (folder / "birchwell.html").write_bytes(html(Edition("Birchwell", 1).text))
    (folder / "both.zip").write_bytes(zipped({"cedarline.md": Edition("Cedarline", 1).text.encode()}))
    (folder / "broken.docx").write_bytes(BROKEN)
    (folder / "menu.txt").write_text("Home\n\nShop\n\nBasket\n", encoding="utf-8")
    reports = ingest(folder)
    assert told(reports) == [
        ("ashgrove", "new", "2020-01-02"),
        ("birchwell", "new", "2020-01-02"),
        ("cedarline", "new", "2020-01-02"),
        ("broken", "failed", None),
        ("menu", "failed", None),
    ]
    assert all(report.error for report in reports if report.status == "failed")
    bot = build_bot(settings)
    assert bot.library._generations.search(bot.library.embedder.encode(["order records"])[0], 3) is not None
    answer = bot.reply("how long does Birchwell keep order records?")
    assert (answer.status, answer.policy_ids) == ("answered", ["birchwell"])
    assert f"{Edition('Birchwell', 1).months} months" in answer.citations[0].quote
    again = ingest(folder)
    assert [report.status for report in again] == ["unchanged", "unchanged", "unchanged", "failed", "failed"]
    assert sum(report.embedded for report in again) == 0


def test_a_folder_of_days_is_one_policy_whose_versions_come_in_order(
    tmp_path: Path, settings: StoreSettings, ingest: Ingest
) -> None:
    folder = tmp_path / "dogwood"
    folder.mkdir()
    for number in (3, 1, 2):
        edition = Edition("Dogwood", number)
        (folder / f"{edition.version}.md").write_text(edition.text, encoding="utf-8")
    assert told(ingest(folder)) == [
        ("dogwood", "new", "2020-01-02"),
        ("dogwood", "changed", "2020-01-03"),
        ("dogwood", "changed", "2020-01-04"),
    ]
    library = PolicyLibrary.open(settings)
    assert library.versions("dogwood") == ["2020-01-02", "2020-01-03", "2020-01-04"]
    assert library.get("dogwood").version == "2020-01-04"
    (later,) = [r for r in ingest(folder, policy_id="dogwood") if r.version == "2020-01-04"]
    assert (later.status, later.embedded) == ("unchanged", 0)
    assert library.history.roll_back("dogwood", "2020-01-03")
    quoted = build_bot(settings).reply("how long does Dogwood keep order records?").citations[0]
    assert (quoted.version, f"{Edition('Dogwood', 2).months} months" in quoted.quote) == ("2020-01-03", True)
