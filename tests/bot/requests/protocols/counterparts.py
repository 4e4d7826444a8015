"""Counterpart servers on loopback: a DRP provider that checks in the order of s.3.07, and an OpenDSR processor."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from fastapi import FastAPI, Request, Response
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from bot.requests.records import Message, Person, PinnedChannel, RequestRecord

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
SEED, OTHER_SEED = bytes(range(32)), bytes(range(1, 33))
DOMAIN = "processor.example"
PERSON = Person("Ada Example", "ada@example.org")


def request_by(form: str, address: str, body: str, request_type: str = "delete", number: str = "R1") -> RequestRecord:
    """A request about to be sent by that courier."""
    channel = PinnedChannel(form, address, None, None)
    return RequestRecord(
        number, None, "acorn", "v1", "Acorn", request_type, "CCPA", "CCPA right", channel, form, PERSON,
        Message(form, address, "Deletion", body), (), "sending", "<r1@desk.example>", NOW, NOW,
    )  # fmt: skip


def ticking(start: dt.datetime = NOW) -> Callable[[], dt.datetime]:
    """A clock that goes on by a millisecond each time it is read."""
    steps = itertools.count()
    return lambda: start + dt.timedelta(milliseconds=next(steps))


class _Server:
    """A running server on a free port whose app can be exchanged: starting and stopping one takes longer than a test."""

    def __init__(self, certificate: str | None = None, key: str | None = None) -> None:
        self.app: Callable | None = None
        config = uvicorn.Config(
            self, port=0, log_level="critical", lifespan="off", ws="none", interface="asgi3", ssl_certfile=certificate,
            ssl_keyfile=key, ssl_version=ssl.PROTOCOL_TLS_SERVER,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        scheme = "http" if certificate is None else "https"
        self.address = f"{scheme}://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"

    async def __call__(self, scope, receive, send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


_idle: list[_Server] = []


@contextmanager
def serving(app: FastAPI, certificate: str | None = None, key: str | None = None) -> Iterator[str]:
    """Run the app on a free port, with TLS where there is a certificate file; yield its address."""
    server = _Server(certificate, key) if certificate is not None or not _idle else _idle.pop()
    server.app = app
    try:
        yield server.address
    finally:
        server.app = None
        if certificate is None:
            _idle.append(server)
        else:
            server.stop()


def stop_servers() -> None:
    """Stop what `serving` keeps running."""
    while _idle:
        _idle.pop().stop()


@dataclass
class Provider:
    """A Privacy Infrastructure Provider for the business ACORN with two agents, DESK and OTHER.

    `forced` is a status and body to answer the next requests with; `withdrawn` the tokens that are good no more.
    """

    now: dt.datetime = NOW
    keys: dict[str, VerifyKey] = field(
        default_factory=lambda: {"DESK": SigningKey(SEED).verify_key, "OTHER": SigningKey(OTHER_SEED).verify_key}
    )
    tokens: dict[str, str] = field(default_factory=dict)
    requests: dict[str, dict] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    forced: tuple[int, str] | None = None
    strict: bool = False
    """Take no token at all."""

    def agent_of(self, request: Request) -> str | None:
        """Return the agent whose Bearer token the call shows."""
        if self.strict:
            return None
        return self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))

    def opened(self, agent: str, body: bytes) -> dict | str:
        """Return the message, or at which step of s.3.07 it is refused. Each message is taken once."""
        try:
            raw = base64.b64decode(body, validate=True)
        except ValueError:
            return "base64"
        try:
            content = self.keys[agent].verify(raw)
        except (ValueError, BadSignatureError):
            return "signature"
        message = json.loads(content)
        if message.get("agent-id") != agent:
            return "agent"
        if message.get("business-id") != "ACORN":
            return "business"
        if self.now < dt.datetime.fromisoformat(message["issued-at"]):
            return "early"
        if self.now > dt.datetime.fromisoformat(message["expires-at"]):
            return "expired"
        if content in self.seen:
            return "replayed"
        self.seen.add(content)
        return message

    def told(self, number: str) -> dict:
        return {"request_id": number, "agent_request_id": number[2:], "status": self.states[number]}

    def refuse(self, why: str) -> Response:
        self.refused.append(why)
        return Response('{"code":"403","message":"no"}', 403)

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def count(request: Request, go_on):
            self.calls.append(f"{request.method} {request.url.path}")
            return await go_on(request)

        @app.post("/v1/agent/{agent}")
        async def pair(agent: str, request: Request) -> Response:
            message = self.opened(agent, await request.body())
            if isinstance(message, str):
                self.refused.append(message)
                return Response(status_code=403)
            token = f"token-{next(self.numbers)}"
            self.tokens[token] = agent
            return Response(json.dumps({"agent-id": agent, "token": token}))

        @app.get("/v1/agent/{agent}")
        async def known(agent: str, request: Request) -> Response:
            return Response("{}", 200 if self.agent_of(request) == agent else 403)

        @app.post("/v1/data-rights-request")
        async def take(request: Request) -> Response:
            if self.forced is not None:
                return Response(self.forced[1], self.forced[0])
            agent = self.agent_of(request)
            if agent is None:
                return self.refuse("token")
            if request.headers["content-type"] != "text/plain":
                return self.refuse("type")
            message = self.opened(agent, await request.body())
            if isinstance(message, str):
                return self.refuse(message)
            number = "p-" + message["agent-request-id"]
            self.requests[number] = message
            self.owners[number] = agent
            self.states.setdefault(number, "open")
            return Response(json.dumps(self.told(number)))

        @app.get("/v1/data-rights-request/{number}")
        def look(number: str, request: Request) -> Response:
            if self.agent_of(request) != self.owners.get(number, "nobody"):
                return self.refuse("not yours")
            return Response(json.dumps(self.told(number)))

        @app.delete("/v1/data-rights-request/{number}")
        async def revoke(number: str, request: Request) -> Response:
            agent = self.agent_of(request)
            if agent is None or agent != self.owners.get(number, "nobody"):
                return self.refuse("not yours")
            # s.2.04: one field and no times, so of s.3.07 only the signature can be checked.
            try:
                message = json.loads(self.keys[agent].verify(base64.b64decode(await request.body(), validate=True)))
            except (ValueError, BadSignatureError):
                return self.refuse("signature")
            assert list(message) == ["reason"]
            self.reasons[number] = message["reason"]
            if self.states[number] in ("open", "in_progress"):
                self.states[number] = "revoked"
            return Response(json.dumps(self.told(number)))

        return app


def certificate(
    name: str, key, issuer: str, signer, authority: bool, domain: str = "", expired: bool = False, signing: bool = True
) -> x509.Certificate:
    """A certificate as a public authority would make it, good ten days around NOW."""

    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = dict.fromkeys(
        ("content_commitment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=10))
        .not_valid_after(NOW + dt.timedelta(days=-1 if expired else 10))
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        .add_extension(
            x509.KeyUsage(
                digital_signature=signing, key_encipherment=not signing, key_cert_sign=authority, crl_sign=authority,
                **usage,
            ),
            True,
        )
    )  # fmt: skip
    if domain:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), False)
        built = built.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return built.sign(signer, hashes.SHA256())


class Papers:
    """A test authority and the certificate it gave the processor."""

    def __init__(self, domain: str = DOMAIN) -> None:
        self.root = rsa.generate_private_key(65537, 2048)
        self.key = rsa.generate_private_key(65537, 2048)
        self.authority = pem(certificate("root", self.root, "root", self.root, True))
        self.own = self.certify(domain)

    def certify(self, domain: str = DOMAIN, **how: bool) -> bytes:
        """Return a certificate for the processor's key, as PEM."""
        return pem(certificate("own", self.key, "root", self.root, False, domain, **how))

    def self_signed(self) -> bytes:
        """Return a certificate the processor gave itself."""
        return pem(certificate("own", self.key, "own", self.key, False, DOMAIN))

    def sign(self, body: bytes) -> str:
        """Return the value of the signature header."""
        return base64.b64encode(self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()


def pem(one: x509.Certificate) -> bytes:
    """Return the certificate as PEM."""
    return one.public_bytes(serialization.Encoding.PEM)


@dataclass
class Processor:
    """An OpenDSR processor. `certificate_at` is where it says its certificate lies, None: where it does.

    `takes` are its types, `identities` its identities. A number it has already is answered with 400, as s.7.5 has it;
    `status_of_unknown` is its answer to a question about a number it does not have.
    """

    papers: Papers
    address: str = ""
    certificate_at: str | None = None
    takes: tuple[str, ...] = ("access", "erasure")
    identities: tuple[tuple[str, str], ...] = (("email", "raw"), ("email", "sha256"))
    taken: dict[str, dict] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    status_of_unknown: int = 404
    forced: dict[str, Response] = field(default_factory=dict)
    """Answers by "METHOD path" instead of its own."""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def count(request: Request, go_on):
            call = f"{request.method} {request.url.path}"
            self.calls.append(call)
            if call in self.forced:
                # It is taken over all the same: a doubt.
                await go_on(request)
                return self.forced[call]
            return await go_on(request)

        @app.get("/v2/discovery")
        def discovery() -> dict:
            known = [{"identity_type": kind, "identity_format": form} for kind, form in self.identities]
            return {
                "api_version": "2.0",
                "supported_identities": known,
                "supported_subject_request_types": list(self.takes),
                "processor_certificate": self.certificate_at or f"{self.address}/own.pem",
            }

        @app.get("/own.pem")
        def own() -> Response:
            return Response(self.papers.own)

        @app.post("/v2/requests")
        async def take(request: Request) -> Response:
            body = await request.body()
            message = json.loads(body)
            number = message["subject_request_id"]
            if number in self.taken:
                return Response(json.dumps({"error": {"code": 400, "message": "subject_request_id is taken"}}), 400)
            self.taken[number] = message
            self.states[number] = "pending"
            encoded = base64.b64encode(body).decode()
            return Response(json.dumps({"subject_request_id": number, "encoded_request": encoded}), 201)

        @app.get("/v2/requests/{number}")
        def look(number: str) -> Response:
            if number not in self.states:
                return Response(status_code=self.status_of_unknown)
            return Response(json.dumps({"subject_request_id": number, "request_status": self.states[number]}))

        @app.delete("/v2/requests/{number}")
        def cancel(number: str) -> Response:
            if self.states.get(number) != "pending":
                return Response(status_code=400)
            self.states[number] = "cancelled"
            return Response(json.dumps({"subject_request_id": number}), 202)

        return app
