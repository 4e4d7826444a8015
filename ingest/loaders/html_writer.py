"""Running text of a page to blocks: white space, links, anchors. Knows nothing of tags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ingest.cleaning import normalise
from ingest.document import Block, Link

WRAPPED_AT_LEAST = 25  # characters; a shorter line is no line broken by hand


class Writer:
    """Collects running text, and the links in it, until a block ends."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._pieces: list[str] = []
        self._length = 0
        self._links: list[tuple[int, int, str]] = []
        self._open: tuple[int, str] | None = None
        self._anchors: list[str] = []
        self._later: list[Block] = []
        self._bold = 0
        self._plain = 0
        self._bold_depth = 0
        self._continues = False

    def add(self, text: str) -> None:
        """Append text with its white space normalised, across the seam too."""
        clean = normalise(text)
        if text[:1].isspace() and self._pieces and not self._pieces[-1].endswith(" "):
            self._put(" ")
        if clean:
            if self._bold_depth:
                self._bold += len(clean)
            else:
                self._plain += len(clean)
            self._put(f"{clean} " if text[-1:].isspace() else clean)

    def embolden(self, by: int) -> None:
        """Begin (1) or end (-1) bold words."""
        self._bold_depth += by

    def anchor(self, name: str) -> None:
        """Remember a place that links of the page point to; the next block carries it."""
        self._anchors.append(name)

    def open_link(self, target: str) -> None:
        """Begin a link."""
        self._open = (self._length, target)

    def close_link(self) -> None:
        """End the link."""
        if self._open is not None:
            self._links.append((self._open[0], self._length, self._open[1]))
        self._open = None

    def later(self, blocks: list[Block]) -> None:
        """Put blocks under the one that is being written."""
        self._later += blocks

    def flush(self, kind: str, level: int, *, broken: bool = False) -> None:
        """End the block; a link still open goes on in the next one.

        `broken`: by a line break, so that the next line may be the rest of a sentence. A "line" whose words are all bold
        becomes a block of kind "bold", which the page's loader judges.
        """
        if self._open is not None:
            self._links.append((self._open[0], self._length, self._open[1]))
            self._open = (0, self._open[1])
        words = "".join(self._pieces)
        if words.strip():
            if kind.removeprefix("outside:") == "line" and self._bold and not self._plain:
                kind = kind.replace("line", "bold")
            block = Block(words.strip(), kind, level, tuple(_trimmed(words, self._links)), anchors=tuple(self._anchors))
            self._append(block)
            self._anchors = []
            self._continues = broken
        else:
            self._continues = False
        self._pieces, self._links, self._length = [], [], 0
        self._bold = self._plain = 0
        self.blocks += self._later
        self._later = []

    def put(self, block: Block) -> None:
        """Take over a block that is whole already."""
        self._continues = False
        self.blocks.append(replace(block, anchors=(*self._anchors, *block.anchors)))
        self._anchors = []

    def _append(self, block: Block) -> None:
        last = self.blocks[-1] if self.blocks and self._continues else None
        if (
            last is not None
            and last.kind == block.kind
            and len(last.text) >= WRAPPED_AT_LEAST
            and last.text[-1] not in ".:;!?"
            and block.text[0].islower()
        ):
            shift = len(last.text) + 1
            moved = tuple(Link(link.start + shift, link.end + shift, link.target) for link in block.links)
            self.blocks[-1] = replace(
                last,
                text=f"{last.text} {block.text}",
                links=(*last.links, *moved),
                anchors=(*last.anchors, *block.anchors),
            )
        else:
            self.blocks.append(block)

    def _put(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)


def _trimmed(words: str, links: list[tuple[int, int, str]]) -> Iterator[Link]:
    """Yield the links without the spaces at their ends; one without words is no link."""
    before = len(words) - len(words.lstrip())
    for start, end, target in links:
        linked = words[start:end]
        start += len(linked) - len(linked.lstrip())
        if linked.strip():
            yield Link(start - before, start - before + len(linked.strip()), target)
