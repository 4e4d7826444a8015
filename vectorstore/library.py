"""PolicyLibrary: what the desk holds. SQL is the truth; vectors are stored once a text; the index is derived."""

from __future__ import annotations

import logging
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import numpy as np
from sqlalchemy import Connection, Engine, func, select

from vectorstore import database as db
from vectorstore.composing import VectorPlan, make_vectors, plan_vectors
from vectorstore.documents import KnownDocument, read_document, write_document
from vectorstore.embedded_index import EmbeddedIndex
from vectorstore.embeddings import PolicyEmbedder, open_embedder
from vectorstore.errors import IndexBuildError, MixedModelError, StoreError
from vectorstore.generations import Generations
from vectorstore.history import PolicyHistory, utc_today
from vectorstore.index_store import IndexStore
from vectorstore.naming import context_company
from vectorstore.observations import adopt_observations, lacks_observations
from vectorstore.policy import Passage, Policy
from vectorstore.recent import Recent
from vectorstore.settings import StoreSettings
from vectorstore.summaries import PolicySummary, summary_of
from vectorstore.vectors import (
    Hit,
    PassageVectors,
    drop_unused_vectors,
    insert_passages,
    insert_vectors,
    known_keys,
    point_to_vectors,
    read_passages,
    read_vectors,
    scan,
    stored_vectors,
)
from vectorstore.versions import (
    PutResult,
    current_version,
    delete_policy,
    delete_version,
    place,
    read_policy,
    stored_versions,
    version_names,
)

__all__ = ["Hit", "PassageVectors", "PolicyLibrary", "PolicySummary", "PutResult"]

logger = logging.getLogger(__name__)

KEPT = 256  # versions whose record, and versions whose vectors, stay in memory
MODEL = "model"


class PolicyLibrary:
    """The stored policies. Opened with `open`; safe to use from several threads and processes.

    What is kept in memory is kept for one revision, so a change by any process is seen by the next call. `history` answers
    which version was in force when.
    """

    def __init__(
        self,
        settings: StoreSettings,
        engine: Engine,
        embedder: PolicyEmbedder,
        today: Callable[[], date] = utc_today,
    ) -> None:
        self.settings = settings
        self.embedder = embedder
        self._engine = engine
        self._today = today
        self.history = PolicyHistory(engine, self._touch, today)
        self._generations = Generations(engine, _index_store(settings, engine), embedder.name, embedder.dimension)
        self._policies: Recent[tuple[int, str, str], Policy] = Recent(KEPT)
        self._vectors: Recent[tuple[int, str, str], PassageVectors] = Recent(KEPT)
        self._summaries: tuple[int, tuple[PolicySummary, ...]] | None = None
        # A server counts connections: those of a library that nobody holds any more are given back.
        weakref.finalize(self, engine.dispose)

    @classmethod
    def open(
        cls,
        settings: StoreSettings,
        embedder: PolicyEmbedder | None = None,
        *,
        adopt_model: bool = False,
        today: Callable[[], date] = utc_today,
    ) -> PolicyLibrary:
        """Open the library of `settings`, creating it where there is none; `today` tells the present day.

        Where it was embedded with another model, its passages are embedded again if `adopt_model` is True; else
        MixedModelError is raised. Raises StoreUnavailableError if the database cannot be used.
        """
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = db.open_engine(settings.url, settings.lock_seconds)
        library = cls(settings, engine, embedder or open_embedder(settings.embedder), today)
        library._adopt_observations()
        if adopt_model:
            library._adopt_model()
        with db.reading(engine) as connection:
            library._refuse_other_model(connection)
        return library

    @property
    def revision(self) -> int:
        """How often the library has changed; a reader compares it to know that its copies are stale."""
        with db.reading(self._engine) as connection:
            return db.revision(connection)

    def policies(self) -> list[PolicySummary]:
        """Return a summary of every policy's current version, by id. Raises StoredFormError."""
        with db.reading(self._engine) as connection:
            revision = db.revision(connection)
            held = self._summaries
            if held is not None and held[0] == revision:
                return list(held[1])
            columns = (db.passages.c.policy_id, db.passages.c.version)
            counted = connection.execute(select(*columns, func.count()).group_by(*columns))
            counts = {(policy_id, version): count for policy_id, version, count in counted}
            current = connection.execute(select(db.policies).order_by(db.policies.c.id)).all()
            summaries = tuple(
                summary_of(
                    self._policy(connection, revision, row.id, row.current_version),
                    counts.get((row.id, row.current_version), 0),
                )
                for row in current
            )
        self._summaries = (revision, summaries)
        return list(summaries)

    def current_versions(self) -> list[tuple[str, str]]:
        """Return (id, version) of every policy's current version, by id; reads no policy."""
        with db.reading(self._engine) as connection:
            rows = connection.execute(select(db.policies).order_by(db.policies.c.id))
            return [(row.id, row.current_version) for row in rows]

    def get(self, policy_id: str, version: str | None = None) -> Policy:
        """Return that version, the current one where `version` is None.

        Raises UnknownPolicyError, UnknownVersionError or StoredFormError.
        """
        with db.reading(self._engine) as connection:
            revision = db.revision(connection)
            return self._policy(connection, revision, policy_id, version or current_version(connection, policy_id))

    def _policy(self, connection: Connection, revision: int, policy_id: str, version: str) -> Policy:
        known = self._policies.get((revision, policy_id, version))
        if known is None:
            known = read_policy(connection, policy_id, version)
            self._policies.put((revision, policy_id, version), known)
        return known

    def versions(self, policy_id: str) -> list[str]:
        """Return the version names of a policy, oldest ingest first. Raises UnknownPolicyError."""
        with db.reading(self._engine) as connection:
            return version_names(connection, policy_id)

    def vectors(self, policy_id: str, version: str) -> PassageVectors:
        """Return passages and vectors of one version; none where the version is unknown."""
        with db.reading(self._engine) as connection:
            key = (db.revision(connection), policy_id, version)
            known = self._vectors.get(key)
            if known is None:
                known = read_vectors(connection, policy_id, version, self.embedder.dimension)
                self._vectors.put(key, known)
        return known

    def put(
        self,
        policy: Policy,
        passages: Sequence[Passage],
        seen: str | None = None,
        vectors: Mapping[str, np.ndarray] | None = None,
    ) -> PutResult:
        """Store a read document as a version of its policy and embed what is new in it.

        It becomes the current version unless an older date of its own, or one to come, stands against that. `seen` is the day
        (YYYY-MM-DD) on which the document was known to be public, None where only the day of this ingest is known.
        The version's name is `policy.version`, with "-2", "-3" ... behind it where other words already carry that name.
        `vectors` were made elsewhere by the same model, under the names of `vectors.vector_key`; what they lack is embedded
        here. An identical document changes nothing. Raises PolicyIdTakenError if the id is another company's, MixedModelError
        if another process has put vectors of another model here.
        """
        plan = plan_vectors(self.embedder.name, policy.text, passages)
        wanted = dict.fromkeys(plan.keys)
        given = vectors or {}
        made: dict[str, np.ndarray] = {}
        characters = 0
        while True:
            with db.reading(self._engine) as connection:
                known = known_keys(connection, list(wanted))
                made |= {key: given[key] for key in wanted if key in given and key not in known}
                missing = [key for key in wanted if key not in known and key not in made]
                held = stored_vectors(connection, plan.parts(missing))
            fresh = make_vectors(self.embedder, plan, missing, {**held, **made})
            made |= fresh.vectors
            characters += fresh.characters
            with db.writing(self._engine) as connection:
                self._refuse_other_model(connection)
                # Between the two transactions another process may have removed a policy with vectors in common.
                if wanted.keys() - made.keys() - known_keys(connection, list(wanted)):
                    continue
                placed = place(connection, policy, plan.keys, seen, self._today().isoformat())
                if placed.status != "unchanged":
                    insert_vectors(connection, self.embedder.name, made)
                    if placed.is_written:
                        insert_passages(connection, placed.policy, passages, plan.keys)
                    self._touch(connection)
            logger.info("policy %s %s: %d passages, %d embedded", policy.id, placed.status, len(passages), len(made))
            version = placed.policy.version
            return PutResult(placed.status, version, len(made), characters, placed.standing, placed.start)

    def known_document(self, key: str) -> KnownDocument | None:
        """Return what the document with that key became, None if it has to be read. `key` names bytes and their reader."""
        with db.reading(self._engine) as connection:
            return read_document(connection, key)

    def remember_document(self, key: str, policy_id: str, version: str) -> None:
        """Note that the document with that key became that stored version."""
        with db.writing(self._engine) as connection:
            write_document(connection, key, policy_id, version)

    def context_names(self, policy_id: str) -> tuple[str, ...]:
        """Return the names of the company that its stored passages go by, none for a new policy (see naming.py)."""
        with db.reading(self._engine) as connection:
            revision = db.revision(connection)
            try:
                former = self._policy(connection, revision, policy_id, current_version(connection, policy_id))
            except StoreError:
                return ()
        passage = next((p for p in self.vectors(former.id, former.version).passages if p.unit == "clause"), None)
        return (passage.context.partition(". ")[0] if passage else former.company, former.company)

    def context_company(self, policy: Policy) -> str:
        """Return the company's name under which the passages of a new version are embedded."""
        return context_company(self.context_names(policy.id), policy.company)

    def remove(self, policy_id: str, version: str | None = None) -> None:
        """Remove a policy with all its versions, or one version of it.

        Where the current version goes, the one then in force takes its place. Raises UnknownPolicyError or UnknownVersionError.
        """
        with db.writing(self._engine) as connection:
            if version is None:
                delete_policy(connection, policy_id)
            else:
                delete_version(connection, policy_id, version, self._today().isoformat())
            drop_unused_vectors(connection)
            self._touch(connection)
            if connection.execute(select(db.policies.c.id).limit(1)).first() is None:
                db.set_state(connection, MODEL, None)

    def publish_index(self) -> bool:
        """Build an index of all current passages and let it serve; False if it was fresh, empty or overtaken.

        A crash at any point leaves the former state, and the next call builds again. Raises IndexBuildError.
        """
        return self._generations.publish()

    def ensure_index(self) -> None:
        """Build the index where it is missing, stale or damaged; what cannot be built now is left to the next call."""
        try:
            self._generations.publish()
        except IndexBuildError as error:
            logger.warning("%s", error)

    @property
    def index_needs_repair(self) -> bool:
        """True if this process could not read the newest index and scans the stored vectors instead."""
        return self._generations.needs_repair

    def stored_keys(self) -> list[str]:
        """Return the names of all stored vectors, so that a worker elsewhere need not make them again."""
        with db.reading(self._engine) as connection:
            return list(connection.execute(select(db.vectors.c.key)).scalars())

    def search(self, vector: np.ndarray, k: int, policy_ids: Sequence[str] = ()) -> list[Hit]:
        """Return the `k` nearest passages over current versions, of those policies (all where none is named), best first.

        More policies than `settings.scan_up_to` are searched in the index if it is fresh; anything else is an exact
        scan of the stored vectors.
        """
        with db.reading(self._engine) as connection:
            current = connection.execute(select(db.policies).order_by(db.policies.c.id)).all()
        if not policy_ids and len(current) > self.settings.scan_up_to:
            hits = self._generations.search(vector, k)
            if hits is not None:
                return hits
        chosen = [row for row in current if not policy_ids or row.id in policy_ids]
        return scan(
            ((row.id, row.current_version, self.vectors(row.id, row.current_version)) for row in chosen), vector, k
        )

    def _adopt_observations(self) -> None:
        """Record since when the versions of an older library are in force. Writes to such a library only."""
        with db.reading(self._engine) as connection:
            lacking = lacks_observations(connection)
        if lacking:
            with db.writing(self._engine) as connection:
                adopt_observations(connection)

    def _adopt_model(self) -> None:
        """Embed every stored passage again if another model did it before. A crash leaves the former vectors in use."""
        while True:
            with db.reading(self._engine) as connection:
                revision, stored = db.revision(connection), db.get_state(connection, MODEL)
                if stored is None or stored == self.embedder.name:
                    return
                plans = {place: _plan(connection, self.embedder.name, *place) for place in stored_versions(connection)}
            made: dict[str, np.ndarray] = {}
            for plan in plans.values():
                missing = [key for key in dict.fromkeys(plan.keys) if key not in made]
                made |= make_vectors(self.embedder, plan, missing, made).vectors
            with db.writing(self._engine) as connection:
                if db.revision(connection) != revision:
                    continue
                insert_vectors(connection, self.embedder.name, made)
                for (policy_id, version), plan in plans.items():
                    point_to_vectors(connection, policy_id, version, plan.keys)
                drop_unused_vectors(connection)
                self._touch(connection)
            logger.warning(
                "the embedding model changed from %s to %s: %d passages embedded again",
                stored,
                self.embedder.name,
                len(made),
            )
            return

    def _touch(self, connection: Connection) -> None:
        db.set_state(connection, db.REVISION, str(db.revision(connection) + 1))
        db.set_state(connection, MODEL, self.embedder.name)

    def _refuse_other_model(self, connection: Connection) -> None:
        stored = db.get_state(connection, MODEL)
        if stored is not None and stored != self.embedder.name:
            raise MixedModelError(stored, self.embedder.name)


def _index_store(settings: StoreSettings, engine: Engine) -> IndexStore:
    """Return the place of the index: the Chroma server where one is named, else a folder."""
    if settings.chroma_url is None:
        return EmbeddedIndex(settings.index_dir)
    from vectorstore.chroma_server import ChromaServer, ServerIndex

    server = ChromaServer(settings.chroma_url, settings.chroma_token, insecure=settings.chroma_insecure)
    return ServerIndex(server, db.library_id(engine))


def _plan(connection: Connection, model: str, policy_id: str, version: str) -> VectorPlan:
    """Return how the vectors of a stored version are made by that model."""
    text = read_policy(connection, policy_id, version).text
    return plan_vectors(model, text, read_passages(connection, policy_id, version))
