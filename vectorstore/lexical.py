"""BM25 over the passages of one policy, with English stems. Scores words; knows no meaning."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import Stemmer

WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
STOP = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of on or our shall she should so some that the their them "
    "there these they this those to was we were what when where which who why will with would you your am not no any about get got just tell please".split()
)

K1, B = 1.5, 0.75
UNKNOWN = 0.5  # share of its idf at which a word of the question counts that no text holds
# Forms that a stemmer keeps apart: irregular verbs, and the words that policies and people use for one thing.
SAME = {
    form: word
    for word, forms in {
        "sell": "sold sells selling",
        "inform": "info information data details",
        "keep": "kept keeping retain retains retained retaining retention store stored stores",
        "give": "gave given gives",
        "tell": "told tells notify notified notifies notification",
        "send": "sent sends",
        "buy": "bought buys purchase purchased purchases purchasing",
        "hold": "held holds",
        "take": "took taken takes",
        "child": "children kid kids minor minors child's",
        "email": "e-mail emails e-mails mail",
        "phone": "telephone phones",
        "site": "website websites sites webpage",
        "delet": "erase erased erases erasure erasing wipe wiped",
        "chang": "update updated updates updating revise revised revises modify modified amend amended",
        "share": "shares shared sharing disclose disclosed discloses disclosing disclosure",
        "firm": "company companies firms business businesses",
    }.items()
    for form in forms.split()
}


def words_of(text: str, drop: frozenset[str] = frozenset()) -> list[str]:
    """Return the stems of the words that carry meaning; `drop` are further lower-case words to leave out."""
    stemmer = Stemmer.Stemmer("english")
    found = [word.split("'")[0].split("’")[0] for word in WORD.findall(text.lower())]
    kept = [word for word in found if word not in STOP and word not in drop]
    return [SAME.get(word) or stemmer.stemWord(word) for word in kept]


class LexicalIndex:
    """BM25 (Lucene's form, k1 1.5, b 0.75) over a fixed list of texts: what each stem adds to each text is worked out once.

    It is written out here because it is a few lines, and because a library for it costs a cold start more than the first answer.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._count = len(texts)
        counted = [Counter(words_of(text) or ["\x00"]) for text in texts]
        lengths = [sum(counts.values()) for counts in counted]
        mean = sum(lengths) / len(lengths) if lengths else 0.0
        found: dict[str, list[tuple[int, int]]] = {}
        for row, counts in enumerate(counted):
            for stem, times in counts.items():
                found.setdefault(stem, []).append((row, times))
        self._rows = Counter({stem: len(pairs) for stem, pairs in found.items()})
        self._parts: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for stem, pairs in found.items():
            idf = self._idf(stem)
            parts = [idf * times / (times + K1 * (1 - B + B * lengths[row] / mean)) for row, times in pairs]
            self._parts[stem] = np.array([row for row, _ in pairs], dtype=np.int32), np.array(parts, dtype=np.float32)

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """Return how much of those stems every text holds, float32 (n,) in [0, 1].

        It is the BM25 score over the highest one could be, the sum of the stems' idf: a word that no text holds counts against all at half
        its weight (people have their own words for things), so that a text which shares only everyday words with the question scores low.
        """
        wanted = list(dict.fromkeys(words))
        known = [word for word in wanted if word in self._rows]
        if not known or self._count == 0:
            return np.zeros(self._count, dtype=np.float32)
        ideal = sum(self._idf(word) * (1.0 if word in self._rows else UNKNOWN) for word in wanted)
        scores = np.zeros(self._count, dtype=np.float32)
        for word in known:
            rows, parts = self._parts[word]
            scores[rows] += parts
        return scores / np.float32(ideal)

    def _idf(self, word: str) -> float:
        """Inverse document frequency as Lucene has it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
        found = self._rows[word]
        return math.log(1 + (self._count - found + 0.5) / (found + 0.5))
