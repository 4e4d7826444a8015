"""Both protocols and the webhook against real counterpart servers."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
import random
import socket

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient

from bot.requests.couriers.drp import DrpCourier
from bot.requests.couriers.opendsr import OpenDsrCourier
from bot.requests.couriers.webhook import WebhookCourier
from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols import drp, opendsr
from bot.requests.protocols.callbacks import (
    Awaited,
    CallbackError,
    Processor,
    callbacks_router,
    receive_drp,
    receive_opendsr,
)
from bot.requests.protocols.endpoints import EndpointError, read_endpoint
from bot.requests.protocols.status import StatusUpdate
from bot.requests.protocols.webhook import is_genuine
from bot.requests.records import Message, Person, PinnedChannel, RequestRecord
from tests.bot.requests.protocols.counterparts import DOMAIN, NOW, SEED, Papers, Provider, serving

PERSON = Person("Ada Example", "ada@example.org")


def request_by(form: str, address: str, body: str) -> RequestRecord:
    channel = PinnedChannel(form, address, None, None)
    return RequestRecord(
        "R1", None, "acorn", "v1", "Acorn", "delete", "CCPA", "CCPA deletion", channel, form, PERSON,
        Message(form, address, "Deletion", body), (), "sending", "<r1@desk.example>", NOW, NOW,
    )  # fmt: skip


def drp_parts(address: str, tmp_path):
    key = tmp_path / "key"
    key.write_text(base64.b64encode(SEED).decode())
    key.chmod(0o600)
    endpoint = read_endpoint(
        {"kind": "drp", "api_base": address, "agent_id": "DESK", "business_id": "ACORN", "key_file": key, "timeout": 2}
    )
    return DrpCourier(endpoint, None, lambda: NOW), request_by(
        "drp", address, drp.write_content("delete", "CCPA", PERSON, endpoint)
    )


def test_drp_pairs_hands_over_polls_and_revokes(tmp_path):
    provider = Provider()
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        taken = courier.deliver(request, 1)
        assert (taken.reply, taken.reference) == ("HTTP 200 open", "p-R1")
        assert courier.deliver(request, 2).reference == "p-R1"
        assert len(provider.requests) == 1
        sent = provider.requests["p-R1"]
        assert sent["exercise"] == "deletion"
        assert sent["email_verified"] is False
        assert "name" not in sent
        courier.deliver(dataclasses.replace(request, verified=NOW), 3)
        assert provider.requests["p-R1"]["email_verified"] is True
        assert courier.check_token()
        assert courier.poll("p-R1").status == "open"
        assert courier.revoke("p-R1", "changed my mind").status == "revoked"
        assert not courier.can_carry("correct")


@pytest.mark.parametrize("shift", [dt.timedelta(minutes=-1), dt.timedelta(minutes=11)])
def test_drp_early_and_expired_messages_are_refused(tmp_path, shift):
    provider = Provider()
    provider.now = NOW + shift
    with serving(provider.app()) as address, pytest.raises(PermanentRefusalError):
        courier, request = drp_parts(address, tmp_path)
        courier.deliver(request, 1)
    assert provider.refused == ["early" if shift < dt.timedelta() else "expired"]


def test_drp_tampered_messages_are_all_refused(tmp_path):
    provider, seed = Provider(), random.Random(1)
    courier, request = drp_parts("http://127.0.0.1:9", tmp_path)
    body = drp.sign(drp.envelope(courier._endpoint, NOW), courier._key)
    raw = base64.b64decode(body)
    assert isinstance(provider.opened(body), dict)
    for place in range(len(raw)):
        wrong = bytearray(raw)
        wrong[place] ^= seed.randrange(1, 256)
        assert provider.opened(base64.b64encode(bytes(wrong))) == "signature"
    for field, found in (("agent-id", "agent"), ("business-id", "business")):
        assert provider.opened(drp.sign({**json.loads(raw[64:]), field: "X"}, courier._key)) == found


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        *((status, "", TemporaryRefusalError) for status in (408, 425, 429, 500, 503)),
        *((status, "", PermanentRefusalError) for status in (302, 400, 404, 410)),
        (500, '{"fatal":true}', PermanentRefusalError),
        (200, "not json", DoubtfulDeliveryError),
    ],
)
def test_failures_are_told_exactly(tmp_path, status, body, error):
    provider = Provider()
    provider.forced = (status, body)
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        with pytest.raises(error):
            courier.deliver(request, 2)


def test_no_connection_is_temporary_and_silence_is_doubt():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        endpoint = read_endpoint({"kind": "webhook", "url": address, "secret": "s" * 32, "timeout": 0.3})
        with pytest.raises(TemporaryRefusalError):
            WebhookCourier(endpoint).deliver(request_by("webhook", address, "x"), 1)
        silent.listen()
        with pytest.raises(DoubtfulDeliveryError):
            WebhookCourier(endpoint).deliver(request_by("webhook", address, "x"), 1)


def test_a_webhook_is_genuine_only_as_it_was_signed():
    app, got = FastAPI(), []

    @app.post("/")
    async def take(request: Request) -> Response:
        got.append((dict(request.headers), await request.body()))
        return Response(status_code=202)

    with serving(app) as address:
        endpoint = read_endpoint({"kind": "webhook", "url": address, "secret": "s" * 32})
        WebhookCourier(endpoint, lambda: 1000).deliver(request_by("webhook", address, "Words"), 1)
    headers, body = got[0]
    stamp, signature = headers["x-policydesk-timestamp"], headers["x-policydesk-signature"]
    assert headers["idempotency-key"] == "R1"
    assert "s" * 32 not in repr(endpoint)
    assert is_genuine("s" * 32, stamp, signature, body, 1300)
    assert not is_genuine("s" * 32, stamp, signature, body, 1301)
    assert not is_genuine("s" * 32, stamp, signature, body + b" ", 1000)


def test_a_forged_drp_callback_changes_nothing(tmp_path):
    provider = Provider()
    with serving(provider.app()) as address:
        courier, request = drp_parts(address, tmp_path)
        courier.deliver(request, 1)
        find = {"t": Awaited("R1", "p-R1", courier.poll)}.get
        forged = b'{"request_id":"p-R1","status":"fulfilled"}'
        for token, body in (("t", forged), ("x", forged), ("t", b"{}"), ("t", forged.replace(b"p-R1", b"p-R2"))):
            with pytest.raises(CallbackError):
                receive_drp(token, body, find)
        provider.states["p-R1"] = "fulfilled"
        assert receive_drp("t", forged, find) == StatusUpdate("R1", "fulfil")


def test_opendsr_from_discovery_to_1000_tampered_callbacks(tmp_path):
    papers, app, taken = Papers(), FastAPI(), []
    place: list[str] = []
    number = opendsr.subject_request_id("R1")

    @app.get("/v2/discovery")
    def discovery() -> dict:
        types = ["access", "erasure"]
        certificate = place[0] + "/own.pem"
        return {"api_version": "2.0", "supported_subject_request_types": types, "processor_certificate": certificate}

    @app.get("/own.pem")
    def own() -> Response:
        return Response(papers.own)

    @app.post("/v2/requests", status_code=201)
    async def take(request: Request) -> dict:
        taken.append(await request.json())
        return {"subject_request_id": taken[-1]["subject_request_id"], "encoded_request": "c2VjcmV0"}

    @app.delete("/v2/requests/{subject}", status_code=202)
    def cancel(subject: str) -> dict:
        return {"subject_request_id": subject}

    with serving(app) as address:
        place.append(address)
        (tmp_path / "ca.pem").write_bytes(papers.authority)
        ours = "https://desk.example/api/v1/callbacks/opendsr"
        endpoint = read_endpoint(
            {"kind": "opendsr", "api_base": address, "processor_domain": DOMAIN, "ca_file": tmp_path / "ca.pem",
             "callback_url": ours}
        )  # fmt: skip
        courier = OpenDsrCourier(endpoint, lambda: NOW)
        accepted = courier.deliver(
            request_by("opendsr", address, opendsr.write_content("delete", "CCPA", PERSON.email)), 1
        )
        assert accepted.reference == number == taken[0]["subject_request_id"]
        assert "c2VjcmV0" not in repr(accepted)
        assert taken[0]["subject_request_type"] == "erasure"
        courier.revoke(number)
        certificate = courier.certificate()
    for authority, domain, now in (
        (Papers().authority, DOMAIN, NOW),
        (papers.authority, "other.example", NOW),
        (papers.authority, DOMAIN, NOW + dt.timedelta(days=11)),
    ):
        with pytest.raises(ValueError, match="not proved"):
            opendsr.proved_certificate(papers.own, authority, domain, now)

    find, know = {DOMAIN: Processor(ours, lambda: certificate)}.get, {(DOMAIN, number): "R1"}
    body = json.dumps(
        {"subject_request_id": number, "request_status": "completed", "status_callback_url": ours}
    ).encode()
    headers = {"x-opendsr-processor-domain": DOMAIN, "x-opendsr-signature": papers.sign(body)}

    def receive(headers, body):
        return receive_opendsr(headers, body, find, lambda domain, subject: know.get((domain, subject)))

    assert receive(headers, body) == receive(headers, body) == StatusUpdate("R1", "fulfil")
    seed, believed = random.Random(2), 0
    for turn in range(1000):
        wrong, altered = dict(headers), bytearray(body)
        if turn % 3 == 0:
            altered[turn % len(body)] ^= seed.randrange(1, 256)
        else:
            name = "x-opendsr-signature" if turn % 3 == 1 else "x-opendsr-processor-domain"
            at = seed.randrange(len(wrong[name]))
            wrong[name] = (
                wrong[name][:at] + ("!" if turn % 2 else "a" if wrong[name][at] != "a" else "b") + wrong[name][at + 1 :]
            )
        try:
            receive(wrong, bytes(altered))
            believed += 1
        except CallbackError:
            pass
    assert believed == 0
    elsewhere = body.replace(b"desk.example", b"evil.example")
    with pytest.raises(CallbackError, match="not our address"):
        receive({**headers, "x-opendsr-signature": papers.sign(elsewhere)}, elsewhere)


def test_settings_name_the_faulty_field_and_hide_the_secret():
    with pytest.raises(EndpointError) as told:
        read_endpoint({"kind": "webhook", "url": "http://desk.example", "secret": "short-secret", "more": 1})
    assert {field.split(".")[-1] for field in told.value.fields} == {"url", "secret", "more"}
    assert "short-secret" not in str(told.value)


def test_a_key_others_may_read_is_refused(tmp_path):
    (tmp_path / "key").write_text("AAAA")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(EndpointError, match="0600"):
        drp.read_key(tmp_path / "key")


def test_the_routes_cap_bodies_and_hand_over_only_what_is_confirmed():
    told = drp.DrpStatus(request_id="p-R1", status="denied", reason="no_match")
    recorded: list[StatusUpdate] = []
    app = FastAPI()
    awaited = {"t": Awaited("R1", "p-R1", lambda reference: told)}
    app.include_router(callbacks_router(awaited.get, {}.get, lambda domain, subject: None, recorded.append))
    client = TestClient(app)
    assert client.post("/api/v1/callbacks/drp/t", content=b"x" * 65537).status_code == 413
    assert client.post("/api/v1/callbacks/opendsr", content=b"{}").status_code == 401
    assert client.post("/api/v1/callbacks/drp/t", json={"request_id": "p-R1", "status": "fulfilled"}).status_code == 403
    assert recorded == []
    assert client.post("/api/v1/callbacks/drp/t", json={"request_id": "p-R1", "status": "denied"}).status_code == 200
    assert recorded == [StatusUpdate("R1", "deny", "no_match")]
