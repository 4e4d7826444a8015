"""A real mail server on a loopback port that keeps what it takes, and can refuse, cut the line or hang as it is told."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.servers.running import free_port


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail that the server took: its envelope and its bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"])


@dataclass
class Temper:
    """How often (0-1) the server refuses for now, cuts the line after it took a mail, hangs; what it says at RCPT.

    After `most` mails of one connection it takes no more on it; with `leaves` it closes each connection after one mail.
    """

    refuses: float = 0.0
    cuts: float = 0.0
    hangs: float = 0.0
    hang_seconds: float = 1.0
    at_recipient: str | None = None
    at_data: str | None = None
    most: int | None = None
    leaves: bool = False
    seed: int = 7
    taken: list[Taken] = field(default_factory=list)
    mails: dict[Any, int] = field(default_factory=dict)
    """Mails begun on each connection, by the other side's address and port."""
    told: dict[str, int] = field(default_factory=lambda: {"refused": 0, "cut": 0, "hung": 0})

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    async def handle_MAIL(  # noqa: N802  the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        begun = self.mails.get(session.peer, 0)
        if self.most is not None and begun >= self.most:
            return "421 4.7.0 too many mails on this connection"
        self.mails[session.peer] = begun + 1
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(  # noqa: N802  the library calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.at_recipient is not None:
            return self.at_recipient
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.at_data is not None:
            return self.at_data
        thrown = self.dice.random()
        if thrown < self.refuses:
            self.told["refused"] += 1
            return "451 4.3.0 try again later"
        if thrown < self.refuses + self.hangs:
            self.told["hung"] += 1
            await asyncio.sleep(self.hang_seconds)
            if self.dice.random() < 0.5:
                return "451 4.3.0 too slow"
        content = envelope.original_content or b""
        self.taken.append(Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if thrown > 1 - self.cuts and server.transport is not None:
            self.told["cut"] += 1
            server.transport.abort()
        if self.leaves and server.transport is not None:
            asyncio.get_running_loop().call_later(0.02, server.transport.abort)
        return "250 2.0.0 taken"


@contextmanager
def serving(temper: Temper) -> Iterator[int]:
    """Run the server and yield its port."""
    controller = Controller(temper, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
