"""Sentence boundaries inside one block of text. Offsets only; no text is changed."""

from __future__ import annotations

import re

NEVER_END = frozenset(
    "cal civ gen bus prof sec art no nos vs v mr mrs ms dr st ave blvd dept attn approx e.g i.e eg ie fig vol pt para "
    "paras ext tel p.o jan feb mar apr aug sept oct nov dec".split()
)
MAY_END = frozenset("inc ltd co corp llc jr sr u.s u.k u.s.c c.f.r a.m p.m".split())
ENUMERATOR = re.compile(r"\d{1,2}(?:\.\d{1,2})*|[IVXLivxl]{1,5}|[A-Za-z]")
LONGEST_WORD = 60
STARTERS = frozenset(
    "we our you your this that these those it its if in the they there when for to please a an all".split()
)
# The second form finds a boundary whose space was lost ("itself.We may"), never inside an address or a file name.
BOUNDARY = re.compile(
    r"(?<![.!?])[.!?]+[\"”’')\]]*\s+(?=[\"“‘'(\[]?[A-Z0-9_“])|(?<=[a-z]{3})[.!?](?=[A-Z][A-Za-z]*[\s,'’])"
)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence of `text`, in order; the spans leave out only white space."""
    spans: list[tuple[int, int]] = []
    start = len(text) - len(text.lstrip())
    for match in BOUNDARY.finditer(text):
        end = match.start() + len(match.group().rstrip())
        if _is_abbreviation(text, match.start()):
            continue
        spans.append((start, end))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text.rstrip())))
    return spans


def _is_abbreviation(text: str, dot: int) -> bool:
    """Return True if the stop at `dot` ends an abbreviation, an initial or an enumerator rather than a sentence."""
    if text[dot] != ".":
        return False
    before = text[max(0, dot - LONGEST_WORD) : dot].split()
    word = before[-1].lstrip("(\"“‘'[") if before else ""
    if len(word) == 1 and word.isalpha() and word not in "IAa":
        return True
    if len(before) == 1 and dot < LONGEST_WORD and ENUMERATOR.fullmatch(word):
        return True
    plain = word.lower().strip(".")
    if plain in MAY_END:
        following = text[dot + 1 : dot + LONGEST_WORD].split(None, 1)
        return not following or following[0].lower().strip("“\"',") not in STARTERS
    return plain in NEVER_END
