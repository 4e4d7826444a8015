"""The public mount of a running server: files stay unread, bodies stay small, errors say nothing."""

from __future__ import annotations

import itertools
import json
import logging
import re
import subprocess
import sys
from pathlib import Path

import gradio as gr
import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bot.reply import Answer
from pages.chat import ChatPage
from pages.conversations import Conversations
from pages.mounting import mount_chat
from pages.shield import harmless
from tests.ui.desk import Desk

SECRET = "/etc/passwd"
FILE = {"path": SECRET, "orig_name": "x", "meta": {"_type": "gradio.FileData"}}
LINE = "root:"
COUNT = itertools.count()


# The framework's own statistics of its queue use what pandas deprecates.
pytestmark = pytest.mark.filterwarnings("ignore::Warning:gradio.queueing")


class Visitor:
    """Someone with the page open: posts to the page's own route as its script does."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.session = f"v{next(COUNT)}"

    def join(self, data: object, **more: object) -> httpx.Response:
        body = {"data": data, "fn_index": 1, "trigger_id": None, "session_hash": self.session, **more}
        return httpx.post(f"{self.server}/gradio_api/queue/join", json=body)

    def ask(self, question: object, company: object = "") -> str:
        """Return as text all that the server sends to this visitor about the question."""
        assert self.join([question, company]).status_code == 200
        found = []
        address = f"{self.server}/gradio_api/queue/data"
        with httpx.stream("GET", address, params={"session_hash": self.session}, timeout=30) as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    found.append(json.loads(line[6:]))
        return json.dumps(found, ensure_ascii=False)


@pytest.fixture
def visitor(server: str, desk: Desk) -> Visitor:
    return Visitor(server)


def test_a_new_visitor_gets_a_cookie_that_scripts_and_other_sites_cannot_use(server):
    first = httpx.get(server)
    cookie = first.headers["set-cookie"]
    assert re.fullmatch(r"desk=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax", cookie)
    assert httpx.get(server).headers["set-cookie"] != cookie
    known = httpx.get(server, headers={"Cookie": cookie.split(";")[0]})
    assert "set-cookie" not in known.headers
    # A key that somebody else chose would be one they know.
    assert "set-cookie" in httpx.get(server, headers={"Cookie": "desk=known"}).headers


@pytest.mark.parametrize(
    "path",
    [
        f"/gradio_api/file={SECRET}",
        f"/gradio_api/file={SECRET}?x=1",
        f"/gradio_api/file/{SECRET}",
        f"/file={SECRET}",
        "/gradio_api/file=..%2f..%2f..%2f..%2fetc%2fpasswd",
        f"/gradio_api/proxy=file://{SECRET}",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        f"/gradio_api/stream/{SECRET}",
        "/gradio_api/deep_link?session_hash=visitor1",
        "/gradio_api/component_server",
        "/gradio_api/runs",
        "/gradio_api/openapi.json",
        "/gradio_api/upload_progress",
        "/gradio_api/app_id",
        "/gradio_api/queue/status",
        "/gradio_api/custom_component/1/client/component/../../../../etc/passwd",
        "/custom_component/1/client/component/style.css",
        f"/static/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..{SECRET}",
        "/static/../../../../../../../../../../etc/passwd",
        f"/assets/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2f..{SECRET}",
        f"/svelte/..%2f..%2f..%2f..%2f..{SECRET}",
        "/svelte/svelte.js",
        "/desk/..%2f..%2f..%2fetc%2fpasswd",
        "/desk/chat.py",
        "/desk/desk.js.map",
        "/monitoring",
        "/login",
        "/pwa_icon",
        "/?deep_link=..%2f..%2fetc",
    ],
)
def test_no_address_reads_a_file(server, path):
    with httpx.Client(base_url=server) as client:
        # Sent as written: a client that tidies ".." away would test itself.
        request = client.build_request("GET", "/")
        request.url = httpx.URL(server).copy_with(raw_path=path.encode())
        response = client.send(request)
    assert LINE not in response.text
    if not path.startswith("/?"):
        assert response.status_code in (403, 404)


@pytest.mark.parametrize(
    "path",
    ["upload", "run/predict", "api/predict", "call/ask", "call/v2/ask", "component_server", "deep_link",
     "process_recording", "vibe-edit", "vibe-code", "run-history/connect", "stream/x", "cancel/x"],
)  # fmt: skip
def test_no_other_route_takes_anything(server, path):
    for send in (httpx.post, httpx.put, httpx.get):
        assert send(f"{server}/gradio_api/{path}").status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        [FILE, ""],
        ["hi", FILE],
        [[{"role": "user", "content": [{"type": "file", "file": FILE}]}], ""],
        [{"path": SECRET}, ""],
        [["hi", {"path": SECRET}], ""],
        [json.dumps(FILE), ""],
        ["a word about gradio.FileData", ""],
        {"0": FILE},
    ],
)
def test_a_file_reference_is_refused_wherever_it_stands(visitor, desk, data):
    assert visitor.join(data).status_code == 403
    assert desk.asked == []


def test_an_escaped_file_reference_is_refused(server, desk):
    body = json.dumps({"data": [FILE, ""], "fn_index": 1, "session_hash": "v"}).replace(
        "gradio.File", "gr\\u0061dio.F\\u0069le"
    )
    assert "gradio.FileData" not in body
    assert httpx.post(f"{server}/gradio_api/queue/join", content=body).status_code == 403
    assert httpx.post(f"{server}/gradio_api/queue/join", content=body.encode("utf-16")).status_code == 403
    assert desk.asked == []


@pytest.mark.parametrize("more", [{"event_data": FILE}, {"event_data": [FILE]}, {"oauth_token": FILE}])
def test_a_file_reference_beside_the_data_is_refused(visitor, more):
    assert visitor.join(["hi", ""], **more).status_code == 403


def test_ordinary_words_are_harmless():
    assert harmless(b'{"data": ["do they sell my data?", null, 3, ["a", "b"]], "fn_index": 1, "event_data": null}')
    assert not harmless(b"[" * 50_000)
    assert not harmless(b"not json")
    assert not harmless(b'{"data": ["\\ud800"]}')


def test_a_large_body_is_refused_on_every_route(server, desk):
    for path in ("/gradio_api/queue/join", "/api/v1/ask", "/nowhere"):
        response = httpx.post(server + path, content=b"x" * 70_000)
        assert (response.status_code, response.headers["content-type"]) == (413, "application/problem+json")

    def chunks():
        for _ in range(100):
            yield b"x" * 1000

    assert httpx.post(f"{server}/gradio_api/queue/join", content=chunks()).status_code == 413
    assert desk.asked == []


def test_a_question_through_the_page_is_answered(visitor, desk):
    told = visitor.ask("do they sell my data?")
    assert "Reading the policies" in told
    assert "/policy/tern/2024-03-03?start=" in told
    assert desk.asked[0][:2] == ("do they sell my data?", ())


def test_the_conversation_is_remembered_by_the_server(visitor, desk):
    visitor.ask("do they sell my data?")
    visitor.ask("and delete it?")
    assert [turn.question for turn in desk.asked[1][2]] == ["do they sell my data?"]


@pytest.mark.parametrize("question", [None, 3, ["a"], True])
def test_odd_questions_end_in_words(visitor, question):
    told = visitor.ask(question)
    assert "Traceback" not in told
    assert '"success": true' in told


def test_a_long_question_is_refused_by_the_handler_and_kept(visitor):
    told = visitor.ask("x" * 20_000)
    assert "up to 2,000 characters" in told
    assert "x" * 20_000 in told


def test_an_unexpected_error_says_and_logs_nothing_of_itself(visitor, desk, caplog, capfd):
    desk.queue = [RuntimeError("Rosa's words in /var/secret")]
    with caplog.at_level(logging.DEBUG):
        told = visitor.ask("Where is Rosa?")
    assert "Something went wrong on our side; your question was kept." in told
    assert "/var/secret" not in told
    assert "RuntimeError" not in told
    assert "Where is Rosa?" in told
    captured = capfd.readouterr()
    logged = caplog.text + captured.err + captured.out
    assert "RuntimeError" in logged
    assert "Rosa" not in logged


def test_a_policy_that_is_not_there_ends_in_words_and_out_of_the_log(visitor, desk, caplog, capfd):
    told = visitor.ask("hi", company="Rosa Lindqvist")
    assert "/etc" not in told
    assert "Traceback" not in told
    captured = capfd.readouterr()
    assert "Rosa" not in caplog.text + captured.err + captured.out


def test_the_page_asks_no_other_host_and_its_scripts_carry_the_nonce(server):
    response = httpx.get(server)
    policy = response.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    inline = [tag for tag in re.findall(r"<script[^>]*>", response.text) if " src=" not in tag]
    assert len(inline) >= 3
    assert all(f'nonce="{nonce}"' in tag for tag in inline)
    assert nonce not in httpx.get(server).headers["content-security-policy"]
    assert "huggingface" not in response.text
    assert 'src="http' not in response.text
    assert 'href="http' not in response.text
    for name in ("X-Content-Type-Options", "Referrer-Policy"):
        assert name in response.headers


def test_policy_pages_run_no_script_and_show_the_cited_span(server):
    response = httpx.get(f"{server}/policy/tern/2024-03-03?start=3&end=9")
    assert response.headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
    assert 'id="cite"' in response.text
    assert httpx.get(f"{server}/policy/tern").headers["location"] == "/policy/tern/2024-03-03"


@pytest.mark.parametrize(
    "query", ["start=9&end=3", "start=a&end=b", "start=1", "start=0&end=99999999", "start=²&end=9", "start=-1&end=4"]
)
def test_a_span_that_is_none_is_a_clear_page(server, query):
    response = httpx.get(f"{server}/policy/tern/2024-03-03?{query}")
    assert response.status_code == 422
    assert "This place cannot be shown" in response.text


def test_an_unknown_policy_is_a_clear_page(server):
    for path in ("/policy/nobody", "/policy/nobody/1", "/policy/tern/1999", "/policy/%3Cscript%3E/1"):
        response = httpx.get(server + path)
        assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert "<script" not in response.text


def test_the_api_page_and_the_api_are_there(server):
    page = httpx.get(f"{server}/docs").text
    assert "POST /api/v1/ask" in page
    assert 'id="Answer"' in page
    assert 'href="http' not in page
    assert "<script" not in page
    assert Answer.model_validate(httpx.post(f"{server}/api/v1/ask", json={"question": "hi"}).json()).verdict == "no"
    assert httpx.get(f"{server}/healthz").json()["status"] == "ok"


@pytest.mark.parametrize("launched", [True, False])
def test_the_framework_keeps_files_only_once_it_believes_it_was_launched(launched):
    """Why create_app sets has_launched: the second case must change before that line may go."""
    with gr.Blocks(analytics_enabled=False) as page:
        given, told = gr.File(), gr.Textbox()
        given.upload(lambda path: Path(path).read_text(encoding="utf-8"), given, told, api_name="read")
    app = gr.mount_gradio_app(FastAPI(), page, path="/", show_error=False)
    page.has_launched = launched
    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.post("/gradio_api/run/read", json={"data": [FILE]})
    assert (LINE in response.text) is not launched


def test_the_page_of_the_desk_believes_it_was_launched_and_takes_no_files(desk):
    page = ChatPage(desk, Conversations()).build()
    mount_chat(FastAPI(), page)
    assert page.has_launched
    inputs = {type(component).__name__ for function in page.fns.values() for component in function.inputs}
    assert inputs == {"Textbox", "Dropdown", "Button"}
    assert not page.analytics_enabled


def test_starting_the_web_face_imports_no_model():
    code = (
        "import sys, ui; heavy = ('torch', 'chromadb', 'onnxruntime', 'sentence_transformers'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert run.stdout.strip() == "[]"
