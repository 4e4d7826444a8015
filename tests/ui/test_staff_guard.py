"""The guard of the staff pages: strangers, wrong roles, foreign forms, old words and stolen tokens get nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from bot.staff.staff import Staff
from pages.staff.app import staff_app
from pages.staff.guard import FORM

WORDS = "four plain words here"
HOST = "http://desk.example"
OWN = {"Origin": HOST, "Accept": "text/html"}


def bench() -> APIRouter:
    router = APIRouter()

    @router.get("/runs")
    def runs() -> dict[str, str]:
        return {"secret": "runs"}

    return router


@pytest.fixture
def staff(tmp_path: Path) -> Iterator[Staff]:
    opened = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    opened.accounts.add("boss", ["admin"], WORDS, "The Boss")
    opened.accounts.add("ines", ["agent"], WORDS, "Ines <Okafor>")
    yield opened
    opened.close()


@pytest.fixture
def app(staff: Staff) -> FastAPI:
    whole = FastAPI()
    whole.mount("/staff", staff_app(staff, [("/bench", "evaluator", bench())]))
    return whole


@pytest.fixture
def browser(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=HOST, follow_redirects=False, headers={"Accept": "text/html"})


def signed_in(browser: TestClient, name: str = "ines") -> str:
    """Sign in and return the form token of the pages."""
    sent = {"name": name, "password": WORDS, "to": "/staff/"}
    entered = browser.post("/staff/sign-in", data=sent, headers=OWN, follow_redirects=False)
    assert (entered.status_code, entered.headers["location"]) == (303, "/staff/")
    found = re.search(r'name="token" value="([\w-]+)"', browser.get("/staff/account").text)
    assert found is not None
    return found[1]


def paths(app: FastAPI) -> list[tuple[str, str]]:
    """Return (method, path) of every route of the staff application."""
    return [
        (method.upper(), "/staff" + re.sub(r"\{[^}]+\}", "x", path))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    ]


def test_a_stranger_gets_nothing_at_any_route(staff: Staff) -> None:
    inner = staff_app(staff, [("/bench", "evaluator", bench())])
    whole = FastAPI()
    whole.mount("/staff", inner)
    program = TestClient(whole, base_url=HOST, follow_redirects=False, headers={"Accept": "application/json"})
    routes = paths(inner)
    assert len(routes) > 15
    closed = [(method, path) for method, path in routes if not re.search(r"/sign-in$|/style/", path)]
    for method, path in closed:
        told = program.request(method, path, headers={"Origin": HOST})
        assert told.status_code == 401, path
        assert told.headers["content-type"] == "application/problem+json"
        page = program.request(method, path, headers=OWN)
        assert page.status_code == (303 if method == "GET" else 401), path
    assert program.get("/staff/bench/runs", headers={"Cookie": "staff=" + "x" * 43}).status_code == 401
    assert program.get("/staff/no/such/page").status_code == 401
    assert program.request("DELETE", "/staff/members").status_code == 405


def test_after_signing_in_the_page_that_was_wanted_comes(browser: TestClient) -> None:
    sent_away = browser.get("/staff/account?x=1")
    assert sent_away.headers["location"] == "/staff/sign-in?to=%2Fstaff%2Faccount%3Fx%3D1"
    form = browser.get(sent_away.headers["location"])
    assert 'value="/staff/account?x=1"' in form.text
    for to, reached in {
        "/staff/account?x=1": "/staff/account?x=1",
        "https://evil.example/": "/staff/",
        "//evil.example/staff/": "/staff/",
        "/staff/\r\nSet-Cookie: a=b": "/staff/",
    }.items():
        entered = browser.post("/staff/sign-in", data={"name": "ines", "password": WORDS, "to": to}, headers=OWN)
        assert entered.headers["location"] == reached


def test_a_wrong_password_is_told_and_what_was_typed_is_kept(browser: TestClient) -> None:
    told = browser.post("/staff/sign-in", data={"name": '"><b>ines', "password": "wrong wrong"}, headers=OWN)
    assert told.status_code == 401
    assert "does not fit" in told.text
    assert "&quot;&gt;&lt;b&gt;ines" in told.text
    assert "wrong wrong" not in told.text
    assert "set-cookie" not in told.headers


def test_too_many_tries_say_when_to_come_back(browser: TestClient) -> None:
    for _ in range(5):
        browser.post("/staff/sign-in", data={"name": "ines", "password": "wrong wrong"}, headers=OWN)
    told = browser.post("/staff/sign-in", data={"name": "ines", "password": WORDS}, headers=OWN)
    assert told.status_code == 429
    assert 50 <= int(told.headers["retry-after"]) <= 61


def test_a_role_opens_its_pages_and_no_others(app: FastAPI) -> None:
    agent = TestClient(app, base_url=HOST, headers={"Accept": "text/html"})
    signed_in(agent)
    for path in ("/staff/bench/runs", "/staff/members", "/staff/audit"):
        told = agent.get(path)
        assert told.status_code == 403, path
        assert "runs" not in told.text
    page = agent.get("/staff/").text
    assert "Ines &lt;Okafor&gt;" in page
    assert "/staff/lookup" in page
    assert "/staff/members" not in page
    boss = TestClient(app, base_url=HOST, headers={"Accept": "text/html"})
    signed_in(boss, "boss")
    for path in ("/staff/bench/runs", "/staff/members", "/staff/audit"):
        assert boss.get(path).status_code == 200, path


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
        {"Origin": HOST, "Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_form_from_another_place_is_refused_even_with_the_token(browser: TestClient, headers: dict[str, str]) -> None:
    written = signed_in(browser)
    told = browser.post("/staff/account/keys", data={"token": written, "label": "x"}, headers=headers)
    assert told.status_code == 403
    assert browser.post("/staff/sign-in", data={"name": "ines", "password": WORDS}, headers=headers).status_code == 403


def test_a_form_without_this_sessions_token_changes_nothing(app: FastAPI, browser: TestClient, staff: Staff) -> None:
    signed_in(browser)
    other = TestClient(app, base_url=HOST, headers={"Accept": "text/html"})
    stolen = signed_in(other, "boss")
    for sent in ({}, {"token": ""}, {"token": stolen}, {"token": "x" * 32}):
        assert browser.post("/staff/account/keys", data={**sent, "label": "x"}, headers=OWN).status_code == 403
    as_json = browser.post("/staff/account/keys", json={"token": "x"}, headers=OWN)
    assert as_json.status_code == 403
    assert staff.keys.of() == []


@pytest.mark.parametrize("body", [b"name=%ff&password=x", b"\xff\xfe", b"&".join(b"n=1" for _ in range(500))])
def test_a_body_that_is_no_form_is_told_on_a_page(browser: TestClient, body: bytes) -> None:
    sent = browser.post("/staff/sign-in", content=body, headers={**OWN, "Content-Type": FORM})
    assert sent.status_code == 422
    assert "The form cannot be read. Go back, and send it again." in sent.text


def test_a_word_that_was_there_before_is_not_taken_over(browser: TestClient) -> None:
    browser.cookies.set("staff", "planted" + "x" * 36, domain="desk.example", path="/staff")
    entered = browser.post("/staff/sign-in", data={"name": "ines", "password": WORDS}, headers=OWN)
    assert re.match(r"staff=[\w-]{43}; Path=/staff; HttpOnly; SameSite=Strict$", entered.headers["set-cookie"])
    assert "planted" not in entered.headers["set-cookie"]


def test_the_cookie_is_for_https_alone_where_the_page_came_over_it(app: FastAPI) -> None:
    browser = TestClient(app, base_url="https://desk.example", follow_redirects=False)
    entered = browser.post(
        "/staff/sign-in", data={"name": "ines", "password": WORDS}, headers={"Origin": "https://desk.example"}
    )
    assert entered.headers["set-cookie"].endswith("; Secure")


def test_signing_out_ends_the_session_on_the_server(app: FastAPI, browser: TestClient) -> None:
    written = signed_in(browser)
    word = browser.cookies["staff"]
    assert browser.post("/staff/sign-out", data={"token": written}, headers=OWN).status_code == 303
    old = TestClient(
        app, base_url=HOST, cookies={"staff": word}, headers={"Accept": "text/html"}, follow_redirects=False
    )
    assert old.get("/staff/account").status_code == 303


def test_every_page_forbids_frames_foreign_scripts_and_caches(browser: TestClient) -> None:
    signed_in(browser)
    for path in ("/staff/sign-in", "/staff/", "/staff/account", "/staff/members"):
        headers = browser.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_members_are_added_changed_and_shut_out_and_each_act_is_in_the_trail(app: FastAPI, staff: Staff) -> None:
    boss = TestClient(app, base_url=HOST, headers={"Accept": "text/html"})
    written = signed_in(boss, "boss")
    sent = {"token": written, "name": "noor", "shown": "Noor", "password": WORDS, "role": ["agent", "evaluator"]}
    assert "Noor can sign in now" in boss.post("/staff/members", data=sent, headers=OWN).text
    noor = staff.accounts.named("noor").member
    assert noor.roles == {"agent", "evaluator"}
    boss.post(f"/staff/members/{noor.id}/roles", data={"token": written, "role": ["evaluator"]}, headers=OWN)
    assert staff.accounts.get(noor.id).member.roles == {"evaluator"}
    told = boss.post(f"/staff/members/{noor.id}/roles", data={"token": written}, headers=OWN)
    assert (told.status_code, "at least one" in told.text) == (422, True)
    boss.post(f"/staff/members/{noor.id}/shut-out", data={"token": written}, headers=OWN)
    assert staff.accounts.get(noor.id).disabled is not None
    alone = boss.post(
        f"/staff/members/{staff.accounts.named('boss').member.id}/shut-out", data={"token": written}, headers=OWN
    )
    assert "One admin has to be left" in alone.text
    acts = [(act.action, act.subject) for act in staff.trail.acts()]
    assert acts[:3] == [("shut out", noor.id), ("set roles evaluator", noor.id), ("add member", noor.id)]
    assert "shut out" in boss.get("/staff/audit").text


def test_a_member_changes_the_password_and_other_browsers_are_signed_out(app: FastAPI, staff: Staff) -> None:
    here = TestClient(app, base_url=HOST, headers={"Accept": "text/html"})
    there = TestClient(app, base_url=HOST, headers={"Accept": "text/html"}, follow_redirects=False)
    written = signed_in(here)
    signed_in(there)
    new = "other plain words now"
    wrong = {"token": written, "present": "not it at all", "new": new, "again": new}
    assert here.post("/staff/account/password", data=wrong, headers=OWN).status_code == 422
    right = {**wrong, "present": WORDS}
    assert here.post("/staff/account/password", data={**right, "again": "x"}, headers=OWN).status_code == 422
    assert "was changed" in here.post("/staff/account/password", data=right, headers=OWN).text
    assert here.get("/staff/account").status_code == 200
    assert there.get("/staff/account").status_code == 303
    assert staff.accounts.sign_in("ines", new, "", None).name == "Ines <Okafor>"


def test_an_app_is_set_up_and_asked_for(app: FastAPI, browser: TestClient, staff: Staff) -> None:
    import pyotp

    written = signed_in(browser)
    page = browser.post("/staff/account/second", data={"token": written}, headers=OWN).text
    secret = re.search(r'name="secret" value="(\w+)"', page)
    assert secret is not None
    assert '<svg class="qr" role="img"' in page
    told = browser.post(
        "/staff/account/second/keep", data={"token": written, "secret": secret[1], "code": "000000"}, headers=OWN
    )
    assert (told.status_code, "does not fit" in told.text) == (422, True)
    kept = browser.post(
        "/staff/account/second/keep",
        data={"token": written, "secret": secret[1], "code": pyotp.TOTP(secret[1]).now()},
        headers=OWN,
    ).text
    recovery = re.findall(r"<code>([a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4})</code>", kept)
    assert len(recovery) == 8
    other = TestClient(app, base_url=HOST, headers={"Accept": "text/html"}, follow_redirects=False)
    without = other.post("/staff/sign-in", data={"name": "ines", "password": WORDS}, headers=OWN)
    assert without.status_code == 401
    entered = other.post("/staff/sign-in", data={"name": "ines", "password": WORDS, "code": recovery[0]}, headers=OWN)
    assert entered.status_code == 303


def test_a_desk_without_members_says_how_to_add_the_first(tmp_path: Path) -> None:
    empty = FastAPI()
    opened = Staff.open(f"sqlite:///{tmp_path}/staff.sqlite", tmp_path)
    empty.mount("/staff", staff_app(opened))
    page = TestClient(empty, base_url=HOST).get("/staff/sign-in").text
    assert "policydesk staff add NAME --role admin" in page
    opened.close()
