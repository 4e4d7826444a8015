"""The store's errors. Owns what can go wrong with the library and its model; no error of parsing or answering.

StoreError
    ModelError             the embedding model's files are missing, changed or unreadable
    MixedModelError        vectors of two models would meet in one index
    UnknownPolicyError     no policy of that id is in the library
    UnknownVersionError    the policy is there, the version is not
    PolicyIdTakenError     the id belongs to another company's policy
    StoreUnavailableError  the database is locked, damaged or out of reach
    StoredFormError        a stored policy was written by another version of the program
    ChromaServerError      the Chroma server does not answer, refuses, or may not be used
    IndexBuildError        a new index generation could not be built or did not pass its probe
    IndexReadError         a generation cannot be read; the exact scan takes over
    BackupError            a backup could not be made, or cannot be put back
"""

from __future__ import annotations


class StoreError(Exception):
    """Base of everything the store raises on its own account."""


class ModelError(StoreError):
    """The embedding model cannot be used. `reason` says why in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MixedModelError(StoreError):
    """The library was embedded with another model than the one in use; vectors of two models do not compare."""

    def __init__(self, indexed: str, in_use: str) -> None:
        super().__init__(
            f"this library was embedded with the model {indexed!r}, and the model in use is {in_use!r}: vectors of two "
            "models cannot be compared. Run `policydesk ingest` on any policy: it embeds the whole library again"
        )
        self.indexed = indexed
        self.in_use = in_use


class UnknownPolicyError(StoreError):
    """No policy of that id is in the library."""

    def __init__(self, policy_id: str) -> None:
        super().__init__(f"no policy with the id {policy_id!r}")
        self.policy_id = policy_id


class UnknownVersionError(StoreError):
    """The policy is in the library, that version of it is not."""

    def __init__(self, policy_id: str, version: str) -> None:
        super().__init__(f"the policy {policy_id!r} has no version {version!r}")
        self.policy_id = policy_id
        self.version = version


class PolicyIdTakenError(StoreError):
    """The id belongs to another company's policy, which stays as it is."""

    def __init__(self, policy_id: str, holder: str, newcomer: str) -> None:
        super().__init__(
            f"the id {policy_id!r} belongs to {holder}; this document speaks for {newcomer}. "
            "Give it another --policy-id, or remove the old policy first"
        )
        self.policy_id = policy_id
        self.holder = holder
        self.newcomer = newcomer


class StoreUnavailableError(StoreError):
    """The database cannot be used now. `reason` says why, and what to do, in plain words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class StoredFormError(StoreError):
    """A stored policy is of a form that this version of the program does not read."""

    def __init__(self, policy_id: str, version: str) -> None:
        super().__init__(
            f"version {version!r} of the policy {policy_id!r} was stored by another version of PolicyDesk: "
            "ingest its document again, which replaces the record"
        )
        self.policy_id = policy_id
        self.version = version


class ChromaServerError(StoreError):
    """The Chroma server cannot be used. `reason` says why, `remedy` what to do (None where only waiting helps)."""

    def __init__(self, reason: str, remedy: str | None = None) -> None:
        super().__init__(f"{reason}: {remedy}" if remedy else reason)
        self.reason = reason
        self.remedy = remedy


class IndexBuildError(StoreError):
    """A new index generation could not be built or failed its probe. `name` is its folder's or collection's.

    The library is complete without it: an exact scan of the stored vectors answers, slower in a large library.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"the new index generation {name} was not taken into use: {reason}. The documents are in and are searched "
            "without an index until the next ingest, or a running server, builds it"
        )
        self.name = name
        self.reason = reason


class IndexReadError(StoreError):
    """A generation cannot be opened or searched; the exact scan of the stored vectors takes over."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"the index generation {name} cannot be read: {reason}")
        self.name = name
        self.reason = reason


class BackupError(StoreError):
    """A backup could not be made or put back. The message says why and the way out."""
