"""The company's name inside what is embedded: kept from version to version, so that a new version embeds only what is new."""

from __future__ import annotations

from collections.abc import Sequence


def context_company(names: Sequence[str], company: str) -> str:
    """Return the name under which the passages of a new version are embedded.

    `names` are those of the former version, the embedded one first. The first that has a word in common with `company` is
    kept ("Larkspur App", "Larkspur"): another reading of the same name must not embed every clause again.
    """
    return next((name for name in names if _share_a_word(name, company)), company)


def _share_a_word(name: str, other: str) -> bool:
    return not set(name.casefold().split()).isdisjoint(other.casefold().split())
