"""The one spelling of a message's JSON: what a person confirms is read back only if it is spelled so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Content = TypeVar("Content", bound=BaseModel)


def written(fields: Mapping[str, Any]) -> str:
    """Return JSON with keys sorted, no spaces, letters as they are."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_as(form: type[Content], body: str) -> Content:
    """Return the content of a stored message. Raises ValueError for whatever `written` would not have written."""
    try:
        content = form.model_validate_json(body.encode())
    except (ValidationError, UnicodeEncodeError):
        raise ValueError("the stored message cannot be read") from None
    # A key given twice or in another spelling could mean something else to the other side.
    if written(content.model_dump(exclude_none=True)) != body:
        raise ValueError("the stored message is not spelled as the desk spells it")
    return content
