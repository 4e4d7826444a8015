"""`policydesk requests verify`: a receipt checked offline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.opening import fail, open_library, show_json
from commands.options import VAR, DataDir, Json

if TYPE_CHECKING:
    from bot.requests.receipt_check import StoredText


def verify(
    file: Annotated[Path, typer.Argument(help="The JSON receipt.", metavar="RECEIPT.json")],
    as_json: Json = False,
    data_dir: DataDir = VAR,
) -> None:
    """Check a receipt: exit status 0 if all of it holds, 1 if something does not, 2 if the file is no receipt.

    Quotes are read again in the library where it holds that policy version; no network is used.
    """
    from bot.requests.receipt_check import LARGEST_BYTES, ReceiptError, read_receipt, verify_receipt

    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_BYTES + 1)
        receipt = read_receipt(data)
        held = _stored_text(data_dir)
        known = held is not None and held(receipt.policy_id, receipt.version) is not None
        findings = verify_receipt(data, held)
    except OSError as error:
        fail(f"cannot read {file}: {error.strerror or error}")
    except ReceiptError as error:
        fail(error.message)
    if as_json:
        faults = [{"place": one.place, "message": one.message} for one in findings]
        show_json({"id": receipt.id, "holds": not findings, "policy_text_checked": known, "findings": faults})
    else:
        for one in findings:
            typer.echo(f"{one.place}: {one.message}")
        if not findings:
            typer.echo(f"The receipt {receipt.id} holds.")
        if not known:
            typer.echo("The library does not hold this policy version: the quotes were not compared with its text.")
    raise typer.Exit(1 if findings else 0)


def _stored_text(data_dir: Path) -> StoredText | None:
    """Return what reads stored texts, None where there is no library: checking a receipt never makes one."""
    import os

    if not data_dir.is_dir() and not os.environ.get("POLICYDESK_DATABASE_URL"):
        return None
    from vectorstore.errors import StoredFormError, UnknownPolicyError, UnknownVersionError

    library = open_library(data_dir)

    def text(policy_id: str, version: str) -> str | None:
        try:
            return library.get(policy_id, version).text
        except (StoredFormError, UnknownPolicyError, UnknownVersionError):
            return None

    return text
