"""Several senders side by side, many parked requests, and how fast verified requests get through."""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.requests.couriers.opening import mail_couriers
from bot.requests.ledger import Ledger, Sender
from tests.bot.requests.desks import FIRM, KeptCourier, hurried, new_request, queued, settings_in
from tests.servers.mail_server import Temper, serving
from tests.servers.sending import hasty_settings, send_until_killed

SOAK = os.environ.get("POLICYDESK_SOAK") == "1"
PARKED = 10_000


@contextmanager
def senders(ledger: Ledger, count: int, *couriers: KeptCourier) -> Iterator[None]:
    """Let senders work, each in a thread, until the test is over."""
    chosen, stop = couriers or mail_couriers(ledger.settings), threading.Event()
    threads = [threading.Thread(target=Sender(ledger, chosen).run_forever, args=(stop,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)


@pytest.mark.parametrize("place", ["sqlite", "postgresql"])
def test_senders_side_by_side_send_each_message_once(
    place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("fresh_database") if place == "postgresql" else None
    temper = Temper()
    with serving(temper) as port:
        # No lease runs out here, however slow the machine is: what is counted is two senders at one row.
        settings = hasty_settings(tmp_path, port, url, lease_seconds=60)
        ledgers = [Ledger.open(settings), Ledger.open(settings)]
        with senders(ledgers[0], 2), senders(ledgers[1], 2):
            ids = [
                queued(ledgers[n % 2], new_request(email=f"p{n}@mailbox.example", session=f"s{n}", route="smtp")).id
                for n in range(30)
            ]
            deadline = time.monotonic() + 60
            while ledgers[0].outbox.rows(["waiting", "sending"]) and time.monotonic() < deadline:
                time.sleep(0.05)
    assert {ledgers[0].get(one).state for one in ids} == {"sent"}
    assert set(Counter(taken.message_id for taken in temper.taken).values()) == {1}
    assert len(temper.taken) == 60
    assert [ledgers[1].verify_chain(one) for one in ids] == [None] * 30


def test_ten_thousand_parked_requests_cost_no_thread(tmp_path: Path) -> None:
    ledger, courier = hurried(Ledger.open(settings_in(tmp_path))), KeptCourier()
    record = queued(ledger, new_request())
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < :count) "
    with ledger.database.writing() as connection:
        for table, key, fresh in (
            ("requests", "id", "'parked' || x"),
            ("outbox", "key", "'parked' || x || '-message'"),
        ):
            names = [row.name for row in connection.execute(text(f"PRAGMA table_info({table})"))]
            others = {key: fresh, "request_id": "'parked' || x", "due": "'2999-01-01T00:00:00.000000+00:00'"}
            columns = ", ".join(f'"{name}"' for name in names)
            values = ", ".join(others.get(name, f'"{name}"') for name in names)
            where = f"WHERE {table}.{'id' if table == 'requests' else 'request_id'} = :id"
            where += " AND kind = 'message'" if table == "outbox" else ""
            copied = f"INSERT INTO {table} ({columns}) {numbers} SELECT {values} FROM {table}, n {where}"
            connection.execute(text(copied), {"count": PARKED, "id": record.id})
    before = threading.active_count()
    with senders(ledger, 1, courier):
        deadline = time.monotonic() + 30
        while ledger.get(record.id).state != "sent" and time.monotonic() < deadline:
            time.sleep(0.02)
        during = threading.active_count()
        fresh = queued(ledger, new_request(email="late@mailbox.example", session="late"))
        began = time.perf_counter()
        while ledger.get(fresh.id).state != "sent" and time.monotonic() < deadline:
            time.sleep(0.01)
        waited = time.perf_counter() - began
    with ledger.database.reading() as connection:
        count = connection.execute(text("SELECT count(*) FROM outbox WHERE state = 'waiting'")).scalar_one()
    assert count == PARKED
    assert ledger.get(fresh.id).state == "sent"
    assert during - before == 2
    assert waited < 5


def test_verified_requests_get_through_at_a_good_pace(tmp_path: Path) -> None:
    count = 300 if SOAK else 20
    temper = Temper()
    with serving(temper) as port:
        ledger = Ledger.open(hasty_settings(tmp_path, port, None))
        # As in service: people are served by one process, mail by another.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.servers.sending"])
        sender = context.Process(target=send_until_killed, args=(tmp_path, port, None))
        sender.start()
        try:
            queued(ledger, new_request(route="smtp"))
            wait_until_sent(ledger)
            began = time.perf_counter()
            for number in range(count):
                queued(ledger, new_request(email=f"p{number}@mailbox.example", session=f"s{number}", route="smtp"))
            wait_until_sent(ledger)
            seconds = time.perf_counter() - began
        finally:
            sender.kill()
            sender.join(30)
    assert len({taken.message_id for taken in temper.taken if taken.recipients == (FIRM,)}) == count + 1
    assert count / seconds > 1
    if SOAK:
        sys.__stdout__.write(f"{count / seconds:.1f} verified deliveries a second on SQLite\n")  # type: ignore[union-attr]


def wait_until_sent(ledger: Ledger) -> None:
    deadline = time.monotonic() + 120
    while ledger.outbox.due(["smtp"]) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ledger.outbox.rows(["waiting", "sending"]) == []
