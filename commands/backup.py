"""`policydesk backup` and `policydesk restore`: a data folder saved as one file, and put back."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from commands.opening import fail, request_settings
from commands.options import VAR, DataDir

_SERVER = "The library and the requests are in PostgreSQL: save that with pg_dump as well. This file holds keys, settings and mail."


def backup(
    archive: Annotated[
        Path | None, typer.Argument(help="File to write; a name with the day in this folder if left out.")
    ] = None,
    data_dir: DataDir = VAR,
) -> None:
    """Save the data folder as one file, while the desk runs on.

    The file holds people's requests and the desk's key: keep it as safe as the folder. The index is left out; it is built
    again. See docs/operate.md.
    """
    from vectorstore.backup import save
    from vectorstore.errors import BackupError

    chosen = archive or Path(f"policydesk-{dt.datetime.now(dt.UTC):%Y-%m-%d-%H%M}.tar.gz")
    try:
        made = save(data_dir, chosen)
    except BackupError as error:
        fail(str(error), status=1)
    size = chosen.stat().st_size / 1e6
    typer.echo(f"{chosen}: {len(made.files)} files, {size:.1f} MB, as of {made.made:%Y-%m-%d %H:%M} UTC")
    if os.environ.get("POLICYDESK_DATABASE_URL"):
        typer.echo(_SERVER, err=True)


def restore(
    archive: Annotated[Path, typer.Argument(help="A file that `policydesk backup` wrote.")],
    data_dir: DataDir = VAR,
) -> None:
    """Put a saved data folder back, into a folder that is empty or new.

    Where messages waited when the backup was made, sending stays stopped until you say so: they may have left since.
    """
    from bot.requests.ledger import Ledger
    from vectorstore.backup import restore as put_back
    from vectorstore.errors import BackupError

    try:
        made = put_back(archive, data_dir)
    except BackupError as error:
        fail(str(error), status=1)
    typer.echo(f"{data_dir}: {len(made.files)} files, as of {made.made:%Y-%m-%d %H:%M} UTC")
    if not (data_dir / "requests.sqlite").exists():
        return
    ledger = Ledger.open(request_settings(data_dir))
    waiting = len(ledger.outbox.rows(["waiting", "sending"], limit=1000))
    if waiting:
        ledger.outbox.stop(f"restored from the backup of {made.made:%Y-%m-%d %H:%M} UTC")
        typer.echo(
            f"Sending is stopped: {waiting} messages waited when this backup was made, and may have left since. Look at them "
            "with `policydesk requests`, then go on with `policydesk requests resume`."
        )
