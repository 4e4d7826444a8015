"""The library: versions, what is embedded, what is refused, and what a second reader sees."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from tests.vectorstore.shelf import SERVERS, document, nearest, open_library, passages, put, settings
from vectorstore import database as db
from vectorstore import library as library_module
from vectorstore.embeddings import HashEmbedder
from vectorstore.errors import (
    MixedModelError,
    PolicyIdTakenError,
    StoredFormError,
    StoreError,
    UnknownPolicyError,
    UnknownVersionError,
)
from vectorstore.library import PolicyLibrary
from vectorstore.policy import Damage, Policy, PolicyDate
from vectorstore.vectors import vector_key

BIRCH = ("Birch keeps your street for two years.", "Birch never sells what it knows.")


class Counting(HashEmbedder):
    """The hashing embedder, which remembers what it was given."""

    def __init__(self) -> None:
        self.encoded: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.encoded += texts
        return super().encode(texts)


class OtherModel(HashEmbedder):
    """The same vectors under another name."""

    name = "other"


@pytest.fixture(params=["embedded", "servers"], autouse=True)
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run every test twice: on SQLite with an embedded index, and on PostgreSQL with a Chroma server."""
    if request.param == "servers":
        monkeypatch.setattr(SERVERS, "database_url", request.getfixturevalue("fresh_database"))
        monkeypatch.setattr(SERVERS, "chroma_url", request.getfixturevalue("chroma_url"))
    return str(request.param)


@pytest.fixture
def library(tmp_path: Path) -> PolicyLibrary:
    return open_library(tmp_path / "data")


def rows(library: PolicyLibrary, table: object) -> int:
    with db.reading(library._engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()  # type: ignore[arg-type]


def test_a_stored_policy_comes_back_as_it_was_put(library: PolicyLibrary) -> None:
    policy = replace(document("birch", *BIRCH), aliases=("Birch & Co",), damage=(Damage("lost_link", 0, 5, "gone"),))
    assert put(library, policy).status == "new"
    assert library.get("birch") == policy
    assert library.get("birch", "2026-01-01") == policy
    assert library.versions("birch") == ["2026-01-01"]


def test_any_character_and_any_length_comes_back(library: PolicyLibrary) -> None:
    words = "Birch keeps \x00 and \U0001f333 and “quotes” and \\u0000. " * 40_000
    policy = document("birch", words, "Birch sells \x00 nothing.")
    put(library, policy)
    assert library.get("birch") == policy
    assert put(library, policy).status == "unchanged"


def test_vectors_made_elsewhere_are_taken_and_what_they_lack_is_made_here(tmp_path: Path) -> None:
    embedder = Counting()
    library = PolicyLibrary.open(settings(tmp_path), embedder)
    policy = document("birch", *BIRCH)
    made = {vector_key("hash", BIRCH[0]): HashEmbedder().encode([BIRCH[0]])[0], "unwanted": np.ones(384)}
    assert library.put(policy, passages(policy), vectors=made).embedded == 2
    assert embedder.encoded == [BIRCH[1]]
    assert np.array_equal(library.vectors("birch", "2026-01-01").matrix, HashEmbedder().encode(list(BIRCH)))
    assert rows(library, db.vectors) == 2


def test_an_unchanged_document_changes_nothing(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    revision = library.revision
    again = put(library, document("birch", *BIRCH))
    assert (again.status, again.version, again.embedded) == ("unchanged", "2026-01-01", 0)
    assert library.revision == revision


def test_other_words_make_a_new_version_and_the_old_one_stays_readable(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    result = put(library, document("birch", BIRCH[0], "Birch sells everything.", version="2026-06-01"))
    assert (result.status, result.version) == ("changed", "2026-06-01")
    assert library.versions("birch") == ["2026-01-01", "2026-06-01"]
    assert library.get("birch").text.endswith("Birch sells everything.")
    assert library.get("birch", "2026-01-01").text.endswith("Birch never sells what it knows.")
    assert len(library.vectors("birch", "2026-01-01").passages) == 2


def test_other_words_under_a_taken_version_name_get_a_name_of_their_own(library: PolicyLibrary) -> None:
    names = [put(library, document("birch", f"Birch keeps data for {n} years.")).version for n in range(3)]
    assert names == ["2026-01-01", "2026-01-01-2", "2026-01-01-3"]
    assert library.get("birch", "2026-01-01").text == "Birch keeps data for 0 years."


def test_going_back_to_earlier_words_makes_their_version_current_again(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    put(library, document("birch", "Birch sells everything.", version="2026-06-01"))
    back = put(library, document("birch", *BIRCH, version="2026-07-01"))
    assert (back.status, back.version, back.embedded) == ("changed", "2026-01-01", 0)
    assert library.get("birch").version == "2026-01-01"
    assert library.versions("birch") == ["2026-01-01", "2026-06-01"]


def test_a_better_reading_of_the_same_words_replaces_the_former_one(library: PolicyLibrary) -> None:
    policy = document("birch", *BIRCH)
    put(library, policy)
    read_again = replace(policy, damage=(Damage("missing_item", 0, 5, "an item is gone"),))
    result = library.put(read_again, passages(policy)[:1])
    assert (result.status, result.version) == ("changed", "2026-01-01")
    assert library.get("birch").damage == read_again.damage
    assert len(library.vectors("birch", "2026-01-01").passages) == 1


def test_other_passages_of_the_same_reading_are_stored(library: PolicyLibrary) -> None:
    policy = document("birch", *BIRCH)
    put(library, policy)
    with_context = [replace(passage, context="Birch: ") for passage in passages(policy)]
    assert library.put(policy, with_context).status == "changed"
    assert [p.context for p in library.vectors("birch", "2026-01-01").passages] == ["Birch: ", "Birch: "]


def test_only_new_passages_are_embedded(tmp_path: Path) -> None:
    embedder = Counting()
    library = PolicyLibrary.open(settings(tmp_path), embedder)
    put(library, document("birch", *BIRCH))
    result = put(library, document("birch", BIRCH[0], "A new sentence.", BIRCH[0], version="2026-06-01"))
    assert embedder.encoded == [*BIRCH, "A new sentence."]
    assert result.embedded == 1
    stored = library.vectors("birch", "2026-06-01")
    assert np.array_equal(stored.matrix, HashEmbedder().encode([BIRCH[0], "A new sentence.", BIRCH[0]]))


def test_vectors_that_another_process_removes_meanwhile_are_made_again(tmp_path: Path) -> None:
    other = open_library(tmp_path)
    put(other, document("birch", *BIRCH))

    class Removing(Counting):
        def encode(self, texts: list[str]) -> np.ndarray:
            if not self.encoded:
                other.remove("birch")
            return super().encode(texts)

    library = PolicyLibrary.open(settings(tmp_path), Removing())
    put(library, document("cedar", BIRCH[1], "Cedar asks for your name."))
    assert nearest(library, "never sells what it knows") == [BIRCH[1]]
    assert len(library.vectors("cedar", "2026-01-01").passages) == 2


def test_an_id_of_another_company_is_refused_and_stays_as_it_is(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    with pytest.raises(PolicyIdTakenError, match="belongs to Birch; this document speaks for Cedar"):
        put(library, document("birch", "Cedar sells everything.", company="Cedar"))
    assert library.get("birch").text == "\n".join(BIRCH)
    assert library.versions("birch") == ["2026-01-01"]


def test_a_company_is_known_again_by_an_alias(library: PolicyLibrary) -> None:
    put(library, replace(document("birch", *BIRCH), aliases=("Birch & Co",)))
    put(library, document("birch", "Birch & Co moved.", company="birch & co", version="2027-01-01"))
    assert library.get("birch").version == "2027-01-01"


def test_removal_takes_all_versions_and_leaves_the_vectors_that_others_use(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    put(library, document("birch", "Birch moved.", version="2026-06-01"))
    put(library, document("cedar", BIRCH[1]))
    library.remove("birch")
    assert [row.id for row in library.policies()] == ["cedar"]
    assert (rows(library, db.versions), rows(library, db.passages), rows(library, db.vectors)) == (1, 1, 1)
    assert nearest(library, "never sells") == [BIRCH[1]]
    for call in (lambda: library.get("birch", "2026-01-01"), lambda: library.versions("birch")):
        with pytest.raises(UnknownPolicyError):
            call()


def test_unknown_ids_and_versions_are_told_apart(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    with pytest.raises(UnknownPolicyError, match="'cedar'"):
        library.get("cedar")
    with pytest.raises(UnknownPolicyError):
        library.remove("cedar")
    with pytest.raises(UnknownVersionError, match="'birch' has no version '1999'") as caught:
        library.get("birch", "1999")
    assert isinstance(caught.value, StoreError)


def test_summaries_count_the_current_version(library: PolicyLibrary) -> None:
    put(library, document("cedar", "Cedar sells nothing."))
    put(library, document("birch", "Old words."))
    dated = (PolicyDate("effective", "2025-01-01", 0, 0), PolicyDate("updated", "2026-06-01", 0, 0))
    put(library, replace(document("birch", *BIRCH, version="2026-06-01"), dates=dated, url="https://birch.test"))
    birch, cedar = library.policies()
    assert (birch.id, birch.version, birch.clauses, birch.passages) == ("birch", "2026-06-01", 2, 2)
    assert (birch.updated, birch.url) == ("2026-06-01", "https://birch.test")
    assert (cedar.id, cedar.updated, cedar.url) == ("cedar", None, None)


def test_a_change_by_another_process_is_seen_by_the_next_call(tmp_path: Path) -> None:
    writer, reader = open_library(tmp_path), open_library(tmp_path)
    put(writer, document("birch", *BIRCH))
    assert (reader.get("birch").text, len(reader.policies())) == ("\n".join(BIRCH), 1)
    assert len(reader.vectors("birch", "2026-01-01").passages) == 2
    writer.remove("birch")
    put(writer, document("birch", "Other words under the same name."))
    assert reader.get("birch", "2026-01-01").text == "Other words under the same name."
    assert len(reader.vectors("birch", "2026-01-01").passages) == 1
    assert nearest(reader, "other words") == ["Other words under the same name."]
    assert reader.policies()[0].passages == 1


def test_the_list_of_policies_is_the_callers_own(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    library.policies().clear()
    assert len(library.policies()) == 1


def test_memory_of_texts_and_vectors_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library_module, "KEPT", 3)
    library = open_library(tmp_path)
    for number in range(8):
        put(library, document(f"firm-{number}", f"Firm {number} keeps data."))
    for number in range(8):
        assert library.get(f"firm-{number}").text == f"Firm {number} keeps data."
        assert len(library.vectors(f"firm-{number}", "2026-01-01").passages) == 1
    assert (len(library._policies), len(library._vectors)) == (3, 3)


def test_another_model_is_refused_at_the_door_with_the_way_out(tmp_path: Path) -> None:
    put(open_library(tmp_path), document("birch", *BIRCH))
    with pytest.raises(MixedModelError, match="Run `policydesk ingest` on any policy") as caught:
        PolicyLibrary.open(settings(tmp_path), OtherModel())
    assert (caught.value.indexed, caught.value.in_use) == ("hash", "other")


def test_another_model_is_refused_even_if_both_opened_the_empty_library(tmp_path: Path) -> None:
    mine, theirs = open_library(tmp_path), PolicyLibrary.open(settings(tmp_path), OtherModel())
    put(mine, document("birch", *BIRCH))
    with pytest.raises(MixedModelError):
        put(theirs, document("cedar", "Cedar sells nothing."))
    assert [row.id for row in mine.policies()] == ["birch"]


def test_a_changed_model_is_adopted_on_demand_and_every_version_is_embedded_again(tmp_path: Path) -> None:
    before = open_library(tmp_path)
    put(before, document("birch", *BIRCH))
    put(before, document("birch", "Birch now sells data.", *BIRCH[1:]))
    put(before, document("cedar", "Cedar sells nothing."))
    before.publish_index()
    adopted = PolicyLibrary.open(settings(tmp_path), OtherModel(), adopt_model=True)
    for policy_id in ("birch", "cedar"):
        for version in adopted.versions(policy_id):
            passages, text = adopted.vectors(policy_id, version).passages, adopted.get(policy_id, version).text
            fresh = OtherModel().encode([p.context + text[p.start : p.end] for p in passages])
            assert len(passages) > 0
            assert np.array_equal(adopted.vectors(policy_id, version).matrix, fresh)
    with adopted._engine.connect() as connection:
        assert set(connection.execute(select(db.vectors.c.model)).scalars()) == {"other"}
    assert adopted.search(OtherModel().encode(["Cedar sells nothing."])[0], 1)[0].policy_id == "cedar"
    assert adopted.publish_index()
    with pytest.raises(MixedModelError):
        open_library(tmp_path)


def test_adopting_the_model_in_use_changes_nothing(tmp_path: Path) -> None:
    before = open_library(tmp_path)
    put(before, document("birch", *BIRCH))
    revision = before.revision
    assert PolicyLibrary.open(settings(tmp_path), HashEmbedder(), adopt_model=True).revision == revision


def test_an_emptied_library_takes_any_model(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    put(library, document("birch", *BIRCH))
    library.remove("birch")
    assert put(PolicyLibrary.open(settings(tmp_path), OtherModel()), document("cedar", "Cedar.")).status == "new"


def test_a_record_of_another_form_names_the_way_out_and_the_next_ingest_repairs_it(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    with db.writing(library._engine) as connection:
        connection.execute(update(db.versions).values(record='{"id": "birch", "colour": "green"}'))
        db.set_state(connection, db.REVISION, "99")
    with pytest.raises(StoredFormError, match="ingest its document again"):
        library.get("birch")
    assert put(library, document("birch", *BIRCH)).status == "changed"
    assert library.get("birch").text == "\n".join(BIRCH)


def test_a_record_of_another_form_does_not_stop_a_new_version(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    with db.writing(library._engine) as connection:
        connection.execute(update(db.versions).values(record="[]"))
    assert put(library, document("birch", "Birch moved.", version="2027-01-01")).status == "changed"


def test_a_policy_without_passages_is_stored_and_never_found(library: PolicyLibrary) -> None:
    policy = Policy("birch", "1", "Privacy", "Birch", "Nothing to search.")
    assert library.put(policy, ()).status == "new"
    assert library.vectors("birch", "1").matrix.shape == (0, 384)
    assert nearest(library, "nothing") == []


def test_a_put_that_fails_midway_leaves_nothing_behind(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    tables = (db.policies, db.versions, db.passages, db.vectors)
    before = [rows(library, table) for table in tables], library.revision
    policy = document("cedar", "Cedar sells nothing.", "Cedar keeps data.")
    whole, broken = passages(policy)[0], replace(passages(policy)[1], clause_id=None)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        library.put(policy, [whole, broken])
    assert ([rows(library, table) for table in tables], library.revision) == before


def test_no_passage_can_lose_its_vector(library: PolicyLibrary) -> None:
    put(library, document("birch", *BIRCH))
    with pytest.raises(IntegrityError), db.writing(library._engine) as connection:
        connection.execute(delete(db.vectors))
    assert rows(library, db.vectors) == 2


def test_what_the_library_makes_is_closed_to_other_users(tmp_path: Path, store: str) -> None:
    if store == "servers":
        pytest.skip("servers keep their own files")
    library = open_library(tmp_path / "data")
    put(library, document("birch", *BIRCH))
    library.publish_index()
    folders = [tmp_path / "data", tmp_path / "data/index", *(tmp_path / "data/index").glob("gen-*")]
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    assert len(folders) == 3
    assert stat.S_IMODE((tmp_path / "data/policydesk.sqlite").stat().st_mode) == 0o600
