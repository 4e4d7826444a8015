"""Which addresses are spoken to, and how: the https guard, TLS, redirects, slow and endless replies."""

from __future__ import annotations

import gzip
import ipaddress
import socket
import threading
import time
from urllib.parse import urlsplit

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from fastapi import FastAPI, Request, Response

from bot.requests.errors import DoubtfulDeliveryError, PermanentRefusalError, TemporaryRefusalError
from bot.requests.protocols.endpoints import EndpointError, read_endpoint
from bot.requests.protocols.exchange import Line
from tests.bot.requests.protocols.counterparts import Papers, serving

SECRET = "s" * 32

SPOKEN_TO = [
    "https://desk.example",
    "https://desk.example:8443/api/v1",
    "HTTPS://Desk.Example/hook/T0%2Fx;a=1",
    "https://xn--bcher-kva.example",
    "https://192.0.2.7",
    "https://[2001:db8::1]:444/x",
    "http://127.0.0.1",
    "http://127.0.0.1:8080/x",
    "http://127.8.9.1",
    "http://[::1]:80",
]
NOT_SPOKEN_TO = [
    # plain http to anything that is not a numeric address of this machine
    "http://desk.example",
    "http://localhost",
    "http://localhost:80",
    "http://127.0.0.1.evil.example",
    "http://0.0.0.0",
    "http://10.0.0.1",
    "http://169.254.169.254/latest",
    "http://[::]",
    "http://[::ffff:10.0.0.1]",
    "http://[64:ff9b::7f00:1]",
    "http://[2002:7f00:1::]",
    "http://[fe80::1%25eth0]",
    "http://[::1%25lo]",
    # numbers that some programs read as 127.0.0.1 or as another address
    "http://127.1",
    "http://2130706433",
    "http://0x7f000001",
    "http://0x7f.0.0.1",
    "http://0177.0.0.1",
    "http://127.0.0.01",
    "https://127.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0177.0.0.1",
    "https://a.0x7f",
    "https://127.0.0.1.",
    # users
    "https://user@desk.example",
    "https://user:word@desk.example",
    "https://@desk.example",
    "https://:@desk.example",
    "https://desk.example@evil.example",
    "http://127.0.0.1@evil.example",
    "http://evil.example@127.0.0.1",
    # what two readers take for two hosts
    "https://good.example\\@127.0.0.1",
    "https://good.example\\evil.example",
    "https://good.example%40evil.example",
    "https://good%2eexample",
    "https://ex\tample.example",
    "https://desk.example\n.evil.example",
    "https://desk.example /x",
    " https://desk.example",
    "https://desk.example\x00",
    "https://d\u0435sk.example",
    "https://desk\u3002example",
    "https://\u2460.example",
    "https://-desk.example",
    "https://desk..example",
    "https://.example",
    "https://" + "a" * 64 + ".example",
    "https://" + "a." * 127 + "example",
    # parts that have no place
    "https://desk.example?x=1",
    "https://desk.example/?",
    "https://desk.example#x",
    "https://desk.example/#",
    "https://desk.example/../x",
    "https://desk.example/%2e%2E/x",
    "https://desk.example/./x",
    "https://desk.example/<x>",
    "https://desk.example:0",
    "https://desk.example:",
    "https://desk.example:65536",
    "https://desk.example:80a",
    "https://desk.example:-1",
    # no web addresses
    "",
    "desk.example",
    "//desk.example",
    "https:desk.example",
    "https:/desk.example",
    "https:///desk.example",
    "https://",
    "https://[::1",
    "https://[desk.example]",
    "ftp://desk.example",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "unix:///run/x",
    "ws://127.0.0.1",
]


@pytest.mark.parametrize("address", SPOKEN_TO)
def test_these_addresses_are_spoken_to_and_read_alike(address):
    kept = read_endpoint({"kind": "webhook", "url": address, "secret": SECRET}).url
    ours, theirs = urlsplit(kept), httpx.URL(kept)
    assert (ours.scheme, ours.hostname) == (theirs.scheme, theirs.raw_host.decode())
    assert theirs.scheme == "https" or ipaddress.ip_address(theirs.host).is_loopback


@pytest.mark.parametrize("address", NOT_SPOKEN_TO)
def test_these_addresses_are_not_spoken_to(address):
    for settings in (
        {"kind": "webhook", "url": address, "secret": SECRET},
        {"kind": "drp", "api_base": address, "agent_id": "A", "business_id": "B", "key_file": "key"},
        {"kind": "opendsr", "api_base": address, "processor_domain": "p.example", "ca_file": "ca"},
    ):
        with pytest.raises(EndpointError):
            read_endpoint(settings)


def test_settings_name_the_faulty_field_and_repeat_no_value():
    with pytest.raises(EndpointError) as told:
        read_endpoint(
            {"kind": "webhook", "url": "https://desk.example:pass-word/", "secret": "short-secret", "more": 1}
        )
    assert {field.split(".")[-1] for field in told.value.fields} == {"url", "secret", "more"}
    assert "short-secret" not in str(told.value)
    assert "pass-word" not in str(told.value)


def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(tmp_path):
    papers, got, app = Papers("desk.example"), [], FastAPI()

    @app.post("/")
    async def take(request: Request) -> None:
        got.append(await request.body())

    (tmp_path / "own.pem").write_bytes(papers.own)
    (tmp_path / "key.pem").write_bytes(
        papers.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with (
        serving(app, str(tmp_path / "own.pem"), str(tmp_path / "key.pem")) as address,
        Line(2) as line,
        pytest.raises(TemporaryRefusalError, match="no connection"),
    ):
        line.ask("POST", address, b"of a person")
    assert address.startswith("https://")
    assert got == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_and_proxies_are_not_followed(status, monkeypatch):
    got, app = [], FastAPI()

    @app.post("/")
    def here() -> Response:
        return Response(status_code=status, headers={"Location": "/there"})

    @app.api_route("/there", methods=["GET", "POST"])
    def there() -> None:
        got.append(1)

    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(app) as address, Line(2) as line:
        assert line.ask("POST", address + "/", b"x").status == status
    assert got == []


def test_packed_replies_are_not_unpacked():
    app = FastAPI()

    @app.get("/")
    def bomb() -> Response:
        return Response(gzip.compress(b"[" * 20_000_000), headers={"Content-Encoding": "gzip"})

    with serving(app) as address, Line(2) as line:
        assert len(line.ask("GET", address + "/").body) < 64 * 1024


def test_no_reply_is_waited_for_without_end():
    with socket.socket() as slow:
        slow.bind(("127.0.0.1", 0))
        slow.listen()

        def trickle() -> None:
            peer = slow.accept()[0]
            with peer:
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                try:
                    for _ in range(100):
                        peer.sendall(b"x")
                        time.sleep(0.05)
                except OSError:
                    pass

        thread = threading.Thread(target=trickle)
        thread.start()
        began = time.monotonic()
        with Line(0.2) as line, pytest.raises(DoubtfulDeliveryError, match="too long"):
            line.ask("GET", f"http://127.0.0.1:{slow.getsockname()[1]}/")
        assert time.monotonic() - began < 3
        thread.join()


def test_what_is_no_address_is_refused_for_good():
    with Line(1) as line:
        for address in ("https://desk.example\x00/", "ftp://desk.example", "x" * 70_000):
            with pytest.raises(PermanentRefusalError):
                line.ask("GET", address)
