"""The desk's stock in numbers, read at every scrape: policies, the index, requests and the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from bot.front.measures import Reading
from bot.requests.ledger.totals import outbox_totals, request_totals
from vectorstore.errors import StoreError

if TYPE_CHECKING:
    from bot.bot import PolicyBot
    from bot.requests.desk import RequestDesk

logger = logging.getLogger(__name__)


def desk_gauges(bot: PolicyBot, desk: RequestDesk | None) -> Callable[[], Iterator[Reading]]:
    """Return the reader of the gauges. What cannot be read now is left out, and policydesk_readable says so."""

    def read() -> Iterator[Reading]:
        try:
            library, index = len(bot.library.policies()), bot.library.index_needs_repair
            states = [] if desk is None else outbox_totals(desk.ledger)
            requests = {} if desk is None else request_totals(desk.ledger)
        except StoreError as error:
            logger.warning("gauges cannot be read: %s", type(error).__name__)
            yield "policydesk_readable", "1 where the database can be read.", (), [((), 0)]
            return
        yield "policydesk_readable", "1 where the database can be read.", (), [((), 1)]
        yield "policydesk_policies", "Policies in the library.", (), [((), library)]
        yield "policydesk_index_scans", "1 where searches scan because the index needs repair.", (), [((), int(index))]
        named = ("state",)
        yield "policydesk_requests", "Requests by state.", named, [((state,), n) for state, n in requests.items()]
        yield "policydesk_outbox_rows", "Messages by state.", named, [((one.state,), one.rows) for one in states]
        ages = [((one.state,), one.oldest) for one in states]
        yield "policydesk_outbox_oldest_seconds", "Age of the oldest message of a state.", named, ages

    return read
