"""Reading JSON Lines into records with every fault gathered. Owns no record type."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from evals.errors import Fault, FileError
from evals.fault_words import misspelt, reason

MAX_LINE = 1_000_000  # bytes; a longer "line" is no JSON Lines file and must not fill the memory
MAX_FILE = 200_000_000  # bytes: more records than fit into the memory of a small machine
MAX_FAULTS = 100
UTF_16 = (b"\xff\xfe", b"\xfe\xff")  # byte order marks

Record = TypeVar("Record", bound=BaseModel)


def read_records(
    path: Path, model: type[Record], key: Callable[[Record], str] | None, error: type[FileError]
) -> list[Record]:
    """Return the records of a file in its order; see `read_numbered`."""
    return [record for _, record in read_numbered(path, model, key, error)]


def read_numbered(
    path: Path, model: type[Record], key: Callable[[Record], str] | None, error: type[FileError]
) -> list[tuple[int, Record]]:
    """Return the records of a file in its order with their line. Raises `error` with every fault, see `survey`."""
    records, faults = survey(path, model, key)
    if faults:
        raise error(path, faults)
    return records


def survey(
    path: Path, model: type[Record], key: Callable[[Record], str] | None
) -> tuple[list[tuple[int, Record]], list[Fault]]:
    """Return the good records of a file with their line, and every fault, up to about MAX_FAULTS; blank lines are skipped.

    Faults: unreadable, binary, huge or empty file, bad line, a field that stands twice or is almost a known one, two records of
    one `key` (None: records have none).
    """
    records: list[tuple[int, Record]] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    try:
        if path.is_file() and (size := path.stat().st_size) > MAX_FILE:
            return [], [Fault(0, f"the file has {size / 1e6:,.0f} MB; at most {MAX_FILE / 1e6:.0f} MB can be read")]
        with path.open("rb") as file:
            number = 0
            while (line := file.readline(MAX_LINE + 1)) and len(faults) < MAX_FAULTS:
                number += 1
                if whole := _no_lines(line, number, first=not faults and not records):
                    faults.append(Fault(number, whole))
                    break
                if not line.strip():
                    continue
                record, wrong = _read(line, number, model)
                faults += [Fault(number, words) for words in wrong]
                if record is None:
                    continue
                if key is not None and (name := key(record)) in seen:
                    faults.append(Fault(number, f"the id {name!r} is taken by line {seen[name]}"))
                elif key is not None:
                    seen[name] = number
                records.append((number, record))
    except OSError as unreadable:
        return [], [Fault(0, f"cannot be read: {unreadable.strerror}")]
    if not records and not faults:
        faults.append(Fault(0, "the file holds no record"))
    return records, faults


def _no_lines(line: bytes, number: int, *, first: bool) -> str | None:
    """Return why the file cannot be read line by line at all; None if it can. `first`: no record was read yet."""
    if number == 1 and line.startswith(UTF_16):
        return "this file is UTF-16 text: save it as UTF-8"
    if b"\0" in line or len(line) > MAX_LINE:
        return "this is not a text file of one JSON object a line"
    begins = line.strip().removeprefix(b"\xef\xbb\xbf")
    if first and (begins.startswith(b"[") or begins == b"{"):
        return "this is JSON over several lines: write one object a line, with no list around them"
    return None


def _read(line: bytes, number: int, model: type[Record]) -> tuple[Record | None, list[str]]:
    """Return the record of a line, None if it is none, and all that is wrong with the line."""
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as undecodable:
        at = f"byte 0x{undecodable.object[undecodable.start]:02x} at place {undecodable.start + 1}"
        return None, [f"not UTF-8 text ({at}): save the file as UTF-8"]
    try:
        record, wrong = model.model_validate_json(text), []
    except ValidationError as invalid:
        details = invalid.errors(include_url=False)
        if any(detail["type"] == "json_invalid" for detail in details):
            return None, [reason(detail) for detail in details]
        record, wrong = None, [reason(detail) for detail in details]
    return record, wrong + _slips(text, model)


def _slips(text: str, model: type[BaseModel]) -> list[str]:
    """Return fields that stand twice or are almost known ones. The text is valid JSON of moderate depth."""
    twice: dict[str, None] = {}

    def gather(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                twice[name] = None
            found[name] = value
        return found

    data = json.loads(text, object_pairs_hook=gather)
    return [f"the field '{name}' stands twice" for name in twice] + misspelt(model, data)
