"""Signing in at an issuer: a real one over HTTP, honest and lying, and what the desk makes of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from bot.requests.ledger.keys import Key
from bot.staff.oidc import Provider
from bot.staff.outside_settings import OidcSettings
from bot.staff.records import Role
from bot.staff.staff import Staff
from pages.staff.app import staff_app
from pages.staff.oidc_routes import oidc_router
from tests.servers.issuer import CLIENT, SECRET, Issuer, serving_issuer

HOST = "http://desk.example"
WORDS = "four plain words here"
ROLES: dict[str, tuple[Role, ...]] = {"desk": ("agent",), "ml": ("evaluator",), "bosses": ("admin", "agent")}


@pytest.fixture(scope="module")
def shared_issuer() -> Iterator[Issuer]:
    with serving_issuer(Issuer()) as issuer:
        yield issuer


@pytest.fixture
def issuer(shared_issuer: Issuer) -> Issuer:
    """The issuer as honest as on its first day."""
    fresh = Issuer(address=shared_issuer.address, key=shared_issuer.key)
    for name in Issuer.__dataclass_fields__:
        setattr(shared_issuer, name, getattr(fresh, name))
    return shared_issuer


@dataclass
class Door:
    """A desk whose members sign in at the issuer."""

    issuer: Issuer
    staff: Staff
    app: FastAPI

    def browser(self) -> TestClient:
        return TestClient(self.app, base_url=HOST, follow_redirects=False, headers={"Accept": "text/html"})

    def come_back(self, browser: TestClient) -> str:
        """Go to the issuer and return the address that it sends the browser back to."""
        out = browser.get("/staff/oidc/firm")
        assert out.status_code == 303
        return httpx.get(out.headers["location"]).headers["location"]

    def enter(self, browser: TestClient | None = None) -> httpx.Response:
        browser = browser or self.browser()
        return browser.get(self.come_back(browser))


def settings_for(issuer: Issuer, **others: Any) -> OidcSettings:
    chosen = {
        "name": "firm", "issuer": issuer.address, "client_id": CLIENT, "client_secret": SECRET, "label": "the firm",
        "redirect_uri": f"{HOST}/staff/oidc/firm/callback", "scopes": ("openid", "profile"), "groups_claim": "groups",
        "roles": MappingProxyType(ROLES), **others,
    }  # fmt: skip
    return OidcSettings(**chosen)


@pytest.fixture
def door(issuer: Issuer, tmp_path: Path) -> Iterator[Door]:
    staff = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    staff.accounts.add("boss", ["admin"], WORDS)
    provider = Provider(settings_for(issuer), Key.open(tmp_path))
    app = FastAPI()
    inner = staff_app(
        staff, outside=[("/staff/oidc/firm", "the firm")], open_routers=[oidc_router(staff, {"firm": provider})]
    )
    app.mount("/staff", inner)
    yield Door(issuer, staff, app)
    staff.close()


def test_a_member_of_a_known_group_comes_in_with_its_roles(door: Door) -> None:
    browser = door.browser()
    assert 'href="/staff/oidc/firm">Sign in with the firm</a>' in browser.get("/staff/sign-in").text
    entered = door.enter(browser)
    assert entered.status_code == 200
    assert entered.headers["refresh"] == "0; url=/staff/"
    page = browser.get("/staff/").text
    assert "Ines" in page
    assert "/staff/requests" in page
    account = door.staff.accounts.outside(f"{door.issuer.address} s-1")
    assert account is not None
    assert (account.member.roles, account.outside) == ({"agent"}, True)
    assert [act.action for act in door.staff.trail.acts()] == ["sign in with firm"]
    # The address asked for nothing beyond what was set, and named a challenge, a state and a nonce of its own.
    asked = door.issuer.asked[0]
    assert asked["scope"] == "openid profile"
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    door.enter()
    again = door.issuer.asked[1]
    assert not {asked["state"], asked["nonce"], asked["code_challenge"]} & {*again.values()}
    assert len(door.staff.accounts.all()) == 2


def test_roles_follow_the_groups_at_every_sign_in(door: Door) -> None:
    door.enter()
    door.issuer.person["groups"] = ["ml", "bosses", "strangers"]
    assert door.enter().status_code == 200
    account = door.staff.accounts.outside(f"{door.issuer.address} s-1")
    assert account is not None
    assert account.member.roles == {"evaluator", "admin", "agent"}
    door.issuer.person["groups"] = ["strangers"]
    assert door.enter().status_code == 401
    door.issuer.person["groups"] = ["desk"]
    door.staff.accounts.set_disabled(account.member.id, True)
    told = door.enter()
    assert (told.status_code, "staff=" in told.headers["set-cookie"]) == (401, False)


def test_a_name_that_is_taken_here_is_never_taken_over(door: Door) -> None:
    door.issuer.person["preferred_username"] = "boss"
    door.enter()
    boss = door.staff.accounts.named("boss").member
    assert boss.roles == {"admin"}
    outside = door.staff.accounts.outside(f"{door.issuer.address} s-1")
    assert outside is not None
    assert outside.member.id != boss.id
    assert outside.member.roles == {"agent"}
    # The same name at the issuer is another person if the subject is.
    door.issuer.person["sub"] = "s-2"
    door.enter()
    assert len(door.staff.accounts.all()) == 3


def test_groups_may_stand_in_the_user_info_of_the_same_subject_alone(door: Door) -> None:
    door.issuer.person = {"sub": "s-7", "name": "Noor <b>"}
    door.issuer.userinfo = {"groups": ["ml"]}
    browser = door.browser()
    assert door.enter(browser).status_code == 200
    assert "Noor &lt;b&gt;" in browser.get("/staff/").text
    door.issuer.userinfo = {"groups": ["bosses"], "sub": "s-8"}
    assert door.enter().status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another"},
        {"aud": ["policydesk", "another"]},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"iat": int(time.time()) + 6_000},
        {"sub": None},
        {"sub": ""},
        {"sub": ["s-1"]},
        {"azp": "another"},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    # Times are part of some: a name made of them would differ from one process to the next.
    ids=lambda claims: next(iter(claims)),
)
def test_a_token_that_does_not_hold_lets_nobody_in(door: Door, claims: dict[str, Any]) -> None:
    door.issuer.claims = claims
    told = door.enter()
    assert told.status_code == 401
    assert "could not be signed in" in told.text
    assert "staff=" not in told.headers["set-cookie"]
    assert len(door.staff.accounts.all()) == 1


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_without_the_issuers_signature_lets_nobody_in(door: Door, algorithm: str) -> None:
    door.issuer.algorithm = algorithm
    assert door.enter().status_code == 401


def test_a_token_signed_with_a_strange_key_lets_nobody_in(door: Door) -> None:
    door.issuer.signing = RSAKey.generate_key(2048, {"kid": "k1"})
    assert door.enter().status_code == 401
    door.issuer.signing = RSAKey.generate_key(2048, {"kid": "unheard-of"})
    assert door.enter().status_code == 401


def test_new_keys_of_the_issuer_are_fetched_when_they_are_used(door: Door) -> None:
    assert door.enter().status_code == 200
    door.issuer.rotate()
    assert door.enter().status_code == 200
    assert door.issuer.described_times == 2


def test_an_answer_to_nothing_that_this_browser_began_is_refused(door: Door) -> None:
    victim, attacker = door.browser(), door.browser()
    planted = door.come_back(attacker)
    assert victim.get(planted).status_code == 401
    door.come_back(victim)
    assert victim.get(planted).status_code == 401, "another browser's answer, beside one's own beginning"
    mine = door.come_back(attacker)
    assert attacker.get(mine.replace("state=", "state=x")).status_code == 401
    assert attacker.get(mine).status_code == 401, "the beginning was used up by the wrong answer"
    assert door.issuer.exchanged == 0
    fresh = door.come_back(attacker)
    assert attacker.get(fresh).status_code == 200
    assert attacker.get(fresh).status_code == 401, "an answer is good once"
    assert victim.get("/staff/oidc/firm/callback").status_code == 401
    for cookie in ("", "zz", "00" * 90):
        forged = TestClient(door.app, base_url=HOST, cookies={"staff-begun": cookie})
        assert forged.get(f"/staff/oidc/firm/callback?{urlsplit(fresh).query}").status_code == 401


def test_a_refusal_and_an_answer_of_another_issuer_let_nobody_in(door: Door) -> None:
    door.issuer.answer = {"code": "", "error": "access_denied", "error_description": "<script>no</script>"}
    told = door.enter()
    assert (told.status_code, "script" in told.text) == (401, False)
    door.issuer.answer = {"iss": "https://elsewhere.example"}
    assert door.enter().status_code == 401
    door.issuer.answer = {"iss": door.issuer.address}
    assert door.enter().status_code == 200


def test_an_issuer_that_describes_itself_as_another_or_without_tls_is_not_used(issuer: Issuer, tmp_path: Path) -> None:
    staff = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    for described in (
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": "http://elsewhere.example/token"},
        {"jwks_uri": "http://elsewhere.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ):
        issuer.described = described
        app = FastAPI()
        provider = Provider(settings_for(issuer), Key.open(tmp_path))
        app.mount("/staff", staff_app(staff, open_routers=[oidc_router(staff, {"firm": provider})]))
        told = TestClient(app, base_url=HOST, follow_redirects=False).get("/staff/oidc/firm")
        assert (told.status_code, "cannot be reached" in told.text) == (502, True)
    assert TestClient(app, base_url=HOST).get("/staff/oidc/other").status_code == 404
    # Strangers who try again and again do not make the desk ask again and again.
    times = issuer.described_times
    for _ in range(5):
        TestClient(app, base_url=HOST).get("/staff/oidc/firm")
    assert issuer.described_times == times
    staff.close()


def test_the_session_begins_under_a_new_word_and_the_beginning_is_taken_away(door: Door) -> None:
    browser = door.browser()
    browser.cookies.set("staff", "planted" + "x" * 36, domain="desk.example", path="/staff")
    out = browser.get("/staff/oidc/firm").headers["set-cookie"]
    assert "Path=/staff/oidc; HttpOnly; SameSite=Lax; Max-Age=600" in out
    entered = door.enter(browser)
    cookies = entered.headers.get_list("set-cookie")
    assert "planted" not in cookies[0]
    assert "HttpOnly; SameSite=Strict" in cookies[0]
    assert cookies[1].startswith("staff-begun=; ")


def test_logs_of_a_failure_name_the_issuer_and_no_person(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    door.issuer.person = {"sub": "secret-subject", "preferred_username": "secret-name", "groups": []}
    with caplog.at_level(logging.INFO):
        door.enter()
    assert "signing in with firm failed: no role" in caplog.text
    assert "secret" not in caplog.text.replace("httpx", "")


def test_the_query_of_the_way_out_holds_no_secret(door: Door) -> None:
    out = door.browser().get("/staff/oidc/firm").headers["location"]
    assert sorted(parse_qs(urlsplit(out).query)) == [
        "client_id", "code_challenge", "code_challenge_method", "nonce", "redirect_uri", "response_type", "scope", "state",
    ]  # fmt: skip
