"""A stored message as the bytes of an e-mail: the same bytes every time. Sends nothing."""

from __future__ import annotations

import datetime as dt
from email import message_from_bytes
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from bot.requests.fields import check_mailbox, check_message
from bot.requests.records import RequestRecord


def as_email(request: RequestRecord) -> bytes:
    """Return the request's message as RFC 5322, lines ended by CRLF. Date and Message-ID are those stored with it.

    Raises ValueError where the request holds no e-mail with a sender, FieldError where an address is no plain mailbox.
    """
    message = request.message
    if message is None or message.form != "email" or message.sender is None:
        raise ValueError(f"the request {request.id} holds no e-mail")
    check_message(message)
    return build(
        sender=message.sender,
        recipient=message.recipient,
        reply_to=message.reply_to,
        subject=message.subject,
        body=message.body,
        date=request.queued or request.created,
        message_id=request.message_id,
    )


def build(
    *,
    sender: str,
    recipient: str,
    reply_to: str | None,
    subject: str,
    body: str,
    date: dt.datetime,
    message_id: str,
    automatic: bool = False,
) -> bytes:
    """Return an e-mail to one mailbox. `automatic` marks mail of a machine, so that no machine answers it (RFC 3834)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address("sender", sender)
    mail["To"] = _address("recipient", recipient)
    if reply_to is not None:
        mail["Reply-To"] = _address("reply_to", reply_to)
    if subject.isascii():
        mail["Subject"] = subject
    else:
        # EmailMessage's own folding can lose a space between encoded words; the older Header encodes all of it.
        mail.set_raw("Subject", Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n"))
    mail["Date"] = date
    mail["Message-ID"] = message_id
    if automatic:
        mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body, subtype="plain", charset="utf-8", cte="quoted-printable")
    content = mail.as_bytes()
    if message_from_bytes(content).keys() != mail.keys():
        raise ValueError(f"the mail {message_id} does not hold the headers that were set")
    return content


def _address(field: str, mailbox: str) -> Address:
    return Address(addr_spec=check_mailbox(field, mailbox))
