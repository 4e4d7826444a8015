"""Status callbacks over real HTTP: only what a provider confirms or a processor signed changes a request, and only once."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import json
import random
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI
from nacl.signing import SigningKey

from bot.requests.couriers.drp import DrpCourier
from bot.requests.couriers.opendsr import OpenDsrCourier
from bot.requests.errors import TemporaryRefusalError
from bot.requests.protocols import callbacks, drp, opendsr
from bot.requests.protocols.brake import Brake
from bot.requests.protocols.endpoints import read_endpoint
from bot.requests.protocols.status import is_news
from bot.requests.protocols.tokens import CallbackTokens
from bot.requests.states import after
from tests.bot.requests.protocols.counterparts import (
    DOMAIN,
    NOW,
    PERSON,
    SEED,
    Papers,
    Processor,
    Provider,
    request_by,
    serving,
    ticking,
)
from vectorstore.errors import StoreUnavailableError

NUMBER = opendsr.subject_request_id("R1")
TOKENS = CallbackTokens(lambda number: base64.b16encode((number * 16).encode()).decode().lower())
TOKEN = TOKENS.token("R1")


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Desk:
    """A desk with one sent request R1, which records as it should: `steps` are the events written."""

    def __init__(self) -> None:
        self.state = "sent"
        self.steps: list[tuple[str, str | None]] = []
        self.awaited: dict[str, callbacks.Awaited] = {}
        self.processors: dict[str, callbacks.Processor] = {}
        self.clock = Clock()
        self.fault: Exception | None = None
        self.careful = True

    def record(self, update) -> None:
        if self.fault is not None:
            raise self.fault
        assert update.request_id == "R1"
        if self.careful and not is_news(self.state, update.action):
            return
        self.state = after(self.state, update.action)
        self.steps.append((update.action, update.reason))

    def app(self) -> FastAPI:
        app = FastAPI()
        app.include_router(
            callbacks.callbacks_router(
                lambda token: self.awaited.get(TOKENS.request_id(token) or ""),
                self.processors.get,
                lambda domain, subject: {(DOMAIN, NUMBER): "R1"}.get((domain, subject)),
                self.record,
                Brake(callbacks.POLL_PAUSE, self.clock),
            )
        )
        return app


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def at(desk):
    with serving(desk.app()) as address:
        yield address


@pytest.fixture
def client():
    with httpx.Client(timeout=20) as made:
        yield made


@pytest.fixture
def provider(desk, at, tmp_path):
    """A provider that was given the request by a courier that names this desk's address in it."""
    made = Provider(now=NOW + dt.timedelta(minutes=1))
    (tmp_path / "key").write_text(base64.b64encode(SEED).decode())
    (tmp_path / "key").chmod(0o600)
    with serving(made.app()) as address:
        named = {"api_base": address, "agent_id": "DESK", "business_id": "ACORN", "key_file": tmp_path / "key"}
        endpoint = read_endpoint({"kind": "drp", **named, "timeout": 2, "callback_base": at})
        courier = DrpCourier(endpoint, TOKENS.token, ticking())
        content = drp.write_content("delete", "CCPA", PERSON, endpoint)
        accepted = courier.deliver(request_by("drp", address, content), 1)
        desk.awaited["R1"] = callbacks.Awaited("R1", accepted.reference, courier.poll)
        yield made


def polls(provider: Provider) -> int:
    return provider.calls.count("GET /v1/data-rights-request/p-R1")


def test_a_provider_tells_the_address_that_stood_in_the_request(desk, provider, client):
    where = provider.requests["p-R1"]["status_callback"]
    assert urlsplit(where).path == f"/api/v1/callbacks/drp/{TOKEN}"
    for status, wanted in (
        ("open", []),
        ("in_progress", [("acknowledge", None)]),
        ("in_progress", [("acknowledge", None)]),
        ("fulfilled", [("acknowledge", None), ("fulfil", None)]),
        ("fulfilled", [("acknowledge", None), ("fulfil", None)]),
        # Told late, or a provider that takes its word back: the request is closed.
        ("in_progress", [("acknowledge", None), ("fulfil", None)]),
    ):
        provider.states["p-R1"] = status
        reply = client.post(where, json=provider.told("p-R1"))
        assert (reply.status_code, reply.content) == (200, b"")
        assert desk.steps == wanted
        desk.clock.seconds += 60
    assert desk.state == "fulfilled"


def test_1000_forged_drp_callbacks_change_nothing(desk, provider, at, client):
    seed = random.Random(3)
    provider.states["p-R1"] = "in_progress"
    statuses = ["open", "fulfilled", "denied", "revoked", "expired"]
    answers: list[int] = []
    for turn in range(1000):
        desk.clock.seconds += 61
        token, told = TOKEN, {"request_id": "p-R1", "status": seed.choice(statuses), "reason": "other"}
        kind = turn % 5
        if kind == 0:
            place = seed.randrange(len(TOKEN))
            token = TOKEN[:place] + seed.choice("xyz") + TOKEN[place + 1 :]
        elif kind == 1:
            told["request_id"] = f"p-R{seed.randrange(2, 999)}"
        elif kind == 2:
            told["agent_request_id"] = "R2"
        elif kind == 3:
            told["status"] = seed.choice(["", "FULFILLED", "fulfilled ", "done", "in_progress\x00"])
        body = json.dumps(told).encode()
        if turn % 10 == 4:
            body = base64.b64encode(SigningKey.generate().sign(body))
        answers.append(client.post(f"{at}/api/v1/callbacks/drp/{token}", content=body).status_code)
    assert len(answers) == 1000
    assert set(answers) == {400, 403, 404}
    assert (desk.state, desk.steps) == ("sent", [])
    # Only the well-formed ones that knew the token made the desk ask.
    assert polls(provider) == 100


def test_a_request_is_polled_once_a_minute_at_most(desk, provider, at, client):
    told = {"request_id": "p-R1", "status": "denied", "reason": "no_match"}
    where = f"{at}/api/v1/callbacks/drp/{TOKEN}"
    assert client.post(where, json=told).status_code == 403
    replies = [client.post(where, json=told) for _ in range(50)]
    assert {(reply.status_code, reply.headers["retry-after"]) for reply in replies} == {(429, "60")}
    assert polls(provider) == 1
    # What is no status of this request does not take the turn of one that is.
    desk.clock.seconds += 60
    assert client.post(where, json={**told, "request_id": "p-R2"}).status_code == 403
    provider.states["p-R1"] = "denied"
    assert client.post(where, json=told).status_code == 200
    desk.clock.seconds += 59.5
    assert client.post(where, json=told).headers["retry-after"] == "1"
    assert desk.state == "denied"
    assert polls(provider) == 2


def test_replays_change_nothing(desk, provider, at, client):
    provider.states["p-R1"] = "in_progress"
    told = json.dumps(provider.told("p-R1"))
    for _ in range(200):
        desk.clock.seconds += 61
        assert client.post(f"{at}/api/v1/callbacks/drp/{TOKEN}", content=told).status_code == 200
    assert desk.steps == [("acknowledge", None)]
    desk.careful = False
    provider.states["p-R1"] = "fulfilled"
    told = json.dumps(provider.told("p-R1"))
    for _ in range(3):
        desk.clock.seconds += 61
        # The state machine refuses the second one: that is no fault of the caller's.
        assert client.post(f"{at}/api/v1/callbacks/drp/{TOKEN}", content=told).status_code == 200
    assert desk.steps == [("acknowledge", None), ("fulfil", None)]


def test_a_provider_that_cannot_be_asked_confirms_nothing(desk, at, client):
    def poll(reference: str):
        raise TemporaryRefusalError("no connection to 203.0.113.9")

    desk.awaited["R1"] = callbacks.Awaited("R1", "p-R1", poll)
    reply = client.post(f"{at}/api/v1/callbacks/drp/{TOKEN}", json={"request_id": "p-R1", "status": "fulfilled"})
    assert (reply.status_code, reply.content, reply.headers["retry-after"]) == (503, b"", "60")
    assert desk.steps == []


@pytest.fixture(scope="module")
def papers() -> Papers:
    return Papers()


@pytest.fixture
def processor(desk, at, papers, tmp_path):
    """A processor the desk fetches the certificate of."""
    made = Processor(papers)
    (tmp_path / "ca.pem").write_bytes(papers.authority)
    with serving(made.app()) as address:
        made.address = address
        named = {"api_base": address, "processor_domain": DOMAIN, "ca_file": tmp_path / "ca.pem", "timeout": 2}
        ours = f"{at}/api/v1/callbacks/opendsr"
        courier = OpenDsrCourier(
            read_endpoint({"kind": "opendsr", **named, "callback_url": ours}), lambda: NOW, desk.clock
        )
        desk.processors[DOMAIN] = callbacks.Processor(ours, courier.certificate)
        yield made


def signed(papers: Papers, where: str, status: str, **others):
    """Return the body and headers of a good callback."""
    told = {"controller_id": "desk", "subject_request_id": NUMBER, "request_status": status, **others}
    body = json.dumps({"status_callback_url": where, **told}).encode()
    return body, {"X-OpenDSR-Processor-Domain": DOMAIN, "X-OpenDSR-Signature": papers.sign(body)}


def test_a_signed_callback_is_recorded_once(desk, processor, papers, at, client):
    where = f"{at}/api/v1/callbacks/opendsr"
    sent = []
    for status, wanted in (("pending", 0), ("in_progress", 1), ("completed", 2)):
        body, headers = signed(papers, where, status)
        sent.append((body, headers))
        for _ in range(3):
            reply = client.post(where, content=body, headers=headers)
            assert (reply.status_code, reply.content) == (202, b"")
        assert len(desk.steps) == wanted
    for body, headers in sent * 20:
        assert client.post(where, content=body, headers=headers).status_code == 202
    assert desk.steps == [("acknowledge", None), ("fulfil", None)]
    assert desk.state == "fulfilled"
    assert processor.calls == ["GET /v2/discovery", "GET /own.pem"]


@pytest.mark.parametrize("prefix", ["X-OpenGDPR-", "x-opencompliance-"])
def test_the_former_names_of_the_headers_are_honoured(desk, processor, papers, at, client, prefix):
    body, headers = signed(papers, f"{at}/api/v1/callbacks/opendsr", "completed")
    renamed = {prefix + name[len("X-OpenDSR-") :]: value for name, value in headers.items()}
    assert client.post(f"{at}/api/v1/callbacks/opendsr", content=body, headers=renamed).status_code == 202
    assert desk.state == "fulfilled"


def test_1000_tampered_callbacks_are_not_believed(desk, processor, papers, at, client):
    where = f"{at}/api/v1/callbacks/opendsr"
    body, good = signed(papers, where, "completed")
    seed, accepted, answers = random.Random(2), 0, set()
    for turn in range(1000):
        headers, altered = dict(good), bytearray(body)
        kind = turn % 5
        if kind < 2:
            altered[(turn // 5 * 2 + kind) % len(body)] ^= seed.randrange(1, 256)
        elif kind == 2:
            del altered[seed.randrange(len(body)) :]
        else:
            name = "X-OpenDSR-Signature" if kind == 3 else "X-OpenDSR-Processor-Domain"
            value, place = good[name], seed.randrange(len(good[name]))
            other = seed.choice([one for one in "abAB01+/=.-" if one != value[place]])
            headers[name] = value[:place] + other + value[place + 1 :]
        status = client.post(where, content=bytes(altered), headers=headers).status_code
        answers.add(status)
        accepted += status < 300
    assert accepted == 0
    assert answers == {400, 401}
    assert (desk.state, desk.steps) == ("sent", [])
    # The desk's clock stood still: however many came, the certificate was fetched once.
    assert processor.calls == ["GET /v2/discovery", "GET /own.pem"]
    assert client.post(where, content=body, headers=good).status_code == 202
    assert desk.state == "fulfilled"


def test_signed_callbacks_that_are_not_ours_are_refused(desk, processor, papers, at, client):
    where = f"{at}/api/v1/callbacks/opendsr"
    for there, status, others in (
        ("https://evil.example/api/v1/callbacks/opendsr", "completed", {}),
        (where + "/", "completed", {}),
        (where, "denied", {}),
        (where, "", {}),
        (where, "completed", {"subject_request_id": opendsr.subject_request_id("R2")}),
        (where, "completed", {"subject_request_id": NUMBER.upper()}),
        (where, "completed", {"subject_request_id": NUMBER + "\n"}),
    ):
        body, headers = signed(papers, there, status, **others)
        assert client.post(where, content=body, headers=headers).status_code == 400
    for raw in (b"", b"[]", b"[" * 60_000, b"\xff", b'{"request_status":"completed"}'):
        headers = {"X-OpenDSR-Processor-Domain": DOMAIN, "X-OpenDSR-Signature": papers.sign(raw)}
        assert client.post(where, content=raw, headers=headers).status_code == 400
    body, headers = signed(Papers(), where, "completed")
    assert client.post(where, content=body, headers=headers).status_code == 400
    assert client.post(where, content=body).status_code == 401
    headers["X-OpenDSR-Processor-Domain"] = "evil.example"
    assert client.post(where, content=body, headers=headers).status_code == 401
    assert desk.steps == []


def test_a_processor_may_change_its_key(desk, processor, papers, at, client):
    where = f"{at}/api/v1/callbacks/opendsr"
    body, headers = signed(papers, where, "in_progress")
    assert client.post(where, content=body, headers=headers).status_code == 202
    successor = Papers.__new__(Papers)
    successor.root, successor.key = papers.root, Papers().key
    successor.own = successor.certify()
    processor.papers = successor
    body, headers = signed(successor, where, "completed")
    assert client.post(where, content=body, headers=headers).status_code == 400
    desk.clock.seconds += 60
    assert client.post(where, content=body, headers=headers).status_code == 202
    assert desk.state == "fulfilled"
    assert processor.calls.count("GET /own.pem") == 2


def test_a_processor_without_a_proved_certificate_is_not_believed(desk, processor, papers, at, client):
    where = f"{at}/api/v1/callbacks/opendsr"
    processor.papers = Papers()
    body, headers = signed(processor.papers, where, "completed")
    assert client.post(where, content=body, headers=headers).status_code == 401
    reply = client.post(where, content=body, headers=headers)
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "60")
    assert processor.calls.count("GET /own.pem") == 1
    assert desk.steps == []


def test_bodies_over_the_cap_are_refused(desk, provider, at, client):
    told = {"request_id": "p-R1", "status": "open", "processing_details": "x"}
    longest = json.dumps({**told, "processing_details": "x" * (64 * 1024 - len(json.dumps(told)) + 1)})
    assert len(longest) == 64 * 1024
    where = f"{at}/api/v1/callbacks/drp/{TOKEN}"
    assert client.post(where, content=longest).status_code == 200
    assert client.post(where, content=longest + " ").status_code == 413
    assert client.post(f"{at}/api/v1/callbacks/opendsr", content=b"x" * 65_537).status_code == 413

    def endless():
        for _ in range(10_000):
            yield b"x" * 4096

    # It may be hung up on before it has ended.
    with contextlib.suppress(httpx.WriteError):
        assert client.post(f"{at}/api/v1/callbacks/opendsr", content=endless()).status_code == 413
    assert desk.steps == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [(StoreUnavailableError("sqlite:////secret/place is locked"), 503), (RuntimeError("/secret/place"), 500)],
)
def test_faults_are_not_shown(desk, provider, at, client, fault, status):
    desk.fault = fault
    provider.states["p-R1"] = "fulfilled"
    reply = client.post(f"{at}/api/v1/callbacks/drp/{TOKEN}", json=provider.told("p-R1"))
    assert reply.status_code == status
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text


@pytest.mark.parametrize("token", ["x", "R1", "R1.", "R1.%00", "..%2f..", "%ff", "é", "R1." + "0" * 32, "a" * 9000])
def test_odd_tokens_are_unknown(desk, provider, at, client, token):
    reply = client.post(f"{at}/api/v1/callbacks/drp/{token}", json={"request_id": "p-R1", "status": "open"})
    assert (reply.status_code, polls(provider)) == (404, 0)


def test_a_caller_that_hangs_up_is_let_go(at):
    place = urlsplit(at)
    with socket.create_connection((place.hostname, place.port)) as caller:
        caller.sendall(b"POST /api/v1/callbacks/opendsr HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx")
    assert httpx.get(f"{at}/none").status_code == 404


def test_a_token_names_its_request_and_cannot_be_made_by_others():
    assert TOKENS.request_id(TOKEN) == "R1"
    assert CallbackTokens(lambda number: "0" * 64).request_id(TOKEN) is None
    for place in range(len(TOKEN)):
        assert TOKENS.request_id(TOKEN[:place] + "z" + TOKEN[place + 1 :]) is None


def test_the_brake_forgets_what_is_over():
    clock = Clock()
    brake = Brake(60, clock)
    for name in range(10_000):
        assert brake.wait(str(name)) == 0
    assert brake.wait("5") == 60
    clock.seconds += 60
    assert brake.wait("new") == 0
    assert brake.wait("5") == 0
    assert len(brake._taken) == 2


def test_records_hide_what_could_ask():
    awaited = callbacks.Awaited("R1", "p-R1", lambda reference: None)
    assert "lambda" not in repr(awaited)
    assert dataclasses.asdict(awaited)["reference"] == "p-R1"
