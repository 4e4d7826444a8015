"""Reading JSON Lines into records with every fault gathered. Owns no record type."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from evals.errors import Fault, FileError

MAX_LINE = 1_000_000  # bytes; a longer "line" is no JSON Lines file and must not fill the memory
MAX_FAULTS = 100

Record = TypeVar("Record", bound=BaseModel)


def read_records(path: Path, model: type[Record], key: Callable[[Record], str], error: type[FileError]) -> list[Record]:
    """Return the records of a file in its order, reading it line by line; blank lines are skipped.

    Raises `error` with every fault: unreadable, binary or empty file, bad line, two records of one `key`.
    """
    records: list[Record] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if b"\0" in line or len(line) > MAX_LINE:
                    faults.append(Fault(number, "this is not a text file of one JSON object a line"))
                    break
                if not line.strip():
                    continue
                try:
                    record = model.model_validate_json(line.decode("utf-8-sig" if number == 1 else "utf-8"))
                except UnicodeDecodeError:
                    faults.append(Fault(number, "not UTF-8 text"))
                except ValidationError as invalid:
                    faults += [Fault(number, _reason(detail)) for detail in invalid.errors(include_url=False)]
                else:
                    name = key(record)
                    if name in seen:
                        faults.append(Fault(number, f"the id {name!r} is taken by line {seen[name]}"))
                    seen.setdefault(name, number)
                    records.append(record)
                if len(faults) >= MAX_FAULTS:
                    break
    except OSError as unreadable:
        raise error(path, [Fault(0, f"cannot be read: {unreadable.strerror}")]) from unreadable
    if not records and not faults:
        faults.append(Fault(0, "the file holds no record"))
    if faults:
        raise error(path, faults)
    return records


def _reason(detail: object) -> str:
    """Put one pydantic error into words: the field, what is wrong, and what was found."""
    assert isinstance(detail, dict)
    field = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "json_invalid":
        return str(detail["msg"])
    if detail["type"] == "missing":
        return f"the field {field!r} is missing"
    found = repr(detail["input"])
    return f"{field or 'record'}: {detail['msg']}, found {found[:60]}{'...' if len(found) > 60 else ''}"
