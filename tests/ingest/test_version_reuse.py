"""What a new version costs: only changed passages are embedded, whatever happens to numbers and names around them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ingest.manifest import Entry
from ingest.passages import passages_of
from ingest.reader import read_policy
from vectorstore.difference import edits_between
from vectorstore.embeddings import open_embedder
from vectorstore.library import PolicyLibrary, PutResult
from vectorstore.policy import Policy
from vectorstore.settings import StoreSettings

VERSIONS = Path(__file__).parents[2].parent / "shared" / "corpora" / "versions"
MOST = 0.30  # of the embedding work of a first ingest
POLICY = """# Larkspur Privacy Policy

Last updated: January 5, 2026

{intro}## {n}. Sharing

Larkspur shares your personal information with carriers who bring your parcels, and with nobody else. We do not sell it.

## {m}. Keeping

Larkspur keeps order records for seven years, because tax law asks for it. Your data is deleted after that.

## {k}. Contact

Write to privacy@larkspur.example about your personal information. Larkspur answers questions about privacy in a month.
"""


def put(library: PolicyLibrary, policy: Policy, seen: str | None = None) -> PutResult:
    return library.put(policy, passages_of(policy, library.context_company(policy)), seen)


def test_a_section_put_in_front_embeds_only_itself(tmp_path: Path) -> None:
    library = PolicyLibrary.open(StoreSettings(tmp_path), open_embedder("hash"))
    entry = Entry(id="larkspur", source="p.md", company="Larkspur")
    first = POLICY.format(intro="", n=1, m=2, k=3)
    second = POLICY.format(
        intro="## 1. Cookies\n\nLarkspur sets one cookie to keep your privacy choices.\n\n", n=2, m=3, k=4
    )
    put(library, read_policy(first.encode(), "p.md", entry))
    result = put(library, read_policy(second.encode(), "p.md", entry))
    assert result.status == "changed"
    assert (result.embedded, result.embedded_characters) == (
        2,
        len("Larkspur sets one cookie to keep your privacy choices.")
        + len("Larkspur. Larkspur Privacy Policy. Cookies."),
    )
    assert put(library, read_policy(second.encode(), "p.md", entry)).status == "unchanged"


@pytest.mark.skipif(not VERSIONS.is_dir(), reason="the versioned policies lie beside the repository only")
def test_the_last_version_of_each_service_costs_little(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = []
    for service in sorted(path.name for path in VERSIONS.iterdir() if path.is_dir()):
        library = PolicyLibrary.open(StoreSettings(tmp_path / service), open_embedder("hash"))
        files = sorted((VERSIONS / service).glob("*.md"))
        for file in files:
            policy = read_policy(file.read_bytes(), file.name, Entry(id=service.lower(), source=file.name))
            last = put(library, policy, file.stem)
        fresh = PolicyLibrary.open(StoreSettings(tmp_path / f"{service} alone"), open_embedder("hash"))
        whole = put(fresh, policy, files[-1].stem)
        former = library.get(service.lower(), library.history.before(service.lower(), last.version))
        rows.append(
            (
                service,
                last.embedded / whole.embedded,
                changed_share(former, policy),
                last.embedded_characters / whole.embedded_characters,
            )
        )
        assert library.get(service.lower()).version == last.version
    table = "".join(
        f"\n{name:<8} passages {passages:.2f}  characters {characters:.2f}  (text that changed {text:.2f})"
        for name, passages, text, characters in rows
    )
    with capsys.disabled():
        sys.stdout.write(table)
    assert [row[0] for row in rows if row[1] >= MOST] == [], table
    # Every word runs through the model once: where a third of the words is new, so is a third of the characters.
    assert [row[0] for row in rows if row[3] >= max(MOST, 1.4 * row[2])] == [], table


def changed_share(old: Policy, new: Policy) -> float:
    """Return the share of the new version's characters that stand in sentences which are new or reworded."""
    fresh = sum(
        e.new_end - e.new_start for e in edits_between(old, new) if e.new_end is not None and e.new_start is not None
    )
    return fresh / sum(s.end - s.start for clause in new.clauses if clause.is_read for s in clause.sentences)
