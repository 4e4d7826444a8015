"""Two versions of a policy side by side, clause by clause."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from vectorstore.policy import Policy

ALIKE = 0.5  # share of matching words from which two clauses count as one, reworded


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
        match = max(gone, key=lambda pair: _likeness(pair[1], text), default=None)
        if match is not None and _likeness(match[1], text) >= ALIKE:
            gone.remove(match)
            changes.append(Change("reworded", section, match[1], text))
        else:
            changes.append(Change("added", section, None, text))
    return changes + [Change("removed", section, text, None) for section, text in gone]


def _likeness(one: str, other: str) -> float:
    """Return the share of words that match in order, in [0, 1]."""
    words = SequenceMatcher(None, one.split(), other.split(), autojunk=False)
    return words.ratio() if words.quick_ratio() >= ALIKE else 0.0


def _clauses(policy: Policy) -> list[tuple[tuple[str, ...], str]]:
    return [(c.path, policy.text[c.start : c.end]) for c in policy.clauses if c.is_read and c.kind != "heading"]
