"""The JSON routes: what they return, and that every error is a problem document without a trace."""

from __future__ import annotations

import logging

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.api import api_router
from bot.problems import BodyLimit, ErrorWall, add_problem_handlers
from bot.reply import Answer
from tests.ui.desk import NO_SALE, POLICY, Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def client(desk: Desk) -> TestClient:
    app = FastAPI()
    app.include_router(api_router(desk))
    add_problem_handlers(app)
    app.add_middleware(BodyLimit)
    app.add_middleware(ErrorWall)
    return TestClient(app)


def refused(response, status: int) -> dict:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
    return response.json()


def test_ask_returns_the_answer_object_of_the_bot(client, desk):
    asked = {"question": "is it sold?", "policy_ids": ["tern"], "history": [{"question": "hi", "policy_ids": ["tern"]}]}
    response = client.post("/api/v1/ask", json=asked)
    assert Answer.model_validate(response.json()) == NO_SALE
    question, policy_ids, history = desk.asked[0]
    assert (question, policy_ids, history[0].question) == ("is it sold?", ("tern",), "hi")


def test_every_citation_is_a_slice_of_the_text_of_the_policy_detail(client):
    answer = client.post("/api/v1/ask", json={"question": "is it sold?"}).json()
    assert len(answer["citations"]) == 2
    for citation in answer["citations"]:
        path = f"/api/v1/policies/{citation['policy_id']}"
        text = client.get(path, params={"version": citation["version"]}).json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_policies_lists_the_current_versions(client):
    rows = client.get("/api/v1/policies").json()
    assert [(row["id"], row["company"], row["updated"], row["channels"]) for row in rows] == [
        ("tern", "Tern & Co", "2024-03-03", 3)
    ]


def test_policy_detail_holds_clauses_dates_and_damage(client):
    detail = client.get("/api/v1/policies/tern").json()
    assert detail["dates"][0]["iso"] == "2024-03-03"
    assert detail["clauses"][3]["path"] == ["Privacy at Tern & Co"]
    assert [(flaw["kind"], flaw["unreliable"]) for flaw in detail["damage"]] == [
        ("spliced_list", True),
        ("lost_link", False),
    ]
    assert detail["text"] == POLICY.text


def test_health_counts_policies_and_names_the_model(client):
    assert client.get("/healthz").json() == {"status": "ok", "policies": 1, "model": "none"}


@pytest.mark.parametrize("path", ["/api/v1/policies/nobody", "/api/v1/policies/tern?version=1999", "/api/v1/nothing"])
def test_unknown_things_are_404(client, path):
    assert "nobody" not in refused(client.get(path), 404)["title"]


def test_unknown_policy_in_a_question_is_404(client):
    refused(client.post("/api/v1/ask", json={"question": "hi", "policy_ids": ["nobody"]}), 404)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"question": None},
        {"question": "hi", "surprise": 1},
        {"question": "hi", "policy_ids": "tern"},
        {"question": "hi", "history": [{"question": "x"}] * 11},
    ],
)
def test_invalid_bodies_are_422_and_name_the_place(client, body):
    assert refused(client.post("/api/v1/ask", json=body), 422)["errors"][0].startswith("body.")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 422), (b"{", 422), (b"\xff\xfe", 422), (b'{"question": "\\ud800"}', 422), (b"[" * 5000, 400)],
)
def test_bytes_that_are_no_json_are_refused(client, desk, body, status):
    refused(client.post("/api/v1/ask", content=body, headers={"content-type": "application/json"}), status)
    assert desk.asked == []


def test_a_422_does_not_repeat_what_was_sent(client):
    response = client.post("/api/v1/ask", json={"question": {"secret": "my name is Rosa"}})
    assert "Rosa" not in response.text
    refused(response, 422)


@pytest.mark.parametrize(("question", "words"), [("  ", "Type a question"), ("x" * 2001, "2,000")])
def test_questions_the_bot_refuses_are_422_in_its_words(client, question, words):
    assert words in refused(client.post("/api/v1/ask", json={"question": question}), 422)["detail"]


def test_a_declared_large_body_is_413(client, desk):
    refused(client.post("/api/v1/ask", json={"question": "x" * 70_000}), 413)
    assert desk.asked == []


def test_a_streamed_large_body_is_413_before_it_is_read_whole(client, desk):
    sent = []

    def chunks():
        for _ in range(10_000):
            sent.append(1)
            yield b"x" * 1000

    refused(client.post("/api/v1/ask", content=chunks()), 413)
    assert desk.asked == []


def test_a_body_just_under_the_limit_reaches_the_bot(client, desk):
    refused(client.post("/api/v1/ask", json={"question": "x" * 65_000}), 422)
    assert len(desk.asked[0][0]) == 65_000


def test_an_unexpected_error_shows_and_logs_no_words(client, desk, caplog):
    desk.queue = [RuntimeError("Rosa asked about /etc/passwd")]
    with caplog.at_level(logging.DEBUG):
        response = client.post("/api/v1/ask", json={"question": "Rosa?"})
    refused(response, 500)
    assert "Rosa" not in response.text
    assert "passwd" not in response.text
    assert "RuntimeError" not in response.text
    assert "Rosa" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_openapi_describes_answers_and_problems(client):
    api = client.get("/openapi.json").json()
    assert {"/api/v1/ask", "/api/v1/policies", "/api/v1/policies/{policy_id}", "/healthz"} <= api["paths"].keys()
    assert {"Answer", "Citation", "Problem"} <= api["components"]["schemas"].keys()


def test_a_body_of_another_type_is_refused_in_words(client):
    answer = client.post("/api/v1/ask", content=b'{"question": "hi"}', headers={"content-type": "text/plain"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
