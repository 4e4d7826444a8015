"""The sender: takes one row of the outbox at a time to its courier. Two threads, however many requests wait."""

from __future__ import annotations

import logging
import os
import secrets
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait

from bot.requests.couriers.courier import Acceptance, Courier
from bot.requests.couriers.mail import Mail, MailCourier, mail_of
from bot.requests.couriers.maildir import MaildirCourier
from bot.requests.ledger.ledger import Ledger
from bot.requests.ledger.outbox import Claimed
from bot.requests.ledger.putting import CODE
from vectorstore.errors import StoreUnavailableError

logger = logging.getLogger(__name__)


class Sender:
    """Delivers what is due. Several may run, in one process or many: each lane (mail server, endpoint) has one at a time."""

    def __init__(self, ledger: Ledger, couriers: Iterable[Courier]) -> None:
        self._ledger = ledger
        self._couriers = {courier.name: courier for courier in couriers}
        self.owner = f"{os.getpid()}-{secrets.token_hex(8)}"

    def run_forever(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set. A database that is out of reach is waited for."""
        with ThreadPoolExecutor(1, thread_name_prefix="courier") as hands:
            while not stop.is_set():
                try:
                    # An idle sender only reads.
                    if self._ledger.outbox.due(self._couriers):
                        self._work(hands, stop)
                except StoreUnavailableError as error:
                    logger.warning("the sender waits for the database: %s", error)
                stop.wait(self._ledger.settings.poll_seconds)

    def run_due(self) -> int:
        """Deliver what is due now and return how many attempts that took."""
        with ThreadPoolExecutor(1, thread_name_prefix="courier") as hands:
            return self._work(hands, threading.Event())

    def _work(self, hands: ThreadPoolExecutor, stop: threading.Event) -> int:
        outbox, attempts = self._ledger.outbox, 0
        if self._ledger.settings.dry_run:
            while outbox.rehearse(self._couriers, self._write):
                attempts += 1
            return attempts
        claimed = outbox.claim(self.owner, self._couriers)
        try:
            while claimed is not None:
                attempts += 1
                result = self._carry(hands, claimed)
                if stop.is_set():
                    outbox.finish(claimed, result)
                    break
                claimed = outbox.exchange(claimed, result, self._couriers)
        finally:
            for courier in self._couriers.values():
                courier.rest()
        return attempts

    def _carry(self, hands: ThreadPoolExecutor, claimed: Claimed) -> Acceptance | BaseException:
        """Let the courier work while this thread says that it is alive. Whatever the courier raises is returned."""
        carried: Future[Acceptance] = hands.submit(self._deliver, claimed)
        while not wait([carried], timeout=self._ledger.settings.lease_seconds / 3).done:
            try:
                self._ledger.outbox.renew(claimed)
            except StoreUnavailableError as error:
                logger.warning("the sender could not renew its claim: %s", error)
        return carried.exception() or carried.result()

    def _deliver(self, claimed: Claimed) -> Acceptance:
        courier = self._couriers[claimed.route]
        if claimed.kind == CODE:
            if not isinstance(courier, MailCourier):
                raise ValueError(f"the courier {courier.name} takes no mail")
            return courier.post(self._ledger.codes.mail(claimed.request, claimed.code_id or ""))
        return courier.deliver(claimed.request, claimed.attempt)

    def _write(self, claimed: Claimed) -> None:
        """Write what would be sent into the folder of rehearsals."""
        record, folder = claimed.request, MaildirCourier(self._ledger.settings.rehearsed)
        if claimed.kind == CODE:
            folder.post(self._ledger.codes.mail(record, claimed.code_id or ""))
        elif isinstance(self._couriers[claimed.route], MailCourier):
            folder.post(mail_of(record))
        elif record.message is not None:
            content = f"Subject: {claimed.route} {record.id}\n\n{record.message.body}".encode()
            folder.post(Mail(record.message_id, "", claimed.route, content))
