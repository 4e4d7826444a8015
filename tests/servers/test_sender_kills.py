"""kill -9 of the sender under a mail server that refuses, cuts the line and hangs: nothing lost, at most two copies."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from bot.requests.couriers.opening import mail_couriers
from bot.requests.ledger import Ledger, Sender
from bot.requests.settings import RequestSettings
from tests.bot.requests.desks import DESK, FIRM, confirmed, new_request, queued
from tests.servers.mail_server import Temper, serving
from tests.servers.sending import hasty_settings, send_until_killed

SOAK = os.environ.get("POLICYDESK_SOAK") == "1"
KILLS = 300 if SOAK else 6
BATCH = 5


@pytest.mark.parametrize("place", ["sqlite", "postgresql"])
def test_killed_senders_lose_nothing_and_send_at_most_two_copies(
    place: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = request.getfixturevalue("fresh_database") if place == "postgresql" else None
    temper = Temper(refuses=0.15, cuts=0.05, hangs=0.03, hang_seconds=0.9)
    with serving(temper) as port:
        settings = hasty_settings(tmp_path, port, url)
        ledger = Ledger.open(settings)
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.servers.sending"])
        dice = random.Random(20261128)
        acknowledged: list[str] = []
        silent: list[str] = []
        for number in range(KILLS):
            sender = context.Process(target=send_until_killed, args=(tmp_path, port, url))
            sender.start()
            for one in range(BATCH):
                new = new_request(email=f"p{number}-{one}@mailbox.example", session=f"s{number}-{one}", route="smtp")
                acknowledged.append(queued(ledger, new).id)
            silent.append(ledger.draft(new_request(route="smtp")).id)
            unproved = confirmed(ledger, new_request(route="smtp"))
            ledger.codes.send_code(unproved.id, unproved.session, None)
            silent.append(unproved.id)
            time.sleep(dice.uniform(0.05, 0.9))
            sender.kill()
            sender.join(60)
            assert sender.exitcode == -9
        drain(ledger, settings)
    states = Counter(ledger.get(one).state for one in acknowledged)
    copies = Counter(taken.message_id for taken in temper.taken if taken.recipients == (FIRM,))
    lost = [
        one
        for one in acknowledged
        if ledger.get(one).state not in {"sent", "uncertain"}
        or (ledger.get(one).state == "sent" and copies[ledger.get(one).message_id] == 0)
    ]
    assert lost == []
    assert set(copies) <= {ledger.get(one).message_id for one in acknowledged}
    assert all(ledger.get(one).verified is not None for one in acknowledged)
    assert {ledger.get(one).state for one in silent} == {"drafted", "confirmed"}
    assert max(copies.values()) <= 2
    codes = Counter(t.message_id for t in temper.taken if t.recipients != (FIRM,))
    assert max(codes.values()) <= 2
    for taken in temper.taken:
        assert len(taken.recipients) == 1
        if taken.recipients == (FIRM,):
            assert taken.mail["From"] == DESK
            assert taken.mail["To"] == FIRM
    assert [ledger.verify_chain(one) for one in (*acknowledged, *silent)] == [None] * len(acknowledged + silent)
    parked = {row.request_id for row in ledger.outbox.rows(["uncertain"], 10_000) if row.kind == "message"}
    assert parked == {one for one in acknowledged if ledger.get(one).state == "uncertain"}
    again = sum(1 for count in copies.values() if count == 2)
    report = f"{place}: {KILLS} kills, {len(acknowledged)} acknowledged, {dict(states)}, 0 lost, {again} arrived twice, {temper.told}"
    (tmp_path / "report.txt").write_text(report, encoding="utf-8")
    if SOAK:
        sys.__stdout__.write(report + "\n")  # type: ignore[union-attr]


def drain(ledger: Ledger, settings: RequestSettings) -> None:
    """Let one sender work in peace until nothing waits."""
    stop = threading.Event()
    thread = threading.Thread(target=Sender(ledger, mail_couriers(settings)).run_forever, args=(stop,))
    thread.start()
    deadline = time.monotonic() + 300
    while ledger.outbox.rows(["waiting", "sending"]) and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.set()
    thread.join(60)
    assert ledger.outbox.rows(["waiting", "sending"]) == []
