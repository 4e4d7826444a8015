"""Two versions of a policy side by side: clauses aligned, then their sentences, list items and table rows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Indel

from vectorstore.alignment import Words, align, out_of_order, plain_words
from vectorstore.policy import Clause, Policy

ALIKE = 0.5  # likeness from which two clauses count as one, reworded
SENTENCE_ALIKE = 0.55  # the same for sentences of two aligned clauses
FAR_ALIKE = 0.65  # the same for sentences of clauses that do not belong together


@dataclass(frozen=True, slots=True)
class Edit:
    """One sentence, list item or table row that changed. `kind` is "reworded", "added" or "removed".

    The spans are characters into the text of the old and of the new version, end excluded; None where there is none.
    """

    kind: str
    old_start: int | None
    old_end: int | None
    new_start: int | None
    new_end: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions.

    `kind` is "added", "removed", "reworded", "moved" (the same words at another place) or "renamed" (another heading).
    `section` holds the headings above it, outermost first, those of the new version where it stands there. `old` and `new`
    are the texts of the clause or heading, None where there is none; spans and None as in Edit. `edits` are the sentences
    that changed in it: of a clause split in two or more, those of the new part.
    """

    kind: str
    section: tuple[str, ...]
    old: str | None
    new: str | None
    old_start: int | None = None
    old_end: int | None = None
    new_start: int | None = None
    new_end: int | None = None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedRun:
    """Words that changed inside a text: spans in characters, end excluded; an empty span where words were only put in or out."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int

    def shifted(self, old: int, new: int) -> ChangedRun:
        """Return the run with offsets into texts in which the two wordings begin at `old` and `new`."""
        return ChangedRun(self.old_start + old, self.old_end + old, self.new_start + new, self.new_end + new)


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, list item or table row to align: its span, its words and the number of its clause.

    `key` are the words of a row's first cell, () for what is no row: rows of one key belong together whatever else they say.
    """

    start: int
    end: int
    words: Words
    clause: int
    key: Words = ()


def differences(old: Policy, new: Policy) -> list[Change]:
    """Return what changed from `old` to `new`: by place in the new text, then what was removed.

    Letter case, punctuation and the numbers of sections and list items are no words: where only they changed, nothing did.
    """
    before, after = _read(old), _read(new)
    pairs = align([_words(old, c) for c in before], [_words(new, c) for c in after], ALIKE)
    matched = {j: (i, score) for i, j, score in pairs}
    moved = out_of_order(pairs)
    edits = list(_edits(old, new, before, after, pairs))
    changes = list(_renamed(old, new, before, after, pairs))
    for j, clause in enumerate(after):
        i, score = matched.get(j, (None, 0.0))
        own = tuple(
            edit
            for edit in edits
            if _within(edit.new_start, clause)
            or (edit.new_start is None and i is not None and _within(edit.old_start, before[i]))
        )
        former = None if i is None else before[i]
        kind = _kind(former, score, bool(own), j in moved)
        if kind is not None:
            changes.append(_change(kind, old, new, former, clause, own))
    changes.sort(key=lambda change: change.new_start or 0)
    kept = {i for i, _, _ in pairs}
    for i, clause in enumerate(before):
        own = tuple(edit for edit in edits if edit.new_start is None and _within(edit.old_start, clause))
        if i not in kept and own:
            changes.append(_change("removed", old, new, clause, None, own))
    return changes


def edits_between(old: Policy, new: Policy) -> list[Edit]:
    """Return the sentences that changed, by place in the new text, then the removed ones by place in the old text."""
    before, after = _read(old), _read(new)
    pairs = align([_words(old, c) for c in before], [_words(new, c) for c in after], ALIKE)
    return list(_edits(old, new, before, after, pairs))


def changed_runs(old: str, new: str) -> list[ChangedRun]:
    """Return where two wordings of one text differ, word by word, in the order of the text."""
    before, after = (list(re.finditer(r"\S+", text)) for text in (old, new))
    runs: list[tuple[int, int, int, int]] = []
    for code in Indel.opcodes([word.group() for word in before], [word.group() for word in after]):
        if code.tag == "equal":
            continue
        if runs and runs[-1][1] == code.src_start and runs[-1][3] == code.dest_start:
            runs[-1] = (runs[-1][0], code.src_end, runs[-1][2], code.dest_end)
        else:
            runs.append((code.src_start, code.src_end, code.dest_start, code.dest_end))
    return [
        ChangedRun(*_span(before, old, first, last), *_span(after, new, other_first, other_last))
        for first, last, other_first, other_last in runs
    ]


def _span(words: Sequence[re.Match[str]], text: str, first: int, last: int) -> tuple[int, int]:
    """Return the characters from word `first` to word `last`, end excluded; an empty span where there are none."""
    if first < last:
        return words[first].start(), words[last - 1].end()
    at = words[first].start() if first < len(words) else len(text)
    return at, at


def marked_words(old: str, new: str) -> list[tuple[str, str]]:
    """Return (mark, words) pieces of a reworded text: mark is "same", "removed" or "added"; white space becomes one space."""
    pieces: list[tuple[str, str]] = []
    at = 0
    for run in changed_runs(old, new):
        pieces += [
            ("same", new[at : run.new_start]),
            ("removed", old[run.old_start : run.old_end]),
            ("added", new[run.new_start : run.new_end]),
        ]
        at = run.new_end
    pieces.append(("same", new[at:]))
    return [(mark, " ".join(words.split())) for mark, words in pieces if words.strip()]


def _read(policy: Policy) -> list[Clause]:
    return [clause for clause in policy.clauses if clause.is_read and clause.kind != "heading"]


def _words(policy: Policy, clause: Clause) -> Words:
    return tuple(word for unit in _units(policy, clause, 0) for word in unit.words)


def _units(policy: Policy, clause: Clause, number: int) -> list[Unit]:
    spans = [(s.start, s.end) for s in clause.sentences] or [(clause.start, clause.end)]
    return [_unit(policy.text[start:end], start, end, number) for start, end in spans]


def _unit(text: str, start: int, end: int, number: int) -> Unit:
    first, bar, _ = text.partition(" | ")
    return Unit(start, end, plain_words(text), number, plain_words(first) if bar and len(first) <= 120 else ())


def _kind(former: Clause | None, score: float, edited: bool, moved: bool) -> str | None:
    """Return the kind of change of a clause of the new version, None where nothing changed."""
    if former is None:
        # All its sentences stood elsewhere before: a clause was split or merged.
        return "added" if edited else "moved"
    if score < 1.0 and edited:
        return "reworded"
    return "moved" if moved else None


def _change(
    kind: str, old: Policy, new: Policy, former: Clause | None, clause: Clause | None, edits: tuple[Edit, ...]
) -> Change:
    place = clause or former
    return Change(
        kind,
        place.path if place else (),
        old.text[former.start : former.end] if former else None,
        new.text[clause.start : clause.end] if clause else None,
        former.start if former else None,
        former.end if former else None,
        clause.start if clause else None,
        clause.end if clause else None,
        edits,
    )


def _within(position: int | None, clause: Clause) -> bool:
    return position is not None and clause.start <= position < clause.end


def _edits(
    old: Policy,
    new: Policy,
    before: Sequence[Clause],
    after: Sequence[Clause],
    pairs: Sequence[tuple[int, int, float]],
) -> Iterator[Edit]:
    """Yield the changed sentences: first inside aligned clauses, then what is left over of all clauses against each other."""
    left_old: list[Unit] = []
    left_new: list[Unit] = []
    found: list[tuple[Unit | None, Unit | None]] = []
    for i, j, score in pairs:
        if score < 1.0:
            _match(_units(old, before[i], i), _units(new, after[j], j), SENTENCE_ALIKE, found, left_old, left_new)
    kept_old, kept_new = {i for i, _, _ in pairs}, {j for _, j, _ in pairs}
    for i, clause in enumerate(before):
        left_old += _units(old, clause, i) if i not in kept_old else []
    for j, clause in enumerate(after):
        left_new += _units(new, clause, j) if j not in kept_new else []
    left_old.sort(key=lambda unit: unit.start)
    left_new.sort(key=lambda unit: unit.start)
    gone: list[Unit] = []
    come: list[Unit] = []
    _match(left_old, left_new, FAR_ALIKE, found, gone, come)
    # Words that stand elsewhere in the other version as well were neither added nor removed, only repeated or not.
    all_old = {unit.words for clause in before for unit in _units(old, clause, 0)}
    all_new = {unit.words for clause in after for unit in _units(new, clause, 0)}
    found += [(None, unit) for unit in come if unit.words and unit.words not in all_old]
    found += [(unit, None) for unit in gone if unit.words and unit.words not in all_new]
    for former, unit in sorted(found, key=lambda pair: (pair[1] is None, (pair[1] or pair[0] or left_new[0]).start)):
        kind = "added" if former is None else "removed" if unit is None else "reworded"
        yield Edit(
            kind,
            former.start if former else None,
            former.end if former else None,
            unit.start if unit else None,
            unit.end if unit else None,
        )


def _match(
    old: Sequence[Unit],
    new: Sequence[Unit],
    floor: float,
    found: list[tuple[Unit | None, Unit | None]],
    left_old: list[Unit],
    left_new: list[Unit],
) -> None:
    """Align units: reworded pairs go to `found`, what has no partner to `left_old` and `left_new`."""
    pairs = align([unit.words for unit in old], [unit.words for unit in new], floor)
    taken = ({i for i, _, _ in pairs}, {j for _, j, _ in pairs})
    rows = {unit.key: i for i, unit in enumerate(old) if unit.key and i not in taken[0]}
    for j, unit in enumerate(new):
        if unit.key in rows and j not in taken[1]:
            pairs.append((rows.pop(unit.key), j, 0.0))
    found += [(old[i], new[j]) for i, j, score in pairs if score < 1.0]
    left_old += [unit for i, unit in enumerate(old) if i not in {pair[0] for pair in pairs}]
    left_new += [unit for j, unit in enumerate(new) if j not in {pair[1] for pair in pairs}]


def _renamed(
    old: Policy,
    new: Policy,
    before: Sequence[Clause],
    after: Sequence[Clause],
    pairs: Sequence[tuple[int, int, float]],
) -> Iterator[Change]:
    """Yield the sections that got another heading: most of the clauses below the old one stand below the new one."""
    headings = [{_heading(part) for clause in side for part in clause.path[-1:]} for side in (before, after)]
    partners: dict[str, Counter[str]] = {}
    for i, j, _ in pairs:
        if before[i].path and after[j].path:
            partners.setdefault(_heading(before[i].path[-1]), Counter())[_heading(after[j].path[-1])] += 1
    for former, counted in partners.items():
        present, _ = counted.most_common(1)[0]
        if former == present or former in headings[1] or present in headings[0]:
            continue
        one = next(c for c in before if c.path and _heading(c.path[-1]) == former)
        other = next(c for c in after if c.path and _heading(c.path[-1]) == present)
        spans = (_heading_span(old, one), _heading_span(new, other))
        yield Change("renamed", other.path, one.path[-1], other.path[-1], *spans[0], *spans[1])


def _heading(words: str) -> str:
    return re.sub(r"[^\w]+", " ", " ".join(plain_words(words))).strip()


def _heading_span(policy: Policy, clause: Clause) -> tuple[int, int] | tuple[None, None]:
    """Return the span of the heading that stands nearest before a clause, (None, None) where it is not a clause of its own."""
    above = [
        c
        for c in policy.clauses
        if c.kind == "heading" and c.start <= clause.start and policy.text[c.start : c.end].strip() == clause.path[-1]
    ]
    return (above[-1].start, above[-1].end) if above else (None, None)
