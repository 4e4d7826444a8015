"""The sets an evaluator works with: the bundled ones, and those in a folder of the data folder. Owns files, not their form."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.case import Case, load_numbered, survey_cases
from evals.check import Library, check_cases
from evals.errors import Fault
from evals.web.errors import EntryError, SetRefusedError, UnknownNameError

BUNDLED = Path(__file__).parents[1] / "sets"
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
MAX_SET = 1_000_000
"""Largest set in bytes that the pages take."""
MOST_CASES = 2_000
MOST_SETS = 200


@dataclass(frozen=True, slots=True)
class SetEntry:
    """A set as it is listed. `cases` counts its lines; `own` is False for a bundled set, which nobody changes here."""

    name: str
    path: Path
    own: bool
    cases: int


class SetShelf:
    """The sets by name. A set of one's own never takes the name of a bundled one."""

    def __init__(self, folder: Path, library: Library, bundled: Path = BUNDLED) -> None:
        self.folder = folder
        self.library = library
        self.bundled = bundled
        self._writing = threading.Lock()

    def entries(self) -> list[SetEntry]:
        """Return the sets of one's own, then the bundled ones, each by name."""
        return [*self._listed(self.folder, own=True), *self._listed(self.bundled, own=False)]

    def entry(self, name: str) -> SetEntry:
        """Return one set. Raises UnknownNameError."""
        for folder, own in ((self.bundled, False), (self.folder, True)):
            path = folder / f"{name}.jsonl"
            if NAME.fullmatch(name) and path.is_file():
                return SetEntry(name, path, own, _count(path))
        raise UnknownNameError("There is no set of that name.")

    def cases(self, name: str) -> tuple[list[tuple[int, Case]], list[Fault]]:
        """Return the cases of a set with their lines, and every fault: of form, and against the library. Raises UnknownNameError."""
        cases, faults = survey_cases(self.entry(name).path)
        return cases, sorted([*faults, *check_cases(cases, self.library)], key=lambda fault: fault.line)

    def add(self, name: str, text: str) -> tuple[SetEntry, list[Fault]]:
        """Keep a new set; return it with what its expectations lack in the library, which does not stop it.

        Raises EntryError for a name or size that cannot be used, SetRefusedError with every fault of form.
        """
        self._refuse_name(name)
        data = text.replace("\r\n", "\n").encode("utf-8", "replace")
        if not data.strip():
            raise EntryError("The set is empty: put one case a line into the field.")
        if len(data) > MAX_SET:
            raise EntryError(f"The set has {len(data):,} bytes; at most {MAX_SET:,} are taken. Split it.")
        with self._writing:
            target = self.folder / f"{name}.jsonl"
            if target.exists():
                raise EntryError("There is a set of that name. Choose another name, or remove the old set first.")
            if len(list(self.folder.glob("*.jsonl"))) >= MOST_SETS:
                raise EntryError(f"There are {MOST_SETS} sets already. Remove one first.")
            cases = self._replace(target, data if data.endswith(b"\n") else data + b"\n")
        return SetEntry(name, target, True, len(cases)), check_cases(cases, self.library)

    def append(self, name: str, case: Case, *, create: bool = False) -> SetEntry:
        """Add a case to a set of one's own, or begin it with `create`.

        Raises UnknownNameError or EntryError, and SetRefusedError if the library could not meet the case or its id is taken.
        """
        if create:
            self._refuse_name(name)
        line = case.model_dump_json(exclude_defaults=True)
        with self._writing:
            target = self.folder / f"{name}.jsonl"
            if create and target.exists():
                raise EntryError("There is a set of that name. Choose it from the list, or take another name.")
            if not create and (not NAME.fullmatch(name) or not target.is_file()):
                raise UnknownNameError("There is no set of your own of that name.")
            former = target.read_bytes() if not create else b""
            gap = b"" if not former or former.endswith(b"\n") else b"\n"
            data = former + gap + line.encode() + b"\n"
            if len(data) > MAX_SET:
                raise EntryError(f"The set would have {len(data):,} bytes; at most {MAX_SET:,} are taken.")
            known = {one.id for _, one in survey_cases(target)[0]} if former else set()
            if case.id in known:
                raise SetRefusedError(
                    "The case was not added.", [Fault(0, f"id: the set has a case {case.id!r} already")]
                )
            if faults := [
                f for f in check_cases([(1, case)], self.library) if not f.reason.startswith("paraphrase_of")
            ]:
                raise SetRefusedError("The case was not added.", [Fault(0, fault.reason) for fault in faults])
            cases = self._replace(target, data)
        return SetEntry(name, target, True, len(cases))

    def remove(self, name: str) -> None:
        """Delete a set of one's own; runs of it keep their own copy. Raises UnknownNameError, also for a bundled set."""
        entry = self.entry(name)
        if not entry.own:
            raise UnknownNameError("A bundled set cannot be removed.")
        entry.path.unlink(missing_ok=True)

    def _refuse_name(self, name: str) -> None:
        if not NAME.fullmatch(name):
            raise EntryError("A name has 1 to 60 small letters, digits, - or _, and begins with a letter or digit.")
        if (self.bundled / f"{name}.jsonl").is_file():
            raise EntryError("A bundled set has that name. Choose another one.")

    def _replace(self, target: Path, data: bytes) -> list[tuple[int, Case]]:
        """Write the file in one step if all of it is well formed; return its cases. Raises SetRefusedError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + ".part")
        try:
            part.write_bytes(data)
            cases, faults = survey_cases(part)
            if not faults and len(cases) > MOST_CASES:
                faults = [Fault(0, f"the set has {len(cases):,} cases; at most {MOST_CASES:,} are taken: split it")]
            if faults:
                raise SetRefusedError("The set was not kept.", faults)
            os.replace(part, target)
        finally:
            part.unlink(missing_ok=True)
        return cases

    def _listed(self, folder: Path, *, own: bool) -> Sequence[SetEntry]:
        paths = sorted(folder.glob("*.jsonl")) if folder.is_dir() else []
        return [SetEntry(path.stem, path, own, _count(path)) for path in paths if NAME.fullmatch(path.stem)]


def cases_to_run(path: Path) -> list[Case]:
    """Return the cases of a set. Raises SetError with every fault, or EntryError if they are too many."""
    cases = [case for _, case in load_numbered(path)]
    if len(cases) > MOST_CASES:
        raise EntryError(f"The set has {len(cases):,} cases; at most {MOST_CASES:,} are run from here.")
    return cases


def _count(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())
