"""The tools for assistants with the protocol's public client, over standard input and over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters, stdio_client

from bot.front.asking import Asking
from bot.front.settings import FrontSettings, Limits, Rate
from pages.mcp_server import build_mcp, mcp_app
from tests.front.conftest import ROOT
from tests.in_loop import in_loop
from tests.serving import served

TOOLS = ["ask", "get_clause", "list_policies", "search"]
Use = Callable[[Callable[[Client], Awaitable[Any]]], Any]
HOSTS = ["127.0.0.1:*"]


def over_stdio(data_dir) -> Use:
    def use(act):
        async def run():
            command = ["-m", "cli", "mcp", "--data-dir", str(data_dir)]
            server = StdioServerParameters(command=sys.executable, args=command, cwd=ROOT)
            async with Client(stdio_client(server)) as client:
                return await act(client)

        return in_loop(run())

    return use


def over_http(address: str) -> Use:
    def use(act):
        async def run():
            async with Client(f"{address}/mcp") as client:
                return await act(client)

        return in_loop(run())

    return use


@pytest.fixture(scope="module")
def http_server(bot):
    asking = Asking(bot, FrontSettings(limits=Limits(ask=Rate(60, 60.0, 40))))
    with served(mcp_app(build_mcp(asking, "1"), asking, HOSTS)) as address:
        yield address


@pytest.fixture(scope="module", params=["stdio", "http"])
def use(request, bot, data_dir) -> Use:
    return over_stdio(data_dir) if request.param == "stdio" else over_http(request.getfixturevalue("http_server"))


def test_a_public_client_lists_the_tools_and_gets_a_cited_answer(use, bot):
    async def act(client: Client):
        tools = (await client.list_tools()).tools
        answer = (await client.call_tool("ask", {"question": "does larkspur sell my data?"})).structured_content
        policies = (await client.call_tool("list_policies", {})).structured_content["result"]
        first = answer["citations"][0]
        place = {"policy_id": first["policy_id"], "clause": first["clause"], "version": first["version"]}
        clause = (await client.call_tool("get_clause", place)).structured_content
        found = await client.call_tool("search", {"query": "cookies", "policy_ids": ["tidewell"], "limit": 4})
        wrong = [
            await client.call_tool("get_clause", {"policy_id": "larkspur", "clause": "nothing"}),
            await client.call_tool("ask", {"question": " "}),
            await client.call_tool("ask", {"question": "hi", "policy_ids": ["nobody"]}),
            await client.call_tool("search", {"query": "x", "limit": 9_999}),
            await client.call_tool("nothing", {}),
        ]
        return tools, answer, policies, clause, found.structured_content["result"], wrong

    tools, answer, policies, clause, found, wrong = use(act)
    assert sorted(tool.name for tool in tools) == TOOLS
    assert all(tool.description and tool.output_schema and tool.annotations.read_only_hint for tool in tools)
    assert (answer["status"], answer["verdict"]) == ("answered", "no")
    for citation in answer["citations"]:
        text = bot.library.get(citation["policy_id"], citation["version"]).text
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert sorted(row["id"] for row in policies) == ["larkspur", "tidewell"]
    assert answer["citations"][0]["quote"] in clause["text"]
    assert bot.library.get("larkspur").text[clause["start"] : clause["end"]] == clause["text"]
    assert len(found) == 4
    for row in found:
        assert bot.library.get("tidewell").text[row["start"] : row["end"]] == row["quote"]
    assert [result.is_error for result in wrong] == [True] * 5
    words = " ".join(result.content[0].text for result in wrong)
    assert "Traceback" not in words
    assert "list_policies names them" in words


def test_over_http_the_limits_hold(bot):
    asking = Asking(bot, FrontSettings(limits=Limits(ask=Rate(1, 6_000.0, 2))))

    async def act(client: Client):
        return [await client.call_tool("ask", {"question": "does larkspur sell my data?"}) for _ in range(3)]

    with served(mcp_app(build_mcp(asking, "1"), asking, HOSTS)) as address:
        results = over_http(address)(act)
    assert [result.is_error for result in results] == [False, False, True]
    assert "try again in 100 minutes" in results[2].content[0].text


def test_over_http_foreign_hosts_and_origins_and_large_bodies_are_refused(http_server):
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    # What a page of evil.example could send, with its name made to lead here.
    assert httpx.post(f"{http_server}/mcp", json=body, headers={**accept, "Host": "evil.example"}).status_code == 421
    evil = {**accept, "Origin": "https://evil.example"}
    assert httpx.post(f"{http_server}/mcp", json=body, headers=evil).status_code == 403
    assert httpx.post(f"{http_server}/mcp", content=b"x" * 70_000, headers=accept).status_code == 413


def test_a_failure_says_and_logs_nothing_of_itself(bot, caplog):
    class Failing:
        library = bot.library

        def reply(self, *asked):
            raise RuntimeError("Rosa's words in /var/secret")

    asking = Asking(Failing())

    async def run():
        async with Client(build_mcp(asking, "1")) as client:
            return await client.call_tool("ask", {"question": "Where is Rosa?"}), await client.call_tool("Rosa", {})

    with caplog.at_level("DEBUG"):
        failed, unknown = in_loop(run())
    assert failed.is_error
    assert unknown.is_error
    assert "The number to report is" in failed.content[0].text
    assert "secret" not in failed.content[0].text
    assert "RuntimeError" in caplog.text
    assert "Rosa" not in "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("asyncio")
    )
