"""Answers as a stream: what each event holds, and that no word leaves that is not in the checked answer."""

from __future__ import annotations

import json
import threading
import time

import httpx
import pytest

from bot.bot import PolicyBot
from bot.front.stream import pieces
from bot.reply import Answer, Citation
from tests.ui.desk import NO_SALE, Desk
from ui import create_app

QUESTIONS = [
    "does larkspur sell my data?",
    "delete everything tidewell has on me",
    "how long does Larkspur keep order records?",
    "do they use cookies?",
    "what is the capital of France?",
    "does tidewell name a favourite colour?",
]


def events_of(response: httpx.Response) -> list[tuple[str, dict]]:
    found = []
    for block in response.text.split("\n\n"):
        if block and not block.startswith(":"):
            name, data = block.split("\n")
            found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


@pytest.fixture(scope="module")
def server(bot: PolicyBot):
    from tests.serving import served

    with served(create_app(bot)) as address:
        yield address


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_events_are_the_answer_piece_by_piece(server, bot, question):
    response = httpx.post(f"{server}/api/v1/ask/stream", json={"question": question})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response)
    plain = bot.reply(question)
    done = Answer.model_validate(events[-1][1])
    assert events[-1][0] == "done"
    assert done.model_copy(update={"latency_ms": 0.0}) == plain.model_copy(update={"latency_ms": 0.0})
    assert "".join(data["text"] for name, data in events if name == "text") == plain.text
    assert [Citation.model_validate(data) for name, data in events if name == "citation"] == plain.citations
    # A server's first answer may take long enough to be announced.
    assert [data for name, data in events if name == "status"][-1] == {
        "stage": "done",
        "status": plain.status,
        "verdict": plain.verdict,
        "policy_ids": plain.policy_ids,
    }


@pytest.mark.parametrize("text", ["", "one", "a  b\n\nc ", " lead", "word " * 100, "\n", "é\u2028x\r\ny"])
def test_pieces_joined_are_the_text(text):
    assert "".join(pieces(text)) == text
    assert all(pieces(text))


@pytest.mark.parametrize(
    ("body", "status"),
    [({"question": " "}, 422), ({"question": "x" * 2001}, 422), ({"question": "hi", "policy_ids": ["nobody"]}, 404), ({}, 422)],
)  # fmt: skip
def test_what_is_refused_at_once_has_its_status(server, body, status):
    response = httpx.post(f"{server}/api/v1/ask/stream", json=body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


class Slow(Desk):
    """Answers, or fails, once it is let go."""

    def __init__(self, *queue: Answer | Exception) -> None:
        super().__init__(*queue)
        self.go = threading.Event()

    def reply(self, *asked, **more):
        self.go.wait(10)
        return super().reply(*asked, **more)


def test_a_slow_answer_is_announced_and_nothing_of_it_is_sent_before_it_is_checked(serve):
    desk = Slow()
    server = serve(create_app(desk))
    with httpx.stream("POST", f"{server}/api/v1/ask/stream", json={"question": "hi"}, timeout=20) as response:
        chunks = response.iter_text()
        assert (
            next(chunks) == 'event: status\ndata: {"stage":"working","status":null,"verdict":null,"policy_ids":[]}\n\n'
        )
        desk.go.set()
        rest = "".join(chunks)
    assert rest.count("event: citation") == 2
    assert rest.rstrip().split("\n")[-2] == "event: done"


def test_a_late_failure_ends_in_a_problem_without_a_word_of_the_answer(serve, caplog):
    desk = Slow(RuntimeError("Rosa's words"))
    server = serve(create_app(desk))
    with httpx.stream("POST", f"{server}/api/v1/ask/stream", json={"question": "Rosa?"}, timeout=20) as response:
        chunks = response.iter_text()
        next(chunks)
        desk.go.set()
        rest = "".join(chunks)
    assert rest.startswith("event: problem\n")
    assert "Rosa" not in rest
    assert "Rosa" not in caplog.text
    assert NO_SALE.citations[0].quote not in rest


def test_a_caller_who_goes_away_leaves_no_turn_behind(serve):
    desk = Slow()
    app = create_app(desk)
    server = serve(app)
    for _ in range(2):
        with (
            pytest.raises(httpx.ReadTimeout),
            httpx.stream("POST", f"{server}/api/v1/ask/stream", json={"question": "hi"}, timeout=1.3) as response,
        ):
            list(response.iter_text())
    desk.go.set()
    time.sleep(0.5)
    assert httpx.post(f"{server}/api/v1/ask", json={"question": "hi"}).status_code == 200
