"""Mail by an SMTP server: one mail, one envelope recipient, and the stage at which it was lost."""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
from collections.abc import Callable
from typing import TypeVar

from bot.requests.couriers.courier import Acceptance
from bot.requests.couriers.mail import Mail, MailCourier, plain_reply
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.fields import check_mailbox
from bot.requests.settings import SmtpSettings

T = TypeVar("T")
MAILS = 50
"""Mails on one connection; many servers take no more than a hundred."""
GOODBYE_SECONDS = 2.0
_DOT = re.compile(rb"^\.", re.MULTILINE)


class SmtpCourier(MailCourier):
    """Posts mails one after the other on one connection, as long as all goes well: after any trouble the next opens its own."""

    name = "smtp"

    def __init__(self, settings: SmtpSettings) -> None:
        self.settings = settings
        self._lock = threading.Lock()
        self._kept: tuple[smtplib.SMTP, int] | None = None

    def post(self, mail: Mail) -> Acceptance:
        """Hand over one mail. A reply of the server before the final dot means that nothing was taken over."""
        sender, recipient = check_mailbox("sender", mail.sender), check_mailbox("recipient", mail.recipient)
        server, mails = self._begin(sender)
        try:
            self._expect(*self._before(lambda: server.rcpt(recipient)), accepted=(250, 251))
            self._expect(*self._before(lambda: server.docmd("DATA")), accepted=(354,))
            try:
                server.send(_DOT.sub(b"..", mail.content.rstrip(b"\r\n")) + b"\r\n.\r\n")
                code, reply = server.getreply()
            except (smtplib.SMTPException, OSError) as error:
                raise DoubtfulDeliveryError(f"connection lost after the message ({type(error).__name__})") from error
            self._expect(code, reply, accepted=(250,))
        except BaseException:
            server.close()
            raise
        self._keep(server, mails + 1)
        return Acceptance(plain_reply(f"{code} {reply.decode('utf-8', 'replace')}"))

    def rest(self) -> None:
        """Take leave of the server."""
        kept = self._take()
        if kept is not None:
            self._leave(kept[0])

    def _begin(self, sender: str) -> tuple[smtplib.SMTP, int]:
        """Return a connection on which the server knows the sender, and the mails that went over it before."""
        kept = self._take()
        if kept is not None:
            # A server may have closed a kept connection, or want no more mails on it: that is no refusal of this mail.
            try:
                if kept[0].mail(sender)[0] == 250:
                    return kept
            except (smtplib.SMTPException, OSError):
                pass
            kept[0].close()
        server = self._before(self._connect)
        try:
            self._expect(*self._before(lambda: server.mail(sender)), accepted=(250,))
        except BaseException:
            server.close()
            raise
        return server, 0

    def _take(self) -> tuple[smtplib.SMTP, int] | None:
        with self._lock:
            kept, self._kept = self._kept, None
        return kept

    def _keep(self, server: smtplib.SMTP, mails: int) -> None:
        with self._lock:
            if self._kept is None and mails < MAILS:
                self._kept = (server, mails)
                return
        self._leave(server)

    def _connect(self) -> smtplib.SMTP:
        chosen = self.settings
        seconds = chosen.timeout_seconds
        context = ssl.create_default_context(cafile=chosen.ca_file) if chosen.security != "none" else None
        server: smtplib.SMTP
        if chosen.security == "tls":
            server = smtplib.SMTP_SSL(chosen.host, chosen.port, timeout=seconds, context=context)
        else:
            server = smtplib.SMTP(chosen.host, chosen.port, timeout=seconds)
        try:
            if chosen.security == "starttls":
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()
            if chosen.user is not None:
                server.login(chosen.user, chosen.password or "")
        except BaseException:
            server.close()
            raise
        return server

    def _before(self, act: Callable[[], T]) -> T:
        """Do something before the message was given: whatever is lost there was not taken over."""
        try:
            return act()
        except smtplib.SMTPResponseException as error:
            reply = error.smtp_error.decode("utf-8", "replace") if isinstance(error.smtp_error, bytes) else ""
            # A login that is refused is the operator's to mend, not the message's end: it is tried again.
            raise TemporaryRefusalError(plain_reply(f"{error.smtp_code} {reply}")) from error
        except (smtplib.SMTPException, OSError) as error:
            raise TemporaryRefusalError(f"no connection to the mail server ({type(error).__name__})") from error

    def _expect(self, code: int, reply: bytes, accepted: tuple[int, ...]) -> None:
        if code in accepted:
            return
        said = plain_reply(f"{code} {reply.decode('utf-8', 'replace')}")
        raise PermanentRefusalError(said) if 500 <= code < 600 else TemporaryRefusalError(said)

    def _leave(self, server: smtplib.SMTP) -> None:
        try:
            if server.sock is not None:
                server.sock.settimeout(GOODBYE_SECONDS)
            server.quit()
        except (smtplib.SMTPException, OSError):
            server.close()
