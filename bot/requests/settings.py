"""What the request desk can be told: delivery, caps, retention. Entry points make it or read it from requests.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

SECURITY = ("starttls", "tls", "none")
"""How the connection to the mail server is protected; "none" is for a server on this machine."""


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The operator's mail server. `user` None means no login. `ca_file` is a PEM file of its authority, None for the
    system's. `timeout_seconds` bounds every single wait for the server."""

    host: str
    port: int = 587
    security: str = "starttls"
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.security not in SECURITY:
            raise ValueError(f"unknown security {self.security!r}: known are {', '.join(SECURITY)}")


@dataclass(frozen=True, slots=True)
class RequestSettings:
    """Where requests are kept and what the desk may do with them.

    `database_url` None means `requests.sqlite` in `data_dir`. With `delivery` off (the default) every request is handed
    over to the person and nothing is ever sent. On, mail goes out by `smtp`, or into the folder `outgoing` of `data_dir`
    where that is None. `desk_mailbox` is the sender of every mail; its domain names Message-IDs and takes bounces.
    `public_url` is where people reach the desk, for the link "this was not me"; without it the mail has no link.
    With `dry_run` nothing is sent either: what would be goes into the folder `dry-run`, and its request stays queued.
    `endpoints` are the raw mappings of DRP, OpenDSR and webhook endpoints by policy id, for the couriers that read them.
    """

    data_dir: Path = Path("var")
    database_url: str | None = field(default=None, repr=False)
    lock_seconds: float = 30.0
    delivery: bool = False
    dry_run: bool = False
    desk_mailbox: str | None = None
    public_url: str | None = None
    smtp: SmtpSettings | None = None
    endpoints: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    # Sending.
    company_per_hour: int = 60  # messages to one company
    total_per_hour: int = 1_000  # mails and messages to anyone
    retry_seconds: tuple[float, ...] = (60, 300, 900, 1_800, 3_600)  # the last one again and again
    give_up_seconds: float = 5 * 86_400
    lease_seconds: float = 15.0  # a sender that shows no sign of life for so long is taken for dead
    poll_seconds: float = 1.0
    # Codes.
    code_seconds: float = 900
    code_tries: int = 5
    proof_seconds: float = 86_400
    codes_per_mailbox: int = 5  # in 24 hours
    codes_per_block: int = 30  # in one hour, of one /24 or /48
    codes_per_hour: int = 300  # of all together
    codes_per_request: int = 10
    # Retention, calendar days without a change.
    draft_days: int = 7
    finished_days: int = 180
    open_days: int = 730

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the requests' database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'requests.sqlite').resolve()}"

    @property
    def mail_domain(self) -> str:
        """Domain of the desk's mailbox; one that can receive nothing where there is no mailbox."""
        return self.desk_mailbox.rpartition("@")[2] if self.desk_mailbox else "policydesk.invalid"

    @property
    def mail_route(self) -> str:
        """Name of the courier that takes mail."""
        return "smtp" if self.smtp else "maildir"

    @property
    def outgoing(self) -> Path:
        """Maildir of the embedded courier."""
        return self.data_dir / "outgoing"

    @property
    def rehearsed(self) -> Path:
        """Maildir of what a dry run would have sent."""
        return self.data_dir / "dry-run"

    @property
    def incoming(self) -> Path:
        """Maildir of the answers and bounces that came in."""
        return self.data_dir / "incoming"
