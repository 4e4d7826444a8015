"""A sender in a process of its own, for tests that kill it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from bot.requests.couriers.opening import mail_couriers
from bot.requests.ledger import Ledger, Sender
from bot.requests.settings import RequestSettings, SmtpSettings
from tests.bot.requests.desks import DESK


def hasty_settings(folder: Path, port: int, database_url: str | None, **others: Any) -> RequestSettings:
    """Return settings under which everything that takes minutes takes parts of a second."""
    chosen: dict[str, Any] = {
        "delivery": True,
        "desk_mailbox": DESK,
        "smtp": SmtpSettings("127.0.0.1", port, security="none", timeout_seconds=0.6),
        "retry_seconds": (0.1, 0.2),
        "lease_seconds": 0.5,
        "poll_seconds": 0.02,
        "company_per_hour": 10**6,
        "total_per_hour": 10**6,
        "codes_per_block": 10**6,
        "codes_per_hour": 10**6,
    }
    return RequestSettings(folder / "data", database_url, **{**chosen, **others})


def send_until_killed(folder: Path, port: int, database_url: str | None) -> None:
    """Be a sender; the test kills the process."""
    settings = hasty_settings(folder, port, database_url)
    ledger = Ledger.open(settings)
    Sender(ledger, mail_couriers(settings)).run_forever(threading.Event())
