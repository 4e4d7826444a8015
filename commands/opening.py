"""Opening the library and the bot for a command, and saying in one line why it cannot be done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from bot.front.settings import FrontSettings
    from bot.requests.desk import RequestDesk
    from bot.requests.settings import RequestSettings
    from bot.staff.agent_desk import AgentDesk
    from bot.staff.oidc import Provider
    from bot.staff.staff import Staff
    from vectorstore import PolicyLibrary, StoreSettings


def fail(message: str, status: int = 2) -> NoReturn:
    """Print what is wrong to standard error and exit."""
    typer.echo(f"policydesk: {message}", err=True)
    raise typer.Exit(status)


def store_settings(data_dir: Path) -> StoreSettings:
    """Return where the library lives: `data_dir`, or the servers that the environment names."""
    from vectorstore import StoreSettings

    return StoreSettings(
        data_dir,
        database_url=os.environ.get("POLICYDESK_DATABASE_URL") or None,
        chroma_url=os.environ.get("POLICYDESK_CHROMA_URL") or None,
        chroma_token=os.environ.get("POLICYDESK_CHROMA_TOKEN") or None,
        chroma_insecure=os.environ.get("POLICYDESK_CHROMA_INSECURE") == "1",
    )


def open_library(data_dir: Path, *, adopt_model: bool = False) -> PolicyLibrary:
    """Open the library, or say why it cannot be opened; `adopt_model` embeds it again where the model has changed."""
    from vectorstore import PolicyLibrary, StoreError

    try:
        return PolicyLibrary.open(store_settings(data_dir), adopt_model=adopt_model)
    except (StoreError, OSError, ValueError) as error:
        fail(str(error))


def open_bot(data_dir: Path, language_model: str | None = None, second_look: bool = False) -> PolicyBot:
    """Open the bot over the library in `data_dir`; `second_look` as for build_bot."""
    from bot.build import build_bot
    from vectorstore import StoreError

    try:
        return build_bot(store_settings(data_dir), language_model=language_model, second_look=second_look)
    except (StoreError, OSError, ImportError, ValueError) as error:
        fail(str(error))


def prefer_approved(bot: PolicyBot, data_dir: Path) -> None:
    """Let the bot prefer the answers that agents approved. Makes no database, and answers on where theirs cannot be read."""
    from bot.requests.settings import RequestSettings
    from bot.staff.approved import ApprovedAnswers
    from vectorstore import StoreError

    database_url = os.environ.get("POLICYDESK_DATABASE_URL") or None
    if database_url is None and not (data_dir / "requests.sqlite").exists():
        return
    try:
        bot.approved = ApprovedAnswers.open(RequestSettings(data_dir, database_url=database_url).url, bot.library)
    except (StoreError, OSError) as error:
        typer.echo(f"policydesk: approved answers are left out: {error}", err=True)


def request_settings(data_dir: Path) -> RequestSettings:
    """Return the settings of requests.yaml in `data_dir`, the defaults (nothing is ever sent) without that file."""
    from bot.requests.errors import SettingsFileError
    from bot.requests.settings import RequestSettings
    from bot.requests.settings_file import read

    database_url = os.environ.get("POLICYDESK_DATABASE_URL") or None
    file = data_dir / "requests.yaml"
    if not file.exists():
        return RequestSettings(data_dir, database_url=database_url)
    try:
        return read(file, data_dir, database_url)
    except SettingsFileError as error:
        fail(str(error))


def service_settings(data_dir: Path) -> FrontSettings:
    """Return the settings of service.yaml in `data_dir`, the default limits without that file."""
    from bot.front.errors import ServiceFileError
    from bot.front.settings_file import read_service

    try:
        return read_service(data_dir / "service.yaml")
    except ServiceFileError as error:
        fail(str(error))


def open_desk(library: PolicyLibrary, data_dir: Path) -> RequestDesk:
    """Open the request desk over the library, or say why it cannot be opened."""
    from bot.requests.desk import RequestDesk
    from bot.requests.protocols.endpoints import EndpointError
    from vectorstore import StoreError

    try:
        return RequestDesk.open(library, request_settings(data_dir))
    except EndpointError as error:
        fail(f"requests.yaml, endpoints: {error}")
    except (StoreError, OSError) as error:
        fail(str(error))


def open_staff(data_dir: Path) -> Staff:
    """Open the staff's accounts, which lie in the database of the requests, or say why they cannot be opened."""
    from bot.staff.staff import Staff
    from vectorstore import StoreError

    try:
        return Staff.open(request_settings(data_dir).url, data_dir)
    except (StoreError, OSError) as error:
        fail(str(error))


def open_agents(bot: PolicyBot, staff: Staff, data_dir: Path) -> AgentDesk:
    """Open what agents work with; from then on `bot` prefers the answers that they approved."""
    from bot.staff.agent_desk import AgentDesk
    from vectorstore import StoreError

    try:
        return AgentDesk.open(bot, request_settings(data_dir).url, staff.trail)
    except (StoreError, OSError) as error:
        fail(str(error))


def open_providers(data_dir: Path) -> dict[str, Provider]:
    """Return the issuers of staff.yaml that members sign in at, by name, or say what is wrong with the file."""
    from bot.requests.errors import SettingsFileError
    from bot.staff.outside_settings import read_outside

    try:
        settings = read_outside(data_dir)
    except SettingsFileError as error:
        fail(str(error))
    if not settings:
        return {}
    # What signs and checks tokens costs a start time that most desks need not pay.
    from bot.requests.ledger.keys import Key
    from bot.staff.oidc import Provider

    key = Key.open(data_dir)
    return {one.name: Provider(one, key) for one in settings}


def show_json(data: Any) -> None:
    """Print one JSON object."""
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))
