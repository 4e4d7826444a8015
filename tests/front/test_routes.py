"""The route list as it was last read by a person: an upgrade of the framework cannot open a door unseen."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.front.routes import route_list, whole_app
from tests.serving import await_page, served

LIST = Path(__file__).parent / "routes.txt"


def test_the_routes_are_those_of_the_list():
    assert route_list() == LIST.read_text(encoding="utf-8").splitlines(), (
        "read each new line, then: python -m tests.front.routes > tests/front/routes.txt"
    )


@pytest.fixture(scope="module")
def server(bot, desk, tmp_path_factory):
    with served(whole_app(bot, desk, tmp_path_factory.mktemp("whole"))) as address:
        await_page(address)
        yield address


SHUT = [line.split()[1:] for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("shut")]


def test_there_are_shut_routes():
    assert len(SHUT) > 50
    assert ["GET", "/gradio_api/file={path_or_url:path}"] in SHUT


@pytest.mark.parametrize(("methods", "template"), SHUT, ids=lambda part: part)
def test_a_shut_route_of_the_framework_answers_nobody(server, methods, template):
    path = re.sub(r"\{[^}]+\}", "x", template)
    if path in {"/openapi.json", "/"}:  # the desk's own stands before the framework's
        return
    for method in methods.split("|"):
        response = httpx.request(method, server + path, json={} if method == "POST" else None)
        assert response.status_code in {404, 405}, response.text[:200]
