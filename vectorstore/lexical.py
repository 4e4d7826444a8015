"""BM25 over the passages of one policy, with English stems. Scores words; knows no meaning."""

from __future__ import annotations

import logging
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

# Forms that a stemmer keeps apart: irregular verbs, and the words that policies and people use for one thing.
SAME = {
    form: word
    for word, forms in {
        "sell": "sold sells selling sale sales",
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
    """BM25 (Lucene variant) over a fixed list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        # The library turns its own logger up to DEBUG, and would be heard in every terminal.
        logging.getLogger("bm25s").setLevel(logging.WARNING)
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
