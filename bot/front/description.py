"""The OpenAPI description made true: every error is a problem document, and those that any route may give are named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

from bot.problems import Problem

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
ANYWHERE = {
    "400": "The request cannot be read",
    "429": "Too many requests; Retry-After says when to come back",
    "500": "Something went wrong on our side",
}
WITH_BODY = {
    "403": "Another site's page sent this with the desk's cookie",
    "408": "The body did not come in time",
    "413": "The body is over 64 kB",
}
RETRY = {"Retry-After": {"description": "seconds until there is a turn", "schema": {"type": "integer"}}}
UNUSED = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, streamed: Sequence[type[BaseModel]] = ()) -> None:
    """Let `app` describe its errors as they are, and the objects that only streams carry (`streamed`)."""
    plain: Callable[[], dict[str, Any]] = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _true(plain(), streamed)
        return app.openapi_schema

    # FastAPI's documented way to change the description: its method is replaced.
    app.openapi = openapi  # type: ignore[method-assign]


def _true(api: dict[str, Any], streamed: Sequence[type[BaseModel]]) -> dict[str, Any]:
    schemas = api.setdefault("components", {}).setdefault("schemas", {})
    models: list[type[BaseModel]] = [Problem, *streamed]
    for model in models:
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, part in own.pop("$defs", {}).items():
            schemas.setdefault(name, part)
        schemas.setdefault(model.__name__, own)
    for name in UNUSED:
        schemas.pop(name, None)
    for methods in api["paths"].values():
        for operation in methods.values():
            _complete(operation)
    return api


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    known = {**ANYWHERE, **(WITH_BODY if "requestBody" in operation else {})}
    for status, words in known.items():
        responses.setdefault(status, {"description": words})
    for status, response in responses.items():
        if status == "429":
            response["headers"] = RETRY
        is_problem = response.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
        if status >= "400" and (not is_problem or is_problem.endswith(("/Problem", "/HTTPValidationError"))):
            if status == "422" and response["description"] == "Validation Error":
                response["description"] = "The request is not valid"
            response["content"] = PROBLEM
    operation["responses"] = dict(sorted(responses.items()))
