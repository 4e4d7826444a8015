"""Harm done to the files of an index, and a process that searches after each; run as a script, which must survive it all.

Usage: python -m tests.servers.corrupter FOLDER COUNT SEED. FOLDER holds a library whose index is fresh. It prints one JSON line a
corruption: the kind, whether the search found what an exact scan finds, and whether the index was built again.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

from tests.vectorstore.shelf import HASH, open_library
from vectorstore.library import PolicyLibrary

QUESTIONS = ["who keeps photos?", "how long are letters kept?", "thing 17"]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def truncate(folder: Path, dice: random.Random) -> None:
    # An empty file cannot be cut.
    file = dice.choice([path for path in files(folder) if path.stat().st_size])
    os.truncate(file, dice.choice([0, file.stat().st_size // 2, file.stat().st_size - 1]))


def flip_bits(folder: Path, dice: random.Random) -> None:
    file = dice.choice([path for path in files(folder) if path.stat().st_size])
    content = bytearray(file.read_bytes())
    for _ in range(dice.choice([1, 8, 200])):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    # The very same content by chance (a bit flipped twice) would be no harm.
    content[0] ^= 0x80
    file.write_bytes(content)


def fill(folder: Path, dice: random.Random) -> None:
    file = dice.choice([path for path in files(folder) if path.stat().st_size])
    filling = dice.choice([b"\xff", b"\x00", b"A"]) * file.stat().st_size
    # Some files of an index are all zeros: the same content again would be no harm.
    file.write_bytes(filling if filling != file.read_bytes() else b"B" * file.stat().st_size)


def grow_sparsely(folder: Path, dice: random.Random) -> None:
    file = dice.choice(files(folder))
    os.truncate(file, file.stat().st_size + dice.choice([1, 2**20, 2**30]))


def delete(folder: Path, dice: random.Random) -> None:
    dice.choice(files(folder)).unlink()


def delete_all(folder: Path, dice: random.Random) -> None:
    shutil.rmtree(dice.choice([folder, *(path for path in folder.iterdir() if path.is_dir())]))


def swap(folder: Path, dice: random.Random) -> None:
    # Two files of the same size and content would be no harm: the sizes tell.
    one, other = dice.sample(files(folder), 2)
    if one.read_bytes() == other.read_bytes():
        one.write_bytes(b"swapped")
        return
    spare = folder / "spare"
    one.rename(spare)
    other.rename(one)
    spare.rename(other)


def plant_pickle(folder: Path, dice: random.Random) -> None:
    segment = next(path for path in folder.iterdir() if path.is_dir())
    marker = folder.parent / "pickle-was-run"
    (segment / "index_metadata.pickle").write_bytes(b"cos\nsystem\n(S'touch " + str(marker).encode() + b"'\ntR.")


def add_file(folder: Path, dice: random.Random) -> None:
    (folder / f"extra-{dice.random()}").write_bytes(b"extra")


def open_to_others(folder: Path, dice: random.Random) -> None:
    folder.parent.chmod(dice.choice([0o777, 0o770, 0o702]))


def become_links(folder: Path, dice: random.Random) -> None:
    file = dice.choice(files(folder))
    file.unlink()
    file.symlink_to(dice.choice(["/dev/zero", "/nowhere", "/etc/hostname"]))


HARMS: tuple[Callable[[Path, random.Random], None], ...] = (
    truncate, flip_bits, fill, grow_sparsely, delete, delete_all, swap, plant_pickle, add_file, open_to_others, become_links,
)  # fmt: skip


def found(library: PolicyLibrary, policy_ids: tuple[str, ...] = ()) -> list[float]:
    """Return how near the nearest passages to each question are: by the index where it may serve, exactly where ids are given.

    Passages equally near may come in any order, so it is not their names that tell. A hit must be as near as it says, too.
    """
    near = []
    for words in QUESTIONS:
        vector = HASH.encode([words])[0]
        for hit in library.search(vector, 3, policy_ids):
            true = float(library.vectors(hit.policy_id, hit.version).matrix[hit.position] @ vector)
            near.append(round(hit.similarity, 4) if abs(true - hit.similarity) < 1e-4 else -9.0)
    return near


def serves(library: PolicyLibrary) -> bool:
    return library._generations.search(HASH.encode([QUESTIONS[0]])[0], 1) is not None


def harm_at_rest(folder: Path, harm: Callable[[Path, random.Random], None], dice: random.Random) -> dict[str, object]:
    """Harm the published index, search with a new library, let it repair."""
    library = open_library(folder)
    every = tuple(summary.id for summary in library.policies())
    harm(published(folder), dice)
    right = found(library) == found(library, every)
    refused = not serves(library)
    repair(library)
    return {"right": right, "refused": refused, "repaired": serves(library) and found(library) == found(library, every)}


def harm_in_use(folder: Path, harm: Callable[[Path, random.Random], None], dice: random.Random) -> dict[str, object]:
    """Harm both the published index and the copy that a reader has open, search on, let it repair."""
    library = open_library(folder)
    every = tuple(summary.id for summary in library.policies())
    assert serves(library)
    reader = library._generations._reader
    assert reader is not None
    copy = Path(reader._finalizer.peek()[2][1])  # type: ignore[attr-defined]
    harm(published(folder), dice)
    harm(copy, dice)
    right = [found(library) == found(library, every) for _ in range(3)]
    repair(library)
    other = open_library(folder)
    return {"right": all(right), "refused": True, "repaired": serves(other) and found(other) == found(other, every)}


def repair(library: PolicyLibrary) -> None:
    """Build the index again; on a busy machine its probe may run out of time, and the next call tries anew."""
    for _ in range(3):
        library.ensure_index()
        if serves(library):
            return


def published(folder: Path) -> Path:
    """Return the folder of the generation that serves, as the database names it."""
    with sqlite3.connect(folder / "policydesk.sqlite") as connection:
        (name,) = connection.execute(
            "SELECT folder FROM index_generations ORDER BY revision DESC, built_at DESC LIMIT 1"
        ).fetchone()
    return folder / "index" / str(name)


def main(folder: Path, count: int, seed: int) -> None:
    for number in range(count):
        dice = random.Random(seed * 100_000 + number)
        harm = HARMS[number % len(HARMS)]
        way = harm_in_use if number // len(HARMS) % 3 == 2 and harm is not open_to_others else harm_at_rest
        told = way(folder, harm, dice)
        pickled = (folder / "index" / "pickle-was-run").exists()
        print(json.dumps({"harm": f"{harm.__name__} {way.__name__}", **told, "pickled": pickled}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
