"""requests.yaml: the operator's settings of the request desk, read and checked. Every fault is told with its line."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator

from bot.requests.errors import FieldError, SettingsFileError
from bot.requests.fields import check_mailbox
from bot.requests.settings import RequestSettings, SmtpSettings

_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
M = TypeVar("M", bound=BaseModel)
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(gt=0, le=31_536_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class SmtpFile(_Strict):
    """The section `smtp`. The password stands in the file or, better, in one of its own (`password_file`)."""

    host: Text
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text | None = None
    password: Text | None = None
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout_seconds: Seconds = 30.0

    @field_validator("host")
    @classmethod
    def _plain_host(cls, value: str) -> str:
        if not _HOST.fullmatch(value):
            raise ValueError("write the server's name or address alone")
        return value


class RequestsFile(_Strict):
    """The whole file; what each value means stands at RequestSettings."""

    delivery: bool = False
    dry_run: bool = False
    desk_mailbox: Text | None = None
    public_url: Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=300)] | None = None
    smtp: SmtpFile | None = None
    endpoints: dict[str, dict[str, Any]] = {}
    company_per_hour: Count | None = None
    total_per_hour: Count | None = None
    retry_seconds: Annotated[tuple[Seconds, ...], Field(min_length=1, max_length=20)] | None = None
    give_up_seconds: Seconds | None = None
    lease_seconds: Seconds | None = None
    code_seconds: Seconds | None = None
    codes_per_mailbox: Annotated[int, Field(ge=1, le=5)] | None = None
    codes_per_block: Count | None = None
    codes_per_hour: Count | None = None
    draft_days: Count | None = None
    finished_days: Count | None = None
    open_days: Count | None = None

    @field_validator("desk_mailbox")
    @classmethod
    def _plain_mailbox(cls, value: str | None) -> str | None:
        try:
            return check_mailbox("desk_mailbox", value) if value is not None else None
        except FieldError as error:
            raise ValueError(error.message) from error


def read(path: Path, data_dir: Path, database_url: str | None = None) -> RequestSettings:
    """Return the settings of the file for one data folder. Raises SettingsFileError with every fault and its line."""
    known = read_checked(path, RequestsFile)
    if known.delivery and known.desk_mailbox is None:
        raise SettingsFileError(
            path.name, ("delivery needs desk_mailbox, the mailbox that the desk's mail comes from",)
        )
    given = {name: value for name, value in known if value is not None and name not in {"smtp", "endpoints"}}
    names = {one.name for one in fields(RequestSettings)}
    return RequestSettings(
        data_dir=data_dir,
        database_url=database_url,
        smtp=_smtp(known.smtp, path) if known.smtp is not None else None,
        endpoints=MappingProxyType(known.endpoints),
        **{name: value for name, value in given.items() if name in names},
    )


def read_checked(path: Path, model: type[M]) -> M:
    """Return a YAML file as one of `model`. Raises SettingsFileError with every fault and its line."""
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = yaml.safe_load(text)
    except OSError as error:
        raise SettingsFileError(path.name, (f"cannot be read ({error.strerror})",)) from error
    except UnicodeDecodeError as error:
        raise SettingsFileError(path.name, ("is not UTF-8 text",)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 1}: " if mark is not None else ""
        raise SettingsFileError(path.name, (f"{line}this is not YAML: {getattr(error, 'problem', None)}",)) from error
    if not isinstance(raw if raw is not None else {}, dict):
        raise SettingsFileError(path.name, ("line 1: write one setting a line, as `name: value`",))
    try:
        return model.model_validate(raw or {})
    except ValidationError as error:
        faults = tuple(
            f"line {_line(root, one['loc'])}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors(include_url=False, include_context=False, include_input=False)
        )
        raise SettingsFileError(path.name, faults) from error


def _smtp(known: SmtpFile, path: Path) -> SmtpSettings:
    password = known.password
    if known.password_file is not None:
        try:
            password = (path.parent / known.password_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsFileError(path.name, ("smtp.password_file cannot be read",)) from error
    return SmtpSettings(
        host=known.host,
        port=known.port,
        security=known.security,
        user=known.user,
        password=password,
        ca_file=path.parent / known.ca_file if known.ca_file is not None else None,
        timeout_seconds=known.timeout_seconds,
    )


def _line(node: yaml.Node | None, place: tuple[int | str, ...]) -> int:
    """Return the line (from 1) of a value, or of what is nearest around it."""
    line = node.start_mark.line + 1 if node is not None else 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            node, line = found[1], found[0].start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
