"""`policydesk mcp`: the desk's tools for assistants, over standard input and output or over HTTP."""

from __future__ import annotations

from typing import Annotated

import typer

from commands.opening import fail, open_bot, prefer_approved, service_settings
from commands.options import VAR, DataDir, Model, SecondLook

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def mcp(
    http: Annotated[bool, typer.Option("--http", help="Serve over HTTP at /mcp instead of standard input.")] = False,
    host: Annotated[str, typer.Option(help="Address to listen on, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on, with --http.")] = 7870,
    name: Annotated[
        list[str] | None,
        typer.Option("--name", help="Host name that callers use, such as desk.example; may be repeated."),
    ] = None,
    llm: Model = None,
    second_look: SecondLook = False,
    data_dir: DataDir = VAR,
) -> None:
    """Serve ask, search, get_clause and list_policies to assistants (Model Context Protocol)."""
    names = list(name or [])
    if http and host not in LOOPBACK and not names:
        fail("an address that others reach needs --name with the host name they use")
    settings = service_settings(data_dir)
    bot = open_bot(data_dir, llm, second_look)
    prefer_approved(bot, data_dir)
    from ui import serve_mcp, serve_mcp_http

    if not http:
        serve_mcp(bot, settings)
        return
    typer.echo(f"The desk's tools are at http://{host}:{port}/mcp  Stop with Ctrl-C.", err=True)
    serve_mcp_http(bot, settings, host, port, names)
