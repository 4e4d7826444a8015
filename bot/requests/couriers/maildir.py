"""Mail into a folder on this machine: the embedded way out, for an operator's own mailer or eyes."""

from __future__ import annotations

import mailbox
import os
from hashlib import sha256
from pathlib import Path

from bot.requests.couriers.courier import Acceptance
from bot.requests.couriers.mail import Mail, MailCourier
from bot.requests.errors import TemporaryRefusalError


class MaildirCourier(MailCourier):
    """Writes each mail once, whatever happens: its file is named by its Message-ID. The envelope stands in two headers."""

    name = "maildir"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def post(self, mail: Mail) -> Acceptance:
        """Write one mail, whole or not at all."""
        name = file_name(mail.message_id)
        envelope = f"Return-Path: <{mail.sender}>\r\nX-Envelope-To: {mail.recipient}\r\n".encode("ascii")
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            mailbox.Maildir(self.folder, create=True)
            if not any(one.name.startswith(name) for part in ("new", "cur") for one in (self.folder / part).iterdir()):
                draft = self.folder / "tmp" / name
                with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
                    out.write((envelope + mail.content).replace(b"\r\n", b"\n"))
                    out.flush()
                    os.fsync(out.fileno())
                draft.rename(self.folder / "new" / name)
        except OSError as error:
            raise TemporaryRefusalError(f"the folder of outgoing mail cannot be written ({error.strerror})") from error
        return Acceptance("written to the folder of outgoing mail")


def file_name(message_id: str) -> str:
    """Return the name of a mail's file, without the flags a mail program adds behind a colon."""
    return sha256(message_id.encode()).hexdigest()[:32]
