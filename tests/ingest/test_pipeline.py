"""Sources go into the library one by one; what fails is told and stops nothing, and nothing known is embedded again."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from ingest import DocumentReport, ingest_sources
from ingest.sandbox import SandboxedReader
from ingest.sources import MAX_BYTES
from tests.ingest.conftest import CountingEmbedder
from tests.ingest.documents import html, word, zipped
from vectorstore.library import PolicyLibrary
from vectorstore.settings import StoreSettings

ACME = (
    "Privacy Notice\nLast Updated: May 1, 2026\n"
    "Acme Tools, Inc. (“Acme” or “we”) respects your privacy. This notice says which personal information we collect and why.\n"
    "Retention\nWe keep your personal information for as long as your account is open, and then for two more years.\n"
    "Contact\nTo make any request about your data, write to privacy@acme.example at any time.\n"
)
OTHER = ACME.replace("Acme Tools", "Beta Works").replace("Acme", "Beta").replace("acme", "beta")


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DocumentReport]:
    """A folder with the document acme.txt and the library `var` that it was ingested into, and what was told of that."""
    folder = tmp_path_factory.mktemp("first")
    library = PolicyLibrary.open(StoreSettings(folder / "var"), CountingEmbedder())
    (report,) = ingest_sources([write(folder, "acme.txt", ACME)], library)
    return folder, report


@pytest.fixture
def stocked(first: tuple[Path, DocumentReport], tmp_path: Path, embedder: CountingEmbedder) -> PolicyLibrary:
    """The library in a copy of that folder, for the test to change."""
    shutil.copytree(first[0], tmp_path, dirs_exist_ok=True)
    return PolicyLibrary.open(StoreSettings(tmp_path / "var"), embedder)


def test_a_new_document_is_stored_with_its_version(first: tuple[Path, DocumentReport], stocked: PolicyLibrary) -> None:
    report = first[1]
    assert (report.policy_id, report.status, report.version, report.error) == ("acme", "new", "2026-05-01", None)
    assert report.passages == report.embedded > 5
    assert stocked.get("acme").channels[0].value == "privacy@acme.example"


def test_an_unchanged_document_embeds_nothing(tmp_path: Path, stocked: PolicyLibrary, embedder: Any) -> None:
    before = embedder.encoded
    (report,) = ingest_sources([tmp_path / "acme.txt"], stocked)
    assert (report.status, report.embedded, embedder.encoded) == ("unchanged", 0, before)
    assert stocked.versions("acme") == ["2026-05-01"]


def test_a_changed_document_is_a_new_version_and_embeds_only_what_changed(
    tmp_path: Path, first: tuple[Path, DocumentReport], stocked: PolicyLibrary, embedder: Any
) -> None:
    before = embedder.encoded
    later = ACME.replace("May 1, 2026", "June 2, 2026").replace("two more years", "three more years")
    (second,) = ingest_sources([write(tmp_path, "acme.txt", later)], stocked)
    assert (second.status, second.version) == ("changed", "2026-06-02")
    # The date line and the sentence that changed, each as a clause and as a sentence.
    assert second.embedded == embedder.encoded - before == 4 < first[1].embedded
    assert stocked.versions("acme") == ["2026-05-01", "2026-06-02"]
    assert "two more years" in stocked.get("acme", "2026-05-01").text
    assert "three more years" in stocked.get("acme").text


def test_other_words_of_the_same_date_are_a_version_of_their_own(tmp_path: Path, stocked: PolicyLibrary) -> None:
    (report,) = ingest_sources([write(tmp_path, "acme.txt", ACME.replace("two more", "three more"))], stocked)
    assert report.version == "2026-05-01-2"


def test_an_id_taken_by_another_company_is_refused_and_nothing_is_lost(tmp_path: Path, stocked: PolicyLibrary) -> None:
    stored = stocked.get("acme")
    (report,) = ingest_sources([write(tmp_path, "beta.txt", OTHER)], stocked, policy_id="acme")
    assert report.status == "failed"
    assert report.error is not None
    assert "belongs to Acme" in report.error
    assert "speaks for Beta" in report.error
    assert stocked.get("acme") == stored
    assert stocked.versions("acme") == ["2026-05-01"]


def test_one_bad_document_never_stops_the_rest(tmp_path: Path, library: PolicyLibrary) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder, "a-empty.txt", "")
    write(folder, "b-binary.txt", b"\x00\x01\x02" * 99)
    write(folder, "c-recipe.txt", "Pancakes\n" + "Mix the flour with the milk and fry it in butter. " * 20)
    write(folder, "d-acme.txt", ACME)
    write(folder, "e-notes.docx", b"PK\x03\x04 word/document.xml and nothing else")
    write(folder, "f-sheet.xlsx", ACME)
    reports = ingest_sources([folder, tmp_path / "missing.txt", folder / "f-sheet.xlsx"], library)
    assert [(r.policy_id, r.status) for r in reports] == [
        ("a-empty", "failed"),
        ("b-binary", "failed"),
        ("c-recipe", "failed"),
        ("d-acme", "new"),
        ("e-notes", "failed"),
        ("missing", "failed"),
        ("f-sheet", "failed"),
    ]
    assert [r.error.split(";")[0] for r in reports if r.error] == [
        "the document is empty",
        "this is a binary file",
        "no privacy policy was found in this document",
        "this Word document is broken",
        "there is no such file or folder",
        "no loader for .xlsx",
    ]
    assert [policy.id for policy in library.policies()] == ["d-acme"]


def test_fifty_megabytes_are_refused_without_reading_them(tmp_path: Path, library: PolicyLibrary) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 50 * 1024 * 1024)
    (report,) = ingest_sources([path], library)
    assert report.status == "failed"
    assert report.error == "the file is over 10 MB; a policy is text of a few hundred kB at most"
    assert MAX_BYTES == 10 * 1024 * 1024


def test_a_manifest_gives_ids_and_overrides_and_misses_no_entry(tmp_path: Path, library: PolicyLibrary) -> None:
    write(tmp_path, "one.txt", ACME)
    manifest = (
        "policies:\n- {id: tools, source: one.txt, company: The Tool Shop, aliases: [Shop], url: 'https://acme.example/p',\n"
        "   channels: [{type: web_form, value: 'https://acme.example/form', purposes: [delete]}]}\n- {id: gone, source: gone.txt}\n"
    )
    reports = ingest_sources([write(tmp_path, "policies.yaml", manifest)], library)
    assert [(r.policy_id, r.status) for r in reports] == [("tools", "new"), ("gone", "failed")]
    policy = library.get("tools")
    assert (policy.company, policy.url) == ("The Tool Shop", "https://acme.example/p")
    assert {"Shop", "Acme", "Acme Tools, Inc."} <= set(policy.aliases)
    assert [(c.type, c.origin) for c in policy.channels] == [("email", "text"), ("web_form", "override")]


def test_a_folder_with_a_manifest_is_read_by_it(tmp_path: Path, library: PolicyLibrary) -> None:
    write(tmp_path, "one.txt", ACME)
    write(tmp_path, "two.txt", OTHER)
    write(tmp_path, "policies.yaml", "policies:\n- {id: only, source: two.txt}\n")
    assert [r.policy_id for r in ingest_sources([tmp_path], library)] == ["only"]


def test_a_faulty_manifest_is_one_failed_document(tmp_path: Path, library: PolicyLibrary) -> None:
    reports = ingest_sources(
        [write(tmp_path, "policies.yaml", "policies: 7\n"), write(tmp_path, "acme.txt", ACME)], library
    )
    assert [r.status for r in reports] == ["failed", "new"]


def test_an_id_for_two_documents_is_a_wrong_argument(tmp_path: Path, library: PolicyLibrary) -> None:
    paths = [write(tmp_path, "a.txt", ACME), write(tmp_path, "b.txt", ACME)]
    with pytest.raises(ValueError, match="names one policy, but 2 documents were given"):
        ingest_sources(paths, library, policy_id="acme")


def test_progress_is_told_before_each_document_and_at_the_end(tmp_path: Path, library: PolicyLibrary) -> None:
    seen: list[tuple[int, int, str]] = []
    ingest_sources([write(tmp_path, "acme.txt", ACME)], library, on_document=lambda *step: seen.append(step))
    assert seen == [(0, 1, "acme.txt"), (1, 1, "index")]


def test_what_is_ingested_is_found_by_search(stocked: PolicyLibrary, embedder: Any) -> None:
    vector = embedder.encode(
        ["We keep your personal information for as long as your account is open, and then for two more years."]
    )[0]
    policy_id, version, position, _ = stocked.search(vector, 1)[0]
    passage = stocked.vectors(policy_id, version).passages[position]
    assert stocked.get(policy_id).text[passage.start : passage.end].startswith("We keep your personal information")


def test_a_web_address_that_leads_nowhere_is_one_failed_document(library: PolicyLibrary) -> None:
    pytest.importorskip("ingest.fetch", reason="pages are fetched by a module of its own", exc_type=ImportError)
    (report,) = ingest_sources(["https://www.larkspur.invalid/help/privacy"], library)
    assert (report.status, report.policy_id) == ("failed", "larkspur-invalid")
    assert library.policies() == []


DATED = (("2024-03-01.md", "two"), ("2025-03-01.md", "three"), ("2026-03-01.md", "four"))


def write_history(folder: Path, kept: tuple[tuple[str, str], ...] = DATED) -> Path:
    folder.mkdir(exist_ok=True)
    for name, years in kept:
        undated = ACME.replace("Last Updated: May 1, 2026\n", "").replace("two more", f"{years} more")
        write(folder, name, undated)
    return folder


def test_a_folder_of_dates_is_one_policy_with_its_versions_in_order(tmp_path: Path, library: PolicyLibrary) -> None:
    reports = ingest_sources([write_history(tmp_path / "Acme Tools")], library)
    assert [(r.policy_id, r.status, r.version) for r in reports] == [
        ("acme-tools", "new", "2024-03-01"),
        ("acme-tools", "changed", "2025-03-01"),
        ("acme-tools", "changed", "2026-03-01"),
    ]
    assert "four more years" in library.get("acme-tools").text
    again = ingest_sources([tmp_path / "Acme Tools"], library)
    assert [(r.status, r.embedded) for r in again] == [("unchanged", 0)] * 3


def test_a_version_added_to_the_middle_leaves_the_newest_in_force(tmp_path: Path, library: PolicyLibrary) -> None:
    folder = write_history(tmp_path / "acme", (DATED[0], DATED[2]))
    ingest_sources([folder], library)
    reports = ingest_sources([write_history(folder)], library)
    assert [(r.version, r.status, r.embedded > 0) for r in reports] == [
        ("2024-03-01", "unchanged", False),
        ("2025-03-01", "changed", True),
        ("2026-03-01", reports[2].status, False),
    ]
    assert library.get("acme").version == "2026-03-01"
    assert sorted(library.versions("acme")) == ["2024-03-01", "2025-03-01", "2026-03-01"]


def test_the_date_in_the_text_goes_before_that_of_the_file(tmp_path: Path, library: PolicyLibrary) -> None:
    folder = tmp_path / "acme"
    folder.mkdir()
    write(folder, "2024-03-01.txt", ACME)
    (report,) = ingest_sources([folder], library)
    assert report.version == "2026-05-01"


def test_an_unchanged_document_is_not_even_parsed(
    tmp_path: Path, stocked: PolicyLibrary, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "acme.txt"
    started: list[str] = []
    monkeypatch.setattr(SandboxedReader, "_start", lambda self, name: started.append(name))
    (report,) = ingest_sources([path], stocked)
    assert (report.status, report.embedded, report.passages > 5, started) == ("unchanged", 0, True, [])
    with pytest.raises(AttributeError):
        ingest_sources([path], stocked, force=True)
    assert started == ["acme.txt"]


def test_other_overrides_of_the_operator_are_a_reason_to_read_again(tmp_path: Path, library: PolicyLibrary) -> None:
    write(tmp_path, "one.txt", ACME)
    manifest = "policies:\n- {id: tools, source: one.txt, aliases: [Shop]}\n"
    ingest_sources([write(tmp_path, "policies.yaml", manifest)], library)
    ingest_sources([write(tmp_path, "policies.yaml", manifest.replace("Shop", "Store"))], library)
    assert "Store" in library.get("tools").aliases


def test_every_document_of_an_archive_is_one_of_its_own(tmp_path: Path, library: PolicyLibrary) -> None:
    members = {"acme.html": html(ACME), "beta.docx": word(OTHER), "../evil.txt": ACME.encode(), "logo.png": b"x"}
    reports = ingest_sources([write(tmp_path, "policies.zip", zipped(members))], library)
    assert [(r.source, r.policy_id, r.status) for r in reports] == [
        ("policies.zip/../evil.txt", "evil", "failed"),
        ("policies.zip/acme.html", "acme", "new"),
        ("policies.zip/beta.docx", "beta", "new"),
    ]
    assert reports[0].error == "its name points outside the archive"
    again = ingest_sources([tmp_path / "policies.zip"], library)
    assert [(r.policy_id, r.status, r.embedded) for r in again[1:]] == [
        ("acme", "unchanged", 0),
        ("beta", "unchanged", 0),
    ]
