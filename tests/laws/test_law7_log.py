"""Log law: whatever visitors send in, the logs hold ids, counts and seconds, at every level."""

from __future__ import annotations

import copy
import json
import logging
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.bot import PolicyBot
from bot.build import build_bot
from bot.errors import QuestionError
from bot.reply import Answer, Turn
from ingest import ingest_sources
from tests.laws.checks import OURS, log_breaches
from tests.laws.conftest import FOLDER, LONG, QUESTIONS, ROOT, STRANGE
from vectorstore.settings import StoreSettings

# What a careless visitor tells about themselves.
PRIVATE = "My name is Ottoline Varga, 7 Quince Mews, ottoline.varga@mailbox.example: does larkspur sell my data?"


class Kept(logging.Handler):
    """Keeps every record of every logger."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def kept() -> Iterator[Kept]:
    """Everything that is logged during a test, at DEBUG level, also by loggers that an earlier server had silenced."""
    handler, root = Kept(), logging.getLogger()
    watched = [root, *(logging.getLogger(name) for name in (*OURS, "uvicorn", "uvicorn.access", "uvicorn.error"))]
    before = [(logger, logger.level, logger.propagate, logger.disabled) for logger in watched]
    root.addHandler(handler)
    for logger in watched:
        logger.setLevel(logging.DEBUG)
        logger.propagate, logger.disabled = True, False
    yield handler
    root.removeHandler(handler)
    for logger, level, propagate, disabled in before:
        logger.setLevel(level)
        logger.propagate, logger.disabled = propagate, disabled


@pytest.fixture
def server(data_dir: Path, tmp_path: Path) -> Iterator[str]:
    """The address of the whole web application, which logs everything to server.log."""
    command = [sys.executable, "-m", "tests.laws.logged_server", str(data_dir), str(tmp_path / "server.log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        running.terminate()


def records_of(path: Path) -> list[logging.LogRecord]:
    return [logging.makeLogRecord(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def test_answering_logs_no_words_of_a_question(bot: PolicyBot, kept: Kept) -> None:
    asked = [PRIVATE, *QUESTIONS, *STRANGE]
    for question in asked:
        bot.reply(question, (), [Turn(question="does tidewell sell my data?", policy_ids=["tidewell"])])
    for refused in ("", " \n", LONG * 9):
        with pytest.raises(QuestionError):
            bot.reply(refused)
    assert log_breaches(kept.records, asked) == []
    written = [record for record in kept.records if record.name.startswith("bot")]
    assert len(written) >= len(asked)


def test_the_web_application_logs_no_words_of_a_visitor(server: str, tmp_path: Path) -> None:
    session = secrets.token_hex(6)
    for question in (PRIVATE, *QUESTIONS[::6]):
        answer = httpx.post(f"{server}/api/v1/ask", json={"question": question}, timeout=60).json()
        for citation in answer["citations"]:
            assert httpx.get(server + citation["page"], timeout=60).status_code == 200
    long = {"question": PRIVATE * 40}
    assert httpx.post(f"{server}/api/v1/ask", json=long, timeout=60).status_code == 422
    assert (
        httpx.post(f"{server}/api/v1/ask", json={"question": PRIVATE, "mail": PRIVATE}, timeout=60).status_code == 422
    )
    half = f'{{"question": "{PRIVATE}"'
    as_json = {"Content-Type": "application/json"}
    assert httpx.post(f"{server}/api/v1/ask", content=half, headers=as_json, timeout=60).status_code == 422
    assert httpx.post(f"{server}/api/v1/ask", content=half, timeout=60).status_code >= 400
    assert (
        httpx.post(f"{server}/api/v1/ask", json={"question": PRIVATE, "policy_ids": [PRIVATE]}, timeout=60).status_code
        == 404
    )
    joined = {"data": [PRIVATE, ""], "fn_index": 1, "trigger_id": None, "session_hash": session}
    assert httpx.post(f"{server}/gradio_api/queue/join", json=joined, timeout=60).status_code == 200
    with httpx.stream("GET", f"{server}/gradio_api/queue/data", params={"session_hash": session}, timeout=60) as events:
        assert any("process_completed" in line for line in events.iter_lines())
    records = records_of(tmp_path / "server.log")
    assert log_breaches(records, [PRIVATE, *QUESTIONS]) == []
    access = [record.getMessage() for record in records if record.name == "uvicorn.access"]
    assert any("POST /api/v1/ask" in line for line in access)
    assert any("/policy/larkspur/2026-02-12?start=" in line for line in access)


def test_an_unexpected_error_logs_no_words_of_a_visitor(bot: PolicyBot, kept: Kept) -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient

    from bot.api import api_router
    from bot.problems import ErrorWall

    class Failing(PolicyBot):
        def reply(self, question: str, *others: object) -> Answer:
            raise RuntimeError(f"cannot answer {question}")

    failing = copy.copy(bot)
    failing.__class__ = Failing
    app = FastAPI()
    app.include_router(api_router(failing))
    app.add_middleware(ErrorWall)
    with TestClient(app, raise_server_exceptions=False) as visitor:
        response = visitor.post("/api/v1/ask", json={"question": PRIVATE})
    assert response.status_code == 500
    assert "Ottoline" not in response.text
    # The test's own client is no part of the desk.
    assert log_breaches([r for r in kept.records if not r.name.startswith("httpx")], [PRIVATE]) == []
    assert any("RuntimeError" in record.getMessage() for record in kept.records)


def test_ingesting_logs_no_address_of_a_policy(tmp_path: Path, kept: Kept) -> None:
    bot = build_bot(StoreSettings(tmp_path / "data"))
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "other.txt").write_text(f"{PRIVATE}\n" * 40)
    ingest_sources([FOLDER / "policies.yaml", tmp_path / "empty.txt", tmp_path / "other.txt"], bot.library)
    assert log_breaches(kept.records, [PRIVATE]) == []
    assert any(record.name.startswith("vectorstore") for record in kept.records)


@pytest.mark.parametrize(
    "leak",
    [
        lambda log: log.debug("question: %s", PRIVATE),
        lambda log: log.info("asked %r", PRIVATE.upper()),
        lambda log: log.info("answered", extra={"question": PRIVATE}),
        lambda log: log.info("name=%s", "Ottoline Varga, 7"),
        lambda log: log.info("mail to %s", "somebody@else.example"),
        lambda log: log.info('"GET /policy/larkspur?q=sold HTTP/1.1" 200'),
    ],
    ids=["argument", "shouted", "extra", "name", "address", "query"],
)
@pytest.mark.parametrize("name", ["bot.bot", "uvicorn.access"])
def test_the_check_sees_a_logger_that_leaks(kept: Kept, leak: object, name: str) -> None:
    logging.getLogger(name).info('"GET /policy/larkspur/2026-02-12?start=10&end=20 HTTP/1.1" 200, ms=%.1f', 3.2)
    assert log_breaches(kept.records, [PRIVATE]) == []
    leak(logging.getLogger(name))  # type: ignore[operator]
    assert log_breaches(kept.records, [PRIVATE]) != []


def test_the_check_sees_a_leak_in_a_traceback(kept: Kept) -> None:
    try:
        raise RuntimeError(PRIVATE)
    except RuntimeError:
        logging.getLogger("bot.bot").exception("failed")
    assert log_breaches(kept.records, [PRIVATE]) != []


def test_the_check_sees_a_bot_that_logs_questions(bot: PolicyBot, kept: Kept) -> None:
    class Chatty(PolicyBot):
        def reply(self, question: str, *others: object) -> Answer:
            logging.getLogger("bot.bot").debug("asked", extra={"question": question})
            return super().reply(question)

    chatty = copy.copy(bot)
    chatty.__class__ = Chatty
    chatty.reply(PRIVATE)
    assert log_breaches(kept.records, [PRIVATE]) != []
