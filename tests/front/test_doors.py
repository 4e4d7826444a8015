"""The doors of a running server: limits, who counts as a client behind a proxy, and where browsers' requests come from."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

import httpx
import pytest

from bot.front.settings import FrontSettings, Limits, Rate
from tests.ui.desk import NO_SALE, Desk
from ui import Service, create_app

FEW = Limits(ask=Rate(1, 6_000.0, 3), draft=Rate(1, 3600.0, 2), page=Rate(60, 60.0, 40), streams=3)
ASK = {"question": "do they sell my data?"}


@pytest.fixture
def open_app(serve) -> Callable[..., str]:
    def open_app(**said: object) -> str:
        return serve(create_app(Desk(), None, Service(FrontSettings(**{"limits": FEW, **said}))))

    return open_app


def refused(response: httpx.Response) -> dict:
    assert response.status_code == 429
    assert response.headers["content-type"] == "application/problem+json"
    assert int(response.headers["retry-after"]) >= 1
    return response.json()


def test_questions_over_the_limit_are_429_and_say_when_to_come_back(open_app):
    server = open_app()
    answers = [httpx.post(f"{server}/api/v1/ask", json=ASK) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    told = refused(answers[3])
    assert told == {
        "type": "about:blank",
        "title": "Too many requests",
        "status": 429,
        "detail": "Many questions have come from your connection. Please try again in 100 minutes.",
    }
    # Streams and searches are counted with them; reading is not.
    refused(httpx.post(f"{server}/api/v1/ask/stream", json=ASK))
    refused(httpx.post(f"{server}/api/v1/search", json={"query": "x"}))
    assert httpx.get(f"{server}/api/v1/policies").status_code == 200


def test_another_client_is_not_touched(open_app):
    server = open_app()
    for _ in range(5):
        httpx.post(f"{server}/api/v1/ask", json=ASK)
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.9")) as other:
        assert other.post(f"{server}/api/v1/ask", json=ASK).status_code == 200


def test_a_forwarded_address_is_believed_from_trusted_proxies_only(open_app):
    def as_many(server: str) -> list[int]:
        return [
            httpx.post(f"{server}/api/v1/ask", json=ASK, headers={"X-Forwarded-For": f"198.51.100.{n}"}).status_code
            for n in range(5)
        ]

    assert as_many(open_app()) == [200, 200, 200, 429, 429]
    assert as_many(open_app(trusted_proxies=("10.0.0.0/8",))) == [200, 200, 200, 429, 429]
    assert as_many(open_app(trusted_proxies=("127.0.0.0/8",))) == [200] * 5


def test_what_a_visitor_writes_before_the_proxys_word_is_not_believed(open_app):
    server = open_app(trusted_proxies=("127.0.0.0/8",))
    codes = [
        httpx.post(
            f"{server}/api/v1/ask", json=ASK, headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.5"}
        ).status_code
        for n in range(5)
    ]
    assert codes == [200, 200, 200, 429, 429]


def test_drafting_has_a_limit_of_its_own(open_app):
    server = open_app()
    codes = [httpx.post(f"{server}/api/v1/requests", json={}).status_code for _ in range(3)]
    assert codes == [404, 404, 429]
    page = httpx.post(f"{server}/request/new", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (429, "text/html; charset=utf-8")
    assert "One moment, please" in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_every_request_counts_in_the_end(open_app):
    server = open_app()
    with httpx.Client(base_url=server) as client:
        codes = [client.get("/healthz").status_code for _ in range(60)]
    assert codes[:40] == [200] * 40
    assert 429 in codes[40:]


def test_open_connections_of_a_client_are_counted(open_app):
    server = open_app()
    port = int(server.rpartition(":")[2])
    held = []
    for _ in range(3):
        one = socket.create_connection(("127.0.0.1", port))
        one.sendall(b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
        held.append(one)
    time.sleep(0.3)
    refused(httpx.get(f"{server}/healthz"))
    for one in held:
        one.close()
    time.sleep(0.3)
    assert httpx.get(f"{server}/healthz").status_code == 200


COOKIE = {"Cookie": f"desk={'k' * 43}"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({**COOKIE, "Sec-Fetch-Site": "cross-site"}, 403),
        ({**COOKIE, "Sec-Fetch-Site": "same-site"}, 403),
        ({**COOKIE, "Origin": "https://evil.example"}, 403),
        ({**COOKIE, "Origin": "null"}, 403),
        ({**COOKIE, "Origin": "http://127.0.0.1.evil.example"}, 403),
        ({**COOKIE, "Sec-Fetch-Site": "same-origin"}, 200),
        ({**COOKIE, "Sec-Fetch-Site": "none"}, 200),
        ({**COOKIE, "Origin": "OWN"}, 200),
        (COOKIE, 200),
        ({"Origin": "https://evil.example"}, 200),
        ({}, 200),
    ],
)
def test_a_post_with_a_cookie_comes_from_our_own_pages(running_desk, headers, status):
    sent = {name: running_desk if value == "OWN" else value for name, value in headers.items()}
    assert httpx.post(f"{running_desk}/api/v1/ask", json=ASK, headers=sent).status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/api/v1/ask", "/request/new", "/gradio_api/queue/join", "/staff/x", "/nowhere"])
def test_no_address_takes_a_foreign_form(running_desk, method, path):
    headers = {**COOKIE, "Sec-Fetch-Site": "cross-site"}
    assert httpx.request(method, running_desk + path, headers=headers).status_code == 403


@pytest.fixture(scope="module")
def running_desk():
    from tests.serving import served

    with served(create_app(Desk())) as address:
        yield address


def test_the_chat_says_in_words_that_it_is_busy_and_keeps_the_question(serve):
    from tests.ui.test_public_mount import Visitor

    server = serve(create_app(Desk(), None, Service(FrontSettings(limits=Limits(ask=Rate(1, 600.0, 1))))))
    told = Visitor(server).ask("do they sell my data?")
    assert NO_SALE.citations[0].quote[:20] in told
    told = Visitor(server).ask("and again?")
    assert "Many questions have come from your connection. Please try again in 10 minutes." in told
    assert "and again?" in told


def test_policydesk_serve_has_limits_without_any_file(tmp_path):
    from commands.opening import service_settings

    assert service_settings(tmp_path).limits == Limits()
