"""The two sample policies in every format, broken in a thousand ways: each is read or refused by name."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import IngestError
from ingest.manifest import Entry
from ingest.sandbox import SandboxedReader
from tests.ingest.documents import acme_pdf, word, zipped

ROOT = Path(__file__).parents[2]
COUNT = 2_000 if os.environ.get("POLICYDESK_SOAK") == "1" else 150
LARKSPUR = (ROOT / "policies/larkspur-outfitters.txt").read_text(encoding="utf-8")
TIDEWELL = (ROOT / "policies/tidewell-app.md").read_text(encoding="utf-8")
ENTRY = Entry(id="acme", source="acme")
CHARSETS = ("utf-8", "utf-16", "utf-16-le", "cp1252", "latin-1", "koi8-r", "shift_jis", "cp437", "utf-7")
TAGS = (
    b"<div>",
    b"<table>",
    b"</div>",
    b"<!--",
    b"<script>",
    b"<p hidden>",
    b"]]>",
    b"[",
    b"](",
    b"> ",
    b"* ",
    b"\x00",
    b"&#x110000;",
)


def page(text: str) -> bytes:
    """Return an HTML page with headings, lists and links."""
    body = "".join(
        f"<h2>{line}</h2>" if len(line.split()) < 5 else f"<p>{line} <a href='/f'>this form</a></p>"
        for line in text.splitlines()
    )
    return f"<html><head><meta charset='utf-8'><title>Privacy</title></head><body>{body}</body></html>".encode()


def plain(text: str) -> str:
    """Return the text in characters that the PDF writer's font has."""
    return text.encode("cp1252", "ignore").decode("cp1252")


ORIGINALS: dict[str, list[bytes]] = {
    "a.txt": [LARKSPUR.encode(), TIDEWELL.encode()],
    "a.md": [TIDEWELL.encode(), LARKSPUR.encode()],
    "a.html": [page(LARKSPUR), page(TIDEWELL)],
    "a.docx": [word(LARKSPUR), word(TIDEWELL)],
    "a.pdf": [acme_pdf(plain(LARKSPUR)), acme_pdf(plain(TIDEWELL))],
    "a.zip": [zipped({"a.txt": LARKSPUR.encode(), "b.html": page(TIDEWELL)}), zipped({"a.md": TIDEWELL.encode()}, 0)],
}


def flipped(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.choice((1, 8, 64, 512))):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def truncated(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def spliced(data: bytes, chance: random.Random) -> bytes:
    other = chance.choice(chance.choice(list(ORIGINALS.values())))
    cut, start = chance.randrange(len(data)), chance.randrange(len(other))
    return data[:cut] + other[start : start + chance.randrange(1, 5_000)] + data[cut:]


def nested(data: bytes, chance: random.Random) -> bytes:
    cut = chance.randrange(len(data))
    return data[:cut] + chance.choice(TAGS) * chance.choice((1, 50, 3_000)) + data[cut:]


def lying(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "ignore")
    text = re.sub("charset='utf-8'", f"charset='{chance.choice(CHARSETS)}'", text)
    return text.encode(chance.choice(CHARSETS), "replace")


def doubled(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    piece = data[start : start + chance.randrange(1, 2_000)]
    return data[:start] + piece * chance.choice((2, 20)) + data[start:]


def numbered(data: bytes, chance: random.Random) -> bytes:
    """Change numbers in the file: lengths, offsets, counts and object numbers of a PDF."""
    places = [match.span() for match in re.finditer(rb"\d+", data)]
    if not places:
        return data
    start, end = chance.choice(places)
    return data[:start] + str(chance.choice((0, -1, 2, 7, 2**31, 10**12))).encode() + data[end:]


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped,
    truncated,
    spliced,
    nested,
    lying,
    doubled,
    numbered,
)


def test_every_mutation_is_read_or_refused_by_name() -> None:
    outcomes: Counter[str] = Counter()
    with SandboxedReader() as reader:
        for number in range(COUNT):
            chance = random.Random(number)
            name = list(ORIGINALS)[number % len(ORIGINALS)]
            data = chance.choice(ORIGINALS[name])
            for _ in range(chance.choice((1, 1, 2, 4))):
                data = chance.choice(MUTATIONS)(data or b" ", chance)
            outcomes[read_one(reader, data, name)] += 1
    assert sum(outcomes.values()) == COUNT
    # Mutations that break nothing, or everything, would test nothing.
    assert 0.1 * COUNT < outcomes["read"] < 0.95 * COUNT, outcomes
    # A document may crash its parser, but hardly any of these does.
    assert outcomes["crashed"] <= 0.01 * COUNT, outcomes


def read_one(reader: SandboxedReader, data: bytes, name: str) -> str:
    """Read a document, or every member of an archive; return what became of it."""
    try:
        if name.endswith(".zip"):
            for member, refused in reader.list_members(data, name):
                if refused is None:
                    reader.read_policy(data, name, ENTRY, member=member)
        else:
            policy = reader.read_policy(data, name, ENTRY)
            assert all(policy.text[clause.start : clause.end] for clause in policy.clauses)
    except IngestError as error:
        return "crashed" if "crashed" in error.reason else type(error).__name__
    return "read"


@pytest.mark.parametrize("name", ORIGINALS)
def test_the_originals_are_read(name: str) -> None:
    with SandboxedReader() as reader:
        assert [read_one(reader, data, name) for data in ORIGINALS[name]] == ["read"] * 2
