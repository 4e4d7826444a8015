"""BM25 over the passages of one policy, with English stems. Scores words; knows no meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence

import bm25s
import numpy as np
import Stemmer

WORD = re.compile(r"[^\W_]+(?:['’][a-z]+)?")
STOP = frozenset(
    "a an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of on or our shall she should so some that the their them "
    "there these they this those to was we were what when where which who why will with would you your am not no any about get got just tell please".split()
)


def words_of(text: str, drop: frozenset[str] = frozenset()) -> list[str]:
    """Return the stems of the words that carry meaning; `drop` are further lower-case words to leave out."""
    stemmer = Stemmer.Stemmer("english")
    found = [word.split("'")[0].split("’")[0] for word in WORD.findall(text.lower())]
    stems: list[str] = stemmer.stemWords([word for word in found if word not in STOP and word not in drop])
    return stems


class LexicalIndex:
    """BM25 (Lucene variant) over a fixed list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._count = len(texts)
        self._index = bm25s.BM25(method="lucene")
        tokens = [words_of(text) or ["\x00"] for text in texts]
        self._known = {token for row in tokens for token in row}
        if texts:
            self._index.index(tokens, show_progress=False)

    def scores(self, words: Sequence[str]) -> np.ndarray:
        """Return the BM25 score of every text for those stems, float32 (n,); 0 where no word is shared."""
        known = [word for word in words if word in self._known]
        if not known or self._count == 0:
            return np.zeros(self._count, dtype=np.float32)
        return np.asarray(self._index.get_scores(known), dtype=np.float32)
