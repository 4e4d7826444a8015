"""What every courier of mail does: post one mail to one mailbox. Owns the envelope, not the way."""

from __future__ import annotations

import re
from abc import abstractmethod
from dataclasses import dataclass, field

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.couriers.mime import as_email
from bot.requests.records import RequestRecord

REPLY_CHARACTERS = 300
_ADDRESS = re.compile(r"\S+@\S+")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in its envelope. `sender` is where it is returned to, "bounces+ID@DOMAIN"; `content` has CRLF lines."""

    message_id: str
    sender: str
    recipient: str = field(repr=False)
    content: bytes = field(repr=False)


class MailCourier(Courier):
    """A way out for e-mail."""

    @abstractmethod
    def post(self, mail: Mail) -> Acceptance:
        """Hand over one mail. Raises as `deliver` does."""

    def deliver(self, request: RequestRecord, attempt: int) -> Acceptance:
        """Post the request's e-mail. Raises ValueError where it holds none."""
        return self.post(mail_of(request))


def mail_of(request: RequestRecord) -> Mail:
    """Return the request's message in its envelope. Raises as `as_email` does."""
    content = as_email(request)
    if request.message is None or request.message.sender is None:
        raise ValueError(f"the request {request.id} holds no e-mail")
    domain = request.message.sender.rpartition("@")[2]
    number = request.message_id.strip("<>").partition("@")[0]
    return Mail(request.message_id, return_path(number, domain), request.message.recipient, content)


def return_path(number: str, domain: str) -> str:
    """Return the envelope sender that tells a bounce's message: `number` is its Message-ID before the @."""
    return f"bounces+{number}@{domain}"


def plain_reply(reply: str) -> str:
    """Return a server's reply on one line, shortened, without addresses: servers repeat what they were told."""
    printable = "".join(one if one.isprintable() else " " for one in reply)
    return _ADDRESS.sub("(address)", " ".join(printable.split()))[:REPLY_CHARACTERS]
