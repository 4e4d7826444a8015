"""Which couriers of mail the settings ask for."""

from __future__ import annotations

from bot.requests.couriers.mail import MailCourier
from bot.requests.couriers.maildir import MaildirCourier
from bot.requests.couriers.smtp import SmtpCourier
from bot.requests.settings import RequestSettings


def mail_couriers(settings: RequestSettings) -> list[MailCourier]:
    """Return the courier of mail that is switched on; none where the desk only hands over."""
    if not settings.delivery:
        return []
    return [SmtpCourier(settings.smtp) if settings.smtp is not None else MaildirCourier(settings.outgoing)]
