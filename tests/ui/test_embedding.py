"""Which sites may hold the chat, and the cookie of a page that another site holds."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from pages.embedding import Embedding, embedded_policy
from pages.visitors import new_cookie
from tests.ui.desk import Desk
from ui import create_app

PLAIN = "default-src 'none'; frame-ancestors 'self'"


@pytest.mark.parametrize(
    "site",
    ["", "*", "shop.example", "https://shop.example/path", "https://shop.example; script-src *", "javascript:alert(1)",
     "https://shop.example https://evil.example", "https://", "https://*", "'self'", "https://shop.example\nX: y", "data:"],
)  # fmt: skip
def test_what_is_no_site_is_refused(site):
    with pytest.raises(ValueError, match="is no site"):
        Embedding.of([site])


def test_listed_sites_are_named_once_and_only_where_the_widget_opens_pages():
    listed = Embedding.of(
        ["https://Shop.example/", "https://shop.example", "https://*.firm.example:8443", "http://localhost:8000"]
    )
    sites = "https://shop.example https://*.firm.example:8443 http://localhost:8000"
    for path in ("/embed/tern", "/policy", "/policy/tern/1", "/request/abc/change"):
        assert listed.widened(path, PLAIN) == f"default-src 'none'; frame-ancestors 'self' {sites}"
    for path in ("/", "/staff/requests", "/docs", "/embedded", "/requests/not-me/x"):
        assert listed.widened(path, PLAIN) == PLAIN
    assert Embedding().widened("/embed/tern", PLAIN) == PLAIN
    assert listed.widened("/policy", "frame-ancestors 'none'") == "frame-ancestors 'none'"


def test_the_address_names_one_policy():
    assert embedded_policy("/embed/tern") == "tern"
    for path in ("/embed/", "/embed", "/embed/a/b", "/embed/" + "x" * 201, "/", "//embed/tern"):
        assert embedded_policy(path) is None


def test_an_embedded_page_over_https_takes_a_cookie_of_its_site_alone():
    assert re.fullmatch(r"desk=[\w-]{43}; Path=/; HttpOnly; SameSite=None; Secure; Partitioned", new_cookie(True, True))
    assert re.fullmatch(r"desk=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", new_cookie(True))
    # Without https a browser would refuse it altogether.
    assert re.fullmatch(r"desk=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", new_cookie(False, True))


def test_the_embedded_page_is_the_chat_with_its_policy_on_the_root_and_addresses_from_the_root():
    with TestClient(create_app(Desk()), base_url="https://desk.example") as client:
        page = client.get("/embed/tern%22%3E%3Cscript%3E")
        assert '<html data-embedded="tern&quot;&gt;&lt;script&gt;"' in page.text
        page = client.get("/embed/tern")
        assert page.status_code == 200
        assert '<html data-embedded="tern"' in page.text
        assert '"./' not in page.text
        assert client.get("/").text.count("data-embedded") == 0
        assert client.get("/embed/tern/more").status_code == 404
        assert client.post("/embed/tern").status_code == 404


def test_the_widget_may_be_loaded_by_any_site(server):
    import httpx

    got = httpx.get(f"{server}/widget.js")
    assert got.status_code == 200
    assert got.headers["content-type"].startswith("text/javascript")
    assert got.headers["cross-origin-resource-policy"] == "cross-origin"
    assert got.headers["access-control-allow-origin"] == "*"
