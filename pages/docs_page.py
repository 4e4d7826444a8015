"""The HTTP API's description as a readable page, from its OpenAPI document. Pure; fetches nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pages.markup import text


def render_docs(api: Mapping[str, Any]) -> str:
    """Return the page for an OpenAPI 3.1 document."""
    routes = "".join(
        _route(method, path, operation)
        for path, methods in api["paths"].items()
        for method, operation in methods.items()
    )
    schemas = "".join(_schema(name, schema) for name, schema in api.get("components", {}).get("schemas", {}).items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>PolicyDesk: HTTP API</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        '<link rel="stylesheet" href="/desk/colours.css"><link rel="stylesheet" href="/desk/policy.css"></head><body>'
        f'<header class="head"><p class="crumb"><a href="/">Ask a question</a></p><h1>HTTP API</h1><p>Version '
        f'{text(api["info"]["version"])} · <a href="/openapi.json">openapi.json</a></p></header>'
        f'<main id="text" class="docs">{routes}<h2>Objects</h2>{schemas}</main></body></html>'
    )


def _route(method: str, path: str, operation: Mapping[str, Any]) -> str:
    rows = [
        (parameter["name"], parameter["in"], _type(parameter.get("schema", {})), parameter.get("description", ""))
        for parameter in operation.get("parameters", [])
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        rows.append(("body", "JSON", _type(body), ""))
    answers = []
    for status, answer in operation.get("responses", {}).items():
        content: Mapping[str, Any] = next(iter(answer.get("content", {}).values()), {})
        answers.append((status, _type(content.get("schema", {})), answer["description"]))
    return (
        f"<section><h2><code>{text(method.upper())} {text(path)}</code></h2><p>{text(operation.get('summary', ''))}. "
        f"{text(operation.get('description', ''))}</p>{_table(('Input', 'In', 'Type', 'Meaning'), rows, f'Inputs of {method.upper()} {path}')}"
        f"{_table(('Status', 'Object', 'Meaning'), answers, f'Answers of {method.upper()} {path}')}</section>"
    )


def _schema(name: str, schema: Mapping[str, Any]) -> str:
    rows = [
        (field, _type(value), "yes" if field in schema.get("required", []) else "no", value.get("description", ""))
        for field, value in schema.get("properties", {}).items()
    ]
    return (
        f'<section id="{text(name)}"><h3><code>{text(name)}</code></h3><p>{text(schema.get("description", ""))}</p>'
        f"{_table(('Field', 'Type', 'Required', 'Meaning'), rows, f'Fields of {name}')}</section>"
    )


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], name: str) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{text(cell)}</th>' for cell in heads)
    lines = "".join("<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    # A table that scrolls sideways must take the focus, or a keyboard could not scroll it.
    box = f'<div class="scroll" tabindex="0" role="group" aria-label="{text(name)}">'
    return f"{box}<table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>"


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", "any"))
