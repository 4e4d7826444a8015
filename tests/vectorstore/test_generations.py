"""Index generations over the real Chroma: published whole, never replaced by older ones, never trusted when changed."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from tests.vectorstore.shelf import HASH, document, nearest, open_library, put
from vectorstore import database as db
from vectorstore import index
from vectorstore.embedded_index import digest
from vectorstore.errors import IndexBuildError, IndexReadError
from vectorstore.index import EmbeddedReader, build_generation
from vectorstore.library import PolicyLibrary
from vectorstore.vectors import Key, Sample

FIRMS = {name: f"{name.title()} keeps {thing} for a year." for name, thing in (("ash", "orders"), ("elm", "photos"))}
KEYS = [Key("ash", "1", 0), Key("elm", "1", 0)]
MATRIX = HASH.encode(list(FIRMS.values()))
NOTHING = Sample((), MATRIX[:0])


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a library of two policies whose index is fresh; tests work on copies."""
    library = open_library(tmp_path_factory.mktemp("published") / "data")
    for name, words in FIRMS.items():
        put(library, document(name, words))
    assert library.publish_index()
    return library.settings.data_dir


@pytest.fixture
def library(published: Path, tmp_path: Path) -> PolicyLibrary:
    shutil.copytree(published, tmp_path / "data")
    return open_library(tmp_path / "data")


def served(library: PolicyLibrary) -> list[tuple[str, int]]:
    """Return folder and revision of every generation, the newest revision first."""
    query = select(db.generations).order_by(db.generations.c.revision.desc(), db.generations.c.built_at.desc())
    with db.reading(library._engine) as connection:
        return [(row.folder, row.revision) for row in connection.execute(query)]


def on_disk(library: PolicyLibrary) -> set[str]:
    return {folder.name for folder in library.settings.index_dir.iterdir()}


def uses_index(library: PolicyLibrary) -> bool:
    return library._generations.search(MATRIX[0], 1) is not None


def test_the_index_and_the_exact_scan_find_the_same(library: PolicyLibrary) -> None:
    question = HASH.encode(["who keeps photos?"])[0]
    by_index = library.search(question, 5)
    by_scan = library.search(question, 5, ["ash", "elm"])
    assert (
        [hit[:3] for hit in by_index]
        == [hit[:3] for hit in by_scan]
        == [("elm", "2026-01-01", 0), ("ash", "2026-01-01", 0)]
    )
    assert [hit.similarity for hit in by_index] == pytest.approx([hit.similarity for hit in by_scan], abs=1e-5)
    assert uses_index(library)


def test_a_search_in_named_policies_finds_no_other(library: PolicyLibrary) -> None:
    assert nearest(library, "who keeps photos?", 5, ("ash",)) == [FIRMS["ash"]]


def test_a_small_library_is_scanned_without_opening_its_index(library: PolicyLibrary) -> None:
    small = open_library(library.settings.data_dir, scan_up_to=2)
    assert nearest(small, "who keeps photos?") == [FIRMS["elm"]]
    assert small._generations._reader is None
    put(small, document("oak", "Oak keeps letters for a year."))
    small.publish_index()
    assert nearest(small, "who keeps letters?") == ["Oak keeps letters for a year."]
    assert small._generations._reader is not None


def test_a_fresh_index_is_not_built_again(library: PolicyLibrary) -> None:
    before = on_disk(library)
    assert library.publish_index() is False
    assert on_disk(library) == before


def test_an_empty_library_needs_no_index(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    assert library.publish_index() is False
    assert library.search(MATRIX[0], 3) == []
    assert not library.settings.index_dir.exists()


def test_after_a_put_the_scan_serves_until_the_index_is_published(library: PolicyLibrary) -> None:
    put(library, document("oak", "Oak keeps letters for a year."))
    assert not uses_index(library)
    assert nearest(library, "who keeps letters?") == ["Oak keeps letters for a year."]
    assert library.publish_index()
    assert uses_index(library)
    assert nearest(library, "who keeps letters?") == ["Oak keeps letters for a year."]


def test_a_removed_policy_is_not_found_any_more(library: PolicyLibrary) -> None:
    library.remove("elm")
    assert nearest(library, "who keeps photos?", 5) == [FIRMS["ash"]]
    library.publish_index()
    assert nearest(library, "who keeps photos?", 5) == [FIRMS["ash"]]
    library.remove("ash")
    library.publish_index()
    assert library.search(MATRIX[0], 5) == []


def test_the_two_newest_generations_stay_and_older_ones_go(library: PolicyLibrary) -> None:
    for number in range(3):
        put(library, document("oak", f"Oak keeps {number} letters."))
        library.publish_index()
    rows = served(library)
    assert [revision for _, revision in rows] == [5, 4]
    assert on_disk(library) == {folder for folder, _ in rows}


def test_a_generation_of_a_slower_process_never_replaces_a_newer_one(
    library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(library, document("oak", "Oak keeps letters for a year."))
    other = open_library(library.settings.data_dir)
    real: Callable[..., Path] = index.build_generation

    def slow_build(*arguments: object) -> Path:
        built = real(*arguments)
        # While this one was being built, another process ingests and publishes.
        monkeypatch.setattr(index, "build_generation", real)
        put(other, document("fir", "Fir keeps keys for a year."))
        assert other.publish_index()
        return built

    monkeypatch.setattr(index, "build_generation", slow_build)
    assert library.publish_index() is False
    rows = served(library)
    assert [revision for _, revision in rows] == [4, 2]
    assert on_disk(library) == {folder for folder, _ in rows}
    assert nearest(library, "who keeps keys?") == ["Fir keeps keys for a year."]
    assert uses_index(library)


def test_a_generation_that_a_later_put_overtakes_does_not_serve(
    library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(library, document("oak", "Oak keeps letters for a year."))
    real: Callable[..., Path] = index.build_generation

    def slow_build(*arguments: object) -> Path:
        built = real(*arguments)
        put(
            open_library(library.settings.data_dir),
            document("oak", "Oak keeps coins for a year.", version="2027-01-01"),
        )
        return built

    monkeypatch.setattr(index, "build_generation", slow_build)
    library.publish_index()
    assert not uses_index(library)
    assert nearest(library, "who keeps coins?") == ["Oak keeps coins for a year."]


def corrupt_byte(folder: Path) -> None:
    file = next(folder.rglob("data_level0.bin"))
    file.write_bytes(b"\xff" * file.stat().st_size)


def lose_folder(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def add_pickle(folder: Path) -> None:
    (next(path for path in folder.iterdir() if path.is_dir()) / "index_metadata.pickle").write_bytes(b"cos\nsystem\n")


def empty_database(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"")


def open_to_others(folder: Path) -> None:
    folder.parent.chmod(0o777)


@pytest.mark.parametrize("harm", [corrupt_byte, lose_folder, add_pickle, empty_database, open_to_others])
def test_a_generation_that_is_not_as_published_is_never_opened_and_the_next_ingest_repairs_it(
    library: PolicyLibrary, caplog: pytest.LogCaptureFixture, harm: Callable[[Path], None]
) -> None:
    former = served(library)[0][0]
    harm(library.settings.index_dir / former)
    with caplog.at_level(logging.WARNING, "vectorstore"):
        assert nearest(library, "who keeps photos?") == [FIRMS["elm"]]
        assert not uses_index(library)
    assert [record.getMessage() for record in caplog.records] == [
        f"the index generation {former} cannot be read: its files are not those that were published; "
        "scanning the stored vectors until it is built again"
    ]
    assert open_library(library.settings.data_dir).publish_index()
    assert served(library)[0][0] != former
    assert uses_index(library)
    assert stat.S_IMODE(library.settings.index_dir.stat().st_mode) == 0o700


def test_a_reader_that_cannot_open_its_copy_leaves_the_scan_to_serve(
    library: PolicyLibrary, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Nowhere to put a copy: a full or missing temporary folder.
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    assert nearest(library, "who keeps photos?") == [FIRMS["elm"]]
    assert "cannot be read: FileNotFoundError" in caplog.text


def test_a_folder_that_is_no_index_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(IndexReadError):
        EmbeddedReader.open(tmp_path / "missing", "", NOTHING)
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexReadError):
        EmbeddedReader.open(tmp_path / "empty", digest(tmp_path / "empty"), NOTHING)


def test_what_a_killed_build_left_is_deleted_once_it_is_old(library: PolicyLibrary) -> None:
    fresh, old = (library.settings.index_dir / name for name in ("gen-still-building", "gen-left-behind"))
    for folder in (fresh, old):
        folder.mkdir()
        (folder / "chroma.sqlite3").write_bytes(b"half")
    os.utime(old / "chroma.sqlite3", (1e9, 1e9))
    os.utime(old, (1e9, 1e9))
    library.publish_index()
    assert fresh.is_dir()
    assert not old.exists()
    assert served(library)[0][0] in on_disk(library)


def test_a_build_that_writes_into_an_old_folder_is_not_taken_for_left_behind(library: PolicyLibrary) -> None:
    busy = library.settings.index_dir / "gen-long-build"
    (busy / "segment").mkdir(parents=True)
    os.utime(busy, (1e9, 1e9))
    library.publish_index()
    assert busy.is_dir()


def test_a_generation_that_fails_its_probe_is_thrown_away(
    library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, real = on_disk(library), index._write

    def lose_a_row(folder: Path, keys: list[tuple[str, str, int]], matrix: np.ndarray) -> None:
        real(folder, keys[:-1], matrix[:-1])

    monkeypatch.setattr(index, "_write", lose_a_row)
    put(library, document("oak", "Oak keeps letters for a year."))
    with pytest.raises(IndexBuildError, match="the probe ended with status 3"):
        library.publish_index()
    assert on_disk(library) == before
    assert nearest(library, "who keeps letters?") == ["Oak keeps letters for a year."]


def test_the_probe_notices_vectors_that_are_not_the_ones_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = index._write
    monkeypatch.setattr(index, "_write", lambda folder, keys, matrix: real(folder, keys, matrix[:, ::-1]))
    with pytest.raises(IndexBuildError, match="status 4"):
        build_generation(tmp_path, KEYS, MATRIX)
    assert list(tmp_path.iterdir()) == []


def test_a_crash_of_the_probe_does_not_take_the_builder_along(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crashing = tmp_path / "crash.py"
    crashing.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(index, "PROBE", crashing)
    (tmp_path / "index").mkdir()
    with pytest.raises(IndexBuildError, match="status -11"):
        build_generation(tmp_path / "index", KEYS, MATRIX)
    assert list((tmp_path / "index").iterdir()) == []


def test_a_probe_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging = tmp_path / "hang.py"
    hanging.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr(index, "PROBE", hanging)
    monkeypatch.setattr(index, "PROBE_SECONDS", 0.5)
    (tmp_path / "index").mkdir()
    with pytest.raises(IndexBuildError, match="did not end"):
        build_generation(tmp_path / "index", KEYS, MATRIX)


def test_a_disk_error_of_the_build_is_a_typed_error(tmp_path: Path) -> None:
    with pytest.raises(IndexBuildError, match="missing"):
        build_generation(tmp_path / "missing", KEYS, MATRIX)


def test_reading_never_changes_the_published_folder(library: PolicyLibrary) -> None:
    folder = library.settings.index_dir / served(library)[0][0]
    before = digest(folder)
    assert uses_index(library)
    assert uses_index(open_library(library.settings.data_dir))
    assert digest(folder) == before


def test_a_search_under_way_keeps_its_copy_when_a_newer_generation_comes(library: PolicyLibrary) -> None:
    held = library._generations
    assert held.search(MATRIX[0], 1)
    reader = held._reader
    assert reader is not None
    copy = Path(reader._finalizer.peek()[2][1])  # type: ignore[index]
    put(library, document("oak", "Oak keeps letters for a year."))
    library.publish_index()
    assert held.search(MATRIX[0], 1)
    assert held._reader is not reader
    # The thread that still holds the former reader goes on reading.
    assert [hit.policy_id for hit in reader.search(MATRIX[0], 1)] == ["ash"]
    assert copy.is_dir()
    del reader
    gc.collect()
    assert not copy.exists()


def test_threads_search_while_generations_change(library: PolicyLibrary) -> None:
    faults: list[BaseException] = []
    done = threading.Event()

    def search() -> None:
        try:
            while not done.is_set():
                assert nearest(library, "who keeps photos?") == [FIRMS["elm"]]
        except BaseException as error:  # noqa: BLE001 - a thread's error must reach the test
            faults.append(error)

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(2):
        put(library, document("oak", f"Oak has {number} letters."))
        library.publish_index()
    done.set()
    for thread in threads:
        thread.join()
    assert faults == []
