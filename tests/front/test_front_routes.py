"""Search, feedback, comparison, members' routes, readiness and measures over HTTP."""

from __future__ import annotations

import datetime as dt

import pytest
from fastapi.testclient import TestClient

from bot.front.key_routes import RunRow
from bot.front.settings import FrontSettings, Limits, Rate
from bot.reply import Answer
from bot.requests.records import Person
from bot.staff.records import Member
from ui import Service, create_app

AGENT = "pd_agent-key-for-the-tests"
EVALUATOR = "pd_evaluator-key-for-the-tests"
RUN = RunRow(
    id="r1", set="samples", state="done", cases=10, done=10, started=dt.datetime(2026, 3, 1, tzinfo=dt.UTC), scores={}
)


class Keys:
    known = {
        AGENT: Member("m1", "Ada", frozenset({"agent"})),
        EVALUATOR: Member("m2", "Eve", frozenset({"evaluator"})),
    }

    def member_of(self, key: str) -> Member | None:
        return self.known.get(key)


class Questions:
    def __init__(self) -> None:
        self.noted: list[Answer] = []
        self.told: list[tuple[Answer, bool, str | None]] = []

    def note(self, answer: Answer) -> None:
        self.noted.append(answer)

    def feedback(self, answer: Answer, helpful: bool, words: str | None = None) -> str:
        self.told.append((answer, helpful, words))
        return "f1"


@pytest.fixture
def questions() -> Questions:
    return Questions()


@pytest.fixture
def client(bot, desk, questions) -> TestClient:
    settings = FrontSettings(limits=Limits(key=Rate(1, 60.0, 5)), metrics_key="a-key-for-the-machine")
    return TestClient(create_app(bot, desk, Service(settings, Keys(), questions, lambda: [RUN])))


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_passages_are_slices_of_the_stored_text_best_first(client):
    found = client.post("/api/v1/search", json={"query": "sell personal information", "limit": 8}).json()
    assert len(found) == 8
    assert {row["policy_id"] for row in found} == {"larkspur", "tidewell"}
    assert [row["score"] for row in found] == sorted((row["score"] for row in found), reverse=True)
    for row in found:
        text = client.get(f"/api/v1/policies/{row['policy_id']}", params={"version": row["version"]}).json()["text"]
        assert text[row["start"] : row["end"]] == row["quote"]
        assert client.get(row["page"]).status_code == 200


def test_a_search_stays_in_the_policies_it_names(client):
    found = client.post("/api/v1/search", json={"query": "cookies", "policy_ids": ["tidewell"], "limit": 3}).json()
    assert [row["policy_id"] for row in found] == ["tidewell"] * 3
    assert client.post("/api/v1/search", json={"query": "x", "policy_ids": ["nobody"]}).status_code == 404
    assert client.post("/api/v1/search", json={"query": ""}).status_code == 422
    assert client.post("/api/v1/search", json={"query": "x", "limit": 51}).status_code == 422


def test_a_question_without_an_answer_is_noted_and_others_are_not(client, questions):
    client.post("/api/v1/ask", json={"question": "does larkspur sell my data?"})
    assert questions.noted == []
    client.post("/api/v1/ask", json={"question": "does larkspur test on animals?"})
    assert [one.status for one in questions.noted] == ["silent"]


def test_an_opinion_on_an_answer_is_kept(client, questions):
    answer = client.post("/api/v1/ask", json={"question": "does larkspur sell my data?"}).json()
    kept = client.post("/api/v1/feedback", json={"answer": answer, "helpful": False, "words": "too long"})
    assert (kept.status_code, kept.json()) == (201, {"id": "f1", "days": 30})
    assert questions.told[0][1:] == (False, "too long")
    assert questions.told[0][0] == Answer.model_validate(answer)


def test_an_opinion_on_an_answer_that_was_never_given_is_refused(client, questions):
    answer = client.post("/api/v1/ask", json={"question": "does larkspur sell my data?"}).json()
    answer["citations"][0]["quote"] = "We sell everything."
    assert client.post("/api/v1/feedback", json={"answer": answer, "helpful": True}).status_code == 422
    answer["citations"][0]["policy_id"] = "nobody"
    assert client.post("/api/v1/feedback", json={"answer": answer, "helpful": True}).status_code == 404
    assert client.post("/api/v1/feedback", json={"helpful": True}).status_code == 422
    assert questions.told == []


@pytest.mark.parametrize("path", ["/api/v1/agent/requests", "/api/v1/evals/runs"])
@pytest.mark.parametrize(
    "headers", [{}, bearer("pd_wrong"), {"Authorization": "Basic eDp5"}, bearer(""), bearer("x" * 400)]
)
def test_a_stranger_gets_401_on_every_route_of_members(client, path, headers):
    response = client.get(path, headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (401, "application/problem+json")
    assert response.headers["www-authenticate"] == 'Bearer realm="PolicyDesk"'


def test_a_member_without_the_role_gets_403(client):
    assert client.get("/api/v1/agent/requests", headers=bearer(EVALUATOR)).status_code == 403
    assert client.get("/api/v1/evals/runs", headers=bearer(AGENT)).status_code == 403


def test_guessing_keys_ends_in_429_and_right_ones_still_work(client):
    codes = [client.get("/api/v1/agent/requests", headers=bearer(f"pd_{n}")).status_code for n in range(8)]
    assert codes == [401] * 5 + [429] * 3
    assert client.get("/api/v1/agent/requests", headers=bearer(AGENT)).status_code == 200


def test_the_queue_shows_requests_without_the_persons_words(client, desk):
    person = Person("Ottoline Varga", "ottoline.varga@mailbox.example", None, ())
    opening = desk.opening("larkspur", "delete")
    record = desk.begin("larkspur", "delete", 1, _complete(person, opening), "session-of-ottoline")
    rows = client.get("/api/v1/agent/requests", params={"state": "drafted"}, headers=bearer(AGENT))
    assert record.id in {row["id"] for row in rows.json()}
    assert "ttoline" not in rows.text
    assert client.get("/api/v1/agent/requests?state=sent", headers=bearer(AGENT)).json() == []
    assert client.get("/api/v1/agent/requests?state=nonsense", headers=bearer(AGENT)).status_code == 422


def _complete(person: Person, opening) -> Person:
    from dataclasses import replace

    needed = tuple((field.label, "x1") for field in opening.fields if field.name not in {"name", "email", "residence"})
    return replace(person, residence="California", blanks=needed)


def test_runs_of_the_bench_are_listed(client):
    assert client.get("/api/v1/evals/runs", headers=bearer(EVALUATOR)).json()[0]["set"] == "samples"


def test_ready_names_its_parts(client):
    assert client.get("/readyz").json() == {
        "status": "ready", "database": "ok", "model": "ok", "index": "ok", "requests": "ok",
    }  # fmt: skip


def test_not_ready_is_503_and_tells_what(bot):
    from copy import copy

    from vectorstore.errors import StoreUnavailableError

    class Broken:
        embedder = bot.library.embedder
        index_needs_repair = True

        def policies(self):
            raise StoreUnavailableError("postgresql://secret@host")

    broken = copy(bot)
    broken.library = Broken()
    response = TestClient(create_app(broken)).get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready", "database": "failed", "model": "ok", "index": "scan", "requests": "off",
    }  # fmt: skip
    assert "secret" not in response.text


def test_measures_count_by_template_and_status_and_hold_no_words(client):
    with client:
        _measure(client)


def _measure(client: TestClient) -> None:
    canary = "zebra9canary"
    client.post("/api/v1/ask", json={"question": f"does larkspur sell {canary}?"})
    client.get(f"/api/v1/policies/{canary}")
    client.get(f"/{canary}")
    client.request("BREW", "/healthz")
    client.get("/healthz", headers={"User-Agent": canary})
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers=bearer("wrong")).status_code == 401
    response = client.get("/metrics", headers=bearer("a-key-for-the-machine"))
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = response.text.splitlines()
    assert canary not in response.text
    assert 'policydesk_http_requests_total{method="GET",route="/api/v1/policies/{policy_id}",status="404"} 1.0' in lines
    assert 'policydesk_http_requests_total{method="POST",route="/api/v1/ask",status="200"} 1.0' in lines
    assert 'policydesk_http_requests_total{method="GET",route="/healthz",status="200"} 1.0' in lines
    assert any(line.startswith("policydesk_answers_total{status=") for line in lines)
    assert "policydesk_policies 2.0" in lines
    assert "policydesk_queue_waiting 0.0" in lines
    assert "policydesk_readable 1.0" in lines
    assert any(line.startswith('policydesk_requests{state="drafted"}') for line in lines)


def test_there_are_no_measures_where_nobody_asked_for_them(bot):
    with TestClient(create_app(bot)) as client:
        assert client.get("/metrics").status_code == 404
    opened = TestClient(create_app(bot, None, Service(FrontSettings(metrics_open=True))))
    assert opened.get("/metrics").status_code == 200
