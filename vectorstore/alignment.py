"""Which text of one list became which of another: exact first, then by shared runs of words. Knows no policy."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence

from rapidfuzz.distance import Indel, LCSseq

Words = tuple[str, ...]

CANDIDATES = 6  # texts compared word by word, of those that share most runs
FREQUENT = 12  # a run of words that stands in more texts than that tells nothing
CONTAINED = 0.85  # share of the shorter text's words that stand in the longer one, from which it counts as grown or cut
SHORTEST = 8  # words that a contained text must have
NUMBERING = re.compile(r"^\s*(?:[•▪◦*–-]\s+)?\(?(?:\d+(?:\.\d+)+[.)]?|(?:\d+|[a-z]|[ivx]+)[.)])\s+", re.IGNORECASE)


def plain_words(text: str) -> Words:
    """Return the words of a text in lower case, without punctuation and without the number of a list item or section."""
    return tuple(re.findall(r"[\w@$€£%]+(?:[.'/-]\w+)*", NUMBERING.sub("", text).casefold().replace("’", "'")))


def likeness(one: Words, other: Words) -> float:
    """Return the share of words that match in order, in [0, 1]; a text that stands whole in the other one scores at least 0.7."""
    ratio = Indel.normalized_similarity(one, other)
    shorter = min(len(one), len(other))
    if ratio < 0.7 and shorter >= SHORTEST and LCSseq.similarity(one, other) >= CONTAINED * shorter:
        return 0.7
    return float(ratio)


def align(old: Sequence[Words], new: Sequence[Words], floor: float) -> list[tuple[int, int, float]]:
    """Return (place in `old`, place in `new`, likeness) of texts that belong together, by place in `new`; 1.0 is equal words.

    Each place is used once. Only texts that share a run of words are compared, so long lists take little time.
    """
    equal = _equal(old, new)
    taken_old, taken_new = {i for i, _ in equal}, {j for _, j in equal}
    rest_old = [i for i in range(len(old)) if i not in taken_old and old[i]]
    rest_new = [j for j in range(len(new)) if j not in taken_new and new[j]]
    holders: dict[Words, list[int]] = defaultdict(list)
    for i in rest_old:
        for run in _runs(old[i]):
            holders[run].append(i)
    scored = []
    for j in rest_new:
        shared: Counter[int] = Counter()
        for run in _runs(new[j]):
            if len(holders.get(run, ())) <= FREQUENT:
                shared.update(holders.get(run, ()))
        for i, _ in shared.most_common(CANDIDATES):
            score = likeness(old[i], new[j])
            if score >= floor:
                scored.append((-score, abs(i - j), i, j))
    pairs = [(i, j, 1.0) for i, j in equal]
    for negative, _, i, j in sorted(scored):
        if i not in taken_old and j not in taken_new:
            taken_old.add(i)
            taken_new.add(j)
            pairs.append((i, j, -negative))
    return sorted(pairs, key=lambda pair: pair[1])


def out_of_order(pairs: Sequence[tuple[int, int, float]]) -> set[int]:
    """Return the places in `new` of the pairs that left their order: all but a longest run that kept it."""
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for number, (i, _, _) in enumerate(pairs):
        at = bisect_left(tails, i)
        if at == len(tails):
            tails.append(i)
            ends.append(number)
        else:
            tails[at] = i
            ends[at] = number
        back.append(ends[at - 1] if at else -1)
    kept = set()
    number = ends[-1] if ends else -1
    while number >= 0:
        kept.add(pairs[number][1])
        number = back[number]
    return {j for _, j, _ in pairs} - kept


def _equal(old: Sequence[Words], new: Sequence[Words]) -> list[tuple[int, int]]:
    """Return the places of equal texts; repeated ones are paired in their order."""
    places: dict[Words, list[int]] = defaultdict(list)
    for i, words in reversed(list(enumerate(old))):
        places[words].append(i)
    return [(places[words].pop(), j) for j, words in enumerate(new) if words and places.get(words)]


def _runs(words: Words) -> set[Words]:
    """Return the runs of three words; of a short text also the runs of two."""
    runs = {words[at : at + 3] for at in range(len(words) - 2)}
    return runs | {words[at : at + 2] for at in range(len(words) - 1)} if len(words) < 10 else runs
