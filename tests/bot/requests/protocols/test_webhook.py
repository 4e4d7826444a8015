"""The signed webhook against a receiver that checks it."""

from __future__ import annotations

import json
import socket

import pytest
from fastapi import FastAPI, Request, Response

from bot.requests.couriers.webhook import WebhookCourier
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols.endpoints import read_endpoint
from bot.requests.protocols.webhook import is_genuine
from tests.bot.requests.protocols.counterparts import request_by, serving


def test_no_connection_is_temporary_and_silence_is_doubt():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        endpoint = read_endpoint({"kind": "webhook", "url": address, "secret": "s" * 32, "timeout": 0.3})
        request = request_by("webhook", address, "x")
        with pytest.raises(TemporaryRefusalError):
            WebhookCourier(endpoint).deliver(request, 1)
        silent.listen()
        with pytest.raises(DoubtfulDeliveryError):
            WebhookCourier(endpoint).deliver(request, 1)


def test_it_is_genuine_only_as_it_was_signed():
    app, got = FastAPI(), []

    @app.post("/")
    async def take(request: Request) -> Response:
        got.append((dict(request.headers), await request.body()))
        return Response(status_code=202)

    with serving(app) as address:
        endpoint = read_endpoint({"kind": "webhook", "url": address, "secret": "s" * 32})
        WebhookCourier(endpoint, lambda: 1000).deliver(request_by("webhook", address, "Words"), 1)
        with pytest.raises(PermanentRefusalError):
            WebhookCourier(endpoint).deliver(request_by("webhook", address, "half\ud800"), 1)
        with pytest.raises(PermanentRefusalError):
            WebhookCourier(endpoint).deliver(request_by("webhook", address + "/x", "Words"), 1)
    assert len(got) == 1
    headers, body = got[0]
    stamp, signature = headers["x-policydesk-timestamp"], headers["x-policydesk-signature"]
    assert headers["idempotency-key"] == "R1"
    told = json.loads(body)
    assert {name: told[name] for name in ("version", "id", "type", "policy", "subject", "body")} == {
        "version": 1, "id": "R1", "type": "delete", "policy": "acorn", "subject": "Deletion", "body": "Words",
    }  # fmt: skip
    assert "s" * 32 not in repr(endpoint)
    assert is_genuine("s" * 32, stamp, signature, body, 1300)
    assert is_genuine("s" * 32, stamp, signature, body, 700)
    assert not is_genuine("s" * 32, stamp, signature, body, 1301)
    assert not is_genuine("s" * 32, stamp, signature, body, 699)
    assert not is_genuine("s" * 32, "1001", signature, body, 1000)
    assert not is_genuine("s" * 32, stamp, signature, body + b" ", 1000)
    assert not is_genuine("t" * 32, stamp, signature, body, 1000)
    for place in range(len(body)):
        assert not is_genuine("s" * 32, stamp, signature, body[:place] + b"\x00" + body[place + 1 :], 1000)
