"""staff.yaml: who signs in elsewhere and what they may do here, read and checked. Every fault is told with its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from bot.requests.errors import SettingsFileError
from bot.requests.settings_file import read_checked
from bot.staff.records import Role

FILE = "staff.yaml"
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An issuer that members sign in at. `name` stands in addresses, `label` on the button; `redirect_uri` is what the issuer has
    to know.

    `client_secret` is None for a public client. `roles` maps a group of the issuer to roles here: who is in none of them
    does not get in.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    redirect_uri: str
    label: str
    scopes: tuple[str, ...]
    groups_claim: str
    roles: Mapping[str, tuple[Role, ...]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class OidcFile(_Strict):
    """One issuer of the section `oidc`. The secret stands in a file of its own, readable by the desk's user alone."""

    issuer: Text
    client_id: Text
    client_secret_file: Path | None = None
    label: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] = "your organisation"
    scopes: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)] = ("openid", "profile", "email")
    groups_claim: Text = "groups"
    roles: Annotated[dict[Text, Annotated[tuple[Role, ...], Field(min_length=1)]], Field(min_length=1, max_length=200)]

    @field_validator("issuer")
    @classmethod
    def _safe_issuer(cls, value: str) -> str:
        return _safe(value)

    @field_validator("scopes")
    @classmethod
    def _with_openid(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return value if "openid" in value else ("openid", *value)


class StaffFile(_Strict):
    """The whole file. `public_url` is where members reach the desk: the issuers send them back there."""

    public_url: Text | None = None
    oidc: dict[Name, OidcFile] = {}

    @field_validator("public_url")
    @classmethod
    def _safe_url(cls, value: str | None) -> str | None:
        return _safe(value) if value is not None else None


def _safe(value: str) -> str:
    """Return the address. Raises ValueError where codes would travel in the open."""
    parts = urlsplit(value)
    if not parts.hostname or parts.query or parts.fragment or parts.scheme not in {"http", "https"}:
        raise ValueError("write an address as https://host/path")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError("needs https: passwords and codes travel there")
    return value


def read_outside(data_dir: Path) -> tuple[OidcSettings, ...]:
    """Return the issuers that staff.yaml of the data folder names; none without the file.

    Raises SettingsFileError with every fault and its line.
    """
    path = data_dir / FILE
    if not path.exists():
        return ()
    known = read_checked(path, StaffFile)
    if known.oidc and known.public_url is None:
        raise SettingsFileError(FILE, ("oidc needs public_url, the address that members reach the desk at",))
    return tuple(_settings(path, str(known.public_url), name, one) for name, one in known.oidc.items())


def _settings(path: Path, public_url: str, name: str, known: OidcFile) -> OidcSettings:
    secret = None
    if known.client_secret_file is not None:
        try:
            secret = (path.parent / known.client_secret_file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsFileError(FILE, (f"oidc.{name}.client_secret_file cannot be read",)) from error
    return OidcSettings(
        name=name,
        issuer=known.issuer,
        client_id=known.client_id,
        client_secret=secret,
        redirect_uri=f"{public_url.rstrip('/')}/staff/oidc/{name}/callback",
        label=known.label,
        scopes=known.scopes,
        groups_claim=known.groups_claim,
        roles=MappingProxyType(dict(known.roles)),
    )
