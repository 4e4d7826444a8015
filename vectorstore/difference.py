"""Two versions of a policy side by side, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from vectorstore.policy import Policy

ALIKE = 0.6  # share of matching characters from which two clauses count as one, reworded


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `kind` is "added", "removed" or "reworded"; `old` and `new` are clause texts, None where there is none."""

    kind: str
    section: tuple[str, ...]
    old: str | None
    new: str | None


def differences(old: Policy, new: Policy) -> list[Change]:
    """Return what changed from `old` to `new`, in the order of the text; moved but equal clauses are no change."""
    before, after = _clauses(old), _clauses(new)
    kept = {text for _, text in before} & {text for _, text in after}
    gone = [pair for pair in before if pair[1] not in kept]
    changes = []
    for section, text in (pair for pair in after if pair[1] not in kept):
        match = max(gone, key=lambda pair: SequenceMatcher(None, pair[1], text).quick_ratio(), default=None)
        if match is not None and SequenceMatcher(None, match[1], text).ratio() >= ALIKE:
            gone.remove(match)
            changes.append(Change("reworded", section, match[1], text))
        else:
            changes.append(Change("added", section, None, text))
    return changes + [Change("removed", section, text, None) for section, text in gone]


def _clauses(policy: Policy) -> list[tuple[tuple[str, ...], str]]:
    return [(c.path, policy.text[c.start : c.end]) for c in policy.clauses if c.kind not in {"menu", "heading"}]
