"""The store's errors. Owns what can go wrong with the library and its model; no error of parsing or answering.

StoreError
    ModelError           the embedding model's files are missing, changed or unreadable
    MixedModelError      vectors of two models would meet in one index
    UnknownPolicyError   no policy of that id is in the library
    UnknownVersionError  the policy is there, the version is not
    PolicyIdTakenError   the id belongs to another company's policy
    IndexBuildError      a new index generation did not pass its probe
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
    """An index was built with another model than the one in use: rebuild it, vectors of two models do not compare."""

    def __init__(self, indexed: str, in_use: str) -> None:
        super().__init__(f"the index was built with {indexed!r}, the model in use is {in_use!r}: rebuild the index")
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


class IndexBuildError(StoreError):
    """A new index generation failed its probe; the former one goes on serving."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(f"the new index generation {folder} was not taken into use: {reason}")
        self.folder = folder
        self.reason = reason
