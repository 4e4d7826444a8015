"""The OpenAPI description against the running application: calls made up from it never end in an error of ours."""

from __future__ import annotations

import collections
from concurrent.futures import ThreadPoolExecutor

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bot.front.settings import FrontSettings
from tests.front.conftest import SOAK
from tests.front.test_front_routes import AGENT, RUN, Keys, Questions
from ui import Service, create_app

CALLS = 5_000 if SOAK else 120
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def app(bot, desk):
    return create_app(bot, desk, Service(FrontSettings(), Keys(), Questions(), lambda: [RUN]))


def test_calls_made_from_the_description_keep_to_it(app):
    described = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [result.ok() for result in described.get_all_operations()]
    statuses: collections.Counter[int] = collections.Counter()
    for operation in operations:
        # A program of its own, as pytest's and this library's parametrization do not fit together.
        @given(case=operation.as_strategy(), keyed=st.booleans())
        @settings(
            # A quarter more: some operations have fewer calls that differ.
            max_examples=-(-CALLS * 5 // 4 // len(operations)),
            deadline=None,
            derandomize=not SOAK,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        def keep(case, keyed):
            response = case.call(headers={"Authorization": f"Bearer {AGENT}"} if keyed else None)
            statuses[response.status_code] += 1
            case.validate_response(response, checks=CHECKS)

        # In a thread of its own: a browser that another test keeps open has moved this one's stack.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(keep).result()
    if SOAK:
        print(f"{statuses.total()} calls over {len(operations)} operations: {dict(statuses)}")  # noqa: T201
    assert statuses.total() >= CALLS
    assert statuses[200] > 0
    assert not [status for status in statuses if status >= 500]


def test_every_error_of_every_operation_is_described_as_a_problem(app):
    api = TestClient(app).get("/openapi.json").json()
    lacking = []
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            wanted = {"400", "429", "500"} | ({"403", "408", "413", "422"} if "requestBody" in operation else set())
            lacking += [(method, path, code) for code in wanted - operation["responses"].keys()]
            for code, response in operation["responses"].items():
                if code >= "400" and (path, code) != ("/readyz", "503"):
                    assert list(response["content"]) == ["application/problem+json"], (method, path, code)
    assert lacking == []
    assert "HTTPValidationError" not in api["components"]["schemas"]
    assert {"StreamStatus", "StreamText", "Problem", "PassageRow", "Readiness"} <= api["components"]["schemas"].keys()


def test_every_reference_of_the_description_leads_somewhere(app):
    import re

    text = TestClient(app).get("/openapi.json").text
    known = TestClient(app).get("/openapi.json").json()["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/(\w+)", text)) <= known.keys()
