"""What is wrong with a record, in plain words. Owns the wording, not the reading of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from rapidfuzz.distance import OSA

SHOWN = 60  # characters of a value in a message
SHORT, LONG = 4, 9  # letters: shorter names are near to everything; from LONG on two letters may be wrong, else one
SAID = {
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "string_pattern_mismatch": "must not be blank",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "too_short": "must not be empty",
    "int_type": "must be a whole number",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "model_type": "must be an object with fields",
    "model_attributes_type": "must be an object with fields",
    "dict_type": "must be an object with fields",
    "extra_forbidden": "is no field of this record",
}


def reason(detail: Mapping[str, Any]) -> str:
    """Put one pydantic error into words: the field, what is wrong, and what was found."""
    kind = detail["type"]
    if kind == "json_invalid":
        # The place is within the line, whose number stands before the message already.
        return "not valid JSON: " + re.sub(
            r" at line 1 column (\d+)$", r" at character \1", str(detail["ctx"]["error"])
        )
    field = field_name(detail["loc"])
    if kind == "missing":
        return f"the field '{field}' is missing"
    if kind == "value_error":
        return f"{field}: {detail['ctx']['error']}" if field else str(detail["ctx"]["error"])
    wanted = f"must be one of {detail['ctx']['expected']}" if kind == "literal_error" else SAID.get(kind, detail["msg"])
    found = repr(detail["input"])
    return f"{field or 'the line'} {wanted}, found {found[:SHOWN]}{'...' if len(found) > SHOWN else ''}"


def field_name(place: tuple[int | str, ...]) -> str:
    """Return where in a record something stands: "gold_quotes, entry 2, entry 1", counting from 1."""
    return ", ".join(f"entry {part + 1}" if isinstance(part, int) else str(part) for part in place)


def misspelt(model: type[BaseModel], data: object, place: tuple[int | str, ...] = ()) -> list[str]:
    """Return a sentence for each unknown field whose name is almost that of a known one, in nested records too.

    Fields of the user's own may stay; one that is a slip of the pen would be ignored in silence.
    """
    if not isinstance(data, dict):
        return []
    said = []
    for name in data:
        if name in model.model_fields:
            continue
        plain = _plain(name)
        allowed = 1 if len(plain) < LONG else 2
        near = [
            known
            for known in model.model_fields
            if len(known) >= SHORT and OSA.distance(plain, _plain(known)) <= allowed
        ]
        if near and len(plain) >= SHORT:
            said.append(f"unknown field '{field_name((*place, name))}': do you mean '{near[0]}'?")
    for name, field in model.model_fields.items():
        inner = next(
            (kind for kind in get_args(field.annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)),
            None,
        )
        entries = data.get(name)
        if inner is not None and isinstance(entries, list):
            for number, entry in enumerate(entries):
                said += misspelt(inner, entry, (*place, name, number))
    return said


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())
