"""Text that lost its line breaks: headings, list items and paragraphs found again in one long line."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest import headings
from ingest.document import Block
from ingest.sentences import split_sentences

LONG_LINE = 3_000  # characters; no paragraph that a person writes is longer
BULLET = re.compile(r"\s+[•▪●◦‣■]\s+")
WEAK_BULLET = re.compile(r"(?:(?<=[:;.,a-z)])\s+[*–-]\s+)(?=\S)")
NUMBER = re.compile(
    r"(?:(?<=[.!?:;)\]”\"])|(?<=\d{4})|^)\s*(?=(?:(?:Section|Article)\s+)?(?P<number>\d{1,2}(?:\.\d{1,2}){0,2}|[IVX]{1,5})[.):]?\s+[A-Z“\"])"
)
STARTER = (
    "We|Our|You|Your|The|This|These|If|When|It|In|To|For|As|A|An|At|Under|From|Users|Please|While|Any|All|By|On|Some|There|Depending|"
    "Where|Once|Subject|Except|With|Information|Personal"
)
BODY = re.compile(rf"\s(?=(?:{STARTER})\s+[a-z’'(])")
PROSE_CHARACTERS = 1_500  # a longer stretch without a heading is cut between sentences
SMALL_WORDS = headings.MINOR | {"about", "over", "under", "between", "who", "are", "us", "via", "per", "not"}


def unfold(line: str) -> list[Block]:
    """Return one long line as blocks. Only white space between the blocks is lost."""
    blocks: list[Block] = []
    for part in _numbered(line):
        blocks += _with_lists(part)
    return blocks


def _numbered(line: str) -> list[str]:
    """Cut before section numbers that count up from one, as those of a policy do."""
    cuts: list[int] = []
    expected = 1
    for match in NUMBER.finditer(line):
        first = match.group("number").split(".")[0]
        value = int(first) if first.isdigit() else _roman(first)
        if value == expected or (value == expected - 1 and "." in match.group("number")):
            expected = value + 1
            cuts.append(match.end())
    if expected <= 2:
        return [line]
    edges = [0, *cuts, len(line)]
    return [piece for left, right in zip(edges, edges[1:], strict=False) if (piece := line[left:right].strip())]


def _roman(word: str) -> int:
    values = {"I": 1, "V": 5, "X": 10}
    numbers = [values[letter] for letter in word]
    return sum(-one if one < after else one for one, after in zip(numbers, [*numbers[1:], 0], strict=True))


def _with_lists(part: str) -> Iterator[Block]:
    """Yield the text before the first bullet, and each item up to the end of its last sentence."""
    mark = BULLET if BULLET.search(part) else WEAK_BULLET
    pieces = mark.split(part)
    if mark is WEAK_BULLET and len(pieces) < 4:
        yield from _with_headings(part)
        return
    yield from _with_headings(pieces[0])
    for number, piece in enumerate(pieces[1:], 1):
        spans = split_sentences(piece)
        last = number == len(pieces) - 1
        if not spans:
            continue
        # What follows the item's first sentence goes on outside of the list, unless more items come.
        end = spans[0][1] if last and len(spans) > 1 else len(piece)
        yield Block(piece[:end].strip(), "item", 1)
        if piece[end:].strip():
            yield from _with_headings(piece[end:].strip())


def _with_headings(text: str) -> Iterator[Block]:
    """Yield the paragraphs of `text`, and the Title Case headings that are glued to their first sentence."""
    begin = 0
    spans = split_sentences(text)
    for left, right in spans:
        head = _heading(text[left:right])
        if head:
            if text[begin:left].strip():
                yield Block(text[begin:left].strip())
            words = text[left : left + head].strip()
            yield Block(words, "heading", headings.numbered_level(words) or 2)
            begin = left + head
        elif right - begin > PROSE_CHARACTERS:
            yield Block(text[begin:right].strip())
            begin = right
    if text[begin:].strip():
        yield Block(text[begin:].strip())


def _heading(sentence: str) -> int:
    """Return the length of a heading at the beginning of a sentence, 0 if there is none."""
    for match in BODY.finditer(sentence[:160]):
        head = sentence[: match.start()]
        words = re.findall(r"[^\W\d_][\w’'-]*", head)
        if (
            not words
            or len(words) > headings.MAX_HEADING_WORDS
            or re.search(r"[.,;:!]\s", headings.NUMBERED.sub("", head))
        ):
            return 0
        capitals = [word for word in words if word[0].isupper() or word.lower() in SMALL_WORDS]
        numbered = bool(headings.NUMBERED.match(head))
        enough = len(words) >= 2 or (numbered and len(words) >= 1)
        if (
            enough
            and len(capitals) == len(words)
            and words[-1].lower() not in SMALL_WORDS - {"us", "you", "do", "when", "about"}
        ):
            return match.start()
    return 0
