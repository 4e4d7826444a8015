"""Bytes become clean text in any plain encoding, and what is no text is refused by name."""

from __future__ import annotations

import pytest

from ingest.cleaning import decode, normalise
from ingest.errors import BinaryDocumentError, EmptyDocumentError

WORDS = "Privacy – we keep your “data” in Zürich, naïve café."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_marked_encodings_give_the_same_words(encoding: str) -> None:
    assert decode(WORDS.encode(encoding), "a.txt") == WORDS


def test_windows_quotes_and_accents_are_recognised() -> None:
    text = "We respect your privacy – “always”. Café visitors’ data is kept in Paris. " * 8
    assert decode(text.encode("cp1252"), "a.txt") == text


@pytest.mark.parametrize("data", [b"", b"   \n\t "])
def test_empty_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(EmptyDocumentError, match=r"a\.txt: the document is empty"):
        decode(data, "a.txt")


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20,
        b"We keep data\x00 for a year.",
        bytes(range(1, 32)) * 50,
        bytes(range(128, 256)) * 60,
    ],
    ids=["png", "nul", "control", "no-encoding"],
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(BinaryDocumentError):
        decode(data, "a.txt")


def test_broken_utf16_is_refused_and_not_a_traceback() -> None:
    with pytest.raises(BinaryDocumentError):
        decode(b"\xff\xfe" + b"\x00\xd8" * 101, "a.txt")


def test_white_space_is_squeezed_and_invisible_characters_go() -> None:
    assert normalise("\u200b We\u00a0 keep\t\r\n it\u00ad.\ufeff ") == "We keep it."
