"""A manifest is read whole or refused with all its faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ManifestError
from ingest.manifest import read_manifest


def write(folder: Path, text: str) -> Path:
    path = folder / "policies.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_entries_carry_the_operators_overrides(tmp_path: Path) -> None:
    text = "policies:\n- id: acme\n  source: a.txt\n  aliases: [ACT]\n  channels:\n  - {type: email, value: a@b.example, purposes: [delete]}\n"
    (entry,) = read_manifest(write(tmp_path, text))
    assert (entry.id, entry.source, entry.aliases, entry.channels[0].value) == ("acme", "a.txt", ["ACT"], "a@b.example")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = "policies:\n- id: Bad Id\n  source: a.txt\n- source: b.txt\n  colour: red\n  effective: soon\n"
    with pytest.raises(ManifestError) as caught:
        read_manifest(write(tmp_path, text))
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "policies.0.id",
        "policies.1.id",
        "policies.1.effective",
        "policies.1.colour",
    ]


def test_a_duplicate_id_is_refused(tmp_path: Path) -> None:
    text = "policies:\n- {id: acme, source: a.txt}\n- {id: acme, source: b.txt}\n"
    with pytest.raises(ManifestError, match="the id acme is used twice"):
        read_manifest(write(tmp_path, text))


@pytest.mark.parametrize("text", ["policies: [", "", "- a", "policies: []", "policies: {a: 1}"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ManifestError):
        read_manifest(write(tmp_path, text))


def test_a_manifest_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "policies.yaml").write_bytes(b"policies:\n- {id: a, source: \xff\xfe.txt}\n")
    with pytest.raises(ManifestError):
        read_manifest(tmp_path / "policies.yaml")
