"""Generations on a Chroma server: shared by libraries, checked before they serve, done without while the server is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from tests.servers.running import ChromaServer as Program
from tests.servers.running import running
from tests.vectorstore.shelf import HASH, SERVERS, document, nearest, open_library, put
from vectorstore import chroma_server
from vectorstore.chroma_server import ChromaServer, ServerIndex
from vectorstore.errors import ChromaServerError, IndexBuildError
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings
from vectorstore.vectors import Key

PHOTOS = "Elm keeps photos for a year."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Program]:
    """A server of this test alone, which it may stop and start."""
    (tmp_path / "chroma").mkdir()
    program = Program(tmp_path / "chroma")
    with running(program):
        yield program


@pytest.fixture
def library(tmp_path: Path, server: Program, monkeypatch: pytest.MonkeyPatch) -> PolicyLibrary:
    """A library of two policies on SQLite whose index, on the server, is fresh."""
    monkeypatch.setattr(SERVERS, "chroma_url", server.url)
    made = open_library(tmp_path / "data")
    put(made, document("ash", "Ash keeps orders for a year."))
    put(made, document("elm", PHOTOS))
    assert made.publish_index()
    return made


def collections(server: Program) -> list[str]:
    return sorted(name for name, _ in ChromaServer(server.url).list())


def uses_index(library: PolicyLibrary) -> bool:
    return library._generations.search(HASH.encode([PHOTOS])[0], 1) is not None


def test_the_server_and_the_exact_scan_find_the_same(library: PolicyLibrary) -> None:
    question = HASH.encode(["who keeps photos?"])[0]
    by_index, by_scan = library.search(question, 5), library.search(question, 5, ["ash", "elm"])
    assert (
        [hit[:3] for hit in by_index]
        == [hit[:3] for hit in by_scan]
        == [("elm", "2026-01-01", 0), ("ash", "2026-01-01", 0)]
    )
    assert [hit.similarity for hit in by_index] == pytest.approx([hit.similarity for hit in by_scan], abs=1e-5)
    assert uses_index(library)
    assert library.publish_index() is False


def test_the_two_newest_generations_stay_and_other_libraries_are_left_alone(
    library: PolicyLibrary, server: Program, tmp_path: Path
) -> None:
    other = open_library(tmp_path / "other")
    put(other, document("oak", "Oak keeps letters."))
    other.publish_index()
    for number in range(3):
        put(library, document("ash", f"Ash keeps {number} orders."))
        library.publish_index()
    names = collections(server)
    assert len(names) == 3
    assert len([name for name in names if library._generations._store.owns(name)]) == 2
    assert nearest(other, "letters") == ["Oak keeps letters."]
    assert uses_index(other)


def test_a_server_that_goes_away_is_done_without_and_used_again_when_it_is_back(
    library: PolicyLibrary, server: Program, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerIndex, "retry_seconds", 0.2)
    assert uses_index(library)
    server.stop()
    with caplog.at_level(logging.WARNING, "vectorstore"):
        assert nearest(library, "who keeps photos?") == [PHOTOS]
    assert "does not answer" in caplog.text
    assert "scanning the stored vectors" in caplog.text
    assert library.index_needs_repair
    put(library, document("oak", "Oak keeps letters."))
    with pytest.raises(IndexBuildError, match="does not answer .* documents are in"):
        library.publish_index()
    server.start()
    library.ensure_index()
    time.sleep(0.3)
    assert uses_index(library)
    assert not library.index_needs_repair
    assert nearest(library, "letters") == ["Oak keeps letters."]


def test_a_server_that_hangs_costs_an_answer_seconds_not_for_ever(
    library: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert uses_index(library)
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(chroma_server, "READ_SECONDS", 0.5)
        store = library._generations._store
        hanging = ChromaServer(f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr(store, "_server", hanging)
        with pytest.raises(IndexBuildError, match="does not answer"):
            store.check()


@pytest.mark.parametrize("harm", ["emptied", "deleted", "other rows", "made anew"])
def test_a_collection_that_is_not_as_published_never_serves_and_is_built_again(
    library: PolicyLibrary, server: Program, harm: str
) -> None:
    (name,) = collections(server)
    plain = ChromaServer(server.url)
    collection = plain.find(name)
    base = f"{server.url}{chroma_server.COLLECTIONS}"
    ids = ["ash\x1f2026-01-01\x1f0", "elm\x1f2026-01-01\x1f0"]
    if harm == "emptied":
        httpx.post(f"{base}/{collection}/delete", json={"ids": ids}).raise_for_status()
    if harm in {"deleted", "made anew"}:
        plain.delete(name)
    if harm == "made anew":
        plain.add(plain.create(name), ids, HASH.encode(["Ash keeps orders for a year.", PHOTOS]))
    if harm == "other rows":
        httpx.post(f"{base}/{collection}/delete", json={"ids": ids}).raise_for_status()
        plain.add(collection, ids, np.roll(HASH.encode(["one", "two"]), 7, axis=1))
    assert nearest(library, "who keeps photos?") == [PHOTOS]
    assert not uses_index(library)
    library.ensure_index()
    assert uses_index(library)
    assert nearest(library, "who keeps photos?") == [PHOTOS]


def test_rows_that_the_library_does_not_hold_are_not_believed(library: PolicyLibrary, server: Program) -> None:
    (name,) = collections(server)
    assert uses_index(library)
    plain = ChromaServer(server.url)
    plain.add(plain.find(name), ["evil\x1f1\x1f0"], HASH.encode(["who keeps photos?"]))
    assert nearest(library, "who keeps photos?") == [PHOTOS]
    assert library.index_needs_repair


def test_what_a_killed_build_left_on_the_server_goes_after_a_day(
    library: PolicyLibrary, server: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = library._generations._store
    assert isinstance(store, ServerIndex)
    plain = ChromaServer(server.url)
    plain.create(f"{store._prefix}leftbehind01")
    library.publish_index()
    assert len(collections(server)) == 2
    monkeypatch.setattr(chroma_server, "ORPHAN_SECONDS", -5.0)
    library.publish_index()
    assert len(collections(server)) == 1
    assert uses_index(library)


def test_a_build_that_the_server_spoils_is_not_taken_and_nothing_is_left(
    server: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ChromaServer(server.url)
    real = ChromaServer.add
    monkeypatch.setattr(ChromaServer, "add", lambda self, where, ids, rows: real(self, where, ids[:-1], rows[:-1]))
    with pytest.raises(IndexBuildError, match="holds 1 rows, 2 were written"):
        ServerIndex(plain, "lib").build([Key("ash", "1", 0), Key("elm", "1", 0)], HASH.encode(["one", "two"]))
    assert collections(server) == []


@pytest.mark.parametrize(
    ("url", "token", "insecure", "allowed"),
    [
        ("http://127.0.0.1:8000", None, False, True),
        ("http://localhost:8000", None, False, True),
        ("http://[::1]:8000", None, False, True),
        ("http://10.0.0.7:8000", None, False, False),
        ("http://10.0.0.7:8000", "token", False, False),
        ("http://10.0.0.7:8000", None, True, True),
        ("https://chroma.example", None, False, False),
        ("https://chroma.example", "token", False, True),
        ("http://user:word@127.0.0.1:8000", None, False, False),
        ("127.0.0.1:8000", None, False, False),
    ],
)
def test_a_server_that_others_can_reach_needs_https_and_a_token(
    url: str, token: str | None, insecure: bool, allowed: bool
) -> None:
    if allowed:
        ChromaServer(url, token, insecure=insecure)
    else:
        with pytest.raises(ChromaServerError, match="POLICYDESK_CHROMA") as caught:
            ChromaServer(url, token, insecure=insecure)
        assert "word" not in str(caught.value)


def test_settings_never_show_addresses_and_tokens() -> None:
    shown = repr(
        StoreSettings(Path("var"), database_url="postgresql://u:pw@h/d", chroma_url="http://h", chroma_token="t0ken")
    )
    assert "pw" not in shown
    assert "t0ken" not in shown
