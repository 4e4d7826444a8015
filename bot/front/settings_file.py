"""service.yaml: what the operator says about the public side, read and checked. Every fault is told with its place."""

from __future__ import annotations

from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.front.errors import ServiceFileError
from bot.front.settings import FrontSettings, Limits, Rate

Count = Annotated[int, Field(ge=1, le=1_000_000)]
SHORTEST_KEY = 20


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class RateFile(_Strict):
    """A rate: `count` in `seconds`, up to `burst` at once."""

    count: Count
    seconds: Annotated[float, Field(gt=0, le=86_400)]
    burst: Count


class LimitsFile(_Strict):
    """The section `limits`; what is left out keeps its default (see settings.Limits)."""

    ask: RateFile | None = None
    ask_all: RateFile | None = None
    chat: RateFile | None = None
    draft: RateFile | None = None
    draft_all: RateFile | None = None
    tell: RateFile | None = None
    key: RateFile | None = None
    page: RateFile | None = None
    streams: Count | None = None


class ServiceFile(_Strict):
    """The whole file; what each value means stands at FrontSettings."""

    trusted_proxies: Annotated[list[str], Field(max_length=50)] = []
    limits: LimitsFile = LimitsFile()
    answering: Annotated[int, Field(ge=1, le=64)] | None = None
    each_answering: Annotated[int, Field(ge=1, le=64)] | None = None
    waiting: Annotated[int, Field(ge=1, le=10_000)] | None = None
    each_waiting: Annotated[int, Field(ge=1, le=10_000)] | None = None
    wait_seconds: Annotated[float, Field(gt=0, le=120)] | None = None
    metrics_key_file: Path | None = None
    metrics_open: bool = False

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: list[str]) -> list[str]:
        for one in value:
            try:
                ip_network(one)
            except ValueError:
                raise ValueError("write addresses or networks, such as 10.0.0.0/8") from None
        return value


def read_service(path: Path) -> FrontSettings:
    """Return the settings of the file, the defaults where there is none. Raises ServiceFileError with every fault."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceFileError(path.name, ("cannot be read as UTF-8 text",)) from error
    except yaml.YAMLError as error:
        raise ServiceFileError(path.name, ("this is not YAML",)) from error
    try:
        known = ServiceFile.model_validate({} if raw is None else raw)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults = tuple(f"{'.'.join(map(str, one['loc'])) or 'the file'}: {one['msg']}" for one in found)
        raise ServiceFileError(path.name, faults) from error
    rates: dict[str, Any] = {name: _rate(value) for name, value in known.limits if value is not None}
    names = {one.name for one in fields(FrontSettings)} - {"limits", "trusted_proxies"}
    return FrontSettings(
        limits=Limits(**rates),
        trusted_proxies=tuple(known.trusted_proxies),
        metrics_key=_key(path, known.metrics_key_file),
        **{name: value for name, value in known if name in names and value is not None},
    )


def _rate(value: RateFile | int) -> Rate | int:
    return value if isinstance(value, int) else Rate(value.count, value.seconds, value.burst)


def _key(path: Path, file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        key = (path.parent / file).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ServiceFileError(path.name, ("metrics_key_file cannot be read",)) from error
    if len(key) < SHORTEST_KEY:
        raise ServiceFileError(path.name, (f"metrics_key_file needs a key of {SHORTEST_KEY} characters or more",))
    return key
