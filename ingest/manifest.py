"""The manifest: which documents to read and what the operator overrides in them."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import ManifestError


class ChannelOverride(BaseModel):
    """A channel that the operator vouches for; it stands beside those found in the text."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["email", "phone", "mail", "web_form", "api"]
    value: str = Field(min_length=3, max_length=300)
    purposes: list[str] = Field(min_length=1)
    conditions: str | None = None


class Entry(BaseModel):
    """One document of a manifest. `source` is a path, relative to the manifest if it is not absolute, or a web address.

    `company`, `url` and `effective` replace what the document says; `default_company` and `default_date` stand in where
    it says nothing.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")
    source: str
    company: str | None = None
    aliases: list[str] = []
    url: str | None = None
    effective: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    channels: list[ChannelOverride] = []
    default_company: str | None = None
    default_date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")


class Manifest(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    policies: list[Entry] = Field(min_length=1)


def read_manifest(path: Path) -> list[Entry]:
    """Return the entries of a manifest; raises ManifestError with all its faults at once."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        manifest = Manifest.model_validate(data)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(path.name, [f"this is not YAML: {str(error).splitlines()[0]}"]) from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc'])) or 'file'}: {fault['msg']}" for fault in error.errors()]
        raise ManifestError(path.name, faults) from error
    ids = [entry.id for entry in manifest.policies]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ManifestError(path.name, [f"the id {name} is used twice" for name in twice])
    return manifest.policies
