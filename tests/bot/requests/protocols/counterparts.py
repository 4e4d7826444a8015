"""Counterpart servers on loopback: a DRP provider that checks in the order of s.3.07, and an OpenDSR processor."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from fastapi import FastAPI, Request, Response
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
SEED = bytes(range(32))
DOMAIN = "processor.example"


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Run the app on a free port; yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


class Provider:
    """A Privacy Infrastructure Provider. `forced` is a status and body to answer the next requests with."""

    def __init__(self) -> None:
        self.key: VerifyKey = SigningKey(SEED).verify_key
        self.now = NOW
        self.requests: dict[str, dict] = {}
        self.states: dict[str, str] = {}
        self.refused: list[str] = []
        self.forced: tuple[int, str] | None = None

    def opened(self, body: bytes) -> dict | str:
        """Return the message, or why it is refused."""
        try:
            message = json.loads(self.key.verify(base64.b64decode(body, validate=True)))
        except (ValueError, BadSignatureError):
            return "signature"
        if message.get("agent-id") != "DESK":
            return "agent"
        if message.get("business-id") != "ACORN":
            return "business"
        if self.now < dt.datetime.fromisoformat(message["issued-at"]):
            return "early"
        return "expired" if self.now > dt.datetime.fromisoformat(message["expires-at"]) else message

    def app(self) -> FastAPI:
        app = FastAPI()

        def told(number: str) -> dict:
            return {"request_id": number, "agent_request_id": number[2:], "status": self.states[number]}

        @app.post("/v1/agent/DESK")
        async def pair(request: Request) -> Response:
            message = self.opened(await request.body())
            if isinstance(message, str):
                self.refused.append(message)
                return Response(status_code=403)
            return Response(json.dumps({"agent-id": "DESK", "token": "t0ken"}))

        @app.get("/v1/agent/DESK")
        async def known(request: Request) -> Response:
            return Response("{}", 200 if request.headers.get("authorization") == "Bearer t0ken" else 403)

        @app.post("/v1/data-rights-request")
        async def take(request: Request) -> Response:
            if self.forced is not None:
                return Response(self.forced[1], self.forced[0])
            message = self.opened(await request.body())
            if isinstance(message, str) or request.headers.get("authorization") != "Bearer t0ken":
                return Response(status_code=403)
            number = "p-" + message["agent-request-id"]
            self.requests[number] = message
            self.states.setdefault(number, "open")
            return Response(json.dumps(told(number)))

        @app.get("/v1/data-rights-request/{number}")
        def look(number: str) -> dict:
            return told(number)

        @app.delete("/v1/data-rights-request/{number}")
        def revoke(number: str) -> dict:
            self.states[number] = "revoked"
            return told(number)

        return app


def _certificate(name: str, key, issuer: str, signer, authority: bool, domain: str = "") -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=10))
        .not_valid_after(NOW + dt.timedelta(days=10))
        .add_extension(x509.BasicConstraints(authority, None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=authority, crl_sign=authority, **usage), True
        )
    )
    if domain:
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(domain)]), False)
        built = built.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return built.sign(signer, hashes.SHA256())


class Papers:
    """A test authority and the certificate it gave the processor."""

    def __init__(self, domain: str = DOMAIN) -> None:
        root = rsa.generate_private_key(65537, 2048)
        self.key = rsa.generate_private_key(65537, 2048)
        pem = serialization.Encoding.PEM
        self.authority = _certificate("root", root, "root", root, True).public_bytes(pem)
        self.own = _certificate("own", self.key, "root", root, False, domain).public_bytes(pem)

    def sign(self, body: bytes) -> str:
        return base64.b64encode(self.key.sign(body, padding.PKCS1v15(), hashes.SHA256())).decode()
