"""What a source stands for is listed without reading documents, and no two policies share an id."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import SourceNotFoundError
from ingest.sources import Document, default_id, list_documents, read_content


def no_archives(data: bytes, name: str) -> list[tuple[str, str | None]]:
    raise AssertionError(name)


def make(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")


def listed(*sources: Path | str) -> list[Document]:
    return list_documents(sources, no_archives)


def ids(*sources: Path | str) -> dict[str, str]:
    return {document.source: document.entry.id for document in listed(*sources)}


def test_a_folder_mixes_files_and_folders_of_versions(tmp_path: Path) -> None:
    make(
        tmp_path,
        "casio.txt",
        "Blue Sky/2024-03-14.md",
        "Blue Sky/2023-01-02.html",
        "shops/acme.pdf",
        "notes.xlsx",
        ".git/x.md",
    )
    assert [(d.source, d.entry.id, d.entry.default_date, d.entry.default_company) for d in listed(tmp_path)] == [
        ("Blue Sky/2023-01-02.html", "blue-sky", "2023-01-02", "Blue Sky"),
        ("Blue Sky/2024-03-14.md", "blue-sky", "2024-03-14", "Blue Sky"),
        ("casio.txt", "casio", None, None),
        ("shops/acme.pdf", "acme", None, None),
    ]


def test_a_folder_with_one_other_name_is_no_folder_of_versions(tmp_path: Path) -> None:
    make(tmp_path, "acme/2024-03-14.md", "acme/readme.md", "beta/2024-13-45.md")
    assert ids(tmp_path) == {
        "acme/2024-03-14.md": "2024-03-14",
        "acme/readme.md": "readme",
        "beta/2024-13-45.md": "2024-13-45",
    }


def test_files_of_one_name_in_two_folders_are_two_policies(tmp_path: Path) -> None:
    make(tmp_path, "acme/privacy.html", "beta/privacy.html", "beta/eu/privacy.html", "casio.txt")
    assert ids(tmp_path) == {
        "acme/privacy.html": "acme-privacy",
        "beta/privacy.html": "beta-privacy",
        "beta/eu/privacy.html": "eu-privacy",
        "casio.txt": "casio",
    }
    together = listed(tmp_path / "acme/privacy.html", tmp_path / "beta/privacy.html")
    assert [document.entry.id for document in together] == ["acme-privacy", "beta-privacy"]


def test_files_that_differ_in_their_ending_only_are_two_policies(tmp_path: Path) -> None:
    make(tmp_path, "a/acme.html", "a/acme.md")
    assert set(ids(tmp_path).values()) == {"acme-html", "acme-md"}


def test_a_file_named_twice_is_one_policy(tmp_path: Path) -> None:
    make(tmp_path, "acme.html")
    assert [d.entry.id for d in listed(tmp_path, tmp_path / "acme.html")] == ["acme", "acme"]


def test_ids_that_the_operator_gave_are_never_changed(tmp_path: Path) -> None:
    make(tmp_path, "acme.html", "own/x.html")
    (tmp_path / "own/policies.yaml").write_text("policies:\n- {id: acme, source: x.html}\n", encoding="utf-8")
    found = [d.entry.id for d in listed(tmp_path / "own", tmp_path / "acme.html")]
    assert found[0] == "acme"
    assert found[1].endswith("-acme")


def test_web_addresses_are_named_by_their_site(tmp_path: Path) -> None:
    found = listed("https://www.acme.example/privacy", "https:/www.beta.example", "https://www.acme.example/cookies")
    assert [(d.place, d.entry.id, d.is_page) for d in found] == [
        ("https://www.acme.example/privacy", "acme-example-privacy", True),
        ("https://www.beta.example", "beta-example", True),
        ("https://www.acme.example/cookies", "acme-example-cookies", True),
    ]


def test_a_manifest_may_name_web_addresses(tmp_path: Path) -> None:
    (tmp_path / "policies.yaml").write_text(
        "policies:\n- {id: acme, source: 'https://acme.example/p'}\n", encoding="utf-8"
    )
    (document,) = listed(tmp_path)
    assert (document.place, document.is_page, document.entry.id) == ("https://acme.example/p", True, "acme")


def test_thousands_of_files_are_listed_by_their_names_alone(tmp_path: Path) -> None:
    for number in range(2_000):
        (tmp_path / f"policy-{number:05}.txt").touch(mode=0)
    documents = listed(tmp_path)
    assert len({document.entry.id for document in documents}) == 2_000


def test_what_is_not_there_is_one_failed_document(tmp_path: Path) -> None:
    (document,) = listed(tmp_path / "gone.txt")
    with pytest.raises(SourceNotFoundError, match="no such file"):
        read_content(document)


@pytest.mark.parametrize(
    ("name", "expected"), [("Blue Sky", "blue-sky"), ("...", "policy"), ("a" * 99, "a" * 80), ("Ünïcode", "n-code")]
)
def test_ids_are_made_of_plain_letters(name: str, expected: str) -> None:
    assert default_id(name) == expected
